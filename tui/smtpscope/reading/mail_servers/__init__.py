"""Logs of mail servers that write to syslog or to files of their own."""
