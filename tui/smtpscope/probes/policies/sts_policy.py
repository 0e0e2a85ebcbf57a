"""An MTA-STS policy, parsed (RFC 8461 sections 3.2 and 4.1)."""

from __future__ import annotations

import re
from typing import Final, Literal, cast

import msgspec

StsMode = Literal["enforce", "testing", "none"]

LONGEST_POLICY: Final = 65_536
"""Bytes; section 3.2 advises a limit of 64 KB."""
_LONGEST_AGE: Final = 31_557_600
_MOST_PATTERNS: Final = 200
_FIELD: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,31})[ \t]*:[ \t]*(.*?)[ \t]*\Z")
_PATTERN: Final = re.compile(r"(?:\*\.)?(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*\Z")


class StsPolicyError(ValueError):
    """The policy is wrong, so senders act as if there were none; the message says where."""


class StsPolicy(msgspec.Struct, frozen=True):
    """`mx` are the patterns of its mail hosts in lower case, `max_age` the seconds for which it is remembered."""

    mode: StsMode
    mx: tuple[str, ...]
    max_age: int

    def covers(self, host: str) -> bool:
        """Whether a mail host is one of the policy: an asterisk stands for exactly one label (section 4.1)."""
        wanted = host.rstrip(".").lower()
        label, _, rest = wanted.partition(".")
        return any(wanted == pattern or (label and pattern == f"*.{rest}") for pattern in self.mx)


def parse_sts_policy(text: str) -> StsPolicy:
    """The policy in `text`. Raises StsPolicyError.

    Lines end in CR LF or LF, what is not known is left out, and the first of two fields with the same name counts,
    except for mx.
    """
    fields: dict[str, str] = {}
    patterns: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if not line.strip():
            continue
        found = _FIELD.match(line)
        if found is None:
            raise StsPolicyError(f"{line[:60]!r} is not a field and its value")
        name, value = found[1], found[2]
        if name == "mx":
            pattern = value.lower().removesuffix(".")
            if len(pattern) > 255 or _PATTERN.match(pattern) is None:
                raise StsPolicyError(f"mx: {value[:60]!r} is not a host")
            patterns.append(pattern)
        else:
            fields.setdefault(name, value)
    if fields.get("version") != "STSv1":
        raise StsPolicyError("it has no version: STSv1")
    mode = fields.get("mode", "")
    if mode not in ("enforce", "testing", "none"):
        raise StsPolicyError(f"mode: {mode[:60]!r} is none of enforce, testing, none" if mode else "it has no mode")
    age = fields.get("max_age", "")
    if not (age.isascii() and age.isdigit() and len(age) <= 10 and int(age) <= _LONGEST_AGE):
        raise StsPolicyError(f"max_age: {age[:60]!r} is not a number of seconds up to a year")
    if not patterns and mode != "none":
        raise StsPolicyError("it names no mx")
    return StsPolicy(cast("StsMode", mode), tuple(dict.fromkeys(patterns))[:_MOST_PATTERNS], int(age))
