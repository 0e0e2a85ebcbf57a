"""Chunks of an .evtx file: which ones to read, and the records in them."""
