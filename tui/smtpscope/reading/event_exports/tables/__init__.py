"""Windows events as comma- or tab-separated tables."""
