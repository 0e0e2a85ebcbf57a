"""Lines of a log as they come out of a terminal, a mail or a page."""
