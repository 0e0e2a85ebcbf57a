"""Writes the result of a check for monitoring systems and mail."""
