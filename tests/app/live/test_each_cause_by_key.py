"""Each cause by key: `X`, what would be sent, Enter, `a`, the result beside the guidance, the ticket, Escape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from app.conftest import OpenSession
from app.driving import Browsing, browsing
from app.live.scenarios import (
    COMMON_CAUSES,
    EIGHT_REPLIES,
    MAIL_SERVERS,
    OURS,
    PTR,
    SPAMCOP,
    THEIRS,
    TLS_WANTED,
    WEB,
    ZEN,
    LiveScenario,
    presenting,
)
from smtpscope.app.screens.confirm import ConfirmScreen
from smtpscope.app.screens.live.check_now import CheckNowScreen
from smtpscope.app.widgets.prose.prose_pane import ProsePane
from smtpscope.configuration.settings import Settings
from smtpscope.probes.consent import AnswerMemory
from smtpscope.probes.live_check import DnsQuery, HttpsFetch, SmtpConnection
from smtpscope.probes.mail_connection import DirectConnector
from smtpscope.probes.smtp import mail_dialogue
from smtpscope.session.live import live_session
from support.dns_stub import DnsStub
from support.https_stub import HttpsStub, response
from support.smtp_stub import SmtpStub, authority, nobody_listening, trusting


class Outside:
    """DNS and, for each scenario, its mail server, at the IP address of the remote host."""

    def __init__(self) -> None:
        self.dns = DnsStub()
        self.server: SmtpStub | None = None
        self.web: HttpsStub | None = None
        self.closed = 0

    def place(self, address: str, port: int) -> tuple[str, int]:
        if (address, port) == (WEB, 443):
            assert self.web is not None
            return "127.0.0.1", self.web.port
        assert (address, port) == (THEIRS, 25), "nobody announced that"
        return "127.0.0.1", self.closed if self.server is None else self.server.port

    @contextmanager
    def serving(self, scenario: LiveScenario) -> Iterator[None]:
        self.dns.zones.clear()
        self.dns.zones.update(scenario.all_zones)
        self.dns.questions.clear()
        self.server = None if scenario.server is None else scenario.server()
        with ExitStack() as stack:
            if self.server is not None and self.server.banner is None:
                stack.enter_context(patch.object(mail_dialogue, "REPLY_SECONDS", 0.05))
            if scenario.page:
                host = presenting(f"mta-sts.{scenario.domain}")
                self.web = stack.enter_context(HttpsStub(host, response(scenario.page)))
            if self.server is not None:
                stack.enter_context(self.server)
            yield

    @property
    def asked(self) -> list[str]:
        return self.dns.questions

    @property
    def said(self) -> list[str]:
        return [] if self.server is None else self.server.said


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Outside]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("smtpscope.probes.pacing.BETWEEN_SECONDS", 0.0)
    # Each scenario has answers of its own for the same names.
    monkeypatch.setattr(AnswerMemory, "get", lambda *_: None)
    made = Outside()
    monkeypatch.setattr(live_session, "DirectConnector", lambda: DirectConnector(made.place))
    monkeypatch.setattr(live_session, "system_trust", trusting(authority()))
    with nobody_listening() as made.closed, made.dns:
        yield made


def detail(driven: Browsing) -> str:
    return " ".join("\n".join(driven.app.screen.query_one(ProsePane).lines).split())


async def opened(driven: Browsing, scenario: LiveScenario) -> CheckNowScreen:
    await driven.put_on(scenario.host)
    await driven.press("X")
    screen = driven.app.screen
    assert isinstance(screen, CheckNowScreen), scenario.name
    return screen


def announced(screen: CheckNowScreen) -> set[str]:
    """Every line that the list shows as sent."""
    sends = [each for check in screen.checks for each in check.sends]
    return {each.words for each in sends if isinstance(each, DnsQuery)} | {
        line for each in sends if isinstance(each, SmtpConnection) for line in each.lines
    }


async def run_by_key(driven: Browsing, outside: Outside, scenario: LiveScenario) -> None:
    """Lists the checks of one incident, runs the first, then all, and reads what they found."""
    name = scenario.name
    screen = await listed_and_run_first(driven, outside, scenario)
    # `a` runs all, after a question; a no sends nothing.
    outside.asked.clear()
    outside.said.clear()
    await driven.press("a")
    assert isinstance(driven.app.screen, ConfirmScreen), name
    await driven.press("escape")
    assert (outside.asked, outside.said) == ([], []), name
    await driven.press("a", "y")
    await driven.until(lambda: screen.idle)
    await driven.settled()
    await all_was_announced(driven, outside, scenario, screen)
    await read_in_the_ticket(driven, scenario)


async def one_check(driven: Browsing, outside: Outside, scenario: LiveScenario) -> None:
    """Where there is only one check, Enter runs all."""
    screen = await listed_and_run_first(driven, outside, scenario)
    await all_was_announced(driven, outside, scenario, screen)


async def listed_and_run_first(driven: Browsing, outside: Outside, scenario: LiveScenario) -> CheckNowScreen:
    name = scenario.name
    screen = await opened(driven, scenario)
    assert [check.title for check in screen.checks] == list(scenario.checks), name
    # Each check shows what it sends to whom, and so far nothing was sent.
    for number, check in enumerate(screen.checks):
        if number:
            await driven.press("down")
        shown = detail(driven)
        for each in check.sends:
            assert each.words in shown, (name, each.words)
        assert (f"asks the resolver {outside.dns.resolver}" in shown) == any(
            isinstance(each, DnsQuery) for each in check.sends
        ), name
        assert bool(check.refusal) == ("is not asked" in shown), name
    assert (outside.asked, outside.said) == ([], []), name
    # Enter runs the one under the cursor.
    await driven.press(*["up"] * (len(screen.checks) - 1), "enter")
    await driven.until(lambda: screen.idle)
    await driven.settled()
    first = screen.checks[0]
    if first.refusal:
        assert "Not asked:" in " ".join(driven.notices), name
        assert outside.asked == [], name
    exact = {each.words for each in first.sends if isinstance(each, DnsQuery)}
    assert set(outside.asked[:1]) <= exact, name
    assert bool(outside.asked) != bool(first.refusal), name
    assert scenario.results[0] in detail(driven), (name, detail(driven))
    return screen


async def all_was_announced(driven: Browsing, outside: Outside, scenario: LiveScenario, screen: CheckNowScreen) -> None:
    """What left is what was listed, and each result says what was found, and from where that holds."""
    name = scenario.name
    assert Counter(outside.asked) == Counter(scenario.asked), name
    assert outside.said == list(scenario.said), name
    assert set(outside.said) <= announced(screen), name
    for number, words in enumerate(scenario.results):
        if number:
            await driven.press("down")
        if words:
            assert words in detail(driven), (name, words, detail(driven))
            from_where = "Holds for this computer only"
            connects = any(isinstance(each, SmtpConnection | HttpsFetch) for each in screen.checks[number].sends)
            assert (from_where in detail(driven)) == connects, name
    await driven.press("escape")
    assert driven.browse.is_current, name
    guidance = " ".join(driven.guidance.split())
    assert guidance.startswith("Checked now"), name
    assert not [words for words in scenario.results if words not in guidance], (name, guidance)


async def read_in_the_ticket(driven: Browsing, scenario: LiveScenario) -> None:
    """The results are in the ticket unless they are taken out."""
    name = scenario.name
    results = [words for words in scenario.results if words]
    await driven.press("Y")
    copied = " ".join(driven.clipboard.copied[-1].replace("\\", "").split())
    assert not [words for words in results if words not in copied], (name, copied)
    await driven.press("X", "t", "escape", "Y")
    assert "Checked now" not in driven.clipboard.copied[-1], name


def log_of(scenarios: tuple[LiveScenario, ...], folder: Path) -> Path:
    path = folder / "EXCH01.log"
    path.write_text("".join(f"{scenario.line}\n" for scenario in scenarios))
    return path


Way = Callable[[Browsing, Outside, LiveScenario], Awaitable[None]]


async def drive(
    scenarios: tuple[LiveScenario, ...],
    open_analysis: OpenSession,
    outside: Outside,
    folder: Path,
    way: Way = run_by_key,
) -> None:
    settings = Settings(checks_resolver=outside.dns.resolver, checks_private=True, checks_our_address=OURS)
    async with browsing(open_analysis(log_of(scenarios, folder)), settings=settings, size=(100, 24)) as driven:
        # A line for each host.
        await driven.press("o", "2")
        for scenario in scenarios:
            with outside.serving(scenario):
                await way(driven, outside, scenario)


async def test_the_eight_replies_of_the_public_explanations(
    open_analysis: OpenSession, outside: Outside, tmp_path: Path
) -> None:
    await drive(EIGHT_REPLIES, open_analysis, outside, tmp_path)


async def test_the_commonest_causes(open_analysis: OpenSession, outside: Outside, tmp_path: Path) -> None:
    await drive((*COMMON_CAUSES, *TLS_WANTED), open_analysis, outside, tmp_path)


async def test_each_fault_of_a_mail_server(open_analysis: OpenSession, outside: Outside, tmp_path: Path) -> None:
    """A banner, a greeting and a certificate hold for this computer only, and each result says so."""
    await drive(MAIL_SERVERS, open_analysis, outside, tmp_path, one_check)


async def test_escape_stops_a_run_of_several_checks(
    open_analysis: OpenSession, outside: Outside, tmp_path: Path
) -> None:
    """What was not sent yet is not sent any more."""
    scenario = next(each for each in COMMON_CAUSES if each.name == "southridge")
    settings = Settings(checks_resolver=outside.dns.resolver, checks_private=True, checks_our_address=OURS)
    async with browsing(open_analysis(log_of((scenario,), tmp_path)), settings=settings) as driven:
        with outside.serving(scenario):
            first = [f"A 2.0.0.127.{ZEN}", f"A 2.0.0.127.{SPAMCOP}", f"PTR {PTR}", "TXT contoso.example"]
            outside.dns.zones.update({each.partition(" ")[2]: {"*": "!SILENCE"} for each in first})
            await driven.press("o", "2")
            screen = await opened(driven, scenario)
            await driven.press("a", "y")
            await driven.until(lambda: len(outside.asked) == len(first))
            await driven.settled()
            await driven.press("escape")
            await driven.until(lambda: screen.idle)
            await driven.settled()
            # Four run at once; neither their next questions nor the fifth check were sent.
            assert sorted(outside.asked) == sorted(first)
            assert "Cancelled" in " ".join(driven.notices)


async def test_a_recipient_is_asked_for_after_a_question_of_its_own(
    open_analysis: OpenSession, outside: Outside, tmp_path: Path
) -> None:
    """Off by default; with the setting, `a` leaves it out, and Enter asks each time."""
    scenario = next(each for each in EIGHT_REPLIES if each.name == "adatum")
    settings = Settings(checks_resolver=outside.dns.resolver, checks_private=True, checks_recipient=True)
    async with browsing(open_analysis(log_of((scenario,), tmp_path)), settings=settings) as driven:
        with outside.serving(replace(scenario, server=lambda: SmtpStub())):
            await driven.press("o", "2")
            screen = await opened(driven, scenario)
            await driven.press("a", "y")
            await driven.until(lambda: screen.idle)
            await driven.settled()
            assert outside.said == []
            await driven.press("down")
            lines = ["EHLO [127.0.0.1]", "MAIL FROM:<>", "RCPT TO:<anna@adatum.example>", "RSET", "QUIT"]
            assert f"sends: {'; '.join(lines)}" in detail(driven)
            await driven.press("enter", "n")
            assert outside.said == []
            await driven.press("enter", "y")
            await driven.until(lambda: screen.idle)
            await driven.settled()
            assert outside.said == lines
            assert "accepts anna@adatum.example now; it was refused until 03-22 17:39." in detail(driven)
