"""Where the signs of refusals are in the log of a mail server."""
