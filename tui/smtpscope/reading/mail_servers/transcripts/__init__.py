"""Verbatim SMTP sessions, as printed or logged by test tools, libraries and servers."""
