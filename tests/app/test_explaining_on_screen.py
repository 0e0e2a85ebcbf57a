"""Events that explain an incident, in the browser: with its facts, with its guidance, in its export."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.driving import Browsing, browsing
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis
from support.evtx_writer import evtx_bytes
from support.explaining_logs import FORMS, OtherEvent, refused_at

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def pressure(before: timedelta) -> OtherEvent:
    return OtherEvent("MSExchangeTransport", 15006, NOON - before, ("The disk is full.",))


@pytest.fixture
def opened(tmp_path: Path) -> Analysis:
    """A log with refusals for lack of space, and one of another cause; the pressure is in an export without zone."""
    other = refused_at(NOON + MINUTE, client="203.0.113.77")
    events = [refused_at(NOON), refused_at(NOON + MINUTE), other]
    (tmp_path / "a.evtx").write_bytes(evtx_bytes([pressure(3 * MINUTE).written, pressure(2 * MINUTE).written, *events]))
    (tmp_path / "b.txt").write_bytes(FORMS["event-viewer"]([pressure(MINUTE)]))
    analysis = Analysis(KnowledgeBase.load(), zone=UTC)
    analysis.open([str(tmp_path / "a.evtx"), str(tmp_path / "b.txt")])
    return analysis


def words(text: str) -> str:
    return " ".join(text.split())


async def on_incident(driven: Browsing) -> None:
    await driven.keep_filter("cause:resources host:=203.0.113.9")
    await driven.press("g", "j")


async def test_an_incident_says_what_explains_it_and_what_follows(opened: Analysis) -> None:
    async with browsing(opened, size=(120, 50)) as driven:
        await on_incident(driven)
        facts, guidance = words(driven.facts), words(driven.guidance)
        assert "Events that explain it" in facts
        assert "15006 MSExchangeTransport, back pressure, disk full: 3 times, usually 2 min before a refusal" in facts
        assert "both refusals came within 1 h after it" in facts
        assert "on EXCH01.example.com" in facts
        assert "one of the two logs names no time zone" in facts
        assert "What follows from 15006 MSExchangeTransport, back pressure, disk full" in guidance
        assert "Free space on the drive that the event names" in guidance
        assert guidance.index("What to do") < guidance.index("What follows from 15006")


async def test_the_export_of_it_has_them_in_all_formats_but_the_letter(opened: Analysis) -> None:
    async with browsing(opened, size=(120, 50)) as driven:
        await on_incident(driven)
        document = opened.document(driven.browse.selection.incidents(), driven.view)
        for name, each in SUMMARY_FORMATS.items():
            assert ("15006 MSExchangeTransport" in each.render(document)) == (name not in ("postmaster", "json"))
        assert '"event_id": 15006' in SUMMARY_FORMATS["json"].render(document)


async def test_they_are_counted_with_the_others_and_are_no_refusals(opened: Analysis) -> None:
    async with browsing(opened, size=(120, 50)) as driven:
        assert driven.view.count == 3
        assert opened.overview().unrelated_records == 3
