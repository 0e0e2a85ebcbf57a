"""The meaning of values in an event, from any decoder: level, number, time, insertion strings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from smtpscope.reading.record import Level

_LEVELS: Final[dict[int, Level]] = {
    0: "information",
    1: "critical",
    2: "error",
    3: "warning",
    4: "information",
    5: "verbose",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_TIME = datetime(1601, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LARGEST_EVENT_ID = 0xFFFF
_MOST_DIGITS = 20


def level_of(number: int | None) -> Level | None:
    """The level's name; None for numbers that only their provider defines (16 and above)."""
    return None if number is None else _LEVELS.get(number)


def integer(value: object) -> int | None:
    """`value` as a whole number, which may come as text ("7002"); None if it is not one. Never raises."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS:
        return int(value)
    return None


def event_id_of(value: object) -> int | None:
    """The event id: the low 16 bits, since some writers put severity and facility above them (Qualifiers)."""
    number = integer(value)
    return None if number is None else number & _LARGEST_EVENT_ID


def time_of(text: str | None) -> int | None:
    """A SystemTime attribute ("2015-06-08T08:13:12.123456Z", UTC) as milliseconds since 1970, rounded down.

    None if it is not a valid time. Never raises.
    """
    if not text:
        return None
    # Older tools write the zone in words.
    text = text.strip().removesuffix(" UTC")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    # Zones at the edges of the calendar overflow here, and the beginning of FILETIME means "no time".
    try:
        ms = (moment - _EPOCH) // _MILLISECOND
    except OverflowError:
        return None
    return None if moment == _NO_TIME else ms


def binary_of(text: object) -> bytes | None:
    """The data of an event from its hexadecimal digits; None if there are none. Never raises."""
    if not isinstance(text, str):
        return None
    try:
        return bytes.fromhex(text) or None
    except ValueError:
        return None


def insertion_strings(event_data: object) -> tuple[str, ...]:
    """The texts below EventData or UserData in order, including empty ones, without attributes and Binary.

    `event_data` is decoded JSON: a mapping of names to values, with the unnamed ones in "Data".
    """
    if isinstance(event_data, dict):
        event_data = [value for name, value in event_data.items() if name not in ("#attributes", "Binary")]
    return () if event_data is None else without_a_lone_blank(tuple(_texts(event_data)))


def without_a_lone_blank(strings: tuple[str, ...]) -> tuple[str, ...]:
    """One empty string counts as none: the Rust decoder prints both the same, and no event needs it."""
    return () if strings == ("",) else strings


def _texts(value: object) -> Iterator[str]:
    """The texts in `value`, depth first. A stack instead of recursion: a hostile event may nest arbitrarily deep."""
    stack = [value]
    while stack:
        current = stack.pop()
        if current is None:
            yield ""
        elif isinstance(current, str):
            yield current
        elif isinstance(current, bool):
            yield "true" if current else "false"
        elif isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            stack.extend(reversed([inner for name, inner in current.items() if name != "#attributes"]))
        else:
            yield str(current)
