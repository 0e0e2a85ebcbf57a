"""Windows events as blocks of text."""
