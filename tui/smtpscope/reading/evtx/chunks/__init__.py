"""Chunks of an .evtx file: which of them to read, and the records in them."""
