"""The types of settings: how each is parsed from TOML and variables, and written."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path, PureWindowsPath
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from smtpscope.configuration.key_names import key_name
from smtpscope.configuration.nearest import nearest
from smtpscope.configuration.problems import DistrustedError, RefusedError, quoted
from smtpscope.errors import UsageError
from smtpscope.store.grouping.dimensions import DIMENSIONS, Grouping
from smtpscope.store.times import zone_named

T = TypeVar("T")
Word = TypeVar("Word", bound=str)


class TomlPlace(Struct, frozen=True):
    """The origin of a value: paths in it are relative to `folder`.

    `confined` means it must not name a folder outside, since anybody can put a project file next to a log: a path to a
    stranger's server (`\\\\host\\share`) would send the user's login there.
    """

    folder: Path
    confined: bool = False


class SettingKind(Protocol[T]):
    """One type of value. `parse` accepts values from TOML or the command line, and raises RefusedError."""

    @property
    def expected(self) -> str:
        """The expected value, for comments and docs."""
        ...

    def parse(self, value: object, place: TomlPlace) -> T: ...

    def from_text(self, text: str) -> object:
        """The value of a variable, in the form `parse` accepts."""
        ...

    def toml(self, value: T) -> str:
        """`value` as the right-hand side of a TOML line; `parse` reads it back unchanged."""
        ...


class ChoiceSetting(Struct, Generic[Word], frozen=True):
    """One of several words, in any case."""

    words: tuple[Word, ...]

    @property
    def expected(self) -> str:
        return ", ".join(self.words)

    def parse(self, value: object, place: TomlPlace) -> Word:
        if isinstance(value, str):
            for word in self.words:
                if value.strip().lower() == word:
                    return word
        meant = nearest(value, self.words) if isinstance(value, str) else None
        remedy = f'Write for example "{self.words[0]}"' if meant is None else f'Did you mean "{meant}"?'
        raise RefusedError(f"is {quoted(value)}, but must be one of: {self.expected}", remedy)

    def from_text(self, text: str) -> object:
        return text

    def toml(self, value: Word) -> str:
        return toml_string(value)


class GroupingSetting(Struct, frozen=True):
    """A grouping: a named one, or any two dimensions."""

    @property
    def expected(self) -> str:
        return f"{', '.join(DIMENSIONS.groupings)}, or two such as {example_pair()}"

    def parse(self, value: object, place: TomlPlace) -> Grouping:
        if isinstance(value, str):
            grouping = DIMENSIONS.understood(value)
            if grouping is not None:
                return grouping
        words = DIMENSIONS.groupings
        meant = nearest(value, words) if isinstance(value, str) else None
        remedy = f'Write for example "{words[0]}"' if meant is None else f'Did you mean "{meant}"?'
        raise RefusedError(f"is {quoted(value)}, but must be one of: {self.expected}", remedy)

    def from_text(self, text: str) -> object:
        return text

    def toml(self, value: Grouping) -> str:
        return toml_string(value)


def example_pair() -> Grouping:
    """Two dimensions that are not a named grouping."""
    first = next(iter(DIMENSIONS))
    other = next(each for each in reversed(DIMENSIONS.names) if each not in (first.name, first.inner))
    return f"{first.name},{other}"


class YesNo(Struct, frozen=True):
    """True or false."""

    expected: str = "true or false"

    def parse(self, value: object, place: TomlPlace) -> bool:
        if isinstance(value, bool):
            return value
        raise RefusedError(f"is {quoted(value)}, but must be true or false", "Write true or false, without quotes")

    def from_text(self, text: str) -> object:
        word = text.strip().lower()
        if word in ("true", "yes", "on", "1"):
            return True
        return False if word in ("false", "no", "off", "0") else text

    def toml(self, value: bool) -> str:
        return "true" if value else "false"


class Zone(Struct, frozen=True):
    """The name of a time zone that exists."""

    expected: str = "UTC, local, a name such as Europe/Berlin, or an offset such as +01:00"

    def parse(self, value: object, place: TomlPlace) -> str:
        if not isinstance(value, str):
            raise RefusedError(f"is {quoted(value)}, but must be a time zone in quotes", f"Use {self.expected}")
        try:
            zone_named(value)
        except UsageError as error:
            raise RefusedError(f"is {quoted(value)}, but there is no such time zone", error.remedy) from error
        return value.strip()

    def from_text(self, text: str) -> object:
        return text

    def toml(self, value: str) -> str:
        return toml_string(value)


class IpAddress(Struct, frozen=True):
    """An IP address, with a port if wanted, or "" for none."""

    expected: str = 'an IP address; "" for none'

    def parse(self, value: object, place: TomlPlace) -> str:
        if isinstance(value, str):
            written = value.strip()
            if not written or _is_address(written):
                return written
        raise RefusedError(f"is {quoted(value)}, but must be an IP address in quotes", 'Write for example "192.0.2.53"')

    def from_text(self, text: str) -> object:
        return text

    def toml(self, value: str) -> str:
        return toml_string(value)


def _is_address(written: str) -> bool:
    """`192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53`, `[2001:db8::53]:5353`."""
    address, port = written, ""
    if written.startswith("["):
        address, _, port = written[1:].partition("]")
        port = port.removeprefix(":")
    elif written.count(":") == 1:
        address, _, port = written.partition(":")
    try:
        ip_address(address)
    except ValueError:
        return False
    return not port or (port.isdigit() and 0 < int(port) < 65_536)


class Folder(Struct, frozen=True):
    """One folder, or None for none. It need not exist."""

    expected: str = 'a folder, relative to the file; "" for none'

    def parse(self, value: object, place: TomlPlace) -> Path | None:
        if value is None:
            return None
        if isinstance(value, Path):
            value = str(value)
        if not isinstance(value, str):
            raise RefusedError(
                f"is {quoted(value)}, but must be a folder in quotes", "Write it in single quotes: '/a/b'"
            )
        return folder_at(value, place) if value.strip() else None

    def from_text(self, text: str) -> object:
        return text

    def toml(self, value: Path | None) -> str:
        return toml_string("" if value is None else str(value))


class Folders(Struct, frozen=True):
    """Any number of folders. They need not exist."""

    expected: str = "a list of folders, relative to the file; in a variable with : (Windows ;) between them"

    def parse(self, value: object, place: TomlPlace) -> tuple[Path, ...]:
        items = [value] if isinstance(value, (str, Path)) else value
        if not isinstance(items, (list, tuple)) or not all(isinstance(item, (str, Path)) for item in items):
            raise RefusedError(f"is {quoted(value)}, but must be a list of folders", "Write for example ['/a/b', 'c']")
        return tuple(folder_at(str(item), place) for item in items if str(item).strip())

    def from_text(self, text: str) -> object:
        return text.split(os.pathsep)

    def toml(self, value: tuple[Path, ...]) -> str:
        return f"[{', '.join(toml_string(str(folder)) for folder in value)}]"


class Keys(Struct, frozen=True):
    """Action ids with their keys, separated by commas: `{"browse.filter": "slash,f"}`."""

    expected: str = "action id = key or list of keys; in a variable id=key,key with spaces between the ids"

    def parse(self, value: object, place: TomlPlace) -> Mapping[str, str]:
        if not isinstance(value, Mapping):
            raise RefusedError(
                f"is {quoted(value)}, but must be a table of keys",
                'Write [keys] and below it "app.quit" = "q"; in a variable app.quit=q',
            )
        return MappingProxyType({action: _keys_of(action, keys) for action, keys in _flat("", value).items()})

    def from_text(self, text: str) -> object:
        pairs = [part.partition("=") for part in text.split()]
        if any(not keys for _, _, keys in pairs):
            return text
        return {action: keys for action, _, keys in pairs}

    def toml(self, value: Mapping[str, str]) -> str:
        pairs = (f"{toml_string(action)} = {toml_string(keys)}" for action, keys in value.items())
        return f"{{{', '.join(pairs)}}}"


def _flat(prefix: str, table: Mapping[object, object]) -> dict[str, object]:
    """An id contains a dot, so without quotes TOML turns it into a table."""
    found: dict[str, object] = {}
    # A stack, not recursion: dotted names can nest deeper than Python's call stack.
    waiting = [(prefix, table)]
    while waiting:
        before, inner = waiting.pop()
        for name, value in inner.items():
            if isinstance(value, Mapping):
                waiting.append((f"{before}{name}.", value))
            else:
                found[f"{before}{name}"] = value
    return found


def _keys_of(action: str, value: object) -> str:
    # A comma separates keys; alone, it is the comma key.
    keys = value if isinstance(value, list) else ([value] if value == "," else str(value).split(","))
    if not isinstance(value, (str, list)) or not keys or not all(isinstance(key, str) for key in keys):
        raise RefusedError(
            f"gives {quoted(action)} {quoted(value)}, but it must be keys", 'Write for example "f5" or "j,down"'
        )
    try:
        names = [key_name(key) for key in keys]
    except ValueError as error:
        raise RefusedError(
            f"gives {quoted(action)} {quoted(value)}, but {quoted(str(error))} is not a key",
            'Write a character, a name (f5, pagedown, escape), or ctrl+x; several with commas: "j,down"',
        ) from error
    return ",".join(dict.fromkeys(names))


def folder_at(text: str, place: TomlPlace) -> Path:
    """`text` as a path from `place`, `~` as the home folder; does not access the disk.

    Raises RefusedError, and DistrustedError if it leads outside a confined folder.
    """
    written = text.strip()
    if "\0" in written:
        raise RefusedError("holds a NUL character", "Write the folder's name without it")
    if place.confined and _leads_out(written):
        raise DistrustedError(
            f"is {quoted(written)}, which leads out of the project's folder, so it is ignored",
            "Use a folder below the project folder, or set it in your own file",
        )
    try:
        return place.folder / Path(written).expanduser()
    except RuntimeError as error:
        raise RefusedError(
            f"is {quoted(written)}, but that home folder is not known", "Write the whole path"
        ) from error


def _leads_out(written: str) -> bool:
    # By Windows rules on every system: both slash and backslash separate.
    path = PureWindowsPath(written)
    return bool(path.anchor) or ".." in path.parts or written.startswith("~")


_ESCAPED = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def toml_string(text: str) -> str:
    """`text` as a TOML string. A lone surrogate becomes U+FFFD: TOML has no way to write it."""
    # JSON's escapes are valid in TOML; characters that JSON leaves alone but TOML forbids are escaped here.
    import json

    return _ESCAPED.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    return "\\uFFFD" if 0xD800 <= number <= 0xDFFF else f"\\u{number:04X}"
