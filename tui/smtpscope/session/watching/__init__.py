"""What is new: two sides compared, and a check for monitoring."""
