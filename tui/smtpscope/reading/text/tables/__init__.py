"""Blocks of text as tables of lines and fields, all found at once."""
