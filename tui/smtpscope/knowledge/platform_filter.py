"""What of an entry fits one exchange: the words and checks of its direction and of the server that wrote the log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from smtpscope.knowledge.entry import Check
from smtpscope.knowledge.platform import EXCHANGE, Platform
from smtpscope.parsing.smtp_exchange import Direction

_DIRECTIONS: Final[Mapping[str, Direction]] = {"Outbound": Direction.OUTBOUND, "Inbound": Direction.INBOUND}
_PLATFORMS: Final[Mapping[str, tuple[Platform, ...]]] = {
    "Exchange": EXCHANGE,
    "Exchange 2003": ("exchange-2003",),
    "Exchange 2007+": ("exchange",),
    "Postfix": ("postfix",),
    "Exim": ("exim",),
    "Sendmail": ("sendmail",),
}
LABELS: Final = (*_DIRECTIONS, *_PLATFORMS)
"""Words that with a colon behind them begin what is for one direction or server alone, up to the next of them."""

_LABEL: Final = re.compile(
    rf"(?:\A|(?<=[.?] ))({'|'.join(re.escape(label) for label in sorted(LABELS, key=len, reverse=True))}): "
)


class StandIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Checks for servers on which an entry's own check is of no use, as its tool is not there.

    `instead_of` are words, one of which is in that check's command; with none it is for whatever fell away.
    """

    id: str
    instead_of: tuple[str, ...]
    checks: tuple[Check, ...]


class AdviceContext(Struct, frozen=True):
    """Whose refusal it is and which server wrote it down; `platform` is None where that is not known."""

    direction: Direction
    platform: Platform | None

    @property
    def side(self) -> str:
        """What a check calls the direction. One that is not known is taken for outbound, as everywhere in guidance."""
        return "inbound" if self.direction is Direction.INBOUND else "outbound"

    def text(self, written: str) -> str:
        """`written` without what is for the other direction or another server; "" when nothing is left.

        Labels of the direction go, those of a server stay as long as it is not known which one it is.
        """
        pieces = _LABEL.split(written)
        if len(pieces) == 1:
            return written
        kept = [pieces[0].strip()]
        for label, words in zip(pieces[1::2], pieces[2::2], strict=True):
            if label in _DIRECTIONS:
                if label.lower() == self.side:
                    kept.append(_capital(words.strip()))
            elif self.platform is None:
                kept.append(f"{label}: {words.strip()}")
            elif self.platform in _PLATFORMS[label]:
                kept.append(_capital(words.strip()))
        return " ".join(filter(None, kept))

    def texts(self, written: Iterable[str]) -> tuple[str, ...]:
        """Those of `written` of which something is left."""
        return tuple(filter(None, map(self.text, written)))

    def checks(self, written: Iterable[Check], stand_ins: Sequence[StandIn]) -> list[Check]:
        """Those of `written` that fit, and for each that does not, its replacement.

        Never empty where one of `written` is of the direction: then better one for another server than none.
        """
        of_side = [check for check in written if check.applies_to in ("both", self.side)]
        chosen: dict[tuple[str, str], Check] = {}
        for check in self._with_stand_ins(of_side, stand_ins):
            chosen.setdefault((check.tool, check.command or check.what), check)
        return list(chosen.values()) or of_side

    def _with_stand_ins(self, of_side: Sequence[Check], stand_ins: Sequence[StandIn]) -> Iterator[Check]:
        for check in of_side:
            if check.fits(self.platform):
                yield check
            else:
                yield from self._fitting(next((one for one in stand_ins if _stands_in(one, check)), None))
        if not all(check.fits(self.platform) for check in of_side):
            for one in stand_ins:
                if not one.instead_of:
                    yield from self._fitting(one)

    def _fitting(self, stand_in: StandIn | None) -> Iterator[Check]:
        for check in () if stand_in is None else stand_in.checks:
            if check.applies_to in ("both", self.side) and check.fits(self.platform):
                yield check


def _stands_in(stand_in: StandIn, check: Check) -> bool:
    return any(words in check.command for words in stand_in.instead_of)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
