"""Why a file can't be opened, in helpful words."""

from __future__ import annotations

import errno
import os
from itertools import islice
from pathlib import Path

from smtpscope.errors import LogError

_SHARING_VIOLATION = 32
_NAMES_COMPARED = 5_000


def not_opened(path: str, error: OSError | ValueError) -> LogError:
    """The error to raise if opening `path` failed with `error`."""
    if isinstance(error, FileNotFoundError) and os.path.islink(path):  # noqa: PTH114 - path may not be a path at all
        return LogError(where=path, what="this link leads to nothing", remedy="Open the file itself")
    if isinstance(error, FileNotFoundError):
        near = _near_name(path)
        remedy = f"Did you mean {near}?" if near else "Check the name and the folder"
        return LogError(where=path, what="there is no such file or folder", remedy=remedy)
    if getattr(error, "winerror", None) == _SHARING_VIOLATION:
        what, remedy = "another program holds this file open", "Export the log in Event Viewer and open the copy"
    elif isinstance(error, PermissionError):
        what, remedy = "no permission to read this file", "Ask for read access, or open a copy you can read"
    elif isinstance(error, NotADirectoryError):
        what, remedy = "a part of this path is a file, not a folder", "Check the path"
    elif isinstance(error, IsADirectoryError):
        what, remedy = "this is a folder, not a file", "Open a file in it"
    elif getattr(error, "errno", None) == errno.ELOOP:
        what, remedy = "this link leads back to itself", "Open the file itself"
    elif isinstance(error, ValueError) or error.errno in (errno.ENAMETOOLONG, errno.EINVAL):
        what, remedy = "this can't be a file name", "Check the name"
    else:
        what, remedy = f"the file can't be opened ({error.strerror or error})", "Check the disk or the network drive"
    return LogError(where=path, what=what, remedy=remedy)


def _near_name(path: str) -> str | None:
    """A file in the same folder with nearly the same name, with the folder as the user wrote it."""
    import difflib

    asked = Path(path)
    try:
        names = {entry.name.casefold(): entry for entry in islice(asked.parent.iterdir(), _NAMES_COMPARED)}
    except OSError:
        return None
    near = difflib.get_close_matches(asked.name.casefold(), names, n=1, cutoff=0.6)
    return str(names[near[0]]) if near else None
