"""What a set consists of: its settings, its parts and what was read of each log. Only what the manifest names counts.

    set.json                    the settings and what is in force, exchanged by rename
    receipts/<log>.json         what was read of one log
    groups/<name>.parquet       answers that a compaction has kept
    exchanges/<xx>/<part>.parquet

A log has one receipt and any number of parts; after `fleet compact` a part holds the rows of many logs.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from smtpscope.errors import LogError

SCHEMA: Final = "smtpscope.set/1"
MANIFEST: Final = "set.json"
GROUP_TABLES: Final = 1
"""The form of group tables; another one is not read, but made again by the next compaction."""


class SetPart(Struct, frozen=True, kw_only=True):
    """One Parquet file, by its path below the set; times in milliseconds since 1970-01-01 UTC, None without one."""

    path: str
    rows: int
    size: int
    first_ms: int | None = None
    last_ms: int | None = None


class LogReceipt(Struct, frozen=True, kw_only=True):
    """What was read of the log `name`: `parts` are those with its rows, `rows` its exchanges, `unrelated` its other
    records, `skipped` those that could not be read. `first_ms` and `last_ms` are the times of its first and last
    record of any kind, `span_assumed` says that their zone was assumed.

    `problems` are the first of what was not understood, `error` is why the log, or the rest of it, could not be read.
    `file` is the path of the file that has the log, which is an archive where `name` is a log in it; `size` and
    `changed_ns` are those of the file; `key` is a hash of the path, of both and of how it was read: with the `zone` of
    logs that name none, dated by `as_of_ms`, with this `version` and `knowledge`.
    """

    name: str
    key: str
    size: int
    changed_ns: int
    file: str = ""
    zone: str = ""
    as_of_ms: int | None = None
    version: str = ""
    knowledge: str = ""
    parts: tuple[str, ...] = ()
    rows: int = 0
    unrelated: int = 0
    skipped: int = 0
    first_ms: int | None = None
    last_ms: int | None = None
    span_assumed: bool = False
    service_log: bool = False
    problems: tuple[str, ...] = ()
    error: str | None = None
    seconds: float = 0.0


class KeptTables(Struct, frozen=True, kw_only=True):
    """The files of the group tables by their paths below the set, and their size in bytes.

    `span` is the one of the activity in them. `made_of` is the fingerprint of the set whose rows are in them.
    """

    cells: str
    facts: str
    span: tuple[int, int] | None
    made_of: str
    size: int


class SetManifest(Struct, frozen=True, kw_only=True):
    """A set. `zone` is the one of logs that name none, `as_of_ms` the moment by which logs without a year are dated;
    `version` and `knowledge` are those it was read with, `knowledge` as a hash of the entries and rules; "" where the
    logs were read with several. What was before `dropped_before_ms` is no longer in the parts.
    """

    schema: str = SCHEMA
    zone: str = "UTC"
    as_of_ms: int | None = None
    version: str = ""
    knowledge: str = ""
    dropped_before_ms: int | None = None
    parts: tuple[SetPart, ...] = ()
    logs: tuple[LogReceipt, ...] = ()
    group_tables: KeptTables | None = None

    @property
    def fingerprint(self) -> str:
        """What changes with the rows of the set, the order of its logs, its span, and the form of group tables."""
        parts = sorted((part.path, part.rows) for part in self.parts)
        made_of = (GROUP_TABLES, parts, sorted(log.name for log in self.logs), self.span)
        return hashlib.sha256(msgspec.json.encode(made_of)).hexdigest()

    @property
    def valid_tables(self) -> KeptTables | None:
        """The group tables, if they are of the rows that the set has now."""
        kept = self.group_tables
        return kept if kept is not None and kept.made_of == self.fingerprint else None

    @property
    def span(self) -> tuple[int | None, int | None]:
        """The first and the last time of all records of all logs, None without one."""
        first = [log.first_ms for log in self.logs if log.first_ms is not None]
        last = [log.last_ms for log in self.logs if log.last_ms is not None]
        return min(first, default=None), max(last, default=None)


def is_set(folder: str) -> bool:
    """Whether `folder` is a set."""
    try:
        return (Path(folder) / MANIFEST).is_file()
    except (OSError, ValueError):
        return False


class DamagedManifestError(LogError):
    """The manifest is not one any more; the receipts say what the set holds."""


def decoded_manifest(content: bytes, where: str) -> SetManifest:
    """The manifest in `content`. Raises DamagedManifestError, and LogError for a later version."""
    try:
        found = msgspec.json.decode(content, type=SetManifest)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise DamagedManifestError(
            where=where,
            what=f"the manifest of the set is damaged ({error})",
            remedy="Run smtpscope fleet check, which rebuilds it from the receipts",
        ) from error
    if found.schema != SCHEMA:
        raise LogError(
            where=where,
            what=f"the set is written in the schema {found.schema[:40]}, which only other versions can read",
            remedy="Open it with the version of smtpscope that made it, or read the logs again",
        )
    return found


def encoded_manifest(manifest: SetManifest) -> bytes:
    """`manifest` as JSON."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def read_manifest(folder: str) -> SetManifest:
    """The manifest of the set in `folder`. Raises LogError."""
    path = Path(folder) / MANIFEST
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LogError(
            where=folder,
            what=f"the set can't be opened ({error.strerror or error})",
            remedy="Give the folder that smtpscope fleet read wrote",
        ) from error
    return decoded_manifest(content, str(path))
