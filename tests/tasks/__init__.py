"""Six tasks of an administrator, done in the real browser."""
