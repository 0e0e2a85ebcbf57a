"""What the user set: one table of settings, read from four places, and where the files of the product lie."""
