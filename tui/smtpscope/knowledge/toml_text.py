"""Entries and rules as the TOML text that is read back equal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import msgspec

from smtpscope.knowledge.entry import Entry
from smtpscope.knowledge.rules import Rule

_ESCAPED = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_BLOCKS = frozenset({"phrases", "unless", "examples", "counter_examples"})


def entry_text(entry: Entry) -> str:
    """One `[[entry]]`, its lists of tables last, as TOML demands."""
    return "\n".join(_table("[[entry]]", "entry", entry)) + "\n"


def rule_text(rule: Rule) -> str:
    """One `[[rule]]`; what is as by default is left out."""
    defaults = Rule(id="", category="", examples="")
    lines = ["[[rule]]"]
    for name in rule.__struct_fields__:
        value = getattr(rule, name)
        if name in ("id", "category", "examples") or value != getattr(defaults, name):
            lines.append(f"{name} = {_block(value) if name in _BLOCKS else _value(value)}")
    return "\n".join(lines) + "\n"


def _table(heading: str, path: str, table: msgspec.Struct) -> Iterator[str]:
    yield heading
    below: list[tuple[str, Any]] = []
    for name in table.__struct_fields__:
        value = getattr(table, name)
        if _is_table(value) or (isinstance(value, tuple) and value and all(map(_is_table, value))):
            below.append((name, value))
        elif value is not None:
            yield f"{name} = {_value(value)}"
    for name, value in below:
        for each in value if isinstance(value, tuple) else (value,):
            yield ""
            heading = f"[[{path}.{name}]]" if isinstance(value, tuple) else f"[{path}.{name}]"
            yield from _table(heading, f"{path}.{name}", each)


def _is_table(value: object) -> bool:
    return isinstance(value, msgspec.Struct)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return toml_string(value)
    if isinstance(value, date):
        return value.isoformat()
    assert isinstance(value, tuple)
    return _list(value)


def _list(values: Iterable[str]) -> str:
    items = [toml_string(each) for each in values]
    if sum(map(len, items)) < 80:
        return f"[{', '.join(items)}]"
    return "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def _block(text: str) -> str:
    """Several lines, each by itself."""
    lines = [toml_string(line)[1:-1] for line in text.strip("\n").split("\n")]
    return '"""\n' + "".join(f"{line}\n" for line in lines) + '"""'


def toml_string(text: str) -> str:
    """`text` as a TOML string. A lone surrogate becomes U+FFFD: TOML has no way to write it."""
    # JSON's escapes are TOML's too; what JSON leaves as it is and TOML does not allow, or nobody could see in an
    # editor, is escaped here.
    return _ESCAPED.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    return "\\uFFFD" if 0xD800 <= number <= 0xDFFF else f"\\u{number:04X}"
