"""Turns the user's arguments into sources of bytes: files, folders, patterns, pipes, files over ssh, standard input."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Timer
from typing import BinaryIO, Final

from msgspec import Struct

from smtpscope.errors import LogError, Problem
from smtpscope.reading.record import Source
from smtpscope.reading.registry import reader_of
from smtpscope.reading.sources.archives import SEARCHED, NoLogError, ZipMember, logs_in
from smtpscope.reading.sources.file_source import FileSource
from smtpscope.reading.sources.open_errors import not_opened
from smtpscope.reading.sources.packed import PackedFile, SpooledSource, Unpacking

_STDIN = "-"
# A pipe may be endless, and have no SMTP event.
_SEARCHED_IN_PIPES = 512 << 20
_SECONDS_TO_WAIT: Final = 1.0

Waiting = Callable[[str, str], None]
"""Hears the name of a source from which nothing has come yet, and what it waits for; called in a thread of its own."""
Looking = Callable[[str, int], None]


class StandardInput(SpooledSource):
    """Standard input, named "-". Raises LogError if it is a keyboard: nobody types a log."""

    def __init__(self, unpacking: Unpacking | None = None) -> None:
        super().__init__(_STDIN, _standard_input, unpacking)


def _standard_input() -> BinaryIO:
    if sys.stdin is None or sys.stdin.isatty():
        raise LogError(
            where="standard input",
            what="nothing was piped in",
            remedy="Pipe a log into the command, or give a file instead of -",
        )
    # Unbuffered: a buffer reads until it is full, and signals would have to wait for that. A separate descriptor: the
    # browser replaces standard input with the terminal while this is being read.
    return os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)


class Expansion(Struct, frozen=True):
    """The sources to read in order, each once, and the files that were skipped."""

    sources: tuple[Source, ...]
    problems: tuple[Problem, ...] = ()


def expand(
    arguments: Sequence[str],
    *,
    unpacking: Unpacking | None = None,
    errors: list[LogError] | None = None,
    waiting: Waiting | None = None,
    looking: Looking | None = None,
) -> Expansion:
    """The sources that `arguments` name: files, folders with everything below, patterns, "-" for standard input, and
    `host:path` for a file that ssh reads.

    Packed files are replaced by the logs in them. From folders and zip archives, only files that a reader recognises
    are read, those of a folder sorted by name; each other one becomes a Problem. A file named twice, by any path, is
    read once. An argument without any log is a LogError: added to `errors` if given, else raised. `waiting` hears of a
    pipe or a machine that is waited for, `looking` of each file that is looked at in a folder: of the folder, and how
    many they are.
    """
    unpacking = unpacking or Unpacking()
    sources: list[Source] = []
    problems: list[Problem] = []
    seen: set[object] = set()
    for argument in arguments:
        try:
            found = list(_sources_of(argument, unpacking, problems, seen, waiting, looking))
        except LogError as error:
            if errors is None:
                raise
            errors.append(error)
            continue
        for source in found:
            identity = _identity(source)
            if identity not in seen:
                seen.add(identity)
                sources.append(source)
    return Expansion(tuple(sources), tuple(problems))


def searched(source: Source) -> int | None:
    """How far a text that was named itself is searched for an SMTP event; None for the whole text."""
    return _SEARCHED_IN_PIPES if isinstance(source, SpooledSource) else None


def named_file(source: Source) -> str:
    """The path of the file that `source` comes from: for a member of an archive that of the archive."""
    if isinstance(source, PackedFile):
        return named_file(source.origin)
    return named_file(source.archive) if isinstance(source, ZipMember) else source.name


def _sources_of(
    argument: str,
    unpacking: Unpacking,
    problems: list[Problem],
    seen: set[object],
    waiting: Waiting | None,
    looking: Looking | None,
) -> Iterator[Source]:
    if argument == _STDIN:
        # A second one would find it empty.
        if _STDIN not in seen:
            seen.add(_STDIN)
            yield from logs_in(StandardInput(unpacking), unpacking, problems)
        return
    for path in _paths(argument):
        yield from _sources_at(path, unpacking, problems, waiting, looking)


def _identity(source: Source) -> object:
    if isinstance(source, PackedFile):
        return _identity(source.origin)
    if isinstance(source, ZipMember):
        return _identity(source.archive), source.member.name
    if source.name == _STDIN:
        # Identifies the logs in it, not the input: `_sources_of` reads that once.
        return source
    try:
        status = Path(source.name).stat()
    except OSError:
        return source.name
    if status.st_ino:
        return status.st_dev, status.st_ino
    return os.path.normcase(os.path.realpath(source.name))


def matched(argument: str) -> list[str]:
    """`argument`, or the files it matches as a pattern, in order (cmd.exe and PowerShell leave patterns to the
    program); none for a pattern that matches nothing.
    """
    if os.path.lexists(argument) or not any(sign in argument for sign in "*?["):
        return [argument]
    import glob

    return sorted(glob.glob(argument, recursive=True))  # noqa: PTH207 - Path.glob refuses an absolute pattern


def _paths(argument: str) -> list[str]:
    found = matched(argument)
    if not found:
        from smtpscope.reading.sources.over_ssh import remote_file

        if (remote := remote_file(argument)) is not None:
            raise LogError(
                where=argument,
                what="a pattern is not expanded on another machine",
                remedy=f"Name each log there: ssh {remote[0]} ls lists them",
            )
        raise LogError(
            where=argument,
            what="no file matches this pattern",
            remedy="Check the folder and the ending; Event Viewer saves logs as .evtx",
        )
    return found


def _sources_at(
    path: str, unpacking: Unpacking, problems: list[Problem], waiting: Waiting | None, looking: Looking | None
) -> list[Source]:
    if not path:
        # Path("") is the current folder; an empty argument comes from a variable that is not set.
        raise LogError(where="FILE", what="the name is empty", remedy="Give a file, a folder or a pattern")
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError) as error:
        from smtpscope.reading.sources.over_ssh import opened_over_ssh, remote_file

        remote = remote_file(path)
        if remote is None or not isinstance(error, FileNotFoundError):
            raise not_opened(path, error) from error

        def opened() -> BinaryIO:
            patience = _patience(path, f"waiting for ssh {remote[0]}", waiting)
            try:
                return opened_over_ssh(path, *remote, arrived=patience.cancel)
            except LogError:
                patience.cancel()
                raise

        return logs_in(SpooledSource(path, opened, unpacking), unpacking, problems)
    if stat.S_ISDIR(mode):
        return _sources_below(path, unpacking, problems, looking)
    if stat.S_ISREG(mode):
        return logs_in(FileSource(path), unpacking, problems)
    if stat.S_ISFIFO(mode):
        return logs_in(SpooledSource(path, lambda: _opened_pipe(path, waiting), unpacking), unpacking, problems)
    raise LogError(
        where=path,
        what="this is a device, not a file",
        remedy="Give a file, a folder or a pipe; - is standard input",
    )


def _opened_pipe(path: str, waiting: Waiting | None) -> BinaryIO:
    """The pipe at `path`, once a program has opened it for writing."""
    patience = _patience(path, "waiting for a program that writes into this pipe", waiting)
    try:
        return Path(path).open("rb", buffering=0)
    finally:
        patience.cancel()


def _patience(path: str, what_for: str, waiting: Waiting | None) -> Timer:
    """A started timer that tells `waiting` about `path`, unless it is cancelled soon."""
    timer = Timer(_SECONDS_TO_WAIT, waiting or (lambda name, what: None), [path, what_for])
    timer.daemon = True
    timer.start()
    return timer


def _sources_below(folder: str, unpacking: Unpacking, problems: list[Problem], looking: Looking | None) -> list[Source]:
    def passed_over(error: OSError) -> None:
        problems.append(Problem(str(error.filename), "whole folder", f"Can't be opened ({error.strerror})", "skipped"))

    sources: list[Source] = []
    seen = 0
    for path in files_below(folder, passed_over):
        seen += 1
        if looking is not None:
            looking(folder, seen)
        try:
            sources += logs_below(path, unpacking, problems)
        except NoLogError as error:
            problems.append(Problem(path, "whole file", f"Skipped: {error.what}", "noted"))
        except LogError as error:
            problems.append(Problem(path, "whole file", error.what, "skipped"))
    if not sources:
        raise LogError(
            where=folder,
            what="the folder is empty" if not seen else f"none of the {seen:,} files in this folder is a log",
            remedy="Give the folder or the file the event log was exported to (.evtx, .evt, text, CSV, XML)",
        )
    return sources


def logs_below(path: str, unpacking: Unpacking, problems: list[Problem]) -> list[Source]:
    """The logs in one file of a folder; a file that is not a log is noted. Raises LogError if it can't be read,
    NoLogError for an archive without a log.
    """
    source = FileSource(path)
    if not source.size:
        problems.append(Problem(path, "whole file", "The file is empty", "noted"))
        return []
    # The user needs to know about a file in a folder that can't be opened; `logs_in` would leave that for later.
    source.open().close()
    found = logs_in(source, unpacking, problems)
    if isinstance(found[0], ZipMember) or (len(found) > 1):
        return found
    if reader_of(found[0], search=SEARCHED) is not None:
        return found
    problems.append(Problem(path, "whole file", "Not a supported log, skipped", "noted"))
    return []


def files_below(folder: str, passed_over: Callable[[OSError], None]) -> Iterator[str]:
    """The paths of all files in `folder` and below it, sorted by name; `passed_over` hears of folders that can't be
    opened.
    """
    for parent, folders, files in os.walk(folder, onerror=passed_over):
        # Sorted in place: os.walk descends in this order.
        folders.sort(key=str.casefold)
        for name in sorted(files, key=str.casefold):
            path = Path(parent, name)
            if path.is_file():
                yield str(path)
