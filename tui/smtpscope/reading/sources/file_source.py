"""A log file by its path, and what is still written to it after it was renamed or deleted."""

from __future__ import annotations

import os
import sys
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from smtpscope.reading.sources.open_errors import not_opened

_MOST_HELD: Final = 8
"""Files that had the name one after the other, and were not read to their ends yet."""


class FileSource:
    """A regular file. Raises LogError at `open` if it can't be opened."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self.name = os.fspath(path)
        self._held: deque[BinaryIO] = deque()
        self._behind = False

    @property
    def size(self) -> int:
        try:
            if self._behind:
                return os.fstat(self._held[0].fileno()).st_size
            return self._path.stat().st_size
        except OSError as error:
            raise not_opened(self.name, error) from error

    @property
    def identity(self) -> tuple[int, int]:
        """Which file has the name now: another one has another identity. Raises LogError if none has."""
        try:
            found = self._path.stat()
        except OSError as error:
            raise not_opened(self.name, error) from error
        return found.st_dev, found.st_ino

    def open(self) -> BinaryIO:
        try:
            if self._behind:
                # They share one position, and are read one after the other.
                stream = os.fdopen(os.dup(self._held[0].fileno()), "rb")
                stream.seek(0)
                return stream
            return self._path.open("rb")
        except OSError as error:
            raise not_opened(self.name, error) from error

    def hold(self) -> None:
        """Keeps the file open, so that it can be read to its end when its path names another one.

        Not on Windows, where nobody could rename it then.
        """
        if sys.platform == "win32" or len(self._held) >= _MOST_HELD:
            return
        with suppress(OSError):
            if not self._held or self._is_elsewhere(self._held[-1]):
                self._held.append(self._path.open("rb"))

    def stay_behind(self) -> bool:
        """Whether the path names another file by now, or none: then the oldest that is kept open is read on."""
        if self._held:
            self.hold()
        self._behind = bool(self._held) and self._is_elsewhere(self._held[0])
        return self._behind

    def look_for_new(self) -> None:
        """Raises LogError if the path names no file at all."""
        try:
            self._path.stat()
        except OSError as error:
            raise not_opened(self.name, error) from error

    def catch_up(self) -> None:
        """Lets go of the oldest file that is kept open: from now on, the one after it is read."""
        self._behind = False
        if self._held:
            self._held.popleft().close()

    def _is_elsewhere(self, held: BinaryIO) -> bool:
        mine = os.fstat(held.fileno())
        try:
            named = self._path.stat()
        except OSError:
            return True
        return (mine.st_dev, mine.st_ino) != (named.st_dev, named.st_ino)
