"""From a raw record to an SMTP exchange: direction, remote host, command, reply."""
