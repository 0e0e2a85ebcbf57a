"""The engine: consent, time limits, the journal, and what a check may not do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtpscope.knowledge.live.check_kinds import KINDS
from smtpscope.probes import engine as engine_module
from smtpscope.probes.consent import Gate
from smtpscope.probes.engine import LiveCheckEngine
from smtpscope.probes.journal import Journal, JournalEntry
from smtpscope.probes.live_check import DnsQuery, LiveCheck, LiveTarget, Verdict
from support.live_checks import live_stage


def curious(monkeypatch: pytest.MonkeyPatch, name: str, record_type: str) -> None:
    """Makes the check of the HELO name ask for something else."""

    async def look(check: LiveCheck, gate: Gate) -> Verdict:
        await gate.ask(name, record_type)
        return Verdict("resolves", "asked")

    monkeypatch.setattr(engine_module, "_look_of", lambda kind: look)


@pytest.mark.parametrize(("name", "record_type"), [("other.contoso.com", "A"), ("mail.contoso.com", "TXT")])
def test_what_was_not_announced_is_not_sent(monkeypatch: pytest.MonkeyPatch, name: str, record_type: str) -> None:
    with live_stage({name: {record_type: '"x"' if record_type == "TXT" else "192.0.2.1"}}) as stage:
        curious(monkeypatch, name, record_type)
        (result,) = stage.run(stage.session.planner.check("helo", LiveTarget("mail.contoso.com")))
        assert result.finding == "not-asked"
        assert "not announced" in result.sentence
        assert stage.stub.questions == []


def test_an_announcement_of_a_private_name_does_not_let_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last look is at the gate, whoever wrote the announcement."""
    with live_stage(allow_private=False) as stage:
        check = stage.session.planner.check("helo", LiveTarget("mail.contoso.com"))
        private = "dc01.contoso.local"
        forged = replace(check, target=LiveTarget(private), sends=(DnsQuery(private, "A"),))
        (result,) = stage.run(forged)
        assert result.finding == "not-asked"
        assert stage.stub.questions == []


def test_a_silent_server_is_asked_once_more_and_then_given_up() -> None:
    with live_stage({"mail.contoso.com": {"*": "!SILENCE"}}, seconds=0.05) as stage:
        (result,) = stage.run(stage.session.planner.check("helo", LiveTarget("mail.contoso.com")))
        assert result.finding == "no-answer"
        assert stage.stub.questions == ["A mail.contoso.com"] * 2 + ["AAAA mail.contoso.com"] * 2


def test_a_check_that_takes_too_long_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look(check: LiveCheck, gate: Gate) -> Verdict:
        await asyncio.sleep(60)
        return Verdict("resolves", "")

    monkeypatch.setattr(engine_module, "_look_of", lambda kind: look)
    with live_stage() as stage:
        engine = LiveCheckEngine(stage.session._outside, Journal(None), seconds=0.01)
        result = asyncio.run(engine.run(stage.session.planner.check("helo", LiveTarget("mail.contoso.com"))))
        assert (result.outcome, result.sentence) == ("unknown", "No result within 0.01 s.")


def test_a_defect_in_one_check_does_not_end_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look(check: LiveCheck, gate: Gate) -> Verdict:
        raise ZeroDivisionError

    monkeypatch.setattr(engine_module, "_look_of", lambda kind: look)
    with live_stage() as stage:
        (result,) = stage.run(stage.session.planner.check("helo", LiveTarget("mail.contoso.com")))
        assert "a bug in smtpscope (ZeroDivisionError)" in result.sentence


def test_a_cancelled_check_is_in_the_journal_with_what_it_sent(tmp_path: Path) -> None:
    journal = tmp_path / "data" / "live-checks.jsonl"

    async def cancelled() -> None:
        task = asyncio.ensure_future(stage.session.engine.run(check))
        while not stage.stub.questions:
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with live_stage({"mail.contoso.com": {"*": "!SILENCE"}}, journal=journal, seconds=5) as stage:
        check = stage.session.planner.check("helo", LiveTarget("mail.contoso.com"))
        asyncio.run(cancelled())
        (entry,) = stage.session.journal.entries()
        assert entry.outcome == "cancelled"
        assert entry.sent == ("DNS A mail.contoso.com",)


def test_a_journal_survives_damage_and_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "live-checks.jsonl"
    entry = JournalEntry(1, "helo", "HELO name: a", ("DNS A a",), ("127.0.0.1",), "there", "resolves")
    Journal(path).add(entry)
    with path.open("ab") as stream:
        stream.write(b'\xff\xfe not json\n{"time_ms": "x"}\n{"time_ms": 1e400}\n[1]\n' + b"[" * 100_000 + b"\n")
    Journal(path).add(entry)
    assert Journal(path).entries() == (entry, entry)
    monkeypatch.setattr("smtpscope.probes.journal._LONGEST_FILE", 1_000)
    monkeypatch.setattr("smtpscope.probes.journal._LINES_LEFT", 1)
    Journal(path).add(entry)
    assert len(path.read_text().splitlines()) == 2


def test_a_journal_that_can_not_be_written_ends_no_check(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with live_stage(journal=tmp_path / "file" / "journal") as stage:
        (result,) = stage.run(stage.session.planner.check("helo", LiveTarget("mail.contoso.com")))
        assert result.finding == "no-address"
        assert stage.session.journal.failure is not None


def test_every_kind_has_all_three_outcomes_and_a_place_where_it_is_run() -> None:
    for kind, facts in KINDS.items():
        assert set(facts.findings.values()) == {"there", "not there", "unknown"}, kind
        assert kind in engine_module._LOOKS
