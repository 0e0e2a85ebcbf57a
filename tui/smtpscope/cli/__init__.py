"""The command line: options in, data on standard output, messages on standard error, an exit code.

Textual, numpy and the readers are imported only when a command needs them, so `--help` answers at once.
"""

from smtpscope.cli.program import main

__all__ = ["main"]
