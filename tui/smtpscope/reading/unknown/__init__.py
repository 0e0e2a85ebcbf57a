"""Files that no reader recognises: what they look like, and their syntax errors."""
