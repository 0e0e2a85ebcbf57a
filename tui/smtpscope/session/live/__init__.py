"""Live checks as the command line and the browser use them."""
