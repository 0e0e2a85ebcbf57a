"""The files of a set: written as drafts and renamed when they are whole, so that nothing appears half.

set.json                    what is in force
receipts/<file>.json        what was read of one file, for a run that did not come to its end
exchanges/<xx>/<part>.parquet
compactions/<number>.json   which parts were replaced by which
lock                        the run that may change the set
"""

from __future__ import annotations

import importlib
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import msgspec

from smtpscope.asking.set_manifest import MANIFEST, SetManifest, SetPart, encoded_manifest
from smtpscope.errors import LogError
from smtpscope.fleet.log_job import ReadLog

RECEIPTS: Final = "receipts"
EXCHANGES: Final = "exchanges"
BACKUP: Final = "compacted.json"
LOCK: Final = "lock"
DRAFT: Final = ".draft"
OLD_SECONDS: Final = 24 * 3_600
"""No worker takes so long for a part: an older draft was left by one that was killed."""


def draft_of(path: Path) -> Path:
    """A name for the draft of `path` that no other process, on this machine or another, uses."""
    return path.with_name(f".{path.name}.{socket.gethostname()[:40]}-{os.getpid()}-{token_hex(4)}{DRAFT}")


def publish(draft: Path, path: Path) -> None:
    """Makes `draft` appear as `path`, once it is on the disk. Raises OSError."""
    _sync(draft)
    draft.replace(path)
    if os.name == "posix":
        _sync(path.parent)


def described(draft: Path, path: str) -> SetPart:
    """The part `path` of a set, which is in `draft`, by its footer.

    Raises OSError if it is not whole, as on a disk that lost what was written.
    """
    parquet: Any = importlib.import_module("pyarrow.parquet")
    try:
        footer = parquet.read_metadata(draft)
    except ValueError as error:
        raise OSError(f"{draft.name} can't be read back ({error})") from error
    ends: list[int] = []
    place = footer.schema.names.index("time_ms")
    for group in range(footer.num_row_groups):
        known = footer.row_group(group).column(place).statistics
        if known is not None and known.has_min_max:
            ends += (known.min, known.max)
    return SetPart(
        path=path,
        rows=footer.num_rows,
        size=draft.stat().st_size,
        first_ms=min(ends, default=None),
        last_ms=max(ends, default=None),
    )


def write_whole(path: Path, content: bytes) -> None:
    """Writes `path`, or leaves it as it was. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(path)
    try:
        draft.write_bytes(content)
        publish(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() or os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_manifest(folder: Path, manifest: SetManifest) -> None:
    """Exchanges the manifest of the set in `folder`. Raises OSError."""
    write_whole(folder / MANIFEST, encoded_manifest(manifest))


def receipt_path(folder: Path, key: str) -> Path:
    """Where the receipt of a file is, by the hash of its path."""
    return folder / RECEIPTS / f"{key}.json"


def write_receipt(folder: Path, key: str, read: ReadLog) -> None:
    """Notes what was read of one file. Raises OSError."""
    write_whole(receipt_path(folder, key), msgspec.json.encode(read))


def receipts_in(folder: Path) -> Iterator[tuple[Path, ReadLog | None]]:
    """All receipts in `folder`; None for a damaged one."""
    for path in sorted((folder / RECEIPTS).glob("[!.]*.json")):
        try:
            yield path, msgspec.json.decode(path.read_bytes(), type=ReadLog)
        except (OSError, ValueError):
            yield path, None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The set in `folder` for this process alone. Raises LogError if another one works on it, and OSError."""
    path = folder / LOCK
    me = f"{socket.gethostname()} {os.getpid()}"
    for _ in range(2):
        try:
            with path.open("x", encoding="utf-8") as stream:
                stream.write(f"{me} {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}\n")
            break
        except FileExistsError:
            _make_way(path, folder)
    else:
        raise _busy(folder, "another process")
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def _make_way(path: Path, folder: Path) -> None:
    """Removes the lock of a process of this machine that is gone. Raises LogError for any other."""
    try:
        host, process, since = path.read_text(encoding="utf-8").split()
    except (OSError, ValueError, UnicodeError):
        raise _busy(folder, "another process") from None
    if host == socket.gethostname() and process.isdecimal() and not _is_alive(int(process)):
        path.unlink(missing_ok=True)
        return
    raise _busy(folder, f"process {process} on {host}, since {since},")


def _busy(folder: Path, who: str) -> LogError:
    return LogError(
        where=str(folder),
        what=f"{who} is working on this set",
        remedy=f"Wait until it has finished; if it is gone, delete {folder / LOCK}",
    )


def _is_alive(process: int) -> bool:
    if os.name != "posix":
        # Asking with signal 0 would end the process there.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
