"""Windows events as JSON."""
