"""A set gives the same reports, summaries and events as the logs that it was made of."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import pytest

from cli.conftest import Smtpscope, smtpscope
from cli.processes import SAMPLES
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis
from smtpscope.session.sets.set_analysis import SetAnalysis
from smtpscope.store.times import zone_named
from store.events import exchange, store_of
from support.sets import write_set

__all__ = ["smtpscope"]

FILTERS = ("", "550", "host:fabrikam since:7d", "who:us -state:over")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    analysis = Analysis(KnowledgeBase.load(), zone=zone_named("UTC"))
    analysis.open([str(SAMPLES)])
    analysis.read_all()
    made = tmp_path_factory.mktemp("set") / "set"
    write_set(analysis.store, made, unrelated=analysis.unrelated_records)
    return made


def without_files(text: str) -> object:
    found = json.loads(text)
    for name in ("files", "problems", "skipped_records"):
        found.pop(name, None)
    return found


@pytest.mark.parametrize(("text", "grouping"), zip(FILTERS, ("code", "cause", "recipient,server", "host"), strict=True))
def test_the_report(smtpscope: Smtpscope, folder: Path, text: str, grouping: str) -> None:
    asked = ("--format", "json", "--timezone", "UTC", "--filter", text, "--group", grouping)
    expected, found = (smtpscope("report", place, *asked) for place in (SAMPLES, str(folder)))
    assert (found.exit_code, found.stderr) == (expected.exit_code, expected.stderr)
    assert without_files(found.stdout) == without_files(expected.stdout)


@pytest.mark.parametrize("kept", [False, True], ids=["rows", "group tables"])
def test_some_times_in_an_assumed_zone_are_not_all(tmp_path: Path, kept: bool) -> None:
    store = store_of(*(exchange(offset=number, time_assumed=number == 0) for number in range(3)))
    write_set(store, tmp_path / "set", with_group_tables=kept)
    analysis = SetAnalysis(KnowledgeBase.load(), str(tmp_path / "set"))
    assert analysis.overview().times_assumed == store.times_assumed == "partly"
    analysis.close()


def test_a_set_of_logs_without_refusals_says_so(smtpscope: Smtpscope, tmp_path: Path) -> None:
    write_set(store_of(), tmp_path / "set")
    found = smtpscope("report", str(tmp_path / "set"))
    assert found.exit_code == 1
    assert "no exchange is in this set" in found.stderr


@pytest.mark.parametrize("text", FILTERS[1:])
def test_the_events_and_the_summary(smtpscope: Smtpscope, folder: Path, text: str) -> None:
    asked = ("--timezone", "UTC", "--filter", text)
    expected, found = (smtpscope("events", place, *asked) for place in (SAMPLES, str(folder)))
    assert found.stdout.splitlines() == expected.stdout.splitlines()
    expected, found = (smtpscope("summary", place, *asked, "--format", "json") for place in (SAMPLES, str(folder)))
    for one, other in zip(json.loads(found.stdout)["incidents"], json.loads(expected.stdout)["incidents"], strict=True):
        # A set has no raw records, and no events beside ours.
        for each in (one, other):
            each["sample"].pop("raw")
            each.pop("explained_by", None)
        assert one == other


def test_a_set_alone_is_reported_on(smtpscope: Smtpscope, folder: Path) -> None:
    result = smtpscope(folder, "--timezone", "UTC")
    assert result.exit_code == 0
    assert "528 SMTP refusals, 80 other records" in result.stdout
    together = smtpscope("report", folder, SAMPLES)
    assert together.exit_code == 2
    assert "this is a set, which is opened alone" in together.stderr


def test_a_path_is_no_pattern(smtpscope: Smtpscope, folder: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a [set] of * and 'b'"
    copytree(folder, odd)
    asked = ("--format", "json", "--timezone", "UTC")
    assert without_files(smtpscope("report", odd, *asked).stdout) == without_files(
        smtpscope("report", folder, *asked).stdout
    )


def test_html_has_the_summaries_of_its_rows(smtpscope: Smtpscope, folder: Path) -> None:
    expected, found = (
        smtpscope("report", place, "--format", "html", "--timezone", "UTC") for place in (SAMPLES, str(folder))
    )
    assert found.exit_code == 0
    assert found.stdout.count("<details") == expected.stdout.count("<details")


def test_a_slip_in_a_filter_is_recognised(smtpscope: Smtpscope, folder: Path) -> None:
    expected, found = (smtpscope("summary", place, "--filter", "host:fabrikan") for place in (SAMPLES, str(folder)))
    assert found.exit_code == expected.exit_code == 1
    assert "Did you mean: host:fabrikam" in found.stderr
    assert found.stderr == expected.stderr
