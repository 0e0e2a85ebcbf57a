"""What an incident's summary says, before any format draws it."""
