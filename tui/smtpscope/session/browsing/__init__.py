"""What the browser asks of logs, whether they are in memory or in a set."""
