"""Live checks and results in words: what would be sent to whom, what was found, from where it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Final

from smtpscope.export.summaries.incident_wording import code_words, host_words
from smtpscope.knowledge.live.check_kinds import Outcome
from smtpscope.probes.live_check import HttpsFetch, LiveCheck, LiveResult, SmtpConnection
from smtpscope.store.grouping.incident import Incident
from smtpscope.store.times import format_time

SIGNS: Final[dict[Outcome, str]] = {"there": "+", "not there": "-", "unknown": "?"}
_FROM_HERE: Final = "Holds for this computer only: what the mail server itself would see may differ."


def resolver_words(resolvers: Sequence[str]) -> str:
    """`the resolver 192.0.2.53`; the second one is asked only if the first is silent."""
    first, *others = resolvers
    return f"the resolver {first}" + (f" (if it is silent: {', '.join(others)})" if others else "")


def sends_lines(check: LiveCheck, resolvers: Sequence[str]) -> Iterator[str]:
    """What the check sends to whom, a line each; why it is not asked, where it is not."""
    if check.refusal:
        yield f"is not asked: {check.refusal}"
        return
    if not check.sends:
        yield "sends nothing: what the log has is enough"
    questions = [each.words for each in check.sends if not isinstance(each, SmtpConnection | HttpsFetch)]
    if questions:
        yield f"asks {resolver_words(resolvers)}:"
        yield from (f"  {words}" for words in questions)
    yield from (each.words for each in check.sends if isinstance(each, SmtpConnection | HttpsFetch))


def when_and_who(result: LiveResult, zone: tzinfo) -> str:
    """`Asked 192.0.2.53 at 2026-03-22 17:39:01`, and from where it holds if not from anywhere."""
    asked = f"Asked {', '.join(result.asked)}" if result.asked else "Asked nobody"
    return f"{asked} at {format_time(result.time_ms, zone)}"


def holds_words(result: LiveResult) -> str:
    """From where the result holds; "" if from anywhere."""
    return _FROM_HERE if result.holds_from == "this computer" else ""


def incident_words(incident: Incident) -> str:
    """`550 mail.fabrikam.com`, with text from the log in it."""
    return f"{code_words(incident)} {host_words(incident.host, incident.key.direction)}"
