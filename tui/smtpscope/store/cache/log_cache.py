"""The cache of large logs, in the user's cache folder, which makes the same log open at once next time.

An entry is used only if the file is unchanged (see `identity.py`), program and knowledge base are the same, and, for a
log without a zone, the assumed zone is. Otherwise, or if damaged, it is ignored.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct

import smtpscope
from smtpscope.errors import Problem
from smtpscope.knowledge.files.knowledge_files import OUR_NOTES
from smtpscope.reading.explaining import ExplainingEvent
from smtpscope.reading.log_span import LogSpan
from smtpscope.store.cache.identity import file_identity, zone_identity
from smtpscope.store.cache.log_image import KeptWords, LogImage, put_back, take_image
from smtpscope.store.cache.sections import DamagedCacheError, read_sections, write_sections
from smtpscope.store.column_set import Columns
from smtpscope.store.encoding import Encoder

_FORMAT: Final = "5"
_ENDING: Final = ".kept"
_SMALLEST: Final = 4_000_000
"""Smaller logs are read so fast that a cached copy is not worth it."""
_ROOM: Final = 1_000_000_000
_WORDS, _TYPES, _ZONE = "words", "types", "zone"
_PROGRAM_PARTS: Final = ("reading", "parsing", "knowledge", "store")

_words_decoder = msgspec.msgpack.Decoder(KeptWords)
_types_decoder = msgspec.msgpack.Decoder(dict[str, str])


class KeptLog(Struct, frozen=True):
    """The cached data of one log: its rows, the number of other records, the problems, its time span, and the
    events beside ours.
    """

    columns: Columns
    unrelated_records: int
    problems: tuple[Problem, ...]
    span: LogSpan | None
    explaining: tuple[ExplainingEvent, ...]


class LogKey(Struct, frozen=True):
    """A log in its current state, with the current program and knowledge base."""

    path: Path
    digest: str


class LogCache:
    """The entries in one folder. No method raises because of the folder or its contents."""

    def __init__(
        self,
        folder: Path,
        knowledge: Sequence[Path],
        zone: tzinfo,
        *,
        date_order: str | None = None,
        smallest: int = _SMALLEST,
        room: int = _ROOM,
    ) -> None:
        """`knowledge` are the folders of the knowledge base, `zone` is assumed for times that name none, `date_order`
        for ambiguous dates.

        Logs smaller than `smallest` bytes are not cached; all entries together take at most `room` bytes.
        """
        self._folder = folder
        self._zone = zone
        self._smallest = smallest
        self._room = room
        self._surroundings = f"{_surroundings(knowledge)}\n{date_order or ''}"

    def key(self, name: str) -> LogKey | None:
        """The key of the log at the path `name`; None if it is not to be cached: small, not a regular file, or
        unreadable.
        """
        path = Path(name)
        try:
            if name == "-" or not path.is_file() or path.stat().st_size < self._smallest:
                return None
            whole = path.resolve()
            parts = f"{self._surroundings}\n{file_identity(path)}\n{whole}"
        except (OSError, ValueError):
            return None
        return LogKey(whole, _digest(parts))

    def may_have(self, name: str) -> bool:
        """Whether there is an entry for the log at the path `name`, whatever the log was then."""
        key = self.key(name)
        return key is not None and self._place(key).is_file()

    def find(self, key: LogKey, words: Encoder, name: str) -> KeptLog | None:
        """The cached data for `key`, as rows for `words`, in a log called `name`; for the reading thread."""
        offset = self._place(key)
        try:
            sections = read_sections(offset, key.digest)
            if sections is None:
                return None
            zone = bytes(sections[_ZONE]).decode()
            if zone and zone != zone_identity(self._zone):
                return None
            with _no_collection():
                image = _unpacked(sections)
                columns = put_back(image, words, name)
            os.utime(offset)
        except FileNotFoundError:
            return None
        except (OSError, DamagedCacheError, msgspec.DecodeError, UnicodeDecodeError, KeyError):
            with contextlib.suppress(OSError):
                offset.unlink()
            return None
        problems = tuple(replace(problem, file=name) for problem in image.words.problems)
        explaining = tuple(ExplainingEvent(name, *event) for event in image.words.explaining)
        return KeptLog(columns, image.words.unrelated_records, problems, image.words.span, explaining)

    def keep(
        self,
        key: LogKey,
        name: str,
        words: Encoder,
        batches: Sequence[Columns],
        others: int,
        problems: Sequence[Problem],
        span: LogSpan | None = None,
        explaining: Sequence[ExplainingEvent] = (),
    ) -> bool:
        """Caches a completely read log: all its rows, encoded by `words`. Returns whether it did.

        `key` is from before reading: a log that has changed since is not cached.
        """
        if self.key(name) != key:
            return False
        image = take_image(words, batches, others, problems, span, explaining)
        assumed = (
            any(context.time_assumed for context in image.words.contexts)
            or (span is not None and span.assumed)
            or any(event.time_assumed for event in explaining)
        )
        try:
            sections = _packed(image, zone_identity(self._zone) if assumed else "")
            if sum(memoryview(piece).nbytes for pieces in sections.values() for piece in pieces) > self._room:
                return False
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_sections(self._place(key), key.digest, sections)
        except (OSError, UnicodeEncodeError, OverflowError):
            # A full disk, or a value that can't be written: the log is read again next time.
            return False
        self._make_room()
        return True

    def _place(self, key: LogKey) -> Path:
        return self._folder / (_digest(str(key.path)) + _ENDING)

    def _make_room(self) -> None:
        """Removes the least recently used entries until the rest fits, and leftovers of killed runs."""
        with contextlib.suppress(OSError):
            found = [(entry.stat(), entry) for entry in self._folder.iterdir() if _ENDING in entry.name]
            total = 0
            for status, entry in sorted(found, key=lambda each: each[0].st_mtime, reverse=True):
                total += status.st_size
                if total > self._room:
                    entry.unlink(missing_ok=True)


def _packed(image: LogImage, zone: str) -> dict[str, Sequence[bytes | memoryview]]:
    types = {name: array.dtype.str for name, array in image.numbers.items()}
    return {
        _ZONE: [zone.encode()],
        _TYPES: [msgspec.msgpack.encode(types)],
        _WORDS: [msgspec.msgpack.encode(image.words)],
        **{name: [np.ascontiguousarray(array).data] for name, array in image.numbers.items()},
    }


def _unpacked(sections: dict[str, memoryview]) -> LogImage:
    types = _types_decoder.decode(sections[_TYPES])
    numbers = {name: np.frombuffer(sections[name], np.dtype(kind)) for name, kind in types.items()}
    return LogImage(_words_decoder.decode(sections[_WORDS]), numbers)


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Disables garbage collection: a million new objects would be scanned repeatedly for nothing.

    None is part of a cycle, so they are frozen: later collections skip them, which keeps the screen responsive.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was:
            gc.enable()


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="surrogateescape"), digest_size=20).hexdigest()


def _surroundings(knowledge: Sequence[Path]) -> str:
    """Everything that changes how a log is read: program, knowledge base, type of computer."""
    digest = hashlib.blake2b(digest_size=20)
    digest.update(f"{_FORMAT} {smtpscope.__version__} {sys.byteorder} {sys.version_info[:2]}".encode())
    package = Path(smtpscope.__file__).parent
    with contextlib.suppress(OSError):
        # Not the contents: there are many files, and an installed program is not edited in place.
        for part in _PROGRAM_PARTS:
            for path in sorted((package / part).glob("*.py")):
                status = path.stat()
                digest.update(f"{path.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    for folder in knowledge:
        for path in sorted(folder.rglob("*.toml")):
            place = path.relative_to(folder)
            if place.parts[0] == OUR_NOTES:
                continue
            digest.update(f"\n{place}\n".encode(errors="surrogateescape"))
            with contextlib.suppress(OSError):
                digest.update(path.read_bytes())
    return digest.hexdigest()
