"""A raw record -> an SMTP exchange: direction, remote host, command, reply."""
