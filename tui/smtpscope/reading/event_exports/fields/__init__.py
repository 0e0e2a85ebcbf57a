"""Windows events as names with values, whatever holds them: JSON, rows of tables, lists of labels."""
