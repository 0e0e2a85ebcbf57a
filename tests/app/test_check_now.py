"""`X`: the checks that fit an incident, by key; nothing is sent before one, and what comes back changes the advice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from app.driving import Browsing, browsing
from smtpscope.app.screens.confirm import ConfirmScreen
from smtpscope.app.screens.live.address_dialog import AddressScreen
from smtpscope.app.screens.live.check_now import CheckNowScreen
from smtpscope.app.widgets.prose.prose_pane import ProsePane
from smtpscope.configuration.settings import Settings
from smtpscope.session import Analysis
from support.dns_stub import DnsStub
from support.live_checks import list_zone

ZONES = {
    **list_zone("zen.dnsbl.example"),
    "25.2.0.192.in-addr.arpa": {"PTR": "mail.ourcompany.example."},
    "mail.ourcompany.example": {"A": "192.0.2.25"},
}
ASKED = ["A 2.0.0.127.zen.dnsbl.example", "A 1.0.0.127.zen.dnsbl.example", "A 25.2.0.192.zen.dnsbl.example"]


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DnsStub]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("smtpscope.probes.pacing.BETWEEN_SECONDS", 0.0)
    with DnsStub(dict(ZONES)) as running:
        yield running


def settings(stub: DnsStub, **changes: object) -> Settings:
    """Our IP addresses are those of documentation, so private ones are allowed."""
    return Settings(checks_resolver=stub.resolver, checks_private=True, **changes)  # type: ignore[arg-type]


def said(driven: Browsing) -> str:
    return " ".join(driven.notices)


async def opened(driven: Browsing) -> CheckNowScreen:
    await driven.put_on("mail.fabrikam.example")
    await driven.press("X")
    assert isinstance(driven.app.screen, CheckNowScreen)
    return driven.app.screen


def detail(driven: Browsing) -> str:
    return " ".join("\n".join(driven.app.screen.query_one(ProsePane).lines).split())


async def test_x_lists_the_checks_with_what_they_send_and_enter_runs_one(analysis: Analysis, stub: DnsStub) -> None:
    async with browsing(analysis, settings=settings(stub)) as driven:
        screen = await opened(driven)
        assert [check.title for check in screen.checks] == [
            "Block list zen.dnsbl.example: 192.0.2.25",
            "Reverse DNS: 192.0.2.25",
        ]
        assert f"asks the resolver {stub.resolver}:" in detail(driven)
        for question in ASKED:
            assert question in detail(driven)
        assert any("Nothing is sent before you press Enter or a." in line for line in driven.drawn)
        assert stub.questions == []
        await driven.press("enter")
        await driven.until(lambda: screen.idle)
        await driven.settled()
        assert stub.questions == ASKED
        words = "192.0.2.25 is not listed on zen.dnsbl.example now; it was refused until 03-22 17:39."
        assert words in detail(driven)
        assert f"Not there. Asked {stub.resolver} at" in detail(driven)
        assert any("- Block list zen.dnsbl.example: 192.0.2.25  not listed" in line for line in driven.drawn)
        await driven.press("escape")
        assert driven.app.screen is driven.browse
        guidance = " ".join("\n".join(driven.browse.detail.guidance.lines).split())
        assert guidance.startswith(f"Checked now - {words}")
        await driven.press("Y")
        assert words in " ".join(driven.clipboard.copied[-1].replace("\\", "").split())


async def test_all_are_run_after_one_question_and_the_ticket_can_leave_them_out(
    analysis: Analysis, stub: DnsStub
) -> None:
    async with browsing(analysis, settings=settings(stub)) as driven:
        screen = await opened(driven)
        await driven.press("a")
        assert isinstance(driven.app.screen, ConfirmScreen)
        assert any("Run 2 checks" in line for line in driven.drawn)
        await driven.press("n")
        assert stub.questions == []
        await driven.press("a", "y")
        await driven.until(lambda: screen.idle and len(stub.questions) == 5)
        await driven.settled()
        assert sorted(stub.questions) == sorted([*ASKED, "PTR 25.2.0.192.in-addr.arpa", "A mail.ourcompany.example"])
        await driven.press("y")
        assert "mail.ourcompany.example" in driven.clipboard.copied[-1]
        await driven.press("t", "escape", "Y")
        assert "Checked now" not in driven.clipboard.copied[-1]


async def test_all_that_would_be_sent_can_be_read_on_a_small_screen(analysis: Analysis, stub: DnsStub) -> None:
    async with browsing(analysis, settings=settings(stub), size=(80, 16), filter_text="550 host:contoso") as driven:
        await driven.press("X")
        pane = driven.app.screen.query_one(ProsePane)
        assert any("PgDn shows the rest." in line for line in driven.drawn)
        assert not any("NS contoso.example" in line for line in driven.drawn)
        await driven.press("pagedown", "pagedown")
        assert any("AAAA mx1.contoso.example" in line for line in driven.drawn)
        await driven.press("pageup", "pageup", "pageup")
        assert pane.scroll_offset.y == 0
        assert stub.questions == []


async def test_the_detail_names_the_key_where_the_footer_has_no_room(analysis: Analysis, stub: DnsStub) -> None:
    sizes: tuple[tuple[int, int], ...] = ((80, 24), (120, 30))
    for size in sizes:
        async with browsing(analysis, settings=settings(stub), size=size) as driven:
            await driven.put_on("mail.fabrikam.example")
            assert any("X: check now" in line for line in driven.drawn), size
            if size[0] > 100:
                assert "What to check  X checks now what can be checked from here" in driven.guidance
            await driven.put_on("550")
            assert not any("X: check now" in line for line in driven.drawn), size
    async with browsing(analysis, settings=settings(stub, checks="off")) as driven:
        await driven.put_on("mail.fabrikam.example")
        assert not any("check now" in line for line in driven.drawn)
        assert "What to check" in driven.browse.detail.guidance.lines


async def test_escape_cancels_what_is_running(analysis: Analysis, stub: DnsStub) -> None:
    stub.zones["2.0.0.127.zen.dnsbl.example"] = {"A": "!SILENCE"}
    async with browsing(analysis, settings=settings(stub)) as driven:
        screen = await opened(driven)
        await driven.press("enter")
        await driven.until(lambda: bool(stub.questions))
        await driven.settled()
        await driven.press("escape")
        await driven.until(lambda: screen.idle)
        await driven.settled()
        assert "Cancelled" in said(driven)
        asked = len(stub.questions)
        await driven.press("escape")
        assert len(driven.app.screen_stack) == 2
        assert len(stub.questions) == asked == 1


async def test_our_address_is_asked_for_once_and_remembered(analysis: Analysis, stub: DnsStub) -> None:
    async with browsing(analysis, settings=settings(stub), filter_text="450 host:woodgrove") as driven:
        await driven.press("X")
        screen = driven.app.screen
        assert isinstance(screen, CheckNowScreen)
        assert screen.checks[0].refusal
        await driven.press("enter")
        assert "not in the log" in said(driven)
        await driven.press("o")
        assert isinstance(driven.app.screen, AddressScreen)
        driven.app.screen.query_one(Input).value = "no address"
        await driven.press("enter")
        assert "is not an IP address" in said(driven)
        await driven.press("o")
        driven.app.screen.query_one(Input).value = "192.0.2.25"
        await driven.press("enter")
        assert next(check.title for check in screen.checks) == "Reverse DNS: 192.0.2.25"
        assert stub.questions == []


async def test_a_check_that_is_not_asked_says_why(analysis: Analysis, stub: DnsStub) -> None:
    async with browsing(analysis, settings=Settings(checks_resolver=stub.resolver)) as driven:
        screen = await opened(driven)
        assert all(check.refusal for check in screen.checks)
        await driven.press("enter")
        assert "192.0.2.25 is not a public IP address" in said(driven)
        await driven.press("a")
        assert driven.app.screen is screen
        assert stub.questions == []


async def test_checks_that_are_off_have_no_key(analysis: Analysis, stub: DnsStub) -> None:
    async with browsing(analysis, settings=settings(stub, checks="off")) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("X")
        assert driven.app.screen is driven.browse
        assert "browse.check_now" not in {each.binding.id for each in driven.browse.active_bindings.values()}
    async with browsing(analysis, settings=settings(stub)) as driven:
        assert "browse.check_now" in {each.binding.id for each in driven.browse.active_bindings.values()}


async def test_without_the_packages_the_key_says_what_to_install(
    analysis: Analysis, stub: DnsStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smtpscope.session.live.live_session.find_spec", lambda name: None)
    async with browsing(analysis, settings=settings(stub)) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("X")
        assert driven.app.screen is driven.browse
        assert 'pip install "smtpscope[check]"' in said(driven)


async def test_an_answer_can_not_command_the_terminal(analysis: Analysis, stub: DnsStub) -> None:
    stub.zones["25.2.0.192.zen.dnsbl.example"] = {"A": "127.0.0.2", "TXT": '"\\027]52;c;eA==\\007[red]listed[/]"'}
    async with browsing(analysis, settings=settings(stub)) as driven:
        screen = await opened(driven)
        await driven.press("enter")
        await driven.until(lambda: screen.idle)
        await driven.settled()
        assert "[red]listed[/]" in detail(driven)
        assert not any("\x1b" in line or "\x07" in line for line in driven.drawn)
        await driven.press("escape")
        assert not any("\x1b" in line or "\x07" in line for line in driven.drawn)


async def test_without_a_row_there_is_nothing_to_check(analysis: Analysis, stub: DnsStub) -> None:
    async with browsing(analysis, settings=settings(stub), filter_text="host:nobody") as driven:
        await driven.press("X")
        assert "nothing to check" in said(driven)


async def test_a_fast_key_answers_the_question_and_runs_nothing(analysis: Analysis, stub: DnsStub) -> None:
    """Enter means no to the question of `a`; typed ahead it must not overtake `a` and run the check below it."""
    async with browsing(analysis, settings=settings(stub)) as driven:
        screen = await opened(driven)
        for keys in ("a enter", "o enter", "a escape", "o escape"):
            for key in keys.split():
                driven.app.post_message(events.Key(key, key if len(key) == 1 else None))
            await driven.settled()
            await driven.until(lambda: driven.app.screen is screen and screen.idle)
            await driven.settled()
            assert stub.questions == [], keys


@pytest.mark.parametrize("keys", ["X enter", "down enter"])
async def test_enter_runs_no_check_whose_questions_are_not_drawn_yet(
    analysis: Analysis, stub: DnsStub, monkeypatch: pytest.MonkeyPatch, keys: str
) -> None:
    """On a slow connection keys are typed ahead of what is seen."""
    async with browsing(analysis, settings=settings(stub)) as driven:
        if keys.startswith("X"):
            await driven.put_on("mail.fabrikam.example")
        else:
            await opened(driven)
        # The screen is not painted meanwhile.
        monkeypatch.setattr(CheckNowScreen, "call_after_refresh", lambda *_: True)
        for key in keys.split():
            await driven.press(key)
        assert isinstance(driven.app.screen, CheckNowScreen)
        assert driven.app.screen.idle
        assert stub.questions == []


async def hurried(driven: Browsing, keys: str, turns: int) -> None:
    """Presses the keys without a wait for what they do; the event loop goes `turns` steps on between two."""
    for key in keys.split():
        driven.app.post_message(events.Key("full_stop" if key == "." else key, key if len(key) == 1 else None))
        for _ in range(turns):
            await asyncio.sleep(0)
    await driven.settled()


@pytest.mark.parametrize("kind", ["all", "recipient"])
async def test_a_question_that_is_not_drawn_yet_is_not_answered_with_yes(
    analysis: Analysis, stub: DnsStub, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A y that was typed ahead would agree to what nobody has read."""
    async with browsing(analysis, settings=settings(stub, checks_recipient=True)) as driven:
        if kind == "all":
            screen = await opened(driven)
        else:
            await driven.put_on("contoso.example")
            await driven.press("X", "down")
            assert isinstance(driven.app.screen, CheckNowScreen)
            screen = driven.app.screen
            assert screen.checks[1].kind == "recipient"
        # The question is not painted meanwhile.
        with monkeypatch.context() as unpainted:
            unpainted.setattr(ConfirmScreen, "call_after_refresh", lambda *_: True)
            await driven.press("a" if kind == "all" else "enter", "y")
        assert isinstance(driven.app.screen, ConfirmScreen)
        await driven.press("n")
        assert screen.idle
        assert stub.questions == []


async def test_our_address_is_saved_as_typed_or_not_at_all(analysis: Analysis, stub: DnsStub) -> None:
    """Enter must not overtake the last digits: the rest would be the IP address of somebody else."""
    typed = " ".join("198.51.100.77")
    saved = 0
    async with browsing(analysis, settings=settings(stub), filter_text="450 host:woodgrove") as driven:
        await driven.press("X")
        screen = driven.app.screen
        assert isinstance(screen, CheckNowScreen)
        for turns in range(8):
            for opened_before in (False, True):
                if opened_before:
                    await driven.press("o")
                await hurried(driven, f"{'' if opened_before else 'o '}{typed} enter", turns)
                title = screen.checks[0].title
                assert "198.51.100.77" in title or screen.checks[0].refusal, (turns, opened_before, title)
                assert "198.51.100.77" in title or not opened_before, (turns, title)
                if isinstance(driven.app.screen, AddressScreen):
                    assert "Check the IP address" in said(driven), turns
                    await driven.press("escape")
                saved += "198.51.100.77" in title
                await driven.press("o")
                driven.app.screen.query_one(Input).value = ""
                await driven.press("enter")
                assert screen.checks[0].refusal
    assert saved >= 8
    assert stub.questions == []


async def test_escape_keeps_our_address_whatever_follows(analysis: Analysis, stub: DnsStub) -> None:
    async with browsing(analysis, settings=settings(stub), filter_text="450 host:woodgrove") as driven:
        await driven.press("X")
        for turns in (0, 1, 3, 6):
            await driven.press("o")
            await hurried(driven, f"{' '.join('198.51.100.77')} escape enter", turns)
            screen = driven.app.screen
            assert isinstance(screen, CheckNowScreen)
            assert screen.checks[0].refusal
            assert stub.questions == []


async def test_nothing_is_sent_where_the_terminal_is_too_small_to_show_it(analysis: Analysis, stub: DnsStub) -> None:
    async with browsing(analysis, settings=settings(stub)) as driven:
        screen = await opened(driven)
        for size in ((12, 4), (20, 5), (10, 3)):
            await driven.pilot.resize_terminal(*size)
            await driven.settled()
            await driven.press("enter")
            assert "enlarge the terminal" in said(driven)
            await driven.press("a", "y")
            assert "enlarge the terminal" in said(driven)
            assert isinstance(driven.app.screen, ConfirmScreen)
            await driven.pilot.resize_terminal(80, 24)
            await driven.settled()
            assert stub.questions == []
            await driven.press("n")
        await driven.press("a", "y")
        await driven.until(lambda: screen.idle and len(stub.questions) == 5)
