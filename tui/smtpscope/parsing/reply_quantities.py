"""The waiting time and the size limit that a reply names."""

from __future__ import annotations

import re

_UNIT_WORDS = {
    1: "s sec secs second seconds sek sekunde sekunden seconde secondes seconden segundo segundos secondi sekund",
    60: "min mins minute minutes minuta minuten minuto minutos minuti minuut minut",
    3600: "h hr hrs hour hours std stunde stunden heure heures hora horas ora ore uur uren godzin",
    86400: "day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen dni",
}
_SECONDS = {word: seconds for seconds, words in _UNIT_WORDS.items() for word in words.split()}
_DURATION = re.compile(
    r"(?<![\w.:-])([0-9]{1,7}(?=\s{0,2}[^\W\d_])|(?:an?|one|eine[rn]?|une?)(?=\s))\s{0,2}([^\W\d_]{1,9})(?!\w)"
)
_CLOCK = re.compile(r"\b(?:in|after|for|wait)\s([0-9]{1,3}):([0-5][0-9]):([0-5][0-9])(?![\w:])")
_OF_A_CLOCK = re.compile(r"[0-9]:[0-5][0-9]:")
_LETTERS = re.compile(r"\s*([^\W\d_]+)")
_HAS_DIGIT = re.compile("[0-9]")
_WAITING = re.compile(
    r"\b(?:in|after|for|within|wait|least|nach|für|pendant|dans|apr[eè]s|durante|en|tra|over|za|po)\s\Z"
)
# "in the last 30 minutes", "100 messages per 1 hour": a period over which something is counted.
_COUNTING = re.compile(r"\b(?:last|past|per|every|each|previous)\s\Z|/\s?\Z")
_UNIT_LOOK_BACK = 12

_LIMIT = re.compile(
    r"\b(?:limit|maximum|max|exceed(?:s|ed|ing)?|(?:larger|greater|bigger|more) than|allow(?:ed|s)|over)\b"
)
_FIGURE = re.compile(r"(?<![\w.,])([0-9]{1,12})(?:[.,]([0-9]{1,2}))?\s?([kmg]i?b?|[a-z]{4,9})?(?!\w)")
_FACTORS = {
    **dict.fromkeys(("byte", "bytes", "octets", "octet", "octeti"), 1),
    **dict.fromkeys(("k", "kb", "kib", "kilobyte", "kilobytes"), 1024),
    **dict.fromkeys(("m", "mb", "mib", "megabyte", "megabytes"), 1024**2),
    **dict.fromkeys(("g", "gb", "gib", "gigabyte", "gigabytes"), 1024**3),
}
_COUNTED = frozenset({"messages", "message", "mails", "emails", "recipients", "recipient", "connections"})
_REACH = 64
# Without a unit, a smaller number counts recipients or messages, not bytes.
_FEWEST_BYTES = 1024


def may_hold_seconds(text: str) -> bool:
    """Whether `text`, a part of a reply between two spaces in lower case, holds a waiting time or may be its unit."""
    first = _LETTERS.match(text)
    if first is not None and first.group(1) in _SECONDS:
        return True
    # A figure in words has a space behind it, so it is in another part than its unit.
    if _HAS_DIGIT.search(text) is None and text.isprintable():
        return False
    for match in _DURATION.finditer(text):
        if match.group(2) in _SECONDS:
            return True
    return text.count(":") > 1 and _OF_A_CLOCK.search(text) is not None


def is_about_size(text: str) -> bool:
    """Whether `text`, in lower case, has a word for a size. Written out, as each word of each reply is asked."""
    return (
        "siz" in text or "large" in text or "big" in text or "byte" in text or "octet" in text or "kb" in text
        or "mb" in text or "gb" in text or "größe" in text or "groesse" in text or "taille" in text
        or "tama" in text
    )  # fmt: skip


def parse_seconds(text: str) -> int | None:
    """The waiting time that `text` asks for, in seconds: `in 300 seconds`, `5 minutes`, `an hour`, `in 00:04:59`."""
    text = text.lower()
    clock = _CLOCK.search(text) if ":" in text else None
    if clock:
        hours, minutes, seconds = map(int, clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    unasked: int | None = None
    for match in _DURATION.finditer(text):
        unit = _SECONDS.get(match.group(2))
        before = (text, max(0, match.start() - _UNIT_LOOK_BACK), match.start())
        if unit is None or _COUNTING.search(*before):
            continue
        figure = match.group(1)
        duration = (int(figure) if figure.isdigit() else 1) * unit
        if _WAITING.search(*before):
            return duration
        if unasked is None and figure.isdigit():
            unasked = duration
    return unasked


def parse_size_limit(text: str) -> int | None:
    """The size limit that `text` names, in bytes (a kilobyte has 1,024); None if it names none.

    A limit beyond 64 bits is nonsense that JSON encoders reject, and counts as none.
    """
    text = text.lower()
    if not is_about_size(text):
        return None
    for limit in _LIMIT.finditer(text):
        reach = limit.end() + _REACH
        for figure in _FIGURE.finditer(text, limit.end(), reach):
            if figure.end() == reach:
                break  # perhaps cut in the middle of a number
            whole, fraction, unit = figure.groups()
            factor = _FACTORS.get(unit or "")
            if factor is not None:
                limit_bytes = int(float(f"{whole}.{fraction or 0}") * factor)
                return limit_bytes if limit_bytes < 1 << 63 else None
            # Anything but a unit is the next word: "limit 20971520 of server" against "limit 5000 recipients".
            if not fraction and int(whole) >= _FEWEST_BYTES and unit not in _COUNTED:
                return int(whole)
    return None
