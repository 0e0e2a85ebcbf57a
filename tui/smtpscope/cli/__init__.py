"""The command line: options in, data on standard output, talk on standard error, an exit code.

Nothing of Textual, numpy or a reader is imported before a command needs it, so that `--help` answers at once.
"""

from smtpscope.cli.program import main

__all__ = ["main"]
