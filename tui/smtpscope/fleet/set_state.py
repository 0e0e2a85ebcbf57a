"""What a set holds while it is being changed: the manifest, and the receipts that it does not name yet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from smtpscope.asking.set_manifest import LogReceipt, SetManifest, is_set, read_manifest
from smtpscope.errors import ExportError
from smtpscope.fleet.log_job import ReadingRules, ReadLog
from smtpscope.fleet.set_files import receipts_in, write_manifest

_COMPACTED: Final = re.compile(r"exchanges/(\d{4}-\d\d|undated)/")


def month_of_part(path: str) -> str | None:
    """The month whose rows of many logs are in the part `path`; None for a part of one log."""
    match = _COMPACTED.match(path)
    return None if match is None else match[1]


class SetState:
    """The set in `folder`. `known` is its manifest, by default the one on the disk; newer receipts come on top.

    A log that has changed, and whose rows are in parts with those of others, waits in `held_back` until these parts
    are written without it; up to then the set has it as it was. Raises LogError for a damaged manifest.
    """

    def __init__(self, folder: Path, known: SetManifest | None = None) -> None:
        self.folder = folder
        if known is None:
            known = read_manifest(str(folder)) if is_set(str(folder)) else SetManifest()
        self.known = known
        self.parts = {part.path: part for part in known.parts}
        self.files: dict[str, tuple[LogReceipt, ...]] = {}
        self.held_back: dict[str, ReadLog] = {}
        self.unreadable: list[Path] = []
        for log in known.logs:
            self.files[log.file or log.name] = (*self.files.get(log.file or log.name, ()), log)
        for path, read in receipts_in(folder):
            if read is None:
                self.unreadable.append(path)
            elif read.receipts and not self._has(read):
                self.add(read)

    def _has(self, read: ReadLog) -> bool:
        known = self.files.get(read.receipts[0].file, ())
        return [log.key for log in known] == [log.key for log in read.receipts]

    def add(self, read: ReadLog) -> None:
        """Takes in what was read of one file, in place of what was read of it before.

        A file that can't be read any more keeps what was read of it.
        """
        file = read.receipts[0].file
        before = self.files.get(file, ())
        if any(log.rows for log in before) and all(log.error is not None and not log.rows for log in read.receipts):
            return
        if any(month_of_part(path) for log in before for path in log.parts):
            self.held_back[file] = read
            return
        for log in before:
            for path in log.parts:
                self.parts.pop(path, None)
        self.files[file] = read.receipts
        self.parts |= {part.path: part for part in read.parts}

    @property
    def logs(self) -> list[LogReceipt]:
        """The receipts of all logs in force."""
        return [log for logs in self.files.values() for log in logs]

    def is_unchanged(self, file: str, size: int, changed_ns: int, rules: ReadingRules, *, any_time: bool) -> bool:
        """Whether `file` was read as it is, with `rules`; `any_time` says that any moment may have dated it.

        What could not be read is not: the reason may be gone.
        """
        read = self.held_back.get(file)
        logs = self.files.get(file, ()) if read is None else read.receipts
        return bool(logs) and all(
            log.error is None
            and (log.size, log.changed_ns, log.zone) == (size, changed_ns, rules.zone)
            and (any_time or log.as_of_ms == rules.as_of_ms)
            for log in logs
        )

    def in_order_of(self, files: Iterable[str]) -> None:
        """Puts the logs in the order in which `files` are named, all others before them."""
        places = {file: place for place, file in enumerate(files)}
        self.files = dict(sorted(self.files.items(), key=lambda item: places.get(item[0], -1)))

    def manifest(self, rules: ReadingRules | None = None) -> SetManifest:
        """The manifest of what is in force; `rules` are those of the run that wrote last."""
        logs = tuple(self.logs)
        named = replace(self.known, parts=tuple(self.parts.values()), logs=logs)
        if rules is not None:
            named = replace(named, zone=rules.zone, as_of_ms=rules.as_of_ms)
        return replace(
            named,
            version=_common(log.version for log in logs),
            knowledge=_common(log.knowledge for log in logs),
        )

    def write(self, rules: ReadingRules | None = None) -> None:
        """Exchanges the manifest on the disk. Raises ExportError."""
        self.known = self.manifest(rules)
        try:
            write_manifest(self.folder, self.known)
        except OSError as error:
            raise ExportError(
                where=str(self.folder),
                what=f"the manifest of the set can't be written ({error.strerror or error})",
                remedy="Check free space and permissions, then run the same command again: it goes on where it was",
            ) from error


def _common(values: Iterable[str]) -> str:
    different: Collection[str] = {value for value in values if value}
    return next(iter(different)) if len(different) == 1 else ""
