"""Finds the knowledge base entry for a reply."""
