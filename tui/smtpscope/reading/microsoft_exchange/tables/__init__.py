"""Rows of Exchange's logs in tables, of which only those that matter become text."""
