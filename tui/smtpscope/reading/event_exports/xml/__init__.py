"""Windows events as XML."""
