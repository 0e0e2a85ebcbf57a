"""The MTA-STS policy of a domain (RFC 8461): announced in DNS, fetched, and compared with MX and the certificate.

The page is fetched only where DNS announces it. Its address follows from the domain, never from an answer. Where the
log has the remote host, its certificate is looked at as well: the policy wants it to be valid for its name.
"""

from __future__ import annotations

from typing import Final

from smtpscope.knowledge.live.check_kinds import KINDS, NO_ANSWER
from smtpscope.probes.consent import Gate
from smtpscope.probes.live_check import (
    Announcement,
    DnsQuery,
    HttpsFetch,
    LiveCheck,
    LiveTarget,
    SmtpConnection,
    Verdict,
)
from smtpscope.probes.policies.page_fetch import fetched
from smtpscope.probes.policies.sts_policy import LONGEST_POLICY, StsPolicy, StsPolicyError, parse_sts_policy
from smtpscope.probes.policies.tagged_record import tags, versioned
from smtpscope.probes.safe_targets import is_address
from smtpscope.probes.smtp import certificate_check
from smtpscope.probes.smtp.mail_dialogue import DialogueError, address_queries

_DAY: Final = 86_400
_MOST_LINES: Final = 30
_PATH: Final = "/.well-known/mta-sts.txt"


def _page(domain: str) -> HttpsFetch:
    return HttpsFetch(f"mta-sts.{domain}", _PATH)


def announce(target: LiveTarget) -> tuple[Announcement, ...]:
    """The record, the page, MX; with a remote host in `target.host` also its certificate."""
    domain = target.subject
    page = _page(domain)
    host = () if not target.host or is_address(target.host) else certificate_check.announce(_of_host(target))
    return (
        DnsQuery(f"_mta-sts.{domain}", "TXT"),
        *address_queries(page.host),
        page,
        DnsQuery(domain, "MX"),
        *host,
    )


def _of_host(target: LiveTarget) -> LiveTarget:
    return LiveTarget(target.host, port=target.port, helo=target.helo)


class _PolicyLook:
    """The steps of one check."""

    def __init__(self, check: LiveCheck, gate: Gate) -> None:
        self._target = check.target
        self._domain = check.target.subject
        self._gate = gate
        self._mail_host = next((each for each in check.sends if isinstance(each, SmtpConnection)), None)
        self.evidence: list[str] = []

    def verdict(self, finding: str, sentence: str, found: str = "") -> Verdict:
        values = (("domain", self._domain), ("found", found), ("reason", sentence))
        return Verdict(finding, sentence, tuple(self.evidence), values)

    async def run(self) -> Verdict:
        domain = self._domain
        answer = await self._gate.ask(f"_mta-sts.{domain}", "TXT")
        self.evidence.append(answer.line)
        if answer.untold:
            why = answer.detail or answer.status
            return self.verdict(NO_ANSWER, f"{answer.server} did not answer for {domain}: {why}.")
        records = versioned(answer.records, "STSv1")
        if not records:
            return self.verdict("none", f"{domain} does not announce MTA-STS, so there is no policy.")
        if len(records) > 1 or not tags(records[0]).get("id"):
            why = f"{len(records)} records" if len(records) > 1 else "no id="
            return self.verdict("broken", f"The MTA-STS record of {domain} is broken ({why}), so there is no policy.")
        page = await fetched(_page(domain), self._gate, self.evidence, most=LONGEST_POLICY)
        self.evidence += [line[:200] for line in page.splitlines()[:_MOST_LINES] if line.strip()]
        try:
            policy = parse_sts_policy(page)
        except StsPolicyError as error:
            return self.verdict("broken", f"The MTA-STS policy of {domain} is broken: {error}.")
        return await self._compared(policy)

    async def _compared(self, policy: StsPolicy) -> Verdict:
        """The policy beside MX, and beside the certificate of the remote host."""
        domain = self._domain
        if policy.mode == "none":
            return self.verdict("mode-none", f"{domain} has withdrawn its MTA-STS policy (mode: none).", "none")
        about = f"{domain} has an MTA-STS policy in mode {policy.mode}, to be remembered for {_time(policy.max_age)}"
        covered = ", ".join(policy.mx[:5])
        uncovered, unknown = await self._not_covered(policy)
        if uncovered:
            sentence = f"{about}. It covers {covered}, but not {', '.join(uncovered)}."
            return self.verdict("mx-not-covered", sentence, policy.mode)
        finding = "enforced" if policy.mode == "enforce" else "testing"
        sentence = f"{about}. {unknown or f'It covers all hosts in MX ({covered}).'}"
        if self._mail_host is not None:
            certificate = await self._certificate()
            sentence += f" {certificate.sentence}"
            if KINDS["tls"].findings[certificate.finding] == "not there":
                finding = "not-trusted"
        return self.verdict(finding, sentence, policy.mode)

    async def _not_covered(self, policy: StsPolicy) -> tuple[list[str], str]:
        """Hosts that the policy lacks, the remote host among them; and why MX is unknown, "" if it is known."""
        answer = await self._gate.ask(self._domain, "MX")
        self.evidence.append(answer.line)
        hosts = [record.partition(" ")[2].rstrip(".").lower() for record in answer.records]
        # Without MX the domain itself is the mail host (RFC 5321 section 5.1).
        hosts = list(filter(None, hosts)) if answer.records else [] if answer.untold else [self._domain]
        if self._mail_host is not None:
            hosts.append(self._mail_host.host)
        unknown = f"Its MX did not answer: {answer.detail or answer.status}." if answer.untold else ""
        return [host for host in dict.fromkeys(hosts) if not policy.covers(host)][:5], unknown

    async def _certificate(self) -> Verdict:
        assert self._mail_host is not None
        verdict = await certificate_check.certificate_of(_of_host(self._target), self._mail_host, self._gate)
        self.evidence += verdict.evidence
        return verdict


def _time(seconds: int) -> str:
    days = seconds // _DAY
    return f"{days} day{'' if days == 1 else 's'}" if days else f"{seconds} s"


async def look(check: LiveCheck, gate: Gate) -> Verdict:
    """The policy, or why there is none that counts."""
    steps = _PolicyLook(check, gate)
    try:
        return await steps.run()
    except DialogueError as error:
        sentence = f"{check.target.subject} announces MTA-STS, but its policy can't be fetched. {error}."
        return steps.verdict(error.finding, sentence)
