"""A settings file -> its table; errors name the line and the remedy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from smtpscope.configuration.problems import SettingsError

_LARGEST: Final = 1 << 20
_POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_table(path: Path) -> dict[str, Any] | None:
    """The contents of `path`, None if there is no such file. Raises SettingsError."""
    text = _text(path)
    if text is None:
        return None
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _broken(path, text, str(error)) from error
    except (RecursionError, ValueError) as error:
        # These errors have no position: thousands of brackets or digits.
        raise SettingsError(
            where=str(path),
            what="a value is nested too deeply or too long",
            remedy="No setting needs that: remove it",
        ) from error


def _text(path: Path) -> str | None:
    try:
        if path.exists() and not path.is_file():
            raise SettingsError(where=str(path), what="this is not a file", remedy="Move it away, or put a file there")
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(
            where=str(path),
            what=f"can't be read: {error.strerror or error}",
            remedy="Make it readable, or move it away",
        ) from error
    if len(content) > _LARGEST:
        raise SettingsError(
            where=str(path),
            what="larger than 1 MiB, so it can't be a settings file",
            remedy="Move it away, or shorten it",
        )
    try:
        # Windows editors put a byte order mark in front.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            where=f"{path}, line {line}", what="not in UTF-8", remedy="Save it as UTF-8 in your editor"
        ) from error


def _broken(path: Path, text: str, message: str) -> SettingsError:
    found = _POSITION.search(message)
    what = message if found is None else message[: found.start()]
    if found is None or found[1] is None:
        place = f"line {text.rstrip().count(chr(10)) + 1}"
    else:
        place = f"line {found[1]}, column {found[2]}"
    remedy = 'Correct that line; words need quotes, as in theme = "dark"'
    if "hex value" in what or "\\" in what:
        remedy = r"Put a path with backslashes in single quotes, as in 'C:\Logs', or double each backslash"
    elif "overwrite" in what or "twice" in what:
        remedy = "Keep one of the two lines that set the same thing"
    return SettingsError(where=f"{path}, {place}", what=f"not valid TOML: {what[:1].lower()}{what[1:]}", remedy=remedy)
