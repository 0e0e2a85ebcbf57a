"""Writes a document to disk: never overwrites unasked, never leaves half a file, never creates a folder.

A target that is not a regular file (a terminal, a FIFO, a socket, a descriptor such as /dev/stdout) is written to
directly.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, Final

from smtpscope.errors import ExportError
from smtpscope.export.special_files import write_into
from smtpscope.export.summaries.summary import SummaryDocument
from smtpscope.harmless import file_name
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.times import format_day

_LONGEST_STEM: Final = 80
_UNFINISHED: Final = re.compile(r"\.smtpscope-\d{1,10}-[0-9a-f]{8}\.tmp")
_OLD_SECONDS: Final = 24 * 3_600
"""No export takes so long: what is older was left by one that was killed."""


def write_document(path: Path, text: str | Iterable[str], *, overwrite: bool = False) -> int:
    """Write `text`, one string or many, to `path` as UTF-8, its line ends as they are. Returns the number of bytes.

    The file is written atomically. If it is a link, its target is replaced and the link stays; mode and owner are kept.
    Raises ExportError if it exists and `overwrite` is False, if its folder does not exist, and if it can't be written.
    """

    def write(stream: BinaryIO) -> None:
        for piece in [text] if isinstance(text, str) else text:
            stream.write(piece.encode("utf-8", errors="backslashreplace"))

    return write_file(path, write, overwrite=overwrite)


def write_file(path: Path, write: Callable[[BinaryIO], None], *, overwrite: bool = False) -> int:
    """The same for bytes: `write` is passed the stream. If it raises, no file is created."""
    try:
        if (written := write_into(path, write)) is not None:
            return written
        target = Path(os.path.realpath(path)) if path.is_symlink() else path
    except OSError as error:
        raise _refused(path, error) from error
    except ValueError:
        # A NUL character, which the check reports.
        target = path
    _check(target if overwrite else path, overwrite)
    temporary: Path | None = None
    try:
        _sweep(target.parent)
        # In the same folder, since only there the last step is one single step.
        temporary = target.with_name(f".smtpscope-{os.getpid()}-{token_hex(4)}.tmp")
        with temporary.open("xb") as stream:
            write(stream)
            written = stream.tell()
        _keep_mode_and_owner(target, temporary)
        _publish(temporary, target, overwrite)
        temporary = None
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
    return written


def _sweep(folder: Path) -> None:
    """Removes what our own killed exports have left in `folder`."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _UNFINISHED.fullmatch(entry.name) is None:
                continue
            status = entry.stat(follow_symlinks=False)
            ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if ours and stat.S_ISREG(status.st_mode) and time.time() - status.st_mtime > _OLD_SECONDS:
                with suppress(OSError):
                    os.unlink(entry.path)  # noqa: PTH108 - a folder may have thousands of files


def _keep_mode_and_owner(target: Path, temporary: Path) -> None:
    try:
        before = target.stat()
    except FileNotFoundError:
        return
    if hasattr(os, "chown"):
        # Only root may change the owner; the group is kept if the owner is a member.
        for owner, group in ((-1, before.st_gid), (before.st_uid, -1)):
            with suppress(OSError):
                os.chown(temporary, owner, group)
    temporary.chmod(stat.S_IMODE(before.st_mode))


def _check(path: Path, overwrite: bool) -> None:
    if "\0" in str(path):
        raise ExportError(
            where=str(path), what="a file name can't contain a NUL character", remedy="Choose another name"
        )
    try:
        folder_exists, exists, is_folder = path.parent.is_dir(), os.path.lexists(path), path.is_dir()
    except OSError as error:
        raise _refused(path, error) from error
    if not folder_exists:
        raise ExportError(
            where=str(path),
            what=f"the folder {path.parent} does not exist",
            remedy="Create it first, or choose another place",
        )
    if is_folder:
        raise ExportError(where=str(path), what="this is a folder", remedy="Add a file name to it")
    if exists and not overwrite:
        raise _exists(path)


def _publish(temporary: Path, path: Path, overwrite: bool) -> None:
    if overwrite:
        temporary.replace(path)
        return
    try:
        # A link fails if the file has been created meanwhile; a rename would replace it.
        os.link(temporary, path)
    except FileExistsError as error:
        raise _exists(path) from error
    except (OSError, AttributeError):
        # Without hard links, the earlier existence check is the only guard.
        temporary.replace(path)
        return
    temporary.unlink()


def _exists(path: Path) -> ExportError:
    return ExportError(
        where=str(path),
        what="the file already exists and was not changed",
        remedy="Choose another name, or allow overwriting",
    )


def _refused(path: Path, error: OSError) -> ExportError:
    return ExportError(
        where=str(path),
        what=f"can't be written: {error.strerror or error}",
        remedy="Check permissions and free space, or write elsewhere",
    )


def suggested_name(document: SummaryDocument, suffix: str) -> str:
    """A file name for `document`: `550-mail.fabrikam.example-2026-11-18.md`, from code, host and last day.

    Several incidents give `smtp-incidents-3-2026-11-18.md`. `suffix` has its dot. Safe on all systems. For a masked
    summary pass the masked document (`Mask.document`), so the name reveals no more than the text.
    """
    ends = [each.incident.last_ms for each in document.incidents if each.incident.last_ms is not None]
    day = format_day(max(ends, default=None), document.zone)
    if len(document.incidents) != 1:
        parts = ["smtp-incidents", str(len(document.incidents)), day]
    else:
        key = document.incidents[0].incident.key
        code = "no-code" if key.code is None else str(key.code)
        host = key.host_key or ("unknown-client" if key.direction is Direction.INBOUND else "unknown-host")
        # A long host name must not push the date out of the name.
        parts = [code, file_name(host)[: _LONGEST_STEM - len(day) - len(code) - 2], day]
    return file_name("-".join(part for part in parts if part), fallback="smtp-incident") + suffix
