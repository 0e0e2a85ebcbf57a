"""Events that explain refusals: which of them a reader hands out besides our own, and what it says of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from heapq import merge
from typing import Final

from msgspec import Struct

from smtpscope.reading.providers import is_ours


class ExplainingEvent(Struct, frozen=True):
    """When it happened (milliseconds since 1970-01-01 UTC), on which computer ("" where the log names none), and what:
    its source and number. `file` is the log, `time_assumed` means that the log names no zone.
    """

    file: str
    time_ms: int
    time_assumed: bool
    computer: str
    provider: str
    event_id: int


class EventSources:
    """Which events explain something: sources, their numbers, and words of which one must be in the event.

    Whoever knows what they explain makes it; a reader only asks. Without any (`NO_SOURCES`) nothing is handed out.
    """

    def __init__(self, events: Mapping[str, Mapping[int, Sequence[str]]]) -> None:
        """Source -> number -> words in any case; no words where the number alone is enough."""
        self._events: dict[str, dict[int, tuple[str, ...]]] = {
            provider.casefold(): {number: tuple(map(str.casefold, words)) for number, words in numbers.items()}
            for provider, numbers in events.items()
        }
        self._known: dict[str, Mapping[int, tuple[str, ...]]] = {}
        self.names: tuple[str, ...] = tuple(sorted(self._events))
        """The sources in casefolded form."""
        self._written: dict[str, tuple[str, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self._events)

    @cached_property
    def packed(self) -> bytes:
        """What another process needs to tell the same by source and number; nothing where there are none."""
        return repr({name: sorted(numbers) for name, numbers in self._events.items()}).encode() if self else b""

    def _of(self, provider: str) -> Mapping[int, tuple[str, ...]]:
        known = self._known.get(provider)
        if known is None:
            known = self._events.get(provider.strip().casefold(), {})
            if len(self._known) < _MOST_SPELLINGS:
                self._known[provider] = known
        return known

    def named(self, provider: str | None) -> bool:
        """Whether some event of this source is wanted; ours by themselves are not."""
        return provider is not None and bool(self._of(provider))

    def numbers(self, provider: str) -> Collection[int]:
        """The wanted numbers of a source."""
        return self._of(provider).keys()

    def reads(self, provider: str | None, event_id: int | None) -> bool:
        """Whether a record has to be read: it is of one of our sources, or a wanted one."""
        return is_ours(provider) or self.wants(provider, event_id)

    def may_be_in(self, text: str) -> bool:
        """Whether `text` (JSON, XML) may be a wanted event: a value names a source, and a number may be one of its.

        Told without reading it: most events of a source are not wanted.
        """
        lowered = lower_case(text)
        return any(self.may_be_numbered(name, lowered) for _, name in self.named_in(lowered))

    def named_in(self, lowered: str) -> Iterator[tuple[int, str]]:
        """Where in a text in lower case a value may name one of the sources, in order, and the name."""
        # Each pattern begins with one certain sign, which is looked for many times as fast as one of several.
        found = [_places(pattern, lowered) for pattern in self._patterns if pattern.search(lowered)]
        return found[0] if len(found) == 1 else merge(*found)

    def named_at(self, lowered: str, places: Mapping[str, Sequence[int]]) -> list[tuple[int, str]]:
        """What `named_in` finds, told by the `places` of the names in the text."""
        return sorted(
            (begin - 1, name)
            for name in self.names
            if not is_ours(name)
            for begin in places.get(name, ())
            if begin
            and lowered[begin - 1] in _BEFORE_NAME
            and lowered[begin + len(name) : begin + len(name) + 1] in _BEHIND_NAME
            and lowered.startswith(name, begin)
        )

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        # Ours are found anyway. Without the flag that ignores case, which makes it five times as slow.
        names = [name for name in self.names if not is_ours(name)]
        ends: dict[str, list[str]] = {}
        for name in names:
            ends.setdefault(name[0], []).append(re.escape(name[1:]))
        grouped = "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in ends.items())
        return tuple(re.compile(rf"{sign}({grouped})(?=[\"'<\\])") for sign in _BEFORE_NAME) if names else ()

    def may_be_numbered(self, name: str, lowered: str) -> bool:
        """Whether the number of a wanted event may be in it: as it is, formatted ("7,036"), or with its upper bits."""
        written = self._written.get(name)
        if written is None:
            plain = tuple(map(str, self._events.get(name, {})))
            formatted = (f"{each[:-3]}{sign}{each[-3:]}" for each in plain if len(each) > 3 for sign in _SEPARATORS)
            written = self._written[name] = (*plain, *formatted, "0x")
        for each in written:
            if each in lowered:
                return True
        # A pattern for six digits takes eight times as long.
        digits = lowered.encode("ascii", "replace").translate(_DIGITS)
        return _LONG_NUMBER in digits and _LONG_NUMBER in digits.replace(_FRACTION, b".")

    def mentioned_in(self, text: str) -> bool:
        """Whether `text`, one event in any form, has the name of one of the sources."""
        lowered = text.casefold() if self._events else ""
        return any(name in lowered for name in self.names)

    def wants(self, provider: str | None, event_id: int | None) -> bool:
        """Whether such an event is wanted as far as source and number tell."""
        return provider is not None and event_id is not None and event_id in self._of(provider)

    def only_explains(self, provider: str | None, event_id: int | None) -> bool:
        """Whether a record was read for this alone, its source being another one."""
        return self.wants(provider, event_id) and not is_ours(provider)

    def tells(self, provider: str, event_id: int, text: Callable[[], str]) -> bool:
        """Whether a wanted event has one of its words, where it needs one; `text` is everything in it."""
        words = self._of(provider).get(event_id, ())
        if not words:
            return True
        found = text().casefold()
        return any(word in found for word in words)


def _places(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    return ((found.start(), found[1]) for found in pattern.finditer(text))


def lower_case(text: str) -> str:
    """`text` in lower case, of the same length: only one Turkish letter becomes two."""
    return text.replace("\u0130", "i").lower()


_BEFORE_NAME: Final = "\"'>"
_BEHIND_NAME: Final = frozenset("\"'<\\")
_SEPARATORS: Final = (",", ".", " ", "\u00a0", "\u202f")
_DIGITS: Final = bytes(ord("0") if chr(each) in "0123456789" else each for each in range(256))
_LONG_NUMBER: Final = b"000000"
_FRACTION: Final = b":00.0000000"
"""Of a second in seven digits, as .NET writes each time: none of a number."""
_MOST_SPELLINGS: Final = 4_096
NO_SOURCES: Final = EventSources({})


@lru_cache(maxsize=4)
def unpacked_sources(packed: bytes) -> EventSources:
    """The sources that were `packed`, without the words. Raises ValueError where it is something else."""
    if not packed:
        return NO_SOURCES
    from ast import literal_eval

    return EventSources({name: dict.fromkeys(numbers, ()) for name, numbers in literal_eval(packed.decode()).items()})
