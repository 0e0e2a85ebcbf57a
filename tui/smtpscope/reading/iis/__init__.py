"""Logs of the IIS SMTP service: W3C extended, Microsoft IIS and NCSA format."""
