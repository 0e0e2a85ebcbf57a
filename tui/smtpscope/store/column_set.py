"""The columns of the exchanges: one small integer per field, one array per column."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

NO_TIME = int(np.iinfo(np.int64).min)
"""In `time_ms`: the event has no time."""
NO_NUMBER = int(np.iinfo(np.int64).min)
"""In `record_id` and `connection`: the event has none."""
NO_CODE = 0
"""In `code`: the reply has no reply code."""
NO_MAILBOX = -1
"""In `recipient` and `sender`: the command names no such mailbox."""

# Growing by a quarter keeps the spare space small, and rows are still copied only a few times.
_GROWTH = 1.25
_FIRST_CAPACITY = 4096


class Columns(Struct, frozen=True):
    """One entry per row in each column; anything that is not a plain number indexes a vocabulary of the store.

    `time_ms`, `offset`, `record_id` and `connection` are the event's own numbers (NO_TIME, NO_NUMBER if it has none).
    `context` has the fields that events of one log share (file, provider, computer, level, ...), `host` the remote host
    as spelt and `host_key` its folded form, `judgement` the match with who has to act, `category` its cause,
    `direction` the position in `DIRECTIONS`, `server` the computer, `recipient` and `sender` the folded mailbox of RCPT
    and of MAIL (NO_MAILBOX if there is none). `is_duplicate` means the event is a duplicate. 75 bytes per row.
    """

    time_ms: NDArray[np.int64]
    offset: NDArray[np.int64]
    record_id: NDArray[np.int64]
    connection: NDArray[np.int64]
    context: NDArray[np.int32]
    host: NDArray[np.int32]
    command: NDArray[np.int32]
    reply: NDArray[np.int32]
    host_key: NDArray[np.int32]
    judgement: NDArray[np.int32]
    category: NDArray[np.int32]
    server: NDArray[np.int32]
    recipient: NDArray[np.int32]
    sender: NDArray[np.int32]
    code: NDArray[np.int16]
    direction: NDArray[np.int8]
    is_duplicate: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.time_ms)


_TYPES: dict[str, type[np.signedinteger | np.bool_]] = {
    **dict.fromkeys(("time_ms", "offset", "record_id", "connection"), np.int64),
    "code": np.int16,
    "direction": np.int8,
    "is_duplicate": np.bool_,
}
_NAMES = Columns.__struct_fields__


class GrowingColumns:
    """Columns that grow at the end. Existing views stay valid and never change."""

    __slots__ = ("_arrays", "_length", "_view")

    def __init__(self) -> None:
        self._arrays = {name: np.empty(_FIRST_CAPACITY, _TYPES.get(name, np.int32)) for name in _NAMES}
        self._length = 0
        self._view: Columns | None = None

    def __len__(self) -> int:
        return self._length

    def append(self, columns: Columns) -> None:
        end = self._length + len(columns)
        capacity = len(self._arrays["time_ms"])
        if end > capacity:
            capacity = max(end, int(capacity * _GROWTH))
            for name, array in self._arrays.items():
                grown = np.empty(capacity, array.dtype)
                grown[: self._length] = array[: self._length]
                self._arrays[name] = grown
        for name, array in self._arrays.items():
            array[self._length : end] = getattr(columns, name)
        self._length = end
        self._view = None

    def replace_times(self, time_ms: NDArray[np.int64]) -> None:
        """Replace every row's time; existing views keep the old ones."""
        replaced = np.empty_like(self._arrays["time_ms"])
        replaced[: self._length] = time_ms
        self._arrays["time_ms"] = replaced
        self._view = None

    @property
    def columns(self) -> Columns:
        """All rows so far, read only."""
        if self._view is None:
            views = {name: array[: self._length] for name, array in self._arrays.items()}
            for view in views.values():
                view.flags.writeable = False
            self._view = Columns(**views)
        return self._view

    @property
    def bytes_used(self) -> int:
        """The memory of the columns in bytes, including spare space."""
        return sum(array.nbytes for array in self._arrays.values())
