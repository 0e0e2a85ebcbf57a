"""Commands for what is new: `compare` and `check`."""
