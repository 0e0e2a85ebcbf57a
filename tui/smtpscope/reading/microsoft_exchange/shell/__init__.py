"""Output of the Exchange Management Shell and of the admin centers."""
