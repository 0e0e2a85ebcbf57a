"""Runs live checks: each with a time limit, several at once, and writes each into the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from importlib import import_module
from typing import Final, cast

from smtpscope.knowledge.live.check_kinds import KINDS, NO_ANSWER, NOT_ASKED, CheckKind
from smtpscope.probes.consent import EnoughAskedError, Gate, NotAnnouncedError, Outside
from smtpscope.probes.journal import Journal, JournalEntry
from smtpscope.probes.live_check import LiveCheck, LiveResult, Verdict
from smtpscope.probes.safe_targets import UnsafeTargetError

Look = Callable[[LiveCheck, Gate], Awaitable[Verdict]]

_LOOKS: Final[Mapping[CheckKind, str]] = {
    "block-list": "dns.block_list",
    "reverse-dns": "dns.reverse_lookup",
    "helo": "dns.helo_name",
    "recipient-domain": "dns.mail_domain",
    "sender-domain": "dns.mail_domain",
    "spf": "policies.spf_check",
    "dkim": "policies.dkim_key",
    "dmarc": "policies.dmarc_policy",
    "mta-sts": "policies.transport_policies",
    "sts-policy": "policies.sts_policy_check",
    "tls-rpt": "policies.transport_policies",
    "dane": "policies.dane_records",
    "smtp": "smtp.greeting",
    "tls": "smtp.certificate_check",
    "recipient": "smtp.recipient_check",
}
"""Kind -> the module whose `look` runs it; loaded when one runs."""

CHECK_SECONDS: Final = 20.0
"""Time limit of one check, all its questions and waiting together."""
_AT_ONCE: Final = 4
_LONGEST_LINE: Final = 1_000
_LONGEST_VALUE: Final = 400
_MOST_EVIDENCE: Final = 150
"""A stranger's answers must not bury what was found: signs of a sentence, of a value in one, and lines of evidence."""


def _look_of(kind: CheckKind) -> Look:
    return cast("Look", import_module(f"smtpscope.probes.{_LOOKS[kind]}").look)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}... ({len(text) - most} more characters)"


class LiveCheckEngine:
    """`seconds` is the time limit of one check."""

    def __init__(self, outside: Outside, journal: Journal, *, seconds: float = CHECK_SECONDS) -> None:
        self._outside = outside
        self._journal = journal
        self._seconds = seconds

    @property
    def resolvers(self) -> tuple[str, ...]:
        """Who is asked DNS questions."""
        return self._outside.resolver.servers

    async def run(self, check: LiveCheck) -> LiveResult:
        """The result of one check; raises nothing but CancelledError."""
        if check.refusal:
            return self._result(check, Verdict(NOT_ASKED, f"Not asked: {check.refusal}."), None)
        gate = Gate(check, self._outside)
        try:
            async with asyncio.timeout(self._seconds):
                verdict = await _look_of(check.kind)(check, gate)
        except TimeoutError:
            verdict = Verdict(NO_ANSWER, f"No result within {self._seconds:g} s.")
        except EnoughAskedError as error:
            verdict = Verdict(NO_ANSWER, f"Stopped at {error}: the answers lead to more questions than were announced.")
        except UnsafeTargetError as error:
            verdict = Verdict(NOT_ASKED, f"Not asked: {error}.")
        except NotAnnouncedError as error:
            verdict = Verdict(
                NOT_ASKED, f"Stopped before it sent what was not announced ({error}): a bug in smtpscope."
            )
        except asyncio.CancelledError:
            self._write(check, gate, "cancelled", "cancelled")
            raise
        except Exception as defect:
            # One check with a defect must not end the others.
            verdict = Verdict(NO_ANSWER, f"Stopped by a bug in smtpscope ({type(defect).__name__}).")
        result = self._result(check, verdict, gate)
        self._write(check, gate, result.outcome, result.finding)
        return result

    async def run_all(
        self,
        checks: Iterable[LiveCheck],
        done: Callable[[LiveResult], None] = lambda _: None,
        started: Callable[[LiveCheck], None] = lambda _: None,
    ) -> list[LiveResult]:
        """All results in the order of `checks`, some at once; `done` is called with each as it comes."""
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(check: LiveCheck) -> LiveResult:
            async with slots:
                started(check)
                result = await self.run(check)
            done(result)
            return result

        return list(await asyncio.gather(*map(one, checks)))

    def _result(self, check: LiveCheck, verdict: Verdict, gate: Gate | None) -> LiveResult:
        assert verdict.finding in KINDS[check.kind].findings, (check.kind, verdict.finding)
        return LiveResult(
            check=check,
            finding=verdict.finding,
            sentence=_cut(verdict.sentence, _LONGEST_LINE),
            evidence=tuple(_cut(line, _LONGEST_LINE) for line in verdict.evidence[:_MOST_EVIDENCE]),
            asked=() if gate is None else tuple(each for each in gate.asked if each),
            time_ms=self._outside.clock.now_ms(),
            connected=gate is not None and gate.connected,
            values=tuple((name, _cut(value, _LONGEST_VALUE)) for name, value in verdict.values if value),
        )

    def _write(self, check: LiveCheck, gate: Gate, outcome: str, finding: str) -> None:
        entry = JournalEntry(
            self._outside.clock.now_ms(),
            check.kind,
            check.title,
            tuple(gate.sent),
            tuple(each for each in gate.asked if each),
            outcome,
            finding,
        )
        self._journal.add(entry)
