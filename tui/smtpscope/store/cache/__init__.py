"""The cache of large logs, which makes them open at once next time."""
