"""Lines of a log that are joined, broken, or none of its lines."""
