"""Binary XML templates and values: what a record's template is, and how its values are decoded."""
