"""What was read of a large log, kept so that it opens at once next time."""
