"""A summary in each format, and the text helpers that the formats share."""
