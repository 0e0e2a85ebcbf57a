"""A summary in each format, and shared text helpers."""
