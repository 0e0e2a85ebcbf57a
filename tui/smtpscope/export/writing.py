"""A document onto the disk: never over another file unasked, never half, never into a folder that is not there.

What is no file (a terminal, a FIFO, a socket, a descriptor such as /dev/stdout) is written into as it is.
"""

from __future__ import annotations

import os
import stat
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


def write_document(path: Path, text: str | Iterable[str], *, overwrite: bool = False) -> int:
    """Write `text`, one string or many, to `path` as UTF-8, its line ends as they are. Returns the number of bytes.

    The file appears whole or not at all. Of a link to a file the file is replaced and the link stays, and so do the
    mode and owner of what was there. Raises ExportError when it exists and `overwrite` is False, when its folder does
    not exist, and when the system refuses.
    """

    def write(stream: BinaryIO) -> None:
        for piece in [text] if isinstance(text, str) else text:
            stream.write(piece.encode("utf-8", errors="backslashreplace"))

    return write_file(path, write, overwrite=overwrite)


def write_file(path: Path, write: Callable[[BinaryIO], None], *, overwrite: bool = False) -> int:
    """The same for bytes: `write` is given the stream. What it raises goes through, and no file appears."""
    try:
        if (written := write_into(path, write)) is not None:
            return written
        target = Path(os.path.realpath(path)) if path.is_symlink() else path
    except OSError as error:
        raise _refused(path, error) from error
    except ValueError:
        # A NUL character, which the check tells.
        target = path
    _check(target if overwrite else path, overwrite)
    temporary: Path | None = None
    try:
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


def _keep_mode_and_owner(target: Path, temporary: Path) -> None:
    try:
        before = target.stat()
    except FileNotFoundError:
        return
    if hasattr(os, "chown"):
        # Only root may give a file away; a group is kept where its owner is one of it.
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
        # A link fails when the file has come into being meanwhile; a rename would replace it.
        os.link(temporary, path)
    except FileExistsError as error:
        raise _exists(path) from error
    except (OSError, AttributeError):
        # Some file systems know no links; the check before is then all there is.
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
    """A file name for `document`: `550-mail.fabrikam.example-2026-11-18.md`, made of code, host and last day.

    Several incidents give `smtp-incidents-3-2026-11-18.md`. `suffix` has its dot. Safe on all systems. For a masked
    summary give the masked document (`Mask.document`), so that the name tells no more than the text.
    """
    ends = [each.incident.last_ms for each in document.incidents if each.incident.last_ms is not None]
    day = format_day(max(ends, default=None), document.zone)
    if len(document.incidents) != 1:
        parts = ["smtp-incidents", str(len(document.incidents)), day]
    else:
        key = document.incidents[0].incident.key
        code = "no-code" if key.code is None else str(key.code)
        host = key.host_key or ("unknown-client" if key.direction is Direction.INBOUND else "unknown-host")
        # A long host name must not push the day out of the name.
        parts = [code, file_name(host)[: _LONGEST_STEM - len(day) - len(code) - 2], day]
    return file_name("-".join(part for part in parts if part), fallback="smtp-incident") + suffix
