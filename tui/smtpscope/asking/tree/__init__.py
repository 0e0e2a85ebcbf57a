"""The groups of a set: their levels, their facts, and what is kept of them."""
