"""A result of a live check without names: its target, sentence, answers, and who was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

if TYPE_CHECKING:
    from smtpscope.probes.live_check import LiveResult


class _Names(Protocol):
    def text(self, text: str) -> str: ...

    def host(self, name: str) -> str: ...

    def mailbox(self, mailbox: str) -> str: ...


def masked_live(result: LiveResult, names: _Names, *, strict: bool) -> LiveResult:
    """`strict` leaves the kind of check and what was found, but no word of an answer."""
    from smtpscope.knowledge.live.check_kinds import KINDS

    check, target = result.check, result.check.target
    hidden = replace(
        target,
        subject=names.host(target.subject),
        # A public block list names nobody; one of a customer's own does.
        zone=names.text(target.zone),
        address=names.host(target.address),
        host=names.host(target.host),
        selector=names.text(target.selector),
        mailbox=names.mailbox(target.mailbox),
        helo=names.host(target.helo),
    )
    check = replace(check, target=hidden, sends=(), refusal=names.text(check.refusal))
    if strict:
        sentence = f"{KINDS[check.kind].title}: {result.outcome} ({result.finding})."
        return replace(result, check=check, sentence=sentence, conclusion="", evidence=(), asked=(), values=())
    return replace(
        result,
        check=check,
        sentence=names.text(result.sentence),
        conclusion=names.text(result.conclusion),
        evidence=tuple(map(names.text, result.evidence)),
        asked=tuple(map(names.text, result.asked)),
        values=(),
    )
