"""Whether the exchanges of a log fit into memory, asked before it is read."""

from __future__ import annotations

from collections.abc import Callable

from smtpscope.errors import LogError
from smtpscope.reading.record import EstimatesMemory, LogReader
from smtpscope.reading.sources.memory_left import memory_left


def beyond_memory(reader: LogReader, name: str, left: Callable[[], int | None] = memory_left) -> LogError | None:
    """What to say of the log `name` if `reader` knows that its exchanges take more memory than is `left`."""
    if not isinstance(reader, EstimatesMemory):
        return None
    available = left()
    try:
        needed = reader.memory_needed()
    except LogError:
        # Whoever reads it says what is wrong with it.
        return None
    if available is None or needed <= available:
        return None
    return LogError(
        where=name,
        what=f"reading it takes about {needed / 1e9:,.1f} GB of memory, and {available / 1e9:,.1f} GB are left",
        remedy=f"Make a set of it and open that, which takes half a gigabyte: smtpscope fleet read {name} -o SET, "
        "then smtpscope report SET",
    )
