"""Attempts to make a check send what it did not show, or contact a private IP address; all text is a stranger's."""

from __future__ import annotations

import asyncio
import ssl

from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.files.knowledge_files import bundled_folder
from smtpscope.knowledge.files.live_files import block_lists, live_rules
from smtpscope.probes.consent import AnswerMemory, Outside
from smtpscope.probes.engine import LiveCheckEngine
from smtpscope.probes.incident_checks import fitting_checks
from smtpscope.probes.journal import Journal
from smtpscope.probes.live_check import DnsQuery, FollowedQueries, HttpsFetch, LiveCheck, LiveTarget, SmtpConnection
from smtpscope.probes.live_subject import live_subject
from smtpscope.probes.mail_connection import MailStream
from smtpscope.probes.name_server import DnsAnswer
from smtpscope.probes.pacing import Pace
from smtpscope.probes.planning import LiveOptions, Planner
from smtpscope.probes.safe_targets import Reach
from smtpscope.session import Explainer
from support.live_checks import FakeClock

KNOWLEDGE = KnowledgeBase.load()
LISTS = block_lists([bundled_folder()])
RULES = live_rules([bundled_folder()])

NAMES = st.sampled_from(
    (
        "fabrikam.com", "exch01.contoso.local", "localhost", "dc.corp", "10.0.0.5", "[10.0.0.5]", "169.254.169.254",
        "8.8.8.8", "::1", "[::ffff:127.0.0.1]:25", "127.0.0.1.nip.io", "0x7f.0x1", "2130706433", "intranet",
        "exch01\u3002local", "a.com\r\nDATA", "xn--a.internal", "x.home.arpa", "mx.example:587", "evil.com:22",
        "router.lan.", "_dmarc.contoso.local", "a" * 70 + ".com", "", ".", "fabrikam.com.", "MX1.FABRIKAM.COM",
    )
)  # fmt: skip
REPLIES = st.sampled_from(
    (
        "550 5.7.1 [{}] blocked using zen.spamhaus.org",
        "550 5.7.1 blocked using {}; see http://{}/a",
        "550 listed at dnsbl.{} [8.8.4.4]",
        "450 4.7.1 Client host rejected: cannot find your hostname, [{}]",
        "550 5.7.20 no key for s1._domainkey.{}",
        "550-5.7.26 Unauthenticated email from {} is not accepted due to DMARC policy [8.8.4.4]",
        "550 5.1.1 <a@{}> User unknown",
        "550 5.7.1 Unable to relay for a@{}",
        "454 4.7.0 TLS not available due to local problem",
        "421 4.3.2 Service not available, {}",
        "450 4.1.8 Domain of sender address <a@{}> does not exist",
    )
)
ANSWERS = st.dictionaries(
    st.sampled_from(("A", "AAAA", "MX", "TXT", "PTR", "NS", "TLSA")),
    st.lists(
        st.sampled_from(
            (
                "10.0.0.5", "127.0.0.2", "169.254.169.254", "8.8.4.4", "::1", "fd00::1", "::ffff:10.0.0.1",
                "10 exch01.contoso.local.", "10 mx1.fabrikam.com.", "10 10.0.0.5.", "0 .", "not an address",
                "v=spf1 include:dc.contoso.local a:intranet mx:fabrikam.com exists:%{i}.x.com ptr -all",
                "v=spf1 redirect=fabrikam.com", "v=STSv1; id=1", "v=DMARC1; p=reject; psd=y", "v=DKIM1; p=",
                "exch01.contoso.local.",
                "mail.fabrikam.com.", "3 1 1 aa", "\x1b]52;c;x\x07",
            )
        ),
        max_size=12,
    ),
)  # fmt: skip


class HostileResolver:
    """Answers everything with what a stranger wants; `asked` is every question that left."""

    servers = ("192.0.2.53",)

    def __init__(self, answers: dict[str, list[str]]) -> None:
        self._answers = answers
        self.asked: list[tuple[str, str]] = []

    async def ask(self, name: str, record_type: str) -> DnsAnswer:
        self.asked.append((name, record_type))
        records = tuple(self._answers.get(record_type, ()))
        return DnsAnswer(name, record_type, "records" if records else "no data", records, name, server="192.0.2.53")


class NotingConnector:
    """Connects nowhere, and notes where to."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, int]] = []

    async def open(self, address: str, port: int, tls: ssl.SSLContext | None, server_name: str) -> MailStream:
        self.opened.append((address, port))
        raise ConnectionRefusedError(111, "refused")


def allowed(check: LiveCheck, asked: list[tuple[str, str]]) -> bool:
    """Whether the questions of one check stay within its announcements."""
    exact = {(each.name, each.record_type) for each in check.sends if isinstance(each, DnsQuery)}
    others = [question for question in asked if question not in exact]
    followed = [each for each in check.sends if isinstance(each, FollowedQueries)]
    types = {kind for each in followed for kind in each.record_types}
    return all(kind in types for _, kind in others) and len(others) <= sum(each.most for each in followed)


@settings(max_examples=80)
@given(REPLIES, NAMES, NAMES, NAMES, st.sampled_from(("outbound", "inbound")), ANSWERS)
def test_nothing_leaves_that_was_not_announced_and_nothing_private(
    reply: str, named: str, host: str, domain: str, direction: str, answers: dict[str, list[str]]
) -> None:
    text = reply.replace("{}", named)
    exchange, advice = Explainer(KNOWLEDGE).explain(text, f"RCPT TO:<anna@{domain}>", direction, host)
    planner = Planner(LISTS, LiveOptions(Reach(), recipient=True))
    subject = live_subject(exchange, LISTS, recipients=[f"b@{named}"], senders=[f"c@{host}"], our_address=named)
    rules = RULES.fitting(advice.match.entry_id, advice.match.category, exchange.direction)
    public = Reach()
    for each in fitting_checks(rules, subject, planner):
        check = each.check
        resolver, connector, clock = HostileResolver(answers), NotingConnector(), FakeClock()
        outside = Outside(resolver, connector, clock, Pace(clock), AnswerMemory(clock), public, LISTS)
        journal = Journal(None)
        result = asyncio.run(LiveCheckEngine(outside, journal).run(check))
        assert "bug in smtpscope" not in result.sentence, result
        assert allowed(check, resolver.asked), (check, resolver.asked)
        for name, _ in resolver.asked:
            # Raises for a name of a private network.
            public.name(name, "printable" if check.kind == "spf" else "service")
        announced = {
            (each.host, each.port): each.most for each in check.sends if isinstance(each, SmtpConnection | HttpsFetch)
        }
        assert len(connector.opened) <= 2 * sum(announced.values())
        for address, port in connector.opened:
            assert public.address(address) == address
            assert port in (25, 465, 587, 443)
            assert port in {number for _, number in announced}
        if check.refusal:
            assert resolver.asked == []
            assert connector.opened == []
            assert journal.entries() == ()
        else:
            (entry,) = journal.entries()
            assert len(entry.sent) == len(resolver.asked) + len(connector.opened)


def test_lines_that_were_not_announced_are_not_said() -> None:
    """A mailbox from a log can't smuggle a command in, and no check announces DATA."""
    planner = Planner(LISTS, LiveOptions(Reach(), recipient=True))
    for mailbox in (
        "a@fabrikam.com>\r\nDATA",
        "a@fabrikam.com\nRCPT TO:<b@x.com>",
        "<>",
        "a b@x.com",
        "a@[10.0.0.1]",
    ):
        check = planner.check("recipient", LiveTarget("mx1.fabrikam.com", mailbox=mailbox))
        assert check.refusal
        assert check.sends == ()
    kinds = ("smtp", "tls", "recipient")
    for kind in kinds:
        target = LiveTarget("mx1.fabrikam.com", mailbox="a@fabrikam.com" if kind == "recipient" else "")
        check = planner.check(kind, target)  # type: ignore[arg-type]
        lines = [line for each in check.sends if isinstance(each, SmtpConnection) for line in each.lines]
        assert lines
        assert not [line for line in lines if "DATA" in line or "BDAT" in line or "\n" in line or "\r" in line]
        assert kind == "recipient" or not [line for line in lines if line.startswith(("MAIL", "RCPT"))]
