"""Event logs of Windows Vista and later (.evtx): the file, its chunks, its templates."""
