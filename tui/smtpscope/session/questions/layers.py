"""The layers of a timeline: who acts, or which host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, get_args

from msgspec import Struct

from smtpscope.store.filter.filter_editing import add_term
from smtpscope.store.spellings import Counted

StackedBy = Literal["action", "host"]
STACKED_BY: Final[tuple[StackedBy, ...]] = get_args(StackedBy)

_ACTIONS: Final = {"us": "us", "them": "them", "sender": "sender", "recipient": "recipient", "nobody": "no action"}
ACTION_NAMES: Final = tuple(_ACTIONS.values())
_MOST_HOSTS: Final = 4


class Layer(Struct, frozen=True):
    """One part of each bin: its name (verbatim for a host) and its number of events in each bin."""

    name: str
    counts: tuple[int, ...]


def action_terms() -> list[tuple[str, str]]:
    """Name and filter of each layer by who acts; none of them overlap."""
    return [(name, f"who:={who}") for who, name in _ACTIONS.items()]


def host_terms(hosts: Counted) -> list[tuple[str, str]]:
    """The same by the most frequent of `hosts`; all others have no layer."""
    return [(host or "(no host)", add_term("", "host", f"={host}", False)) for host, _ in hosts[:_MOST_HOSTS]]


def layers_of(total: Sequence[int], parts: Sequence[tuple[str, Sequence[int]]]) -> tuple[Layer, ...]:
    """The layers with events: `parts`, each a name and its counts, and "others", which is what they lack of `total`."""
    left = list(total)
    for _, counts in parts:
        left = [rest - count for rest, count in zip(left, counts, strict=True)]
    found = [Layer(name, tuple(counts)) for name, counts in (*parts, ("others", left))]
    return tuple(layer for layer in found if any(layer.counts))
