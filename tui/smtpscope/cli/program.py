"""How the program ends: with data, an error message, ctrl+c or a closed pipe, but never with a traceback.

0 fine, 1 could not do it, 2 usage, 130 ctrl+c.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Final

import click

from smtpscope.cli.commands import cli
from smtpscope.cli.completion import completion
from smtpscope.cli.configured import config, paths
from smtpscope.cli.convert import convert
from smtpscope.cli.explain import explain
from smtpscope.cli.help import show_help
from smtpscope.cli.kb import kb
from smtpscope.cli.serve import serve
from smtpscope.cli.streams import ReaderGone, say, talk
from smtpscope.cli.usage import usage_error
from smtpscope.cli.watching.check_command import check
from smtpscope.cli.watching.compare_command import compare

__all__ = ["INTERRUPTED", "cli", "main"]

INTERRUPTED: Final = 130
_FULL_TRACEBACK: Final = "SMTPSCOPE_DEBUG"

# Here, not with the other commands, because it depends on one of them.
cli.add_command(serve)
cli.add_command(paths)
cli.add_command(config)
cli.add_command(kb)
cli.add_command(check)
cli.add_command(compare)
_LIVE: Final = "smtpscope.cli.live"
for name, attribute in (("check-now", "check_now"), ("checks", "checks"), ("verify", "verify")):
    cli.commands.add_late(name, f"{_LIVE}.{attribute}_command", attribute)
cli.commands.add_late("fleet", "smtpscope.cli.fleet.fleet_command", "fleet")
cli.add_command(convert)
cli.add_command(explain)
cli.add_command(completion)
cli.add_command(show_help)


def main() -> None:
    """Runs the command in the arguments and exits with its exit code."""
    # The garbage collector would scan all imported modules a hundred times before the first line is printed.
    gc.set_threshold(100_000, 20, 20)
    # numpy's matrix library, which we don't use, would start a thread per core: 50 ms on two cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _ended)
    try:
        cli.main(prog_name="smtpscope", standalone_mode=False)
        # Only exiting is left: no need for another collection.
        gc.freeze()
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        say(usage_error(error))
        sys.exit(error.exit_code)
    except ReaderGone:
        # The reader of our output (`| head`) has enough, which is not a failure.
        sys.exit(0)
    except Exception as defect:
        if os.environ.get(_FULL_TRACEBACK):
            raise
        talk(_defect_words(defect))
        sys.exit(1)


def _ended(number: int, _: FrameType | None) -> None:
    """Exit cleanly, or the temporary copy of a piped log is left behind."""
    sys.exit(128 + number)


def _defect_words(defect: Exception) -> str:
    """One sentence, without the message of `defect`, which may quote a log."""
    import traceback

    package = Path(__file__).parents[1]
    steps = [(Path(step.filename), step.lineno) for step in traceback.extract_tb(defect.__traceback__)]
    ours = [(path.relative_to(package), line) for path, line in steps if path.is_relative_to(package)]
    place = f" in {ours[-1][0].as_posix()}, line {ours[-1][1]}" if ours else ""
    return (
        f"this is a bug in smtpscope: {type(defect).__name__}{place}. "
        f"Please report it; set {_FULL_TRACEBACK}=1 for the traceback, which may quote the log."
    )
