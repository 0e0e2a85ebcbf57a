"""What the table shows: its columns, and what it is grouped by."""
