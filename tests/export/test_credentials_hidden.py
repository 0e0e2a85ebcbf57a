"""A ticket is read by others: what logs somebody in never stands in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.session import Analysis, open_analysis
from support.evtx_writer import WrittenEvent, write_evtx

SECRET = "AGpvaG5AZXhhbXBsZS5jb20Ac2VjcmV0"


@pytest.fixture
def analysis(tmp_path: Path) -> Analysis:
    strings = ("1", "7", "relay.isp.example", "auth", "535 5.7.8 Authentication failed", f"AUTH PLAIN {SECRET}")
    event = WrittenEvent(event_id=7004, strings=strings, time=datetime(2026, 3, 2, tzinfo=UTC), level=2)
    opened = open_analysis([str(write_evtx(tmp_path / "a.evtx", [event]))], zone=UTC)
    opened.read_all()
    return opened


@pytest.mark.parametrize("name", sorted(SUMMARY_FORMATS))
def test_no_format_of_a_summary_holds_them(analysis: Analysis, name: str) -> None:
    view = analysis.view()
    text = SUMMARY_FORMATS[name].render(analysis.document(analysis.incidents(view.tree.order), view))
    assert SECRET not in text


def test_a_copied_event_does_not_hold_them_but_the_command(analysis: Analysis) -> None:
    text = analysis.event_text(0)
    assert SECRET not in text
    assert "AUTH PLAIN (credentials)" in text
