"""Settings: one table, read from four places, and the paths of the program's files."""
