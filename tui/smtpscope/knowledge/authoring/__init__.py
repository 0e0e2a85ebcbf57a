"""Tools for authors of knowledge: checking a folder, measuring it, writing entries and notes."""
