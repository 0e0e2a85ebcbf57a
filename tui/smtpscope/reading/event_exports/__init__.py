"""Windows events as other programs print them: text, tables, JSON, XML."""
