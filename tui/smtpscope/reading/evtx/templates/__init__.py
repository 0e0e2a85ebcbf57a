"""Binary XML templates and values: the template of a record, and the decoding of its values."""
