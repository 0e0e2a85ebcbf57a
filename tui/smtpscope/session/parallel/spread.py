"""Whether reading some logs is worth several processes, and which of the logs they read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from smtpscope.reading.record import ReadOptions, Source
from smtpscope.reading.sources.file_source import FileSource

if TYPE_CHECKING:
    from smtpscope.session.parallel.reading_processes import ReadingProcesses

_BYTES_A_SECOND: Final = 60e6
_SECONDS_A_FILE: Final = 0.001
_LEAST_SECONDS: Final = 1.0
"""A process takes a quarter of a second to start; what one reads in less than this is not worth a second."""


class FileSpread(Struct, frozen=True):
    """At most `number` processes read; `folders` are those of knowledge besides the bundled one."""

    number: int = 1
    folders: tuple[Path, ...] = ()

    def processes(
        self, sources: Sequence[Source], options: ReadOptions, read_as: str | None
    ) -> ReadingProcesses | None:
        """Processes that read those of `sources` that are files; None where one process is as fast.

        A log that is still growing is read here, and so is what is packed or piped: only its own process can read on.
        """
        files = [source for source in sources if isinstance(source, FileSource)]
        if self.number < 2 or len(files) < 2 or options.growing or _seconds(files) < _LEAST_SECONDS:
            return None
        from smtpscope.session.parallel.log_elsewhere import HowToRead
        from smtpscope.session.parallel.reading_processes import ReadingProcesses

        how = HowToRead(options, read_as, self.folders)
        return ReadingProcesses(self.number, [source.name for source in files], how)


def usable_cores() -> int:
    """How many cores of this computer this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable is not None else os.cpu_count() or 1


def spread_over(jobs: int, folders: Sequence[Path]) -> FileSpread | None:
    """At most `jobs` processes, with the knowledge in `folders` besides the bundled one; None for one process."""
    return FileSpread(jobs, tuple(folders)) if jobs > 1 else None


def _seconds(files: Sequence[FileSource]) -> float:
    """About how long one process takes to read `files`."""
    return sum(file.size for file in files) / _BYTES_A_SECOND + len(files) * _SECONDS_A_FILE
