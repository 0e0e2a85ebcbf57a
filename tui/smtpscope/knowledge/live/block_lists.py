"""What is known of DNS block lists: who may ask, what an answer means, and under which names replies mention them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from smtpscope.knowledge.entry import SourceReference

Family = Literal["ipv4", "ipv6"]


class ListAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer of a list (an IP address in 127/8) and what it stands for; a `refusal` is not a listing."""

    answer: str
    means: str
    refusal: bool = False


class BlockListFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One list. `zone` is what its names end in; zones below it (`sbl.` of one operator) are rows of their own.

    `lists` says whether it lists IP addresses or domains. `asking` is "open", "registered" (the operator wants to know
    who asks) or "closed" (it answers nobody any more); `note` says that in a sentence. `usual` are those that many
    servers ask, so that they are worth a look when no reply names one. `called` are words by which
    replies mention it without naming a zone. `removal` is the page where a listing is explained and ended: it is shown,
    never opened.
    """

    zone: str
    name: str
    lists: Literal["addresses", "domains"] = "addresses"
    families: tuple[Family, ...] = ("ipv4",)
    asking: Literal["open", "registered", "closed"] = "open"
    usual: bool = False
    note: str = ""
    answers: tuple[ListAnswer, ...] = ()
    called: tuple[str, ...] = ()
    removal: str = ""
    source: SourceReference | None = None

    def means(self, answer: str) -> str:
        """What an answer stands for, "" if that is not known."""
        return next((each.means for each in self.answers if each.answer == answer), "")


class BlockListFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    list: tuple[BlockListFacts, ...] = ()


class BlockLists(msgspec.Struct, frozen=True):
    """All lists that are known, those of the user's folders first."""

    lists: tuple[BlockListFacts, ...]

    @classmethod
    def of(cls, lists: Iterable[BlockListFacts]) -> BlockLists:
        return cls(tuple(lists))

    def facts(self, zone: str) -> BlockListFacts:
        """The row of exactly this zone; a bare row for an unknown one."""
        wanted = zone.casefold().rstrip(".")
        return next(
            (each for each in self.lists if each.zone == wanted),
            BlockListFacts(wanted, wanted, families=("ipv4", "ipv6")),
        )

    def mentioned(self, text: str) -> tuple[BlockListFacts, ...]:
        """The lists that `text` mentions by another name than their zone."""
        folded = text.casefold()
        return tuple(
            each
            for each in self.lists
            if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded) for word in each.called)
        )
