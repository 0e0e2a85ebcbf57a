"""From a file to raw event records, one module per format; `registry.open_log` chooses by content."""
