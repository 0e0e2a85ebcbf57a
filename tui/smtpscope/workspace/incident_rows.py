"""Converts an incident's key to row columns and back, for marks and notes."""

from __future__ import annotations

from typing import Any, Final

from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.grouping.incident import IncidentKey
from smtpscope.workspace.stored_text import packed, unpacked

KEY_COLUMNS: Final = "direction, host_key, code, category"
SAME_KEY: Final = "direction = ? AND host_key = ? AND code = ? AND category = ?"
# NULL is not equal to itself, so it can't be part of a key.
_NO_CODE: Final = -1


def key_row(key: IncidentKey) -> tuple[str, bytes, int, bytes]:
    """The values of KEY_COLUMNS."""
    code = _NO_CODE if key.code is None else key.code
    return (key.direction.value, packed(key.host_key), code, packed(key.category))


def key_of(row: tuple[Any, ...]) -> IncidentKey | None:
    """The key of a row that begins with KEY_COLUMNS, None if this version does not know the direction."""
    direction, host_key, code, category = row[:4]
    try:
        return IncidentKey(
            Direction(direction), unpacked(host_key), None if code == _NO_CODE else code, unpacked(category)
        )
    except ValueError:
        return None
