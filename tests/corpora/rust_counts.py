"""How many records the Rust reader `evtx` finds in a file: in a process of its own, since it never returns from some
damage."""

from __future__ import annotations

import multiprocessing
import warnings
from contextlib import suppress
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Final

_SECONDS: Final = 120.0


def count_records(path: str) -> int:
    """The number of records without an error."""
    from evtx import PyEvtxParser

    count = 0
    warnings.simplefilter("ignore")
    iterator = PyEvtxParser(path, number_of_threads=1).records_json()
    failures = 0
    while failures < 1_000:
        try:
            next(iterator)
        except StopIteration:
            break
        except Exception:
            failures += 1
            continue
        count += 1
    return count


class RustCounts:
    """One process for all files; a new one after each that had to be ended."""

    def __init__(self) -> None:
        self._pool: Pool | None = None

    def of(self, path: Path) -> int | None:
        """None where the reader refuses the file, or does not return."""
        if self._pool is None:
            self._pool = multiprocessing.get_context("spawn").Pool(1)
        try:
            return self._pool.apply_async(count_records, (str(path),)).get(_SECONDS)
        except multiprocessing.TimeoutError:
            self.close()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
        return None

    def close(self) -> None:
        """Ends the process."""
        if self._pool is not None:
            with suppress(OSError):
                self._pool.terminate()
            self._pool = None
