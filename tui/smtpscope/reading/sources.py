"""What the user named -> sources of bytes: files, folders, patterns, pipes and standard input."""

from __future__ import annotations

import errno
import os
import stat
import sys
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from smtpscope.errors import LogError, Problem
from smtpscope.reading.record import Source
from smtpscope.reading.registry import reader_of

_STDIN = "-"
# How far a text in a folder is looked through for a sentence of ours; a file that is named itself is read to its end.
_SEARCHED_IN_FOLDERS = 8 << 20
_SHARING_VIOLATION = 32
_NAMES_COMPARED = 5_000


class FileSource:
    """A regular file. Raises LogError at `open` when it can't be opened."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self.name = os.fspath(path)

    @property
    def size(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError as error:
            raise _not_opened(self.name, error) from error

    def open(self) -> BinaryIO:
        try:
            return self._path.open("rb")
        except OSError as error:
            raise _not_opened(self.name, error) from error


class SpooledSource:
    """A stream that can be read once, kept in a temporary file so that it can be read twice.

    Nothing is read before the first `size` or `open`; the temporary file is removed with this object.
    """

    def __init__(self, name: str, open_stream: Callable[[], BinaryIO]) -> None:
        self.name = name
        self._open_stream = open_stream
        self._kept: Path | None = None

    @property
    def size(self) -> int:
        return self._file().stat().st_size

    def open(self) -> BinaryIO:
        return self._file().open("rb")

    def _file(self) -> Path:
        if self._kept is None:
            try:
                self._kept = self._keep()
            except OSError as error:
                full = error.errno == errno.ENOSPC
                raise LogError(
                    where=self.name,
                    what="there is no room to keep the input aside"
                    if full
                    else f"can't be read ({error.strerror or error})",
                    remedy="Save the input to a file on another disk and open that file",
                ) from error
        return self._kept

    def _keep(self) -> Path:
        # Not a TemporaryFile: each `open` needs a stream of its own, and Windows opens no file twice by its handle.
        import shutil
        import tempfile

        descriptor, kept = tempfile.mkstemp(prefix="smtpscope-")
        weakref.finalize(self, _remove, kept)
        with os.fdopen(descriptor, "wb") as target, self._open_stream() as stream:
            shutil.copyfileobj(stream, target, 1 << 20)
        return Path(kept)


def _remove(path: str) -> None:
    # On Windows a stream that is still open keeps the file; the system's temporary folder is cleaned up by the system.
    try:
        Path(path).unlink(missing_ok=True)
    except OSError:
        return


class StandardInput(SpooledSource):
    """Standard input, named "-". Raises LogError when it is a keyboard: nobody types a log."""

    def __init__(self) -> None:
        super().__init__(_STDIN, _standard_input)


def _standard_input() -> BinaryIO:
    if sys.stdin is None or sys.stdin.isatty():
        raise LogError(
            where="standard input",
            what="nothing was piped in",
            remedy="Pipe a log into the command, or name a file instead of -",
        )
    # Unbuffered: a buffer asks again and again until it is full, and a signal that comes meanwhile would have to wait.
    return open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)


@dataclass(frozen=True, slots=True)
class Expansion:
    """The sources to read in order, each once, and what was passed over on the way."""

    sources: tuple[Source, ...]
    problems: tuple[Problem, ...] = ()


def expand(arguments: Sequence[str]) -> Expansion:
    """The sources that `arguments` name: files, folders with all below them, patterns, "-" for standard input.

    Of a folder only files that a reader recognises are taken, sorted by name; each other one becomes a Problem. A
    file that is named twice, by whatever path, is taken once. Raises LogError for an argument that gives no log.
    """
    sources: list[Source] = []
    problems: list[Problem] = []
    seen: set[object] = set()
    for argument in arguments:
        if argument == _STDIN:
            found: list[Source] = [StandardInput()]
        else:
            found = [source for path in _paths(argument) for source in _sources_at(path, problems)]
        for source in found:
            identity = _identity(source)
            if identity not in seen:
                seen.add(identity)
                sources.append(source)
    return Expansion(tuple(sources), tuple(problems))


def _identity(source: Source) -> object:
    if source.name == _STDIN:
        return _STDIN
    try:
        status = Path(source.name).stat()
    except OSError:
        return source.name
    if status.st_ino:
        return status.st_dev, status.st_ino
    return os.path.normcase(os.path.realpath(source.name))


def _paths(argument: str) -> list[str]:
    """`argument`, or what it stands for as a pattern (cmd.exe and PowerShell leave patterns to the program)."""
    if os.path.lexists(argument) or not any(sign in argument for sign in "*?["):
        return [argument]
    import glob

    found = sorted(glob.glob(argument, recursive=True))  # noqa: PTH207 - Path.glob refuses an absolute pattern
    if not found:
        raise LogError(
            where=argument,
            what="no file matches this pattern",
            remedy="Check the folder and the ending; Event Viewer saves logs as .evtx",
        )
    return found


def _sources_at(path: str, problems: list[Problem]) -> list[Source]:
    if not path:
        # Path("") is the current folder; an empty argument comes from a variable that is not set.
        raise LogError(where="FILE", what="the name is empty", remedy="Name a file, a folder or a pattern")
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError) as error:
        raise _not_opened(path, error) from error
    if stat.S_ISDIR(mode):
        return _sources_below(path, problems)
    if stat.S_ISREG(mode):
        return [FileSource(path)]
    if stat.S_ISFIFO(mode):
        return [SpooledSource(path, lambda: Path(path).open("rb", buffering=0))]
    raise LogError(
        where=path,
        what="this is a device, not a file",
        remedy="Name a file, a folder or a pipe; - stands for standard input",
    )


def _sources_below(folder: str, problems: list[Problem]) -> list[Source]:
    sources: list[Source] = []
    seen = 0
    for path in _files_below(folder, problems):
        seen += 1
        source = FileSource(path)
        try:
            if not source.size:
                problems.append(Problem(path, "whole file", "The file is empty", "noted"))
            elif reader_of(source, search=_SEARCHED_IN_FOLDERS) is not None:
                sources.append(source)
            else:
                problems.append(Problem(path, "whole file", "Not a log that can be read here, passed over", "noted"))
        except LogError as error:
            problems.append(Problem(path, "whole file", error.what, "skipped"))
    if not sources:
        raise LogError(
            where=folder,
            what="the folder is empty" if not seen else f"no log is among the {seen} files of this folder",
            remedy="Name the folder or the file to which the event log was exported (.evtx, .evt, text, CSV, XML)",
        )
    return sources


def _files_below(folder: str, problems: list[Problem]) -> Iterator[str]:
    def passed_over(error: OSError) -> None:
        problems.append(Problem(str(error.filename), "whole folder", f"Can't be opened ({error.strerror})", "skipped"))

    for parent, folders, files in os.walk(folder, onerror=passed_over):
        # Sorted in place: os.walk goes down in the order it finds here.
        folders.sort(key=str.casefold)
        for name in sorted(files, key=str.casefold):
            path = Path(parent, name)
            if path.is_file():
                yield str(path)


def _not_opened(path: str, error: OSError | ValueError) -> LogError:
    if isinstance(error, FileNotFoundError) and os.path.islink(path):  # noqa: PTH114 - path may be no path at all
        return LogError(where=path, what="this link leads to nothing", remedy="Name the file itself")
    if isinstance(error, FileNotFoundError):
        near = _near_name(path)
        remedy = f"Did you mean {near}?" if near else "Check the name and the folder"
        return LogError(where=path, what="there is no such file or folder", remedy=remedy)
    if getattr(error, "winerror", None) == _SHARING_VIOLATION:
        what, remedy = "another program holds this file open", "Export the log in Event Viewer and open the copy"
    elif isinstance(error, PermissionError):
        what, remedy = "no permission to read this file", "Ask for read access, or open a copy that you may read"
    elif isinstance(error, NotADirectoryError):
        what, remedy = "a part of this path is a file, not a folder", "Check the path"
    elif isinstance(error, IsADirectoryError):
        what, remedy = "this is a folder, not a file", "Name a file in it"
    elif getattr(error, "errno", None) == errno.ELOOP:
        what, remedy = "this link leads back to itself", "Name the file itself"
    elif isinstance(error, ValueError) or error.errno in (errno.ENAMETOOLONG, errno.EINVAL):
        what, remedy = "this can't be a file name", "Check the name"
    else:
        what, remedy = f"the file can't be opened ({error.strerror or error})", "Check the disk or the network drive"
    return LogError(where=path, what=what, remedy=remedy)


def _near_name(path: str) -> str | None:
    """A file beside `path` whose name is nearly the same, spelled with the user's folder."""
    import difflib

    asked = Path(path)
    try:
        names = {entry.name.casefold(): entry for entry in islice(asked.parent.iterdir(), _NAMES_COMPARED)}
    except OSError:
        return None
    near = difflib.get_close_matches(asked.name.casefold(), names, n=1, cutoff=0.6)
    return str(names[near[0]]) if near else None
