"""Knowledge files -> a matcher; broken files are told with file, table and field."""
