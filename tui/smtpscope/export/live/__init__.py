"""Live checks and their results as text, JSON and Markdown."""
