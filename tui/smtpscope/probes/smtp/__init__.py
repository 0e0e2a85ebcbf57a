"""Checks that connect to a mail server: greeting, TLS, and on an explicit wish a recipient; never a message."""
