"""What survives a restart: saved views, filter history, the last position in each log, marks and notes."""
