"""The incidents that earlier checks reported, stored in a file the user chooses."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from smtpscope.errors import LogError
from smtpscope.export.formats.json_text import JsonValue, json_text
from smtpscope.export.writing import write_document
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.grouping.incident import IncidentKey

SCHEMA: Final = "smtpscope/check-state/1"


class _Told(msgspec.Struct, frozen=True):
    direction: Direction
    remote_host: str
    reply_code: int | None
    category: str


class _State(msgspec.Struct, frozen=True):
    schema: str
    incidents: tuple[_Told, ...]


def reported_before(path: Path) -> frozenset[IncidentKey]:
    """The incidents in the file at `path`, none if there is no such file.

    Raises LogError if it can't be read, or was not written by a check.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        raise LogError(
            where=str(path), what=f"can't be read ({error.strerror or error})", remedy="Check its permissions"
        ) from error
    try:
        state = msgspec.json.decode(data, type=_State)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_ours(path) from error
    if state.schema != SCHEMA:
        raise _not_ours(path)
    return frozenset(
        IncidentKey(each.direction, each.remote_host, each.reply_code, each.category) for each in state.incidents
    )


def keep_reported(path: Path, keys: Iterable[IncidentKey]) -> None:
    """Rewrites the file atomically. Raises ExportError."""
    incidents: list[JsonValue] = [
        {
            "direction": key.direction.value,
            "remote_host": key.host_key,
            "reply_code": key.code,
            "category": key.category,
        }
        for key in keys
    ]
    write_document(path, json_text({"schema": SCHEMA, "incidents": incidents}) + "\n", overwrite=True)


def _not_ours(path: Path) -> LogError:
    return LogError(
        where=str(path),
        what="this is not a state file of smtpscope check",
        remedy="Name another file, or delete this one to begin afresh",
    )
