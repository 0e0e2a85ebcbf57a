"""Output streams: data to standard output or a file, messages to standard error, log text made harmless for
terminals.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click

from smtpscope.errors import ExportError, FilterError, SmtpscopeError
from smtpscope.harmless import shown, shown_lines


class ReaderGone(Exception):  # noqa: N818 - not an error
    """The reader of our output is gone. Not a BrokenPipeError, which click would turn into a failure."""


@dataclass(frozen=True, slots=True)
class Target:
    """The output for data: `path`, or standard output if it is None."""

    path: Path | None = None
    overwrite: bool = False

    @property
    def to_terminal(self) -> bool:
        return self.path is None and sys.stdout is not None and sys.stdout.isatty()

    def can_draw(self, characters: str) -> bool:
        """Whether the output's encoding has all `characters`."""
        if self.path is not None or sys.stdout is None:
            return True
        try:
            characters.encode(sys.stdout.encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def check(self) -> None:
        """Raises ExportError if the file already exists or is a folder, before anything is read for it.

        Anything that is not a file, such as a terminal or a FIFO, is written without asking.
        """
        from smtpscope.export.special_files import is_special

        if self.path is not None and self.path.is_dir():
            raise ExportError(where=str(self.path), what="this is a folder", remedy="Add a file name to it")
        if self.path is not None and not self.overwrite and os.path.lexists(self.path) and not is_special(self.path):
            raise ExportError(
                where=str(self.path),
                what="the file already exists and was not changed",
                remedy="Choose another name, or add --overwrite",
            )

    def put(self, text: str | Iterable[str], *, escaped: bool = False, at_once: bool = False) -> None:
        """Writes `text`, one string or many, all of whole lines. Raises ExportError and ReaderGone.

        `escaped` means that the format itself escapes controls (JSON); `at_once` flushes each piece.
        """
        if self.path is not None:
            self._write(self.path, text)
            return
        if sys.stdout is None:
            raise ExportError(where="standard output", what="it is closed", remedy="Give a file with -o")
        terminal = sys.stdout.isatty()
        encoding = (sys.stdout.encoding if terminal else None) or "utf-8"
        stream = sys.stdout.buffer
        try:
            for piece in [text] if isinstance(text, str) else text:
                safe = "\n".join(shown_lines(piece)) if terminal and not escaped else piece
                stream.write(safe.encode(encoding, "backslashreplace"))
                if at_once:
                    stream.flush()
            stream.flush()
        except OSError as error:
            _drop_what_is_left(1)
            if isinstance(error, BrokenPipeError):
                raise ReaderGone from error
            raise ExportError(
                where="standard output",
                what=f"can't be written ({error.strerror or error})",
                remedy="Check free space, or write elsewhere with -o",
            ) from error

    def _write(self, path: Path, text: str | Iterable[str]) -> None:
        from smtpscope.export.writing import write_document

        written = write_document(path, text, overwrite=self.overwrite)
        talk(f"wrote {written:,} bytes to {path}")

    def put_file(self, path: Path, write: Callable[[BinaryIO], None]) -> None:
        """Writes a binary file; `write` is passed its stream. Raises ExportError and what `write` raises."""
        from smtpscope.export.writing import write_file

        written = write_file(path, write, overwrite=self.overwrite)
        talk(f"wrote {written:,} bytes to {path}")


def leave_terminal() -> None:
    """Empties the standard streams; what a terminal that is gone no longer takes is dropped.

    Otherwise Python would fail to write it on exit, and end with 120 whatever exit code was asked for.
    """
    for descriptor, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            _drop_what_is_left(descriptor)


def _drop_what_is_left(descriptor: int) -> None:
    """Otherwise Python would try to write the rest, and complain, once more on exit."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)


def talk(sentence: str) -> None:
    """Prints a line on standard error."""
    click.echo(f"smtpscope: {shown(sentence)}", err=True)


def say(error: SmtpscopeError) -> None:
    """`error` on standard error: where, what, remedy; for a filter, with a caret under the wrong part."""
    if isinstance(error, FilterError):
        from smtpscope.export.formats.text_columns import cell_width

        before, wrong = shown(error.text[: error.start]), shown(error.text[error.start : error.end])
        caret = " " * cell_width(before) + "^" * max(1, cell_width(wrong))
        click.echo(f"  {shown(error.text)}\n  {caret}", err=True)
    talk(f"{error.where}: {_ended(error.what)} {_ended(error.remedy)}")
    if isinstance(error, FilterError) and error.suggestion and "Did you mean" not in error.remedy:
        talk(f"did you mean: {error.suggestion}")


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."
