"""An incident's summary, independent of its format."""
