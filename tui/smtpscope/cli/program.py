"""How the program ends: with data, with a sentence, with ctrl+c or because nobody reads on, and never with a traceback.

0 fine, 1 could not do it, 2 usage, 130 ctrl+c.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Final

import click

from smtpscope.cli.commands import cli
from smtpscope.cli.streams import ReaderGone, talk

INTERRUPTED: Final = 130
_FULL_TRACEBACK: Final = "SMTPSCOPE_DEBUG"


def main() -> None:
    """Runs the command that the arguments name and ends the process with its exit code."""
    try:
        cli.main(prog_name="smtpscope", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ReaderGone:
        # The reader of our output (`| head`) has enough, and that is no failure.
        sys.exit(0)
    except Exception as defect:
        if os.environ.get(_FULL_TRACEBACK):
            raise
        talk(_defect_words(defect))
        sys.exit(1)


def _defect_words(defect: Exception) -> str:
    """One sentence without the message of `defect`, which may quote a log."""
    steps = traceback.extract_tb(defect.__traceback__)
    ours = [step for step in steps if f"{os.sep}smtpscope{os.sep}" in step.filename] or list(steps)
    place = f" in {os.path.basename(ours[-1].filename)}, line {ours[-1].lineno}" if ours else ""  # noqa: PTH119
    return (
        f"this is a mistake in smtpscope: {type(defect).__name__}{place}. "
        f"Please report it; set {_FULL_TRACEBACK}=1 for the traceback, which may quote the log."
    )
