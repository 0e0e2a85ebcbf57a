"""The files that a run reads: those named, those that match a pattern, and all below a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from smtpscope.errors import UsageError
from smtpscope.reading.sources.expanding import files_below, matched


class FoundFile(Struct, frozen=True):
    """A file by its absolute path; `found` says that it was in a folder. `failure` is why it can't be read, or ""."""

    path: str
    size: int = 0
    changed_ns: int = 0
    found: bool = False
    failure: str = ""


def log_files(arguments: Sequence[str], without: Path) -> list[FoundFile]:
    """The files that `arguments` name, each once, those of a folder sorted by name; none below the folder `without`.

    Paths are absolute, as the set outlives the working folder. Raises UsageError for what is never a file.
    """
    files: dict[object, FoundFile] = {}
    set_folder = os.path.realpath(without)
    for argument in arguments:
        if argument in ("-", ""):
            raise UsageError(
                where="fleet read",
                what="standard input can't be read into a set" if argument else "the name of a log is empty",
                remedy="Give files, folders or patterns that every worker can open",
            )
        for path, found in _paths(argument):
            one, identity = _looked_at(path, found)
            if found and os.path.realpath(path).startswith(set_folder + os.sep):
                continue
            files.setdefault(identity, one)
    return list(files.values())


def _paths(argument: str) -> Iterator[tuple[str, bool]]:
    for path in map(os.path.abspath, matched(argument) or [argument]):
        if not Path(path).is_dir():
            yield path, False
            continue
        unreadable: list[OSError] = []
        for inner in files_below(path, unreadable.append):
            yield inner, True
        yield from ((str(error.filename), False) for error in unreadable)


def _looked_at(path: str, found: bool) -> tuple[FoundFile, object]:
    try:
        status = Path(path).stat()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return FoundFile(path, failure=f"can't be opened ({reason})"), path
    if not stat.S_ISREG(status.st_mode):
        what = "the folder can't be opened" if stat.S_ISDIR(status.st_mode) else "not a file"
        return FoundFile(path, failure=what), path
    identity = (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(path)
    return FoundFile(path, status.st_size, status.st_mtime_ns, found), identity
