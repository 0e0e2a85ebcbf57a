"""What live checks there are, what they may find, and what follows from it for a cause."""
