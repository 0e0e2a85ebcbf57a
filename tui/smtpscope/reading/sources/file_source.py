"""A log file by its path, and what is still written to it after it was renamed or deleted."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from smtpscope.reading.sources.open_errors import not_opened


class FileSource:
    """A regular file. Raises LogError at `open` if it can't be opened."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self.name = os.fspath(path)
        self._held: BinaryIO | None = None
        self._behind = False

    @property
    def size(self) -> int:
        try:
            if self._behind and self._held is not None:
                return os.fstat(self._held.fileno()).st_size
            return self._path.stat().st_size
        except OSError as error:
            raise not_opened(self.name, error) from error

    def open(self) -> BinaryIO:
        try:
            if self._behind and self._held is not None:
                # They share one position, and are read one after the other.
                stream = os.fdopen(os.dup(self._held.fileno()), "rb")
                stream.seek(0)
                return stream
            return self._path.open("rb")
        except OSError as error:
            raise not_opened(self.name, error) from error

    def hold(self) -> None:
        """Keeps the file open, so that it can be read to its end when its path names another one.

        Not on Windows, where nobody could rename it then.
        """
        if self._held is None and sys.platform != "win32":
            with suppress(OSError):
                self._held = self._path.open("rb")

    def stay_behind(self) -> bool:
        """Whether the path names another file by now, or none: then the one that is kept open is read on."""
        self._behind = self._held is not None and self._is_elsewhere(self._held)
        return self._behind

    def catch_up(self) -> None:
        """Lets go of the file that was kept open: from now on, the one that the path names is read."""
        held, self._held, self._behind = self._held, None, False
        if held is not None:
            held.close()

    def _is_elsewhere(self, held: BinaryIO) -> bool:
        mine = os.fstat(held.fileno())
        try:
            named = self._path.stat()
        except OSError:
            return True
        return (mine.st_dev, mine.st_ino) != (named.st_dev, named.st_ino)
