"""The cursor in the detail goes from item to item: each is copied by itself, and a link is opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.geometry import Offset

from app.driving import Browsing, browsing
from smtpscope.app.links import has_browser, link_in
from smtpscope.app.screens.link import LinkScreen
from smtpscope.app.widgets.prose.prose_layout import ProseLayout
from smtpscope.app.widgets.prose.text_items import items_of
from smtpscope.session import Analysis, open_analysis


async def _on_item(driven: Browsing, words: str, key: str = "j") -> None:
    """Presses `key` until the cursor stands on the item with `words`."""
    pane = driven.browse.focused
    for _ in range(80):
        item = getattr(pane, "item", None)
        assert item is not None
        if words in item.text:
            return
        await driven.press(key)
    raise AssertionError(f"the cursor does not come to {words}")


async def test_y_copies_one_value_one_recipient_one_check_or_one_source(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("tab")
        assert driven.focus == "facts"
        await _on_item(driven, "550 5.7.1")
        await driven.press("y")
        assert driven.clipboard.copied[-1].startswith("550 5.7.1 Service unavailable")
        await _on_item(driven, "orders@fabrikam.example", "l")
        await driven.press("y")
        assert driven.clipboard.copied[-1] == "orders@fabrikam.example"
        await driven.press("tab", "g")
        assert driven.focus == "guidance"
        await _on_item(driven, "http", "j")
        await driven.press("y")
        assert driven.clipboard.copied[-1].startswith("http")
        assert " " not in driven.clipboard.copied[-1]


async def test_columns_are_walked_by_row_and_by_item(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("tab")
        await _on_item(driven, "2026-03-17 ▅")
        pane = driven.browse.detail.facts
        first = pane.item
        assert first is not None
        await driven.press("l")
        second = pane.item
        assert second is not None
        assert (second.first, second.left) == (first.first, first.left + second.left)
        await driven.press("h", "j")
        below = pane.item
        assert below is not None
        assert (below.first, below.left) == (first.first + 1, first.left)


async def test_the_item_under_the_cursor_is_drawn_as_a_cursor(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.put_on("mail.fabrikam.example")
        pane = driven.browse.detail.facts
        await driven.press("tab")
        wanted = pane.get_component_rich_style("item-pane--cursor").bgcolor
        assert {segment.style.bgcolor for segment in pane.render_line(0) if segment.style} == {wanted}
        assert wanted not in {segment.style.bgcolor for segment in pane.render_line(1) if segment.style}
        await driven.press("tab")
        assert wanted not in {segment.style.bgcolor for segment in pane.render_line(0) if segment.style}


async def test_the_cursor_stays_in_view(analysis: Analysis) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("t", "tab", "G")
        pane = driven.browse.detail.guidance
        if not pane.has_focus:
            await driven.press("tab")
        await driven.press("G")
        item = pane.item
        assert item is not None
        assert item is pane.items[-1] or item == pane.items[-1]
        top = pane.scroll_offset.y
        assert top <= item.first < top + pane.scrollable_content_region.height
        await driven.press("g")
        assert pane.scroll_offset.y == 0


async def test_enter_shows_a_link_in_full_before_it_is_opened(
    analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setenv("DISPLAY", ":0")
    async with browsing(analysis, size=(120, 40)) as driven:
        monkeypatch.setattr(driven.app, "open_url", lambda url, **_: opened.append(url))
        await driven.put_on("mail.fabrikam.example")
        await driven.press("tab", "tab")
        await _on_item(driven, "http")
        await driven.press("enter")
        assert isinstance(driven.screen, LinkScreen)
        link = link_in(driven.browse.detail.guidance.item.text)  # type: ignore[union-attr]
        assert link is not None
        assert link in "".join(line.strip(" │") for line in driven.drawn)
        assert opened == []
        assert any(
            "\x1b]8;" in segment.style.render("x")
            for strip in driven.strips
            for segment in strip
            if segment.style is not None and segment.style.link
        )
        await driven.press("enter")
        await driven.until(lambda: bool(opened))
        assert opened == [link]


async def test_without_a_browser_the_link_is_copied(analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("smtpscope.app.screens.link.has_browser", lambda _: False)
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("tab", "tab")
        await _on_item(driven, "http")
        await driven.press("enter", "enter")
        assert isinstance(driven.screen, LinkScreen)
        assert "No browser here" in driven.notices[0]
        await driven.press("y")
        assert driven.clipboard.copied[-1].startswith("http")


async def test_enter_on_what_is_no_link_does_nothing(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.press("tab", "enter")
        assert driven.screen is driven.browse


async def test_a_click_puts_the_cursor_on_an_item(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.put_on("mail.fabrikam.example")
        pane = driven.browse.detail.facts
        line = next(number for number, each in enumerate(pane.lines) if "550 5.7.1" in each)
        left, top = pane.content_region.offset
        await driven.pilot.click(offset=Offset(left + 14, top + line))
        await driven.settled()
        assert pane.has_focus
        assert pane.item is not None
        assert pane.item.text.startswith("550 5.7.1")


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see https://a.example/x?q=1.", "https://a.example/x?q=1"),
        ("(http://a.example/b(c))", "http://a.example/b(c)"),
        ("<https://a.example/>", "https://a.example/"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("ftp://a.example/", None),
        ("https://\x1b]8;;x", None),
        ("https://a.ex\u202eample/", "https://a.ex"),
        ("no link", None),
    ],
)
def test_only_links_of_the_web_count(text: str, link: str | None) -> None:
    assert link_in(text) == link


def test_a_browser_needs_a_display() -> None:
    assert not has_browser({}, "linux")
    assert has_browser({"DISPLAY": ":0"}, "linux")
    assert has_browser({}, "win32")


def test_a_pane_without_text_has_no_items() -> None:
    assert items_of(ProseLayout((), 80)) == []


async def test_keys_in_the_detail_of_an_empty_log_do_nothing(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text("Nov  9 06:12:41 mail postfix/qmgr[5]: 4ABC: removed\n", encoding="utf-8")
    async with browsing(open_analysis([str(log)])) as driven:
        driven.browse.detail.guidance.focus()
        await driven.press("right", "down", "end", "home")
        assert driven.browse.detail.guidance.items == []
