"""Sources whose bytes are unpacked or come through a pipe: buffered on demand, and no further."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import BinaryIO, Final

from smtpscope.errors import LogError, Problem
from smtpscope.reading.record import Source
from smtpscope.reading.sources.spool import Allowance, Spool, stream_over
from smtpscope.reading.sources.unpacking import DamagedArchiveError, Packing, UnpackedPiece, unpacked
from smtpscope.reading.text.text_log import HEAD_SIZE

LARGEST: Final = 8 << 30
_UNSUSPICIOUS: Final = 64 << 20
_LARGEST_RATIO: Final = 1_000
_MOST_SPOOLS: Final = 64


class Unpacking:
    """Limits for unpacking and pipes, and a cache of unpacked logs.

    At most `limit` bytes may come out of one file. Unless the user set it, more than a thousandfold is refused: no log
    is that monotonous, but archives made to fill disks are.
    """

    def __init__(self, limit: int | None = None) -> None:
        self.limit = LARGEST if limit is None else limit
        self._any_ratio = limit is not None
        self._in_use: OrderedDict[PackedSource, None] = OrderedDict()
        self._lock = threading.Lock()

    def of_archive(self) -> Allowance:
        """For one named file: everything unpacked from it shares the limit."""
        return _ArchiveAllowance(self.limit, any_ratio=self._any_ratio)

    def of_pipe(self) -> Allowance:
        """For the content of one pipe."""
        return _PipeAllowance(self.limit)

    def used(self, source: PackedSource) -> None:
        """Marks `source` as used now; drops the least recently used unpacked content."""
        with self._lock:
            self._in_use.pop(source, None)
            self._in_use[source] = None
            kept = sum(each.kept_size for each in self._in_use)
            while len(self._in_use) > 1 and (len(self._in_use) > _MOST_SPOOLS or kept > self.limit):
                oldest, _ = self._in_use.popitem(last=False)
                kept -= oldest.kept_size
                oldest.let_go()


class _ArchiveAllowance:
    """The limit for one archive, all its members together; see `spool.Allowance`."""

    def __init__(self, limit: int, *, any_ratio: bool) -> None:
        self._limit = limit
        self._any_ratio = any_ratio
        self._most: dict[str, int] = {}
        self._spent = 0

    def spend(self, name: str, filled: int, consumed: int) -> None:
        # Unpacking the same content again does not count twice.
        before = self._most.get(name, 0)
        if filled > before:
            self._most[name] = filled
            self._spent += filled - before
        if self._spent > self._limit:
            raise LogError(
                where=name,
                what=f"it unpacks to more than {size_words(self._limit)}, so unpacking was stopped",
                remedy="If it is a log, unpack it and open the file inside",
            )
        if not self._any_ratio and filled > _UNSUSPICIOUS and filled > consumed * _LARGEST_RATIO:
            raise LogError(
                where=name,
                what=f"it unpacks to more than {_LARGEST_RATIO:,} times its size, so unpacking was stopped after "
                f"{size_words(filled)}",
                remedy="Zip bombs look like this. If it is a log, unpack it and open the file inside",
            )


class _PipeAllowance:
    """The limit for one pipe; see `spool.Allowance`."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def spend(self, name: str, filled: int, consumed: int) -> None:
        if filled > self._limit:
            raise LogError(
                where="standard input" if name == "-" else name,
                what=f"it had no end after {size_words(self._limit)}, so reading was stopped",
                remedy="Save the part that matters to a file and open that file",
            )


def size_words(size: int) -> str:
    """`size` in bytes, for people."""
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size / unit:,.1f}".removesuffix(".0") + f" {name}"
    return f"{size} bytes"


class BufferedSource(ABC):
    """A source whose bytes come from elsewhere. `fill` reads them all; before that, only as much as needed is read.

    `problems` are those of the last reading. Raises LogError whenever no more can be read.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: tuple[Problem, ...] = ()
        self._spool: Spool | None = None
        self._size: int | None = None
        self._lock = threading.RLock()

    @property
    @abstractmethod
    def stored_size(self) -> int | None:
        """The bytes that have to be read for it, None if unknown."""

    @abstractmethod
    def _new_spool(self) -> Spool: ...

    @property
    def size(self) -> int:
        """The total size; reads everything."""
        if self._size is None:
            for _ in self.fill():
                pass
        return self._size or 0

    def fill(self) -> Iterator[int]:
        """Reads everything; yields how many of the stored bytes were read so far. Nothing if all is there already."""
        if self._size is not None:
            return
        spool = self._spooled()
        while spool.take_in():
            yield spool.consumed
        self._ended(spool)

    def open(self) -> BinaryIO:
        """See `Source`."""
        self.read_at(0, 1)
        return stream_over(self)

    def read_at(self, offset: int, size: int) -> bytes:
        """At most `size` bytes from `offset` on, fewer only at the end."""
        spool = self._spooled()
        data = spool.read_at(offset, size)
        if spool.complete:
            self._ended(spool)
        return data

    def _spooled(self) -> Spool:
        with self._lock:
            if self._spool is None:
                self._spool = self._new_spool()
            return self._spool

    def _ended(self, spool: Spool) -> None:
        if self._size is None:
            self.problems = self._damage(spool.damage, spool.filled)
            self._size = spool.filled

    def _damage(self, damage: DamagedArchiveError | None, size: int) -> tuple[Problem, ...]:
        if damage is None:
            return ()
        if not size:
            raise LogError(
                where=f"{self.name}, byte {damage.offset:#x}",
                what=f"nothing could be unpacked. {damage.reason}",
                remedy="Copy the archive again from its source",
            )
        place = f"at or behind byte {damage.offset:#x} of the packed file"
        reason = f"{damage.reason}. The {size:,} bytes unpacked before that were read"
        return (Problem(self.name, place, reason, "skipped"),)


class SpooledSource(BufferedSource):
    """A stream that can be read only once, copied to be read again."""

    def __init__(self, name: str, open_stream: Callable[[], BinaryIO], unpacking: Unpacking | None = None) -> None:
        super().__init__(name)
        self._open_stream = open_stream
        self._unpacking = unpacking or Unpacking()

    @property
    def stored_size(self) -> int | None:
        return self._size

    def _new_spool(self) -> Spool:
        return Spool(self.name, self._pieces(), self._unpacking.of_pipe())

    def _pieces(self) -> Iterator[UnpackedPiece]:
        read = 0
        with self._open_stream() as stream:
            while data := stream.read(1 << 18):
                read += len(data)
                yield UnpackedPiece(data, read)


class PackedSource(BufferedSource):
    """A source that can be unpacked again: its content is dropped if space is needed for others.

    Recognising it unpacks 64 KiB.
    """

    def __init__(self, name: str, unpacking: Unpacking, allowance: Allowance) -> None:
        super().__init__(name)
        self._unpacking = unpacking
        self._allowance = allowance
        self._head: bytes | None = None

    @property
    @abstractmethod
    def packed_with(self) -> str:
        """The name of the compression, for people."""

    @abstractmethod
    def _pieces(self) -> Generator[UnpackedPiece, None, None]: ...

    def read_at(self, offset: int, size: int) -> bytes:
        head = self._beginning()
        if offset + size <= len(head) or self._size == len(head):
            return head[offset : offset + size]
        data = super().read_at(offset, size)
        self._unpacking.used(self)
        return data

    def fill(self) -> Iterator[int]:
        self._beginning()
        yield from super().fill()
        if self._spool is not None:
            self._unpacking.used(self)

    @property
    def kept_size(self) -> int:
        """Bytes currently unpacked and kept."""
        spool = self._spool
        return 0 if spool is None else spool.filled

    def let_go(self) -> None:
        """Drops the unpacked content; it is unpacked again when needed."""
        # Without the lock: its holder may be waiting for the caller.
        self._spool = self._head = None

    def _new_spool(self) -> Spool:
        return Spool(self.name, self._pieces(), self._allowance)

    def _beginning(self) -> bytes:
        """The first 64 KiB, without keeping anything in a file."""
        head = self._head
        if head is None:
            with self._lock:
                head = self._head = self._unpacked_beginning()
            self._unpacking.used(self)
        return head

    def _unpacked_beginning(self) -> bytes:
        pieces = self._pieces()
        with closing(pieces):
            spool = Spool(self.name, pieces, self._allowance)
            head = spool.read_at(0, HEAD_SIZE)
            # One more byte shows whether that was all.
            if spool.filled == len(head):
                spool.read_at(len(head), 1)
            if spool.complete and spool.filled == len(head):
                self._ended(spool)
        return head


class PackedFile(PackedSource):
    """One packed file (gzip, bzip2, xz, Zstandard), under the name of `origin`."""

    def __init__(self, origin: Source, packing: Packing, unpacking: Unpacking, allowance: Allowance) -> None:
        super().__init__(origin.name, unpacking, allowance)
        self.origin = origin
        self._packing = packing

    @property
    def packed_with(self) -> str:
        return self._packing.name

    @property
    def stored_size(self) -> int | None:
        return self.origin.stored_size if isinstance(self.origin, BufferedSource) else self.origin.size

    def _pieces(self) -> Generator[UnpackedPiece, None, None]:
        with self.origin.open() as stream:
            yield from unpacked(stream, self._packing)
