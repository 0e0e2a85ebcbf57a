"""Logs that do not stay as they were read: they grow, are rewritten, or are gone."""
