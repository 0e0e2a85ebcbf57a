"""What is done with one log: all its batches, its share of the progress, and where it is read."""
