"""What outlives a run: saved views, filters used before, where one stood in a log, marks and notes."""
