"""Files that no reader recognises: what they look like, and where they break."""
