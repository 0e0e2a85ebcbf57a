"""A stranger's log and answers, by key: nothing leaves that was not shown, and nothing private is contacted."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.conftest import OpenSession
from app.driving import Browsing, browsing
from smtpscope.app.screens.confirm import ConfirmScreen
from smtpscope.app.screens.live.check_now import CheckNowScreen
from smtpscope.configuration.settings import Settings
from smtpscope.probes.live_check import DnsQuery, FollowedQueries
from smtpscope.probes.mail_connection import DirectConnector
from smtpscope.probes.safe_targets import Reach
from smtpscope.session.live import live_session
from support.dns_stub import DnsStub
from support.smtp_stub import nobody_listening

OURS = "8.8.4.4"
EVENTS = (
    ("exch01.contoso.local", f"550 5.7.1 [{OURS}] blocked using zen.corp", "RCPT TO:<a@localhost>"),
    ("10.0.0.5", f"421 4.3.2 [{OURS}] Service not available", "RCPT TO:<a@[192.168.0.1]>"),
    ("127.0.0.1.example.com", "454 4.7.0 TLS not available", "RCPT TO:<a@router.lan>"),
    (
        "mx1.fabrikam.com",
        f"550 5.7.1 Client host [{OURS}] blocked using dnsbl.fabrikam.com",
        "RCPT TO:<a@fabrikam.com>",
    ),
    ("mx2.fabrikam.com:22", "421 4.3.2 Service not available", "RCPT TO:<a@5.0.0.10.in-addr.arpa>"),
    ("mx3.fabrikam.com", "530 5.7.0 Must issue a STARTTLS command first", "RCPT TO:<a@stra\u00dfe.example.com>"),
    ("mx4.fabrikam.com", "454 4.7.0 TLS not available", "RCPT TO:<a@evil.com/../x:80>"),
    ("mx5.fabrikam.com", f"550 5.7.26 Unauthenticated email from {'a' * 70}.com [{OURS}]", "MAIL FROM:<a@dc01.corp>"),
    ("mx6.fabrikam.com", f"550 [red]x[/] \u202e 5.7.1 Message is spam {OURS}", "MAIL FROM:<a@contoso.com>"),
    ("mx7.fabrikam.com", "550 5.7.20 no key for s1._domainkey.contoso.internal", "MAIL FROM:<a@contoso.com>"),
    ("mx8.fabrikam.com", "550 5.1.1 User unknown", "RCPT TO:<a@xn--a.local>"),
    ("mx9.fabrikam.com", "530 5.7.0 Must issue a STARTTLS command first", "RCPT TO:<a@contoso.com>"),
)
ANSI = '"\\027]52\\;c\\;eA==\\007[red]\\027[2J listed"'
ROUNDS: tuple[dict[str, list[str]], ...] = (
    {
        "A": ["127.0.0.1", "10.0.0.5", "169.254.169.254", "100.64.0.1", "192.0.0.8", "9.9.9.9"],
        "AAAA": ["::1", "fe80::1", "fd00::1", "::ffff:10.0.0.5", "64:ff9b::a00:5", "2002:a00:5::1"],
        "MX": ["10 localhost.", "10 exch01.contoso.local.", "20 10.0.0.5.", "5 mx\\027.evil.com."],
        "PTR": ["localhost.", "exch01.contoso.local.", "\\027]0\\;x.evil.com."],
        "TXT": ['"v=spf1 a:dc01.corp include:localhost mx:router.lan exists:%{i}.contoso.internal -all"'],
    },
    {"A": ["9.9.9.9", "10.0.0.5"], "MX": ["10 mx1.fabrikam.com."], "TXT": ['"v=STSv1; id=1"']},
    {"A": ["127.0.0.2"], "TXT": [ANSI, '"v=STSv1; id=1"'], "CNAME": ["exch01.contoso.local."], "MX": ["10 a.local."]},
    {"*": ["!SERVFAIL"]},
)

CONTACTED: list[tuple[str, int]] = []


class HostileDns(DnsStub):
    """Has an answer for every name."""

    answers: dict[str, list[str]]

    def _records(self, name: str, record_type: str) -> list[str]:
        return self.answers.get(record_type, self.answers.get("*", []))

    def _exists(self, name: str) -> bool:
        return True


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HostileDns]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("smtpscope.probes.pacing.BETWEEN_SECONDS", 0.0)
    CONTACTED.clear()

    def place(address: str, port: int) -> tuple[str, int]:
        CONTACTED.append((address, port))
        return "127.0.0.1", nobody

    monkeypatch.setattr(live_session, "DirectConnector", lambda: DirectConnector(place))
    running = HostileDns()
    with nobody_listening() as nobody, running:
        yield running


def allowed(screen: CheckNowScreen, asked: list[str]) -> bool:
    sends = [each for check in screen.checks for each in check.sends]
    exact = {each.words for each in sends if isinstance(each, DnsQuery)}
    types = {kind for each in sends if isinstance(each, FollowedQueries) for kind in each.record_types}
    return all(each in exact or each.partition(" ")[0] in types for each in asked)


def controls(driven: Browsing) -> set[str]:
    return {sign for line in driven.drawn for sign in line if unicodedata.category(sign) in ("Cc", "Cf")}


async def test_a_stranger_can_neither_send_nor_reach_what_was_not_shown(
    open_analysis: OpenSession, hostile: HostileDns, tmp_path: Path
) -> None:
    log = tmp_path / "stranger.log"
    log.write_text(
        "".join(
            f"2026-03-22 17:39:01Z Error EXCH01 MSExchangeTransport 7004 This is an SMTP protocol error log for "
            f'virtual server ID 1, connection #{number}. The remote host "{host}", responded to the SMTP command '
            f'"{command[:4].lower()}" with "{reply}". The full command sent was "{command}".  This will probably cause '
            "the connection to fail.\n"
            for number, (host, reply, command) in enumerate(EVENTS, start=100)
        )
    )
    public, asked = Reach(), 0
    settings = Settings(checks_resolver=hostile.resolver, checks_our_address=OURS)
    async with browsing(open_analysis(log), settings=settings) as driven:
        await driven.press("o", "2")
        for number in range(len(driven.lines)):
            hostile.answers = ROUNDS[(3 * number + number // 4) % len(ROUNDS)]
            hostile.questions.clear()
            driven.browse.table.cursor = number
            await driven.settled()
            await driven.press("X")
            screen = driven.app.screen
            assert isinstance(screen, CheckNowScreen)
            for _ in screen.checks:
                await driven.press("down")
            await driven.press("a")
            assert hostile.questions == []
            if isinstance(driven.app.screen, ConfirmScreen):
                await driven.press("y")
            await driven.until(lambda screen=screen: screen.idle)  # type: ignore[misc]
            await driven.settled()
            asked += len(hostile.questions)
            assert allowed(screen, hostile.questions), (driven.line.name, hostile.questions)
            for question in hostile.questions:
                # Raises for a name of a private network.
                public.name(question.partition(" ")[2], "printable")
            assert not controls(driven)
            assert not any("bug in smtpscope" in line for line in driven.drawn)
            await driven.press("escape")
            assert not controls(driven)
            assert "bug in smtpscope" not in " ".join(driven.guidance.split())
    assert asked > 15
    assert CONTACTED
    for address, port in CONTACTED:
        # Raises for an IP address that is not public.
        public.address(address)
        assert port in (25, 465, 587, 443)
