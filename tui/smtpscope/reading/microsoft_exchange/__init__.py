"""Logs of Microsoft Exchange's transport service: protocol, connectivity and message tracking."""
