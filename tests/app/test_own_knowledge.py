"""Knowledge of one's own in the browser: a note about a host is the guidance for what that host refuses."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from app.driving import browsing
from smtpscope.knowledge.authoring.own_notes import write_note
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis

GREYLISTED = "450 4.2.0 Recipient address rejected: Greylisted, try again in 300 seconds"


async def test_a_note_about_a_host_is_shown_for_that_host_alone(sample_folder: Path, tmp_path: Path) -> None:
    write_note(
        tmp_path,
        entry_id="call-woodgrove",
        title="Woodgrove: call Bob",
        text="They know about it.",
        remote_host="MX.woodgrove.example",
        category="greylisted",
        example=GREYLISTED,
    )
    analysis = Analysis(KnowledgeBase.load(tmp_path), zone=UTC)
    analysis.open([str(sample_folder)])
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.keep_filter("cause:greylisted")
        assert driven.view.count > 0
        await driven.press("o", "2")
        await driven.put_on("woodgrove")
        assert "Woodgrove: call Bob" in driven.guidance
        assert "They know about it." in driven.guidance
        assert "own note" in " ".join(driven.guidance.split())
        await driven.press("x")
        await driven.put_on("fabrikam")
        assert "Woodgrove" not in driven.guidance
        await driven.press("K", *"bob")
        assert any("Woodgrove: call Bob" in line for line in driven.drawn)
