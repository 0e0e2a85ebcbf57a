"""Knowledge files -> a matcher; errors name the file, table and field."""
