"""Which events of a server explain which refusals beside them in the log, and what follows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Literal

import msgspec

from smtpscope.knowledge.entry import SourceReference
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.reading.explaining import EventSources


class ExplainingKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of event as its file holds it.

    It is any of the `event_ids` of any of the `providers` (in any case) that has one of `words` in it, where there are
    some. It explains refusals of the causes `explains` in one `direction` or both, on the same computer, at most
    `within_minutes` after it and not after one of `ended_by`, numbers of the same providers that tell that it is over.
    `name` is what it is in a few words, `means` a sentence or two, `advice` what follows; `source` is where it is
    documented, `checked` the day on which that was last read.
    """

    id: str
    name: str
    providers: tuple[str, ...]
    event_ids: tuple[int, ...]
    explains: tuple[str, ...]
    within_minutes: int
    means: str
    advice: tuple[str, ...]
    source: SourceReference
    direction: Literal["outbound", "inbound", "both"] = "both"
    words: tuple[str, ...] = ()
    ended_by: tuple[int, ...] = ()
    checked: date | None = None

    @property
    def within_ms(self) -> int:
        return self.within_minutes * 60_000

    def explains_cause(self, category: str, direction: Direction) -> bool:
        """Whether it explains refusals of this cause in this direction."""
        return category in self.explains and self.direction in ("both", direction.value)

    def is_one(self, provider: str, event_id: int) -> bool:
        """Whether an event of that source and number is of this kind."""
        return event_id in self.event_ids and self._is_of(provider)

    def ends_with(self, provider: str, event_id: int) -> bool:
        """Whether an event of that source and number means that it is over."""
        return event_id in self.ended_by and self._is_of(provider)

    def _is_of(self, provider: str) -> bool:
        return provider.casefold() in map(str.casefold, self.providers)


class ExplainingTable:
    """All kinds; of two with the same id the later one counts."""

    def __init__(self, kinds: Iterable[ExplainingKind]) -> None:
        self.kinds = tuple({kind.id: kind for kind in kinds}.values())

    def of_cause(self, category: str, direction: Direction) -> tuple[ExplainingKind, ...]:
        """The kinds that explain refusals of this cause in this direction."""
        return tuple(kind for kind in self.kinds if kind.explains_cause(category, direction))

    @cached_property
    def sources(self) -> EventSources:
        """What readers have to hand out."""
        wanted: dict[str, dict[int, list[str]]] = {}
        plain: set[tuple[str, int]] = set()
        for kind in self.kinds:
            for provider in map(str.casefold, kind.providers):
                for number in (*kind.event_ids, *kind.ended_by):
                    words = kind.words if number in kind.event_ids else ()
                    wanted.setdefault(provider, {}).setdefault(number, []).extend(words)
                    if not words:
                        plain.add((provider, number))
        return EventSources(
            {
                provider: {number: () if (provider, number) in plain else words for number, words in numbers.items()}
                for provider, numbers in wanted.items()
            }
        )
