"""The chain that finds the entry for a reply."""
