"""A file -> raw event records, one module a format; `registry.open_log` chooses by content."""
