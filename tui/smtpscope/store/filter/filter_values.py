"""The values of a filter, and how each kind is read from what was written and written again in its plainest form."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Protocol

from msgspec import Struct

from smtpscope.store.times import TIME_WORDS, TimeWord, parse_time_word


class Text(Struct, frozen=True):
    """Words to look for, without regard to case; `exact` for the whole value, `network` where they name addresses."""

    text: str
    exact: bool = False
    network: IPv4Network | IPv6Network | None = None


class CodeValue(Struct, frozen=True):
    """Reply codes from `low` to `high`; both None for replies without a code."""

    low: int | None
    high: int | None


class EnhancedCode(Struct, frozen=True):
    """The leading numbers of an enhanced status code (RFC 3463): one to three of them."""

    numbers: tuple[int, ...]


class ChoiceValue(Struct, frozen=True):
    """One of the words that the field takes, in full."""

    word: str


class Number(Struct, frozen=True):
    """A number without a sign."""

    number: int


class Moment(Struct, frozen=True):
    """A time that is placed in the log when the filter is evaluated."""

    word: TimeWord


Value = Text | CodeValue | EnhancedCode | ChoiceValue | Number | Moment


class NamedField(Protocol):
    """What a message about a wrong value says of its field."""

    @property
    def name(self) -> str: ...

    @property
    def example(self) -> str: ...


class FilterValueError(Exception):
    """A value does not fit its field: `what` is wrong, the `remedy`, and what was probably meant (or None)."""

    def __init__(self, what: str, remedy: str, meant: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.meant = meant


_CODE = re.compile(r"[2-5][0-9]{2}", re.ASCII)
_CODE_CLASS = re.compile(r"([2-5])(?:xx|yz|\*\*?)", re.IGNORECASE)
_CODE_TENS = re.compile(r"([2-5][0-9])(?:x|\*)", re.IGNORECASE)
_ENHANCED = re.compile(r"[245](?:\.[0-9]{1,3}){0,2}(?:\.(?:x|\*)?){0,2}", re.ASCII | re.IGNORECASE)
_NUMBERS_AND_DOTS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){1,3}\.?|[0-9]{1,3}\.", re.ASCII)
_MEANT_AS_NETWORK = re.compile(
    r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}/[0-9]{1,4}|[0-9a-f:]*:[0-9a-f:]*/[0-9]{1,4}", re.ASCII | re.IGNORECASE
)
_NO_CODE_WORDS = ("none", "")
_SPOKEN = {"we": "us", "they": "them"}
"""Words of the table that stand for a choice."""
_MOST_DIGITS = 18


def text_of(value: Value) -> str:
    """`value` in its plainest form, without the equals sign and the quotes that it may need."""
    match value:
        case Text():
            return value.text
        case CodeValue(low=None):
            return "none"
        case CodeValue():
            return _code_text(value)
        case EnhancedCode():
            return ".".join(map(str, value.numbers)) + (".x" if len(value.numbers) < 3 else "")
        case ChoiceValue():
            return value.word
        case Number():
            return str(value.number)
        case Moment():
            return value.word.text


def nearest(word: str, words: tuple[str, ...] | list[str], cutoff: float = 60.0) -> str | None:
    """The one of `words` that `word` is probably a slip of, None where none is near."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(word.lower(), words, scorer=fuzz.ratio, score_cutoff=cutoff)
    return None if found is None else str(found[0])


def code_value(text: str) -> CodeValue | None:
    """A reply code or a class of them: `550`, `5xx`, `55x`; None where it is none."""
    if _CODE.fullmatch(text):
        return CodeValue(int(text), int(text))
    if match := _CODE_CLASS.fullmatch(text):
        return CodeValue(int(match[1]) * 100, int(match[1]) * 100 + 99)
    if match := _CODE_TENS.fullmatch(text):
        return CodeValue(int(match[1]) * 10, int(match[1]) * 10 + 9)
    return None


def _code_text(code: CodeValue) -> str:
    if code.low == code.high:
        return str(code.low)
    low = str(code.low)
    return f"{low[0]}xx" if code.high == (code.low or 0) + 99 else f"{low[:2]}x"


def code_or_enhanced(text: str) -> CodeValue | EnhancedCode:
    """A reply code, an enhanced status code, or none at all. Raises FilterValueError."""
    word = text.strip().lower()
    if word in _NO_CODE_WORDS:
        return CodeValue(None, None)
    code = code_value(word)
    if code is not None:
        return code
    enhanced = _enhanced(word.removeprefix("#"))
    if enhanced is not None:
        return enhanced
    raise FilterValueError(
        f'"{text}" is not a reply code', "Write code:550, code:4xx, code:5.7.1, code:5.7.x or code:none"
    )


def _enhanced(word: str) -> EnhancedCode | None:
    if "." not in word or not _ENHANCED.fullmatch(word):
        return None
    numbers = tuple(int(part) for part in word.split(".") if part.isdigit())
    return EnhancedCode(numbers) if len(numbers) <= 3 else None


def enhanced_class(text: str) -> EnhancedCode | None:
    """`5.7.x`: without a field, a whole status code such as 5.7.1 is a word to look for, but this can be no word."""
    return _enhanced(text.lower()) if text[-1:] in ("x", "X", "*") else None


def number_value(field: NamedField, text: str) -> Number:
    """A number, with or without a number sign before it. Raises FilterValueError."""
    word = text.strip().lstrip("#")
    if not (word.isascii() and word.isdigit() and len(word) <= _MOST_DIGITS):
        raise FilterValueError(f'{field.name}: takes a number, not "{text}"', f"Write for example {field.example}")
    return Number(int(word))


def choice_value(field: NamedField, text: str, words: tuple[str, ...]) -> ChoiceValue:
    """The one of `words` that begins with `text`. Raises FilterValueError."""
    word = text.strip().lower()
    word = _SPOKEN.get(word, word)
    found = [choice for choice in words if word and choice.startswith(word)]
    # No word of a field begins another one, so a whole word is found alone.
    if len(found) == 1:
        return ChoiceValue(found[0])
    raise FilterValueError(
        f'{field.name}: unknown value "{text}"',
        f"Use {', '.join(words[:-1])} or {words[-1]}",
        nearest(word, words),
    )


def moment_value(field: NamedField, text: str) -> Moment:
    """A time. Raises FilterValueError."""
    try:
        return Moment(parse_time_word(text))
    except ValueError as error:
        raise FilterValueError(str(error), f"Write {field.name}: with a time such as {TIME_WORDS}") from error


def _network(text: str) -> IPv4Network | IPv6Network | None:
    """`192.0.2.0/24`, `192.0.2.`, `192.0.2`, one address, `2001:db8::/32`; None where it is a name."""
    word = text.strip().strip("[]")
    if _NUMBERS_AND_DOTS.fullmatch(word):
        octets = word.rstrip(".").split(".")
        word = f"{'.'.join(octets + ['0'] * (4 - len(octets)))}/{8 * len(octets)}"
    elif "/" not in word and word.count(":") < 2:
        return None
    try:
        return ip_network(word, strict=False)
    except ValueError:
        return None


def looks_like_network(text: str) -> bool:
    """Whether `network_or_name` would not take `text` for a name."""
    return _network(text) is not None or _MEANT_AS_NETWORK.fullmatch(text.strip()) is not None


def network_or_name(text: str) -> IPv4Network | IPv6Network | None:
    """The network that `text` names, None for a name. Raises FilterValueError for what is meant as a network."""
    found = _network(text)
    if found is None and _MEANT_AS_NETWORK.fullmatch(text.strip()):
        remedy = "Write 192.0.2.0/24 (0 to 32 after the slash) or 2001:db8::/32 (0 to 128)"
        raise FilterValueError(f'"{text}" is not a network', remedy)
    return found
