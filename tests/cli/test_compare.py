"""`smtpscope compare` on logs of several weeks."""

from __future__ import annotations

import json
from pathlib import Path

from cli.conftest import Smtpscope
from cli.processes import COPIED, LINES, SAMPLES


def test_two_periods_of_the_samples(smtpscope: Smtpscope) -> None:
    result = smtpscope("compare", SAMPLES, "--since", "2026-03-15", "--timezone", "UTC", "--format", "json")
    answer = json.loads(result.stdout)
    assert answer["before"]["events"] + answer["after"]["events"] == 528
    changes = {(each["change"], each["remote_host"], each["reply_code"]) for each in answer["incidents"]}
    assert ("new", "mail.fabrikam.example", 550) in changes
    assert ("gone", "mx.woodgrove.example", 450) in changes
    assert result.exit_code == 3


def test_two_pairs_of_times_are_two_periods(smtpscope: Smtpscope) -> None:
    times = ("--since", "03-02", "--until", "03-09", "--since", "03-09", "--until", "03-16")
    answer = json.loads(smtpscope("compare", SAMPLES, *times, "--timezone", "UTC", "--format", "json").stdout)
    both = smtpscope("report", SAMPLES, "--filter", "since:03-02 -since:03-16", "--timezone", "UTC", "--format", "json")
    in_view = json.loads(both.stdout)["events_in_view"]
    assert answer["before"]["events"] + answer["after"]["events"] == in_view


def test_a_log_compared_with_itself_has_nothing_new(smtpscope: Smtpscope) -> None:
    result = smtpscope("compare", LINES, LINES)
    assert result.exit_code == 0
    assert "Nothing is new" in result.stdout


def test_two_logs_are_compared_by_host_code_and_cause(smtpscope: Smtpscope) -> None:
    result = smtpscope("compare", COPIED, SAMPLES, "--format", "json")
    answer = json.loads(result.stdout)
    assert answer["before"]["events"] == 3
    assert answer["new_for_us"] > 0
    assert result.exit_code == 3


def test_a_filter_limits_both_sides(smtpscope: Smtpscope) -> None:
    times = ("--since", "2026-03-15", "--filter", "host:fabrikam", "--format", "json")
    answer = json.loads(smtpscope("compare", SAMPLES, *times).stdout)
    assert {each["remote_host"] for each in answer["incidents"]} == {"mail.fabrikam.example"}


def test_the_days_of_the_week_are_times(smtpscope: Smtpscope) -> None:
    # The samples end on a Sunday, 2026-03-22.
    answer = json.loads(
        smtpscope("compare", SAMPLES, "--since", "Monday", "--timezone", "UTC", "--format", "json").stdout
    )
    assert answer["after"]["first"] == "2026-03-16T00:00:00.000Z"


def test_wrong_use_is_told_with_its_remedy(smtpscope: Smtpscope, tmp_path: Path) -> None:
    one = smtpscope("compare", LINES)
    assert (one.exit_code, "Name two files or folders" in one.stderr) == (2, True)
    times = smtpscope("compare", LINES, "--since", "03-15", "--since", "03-16")
    assert (times.exit_code, "twice each" in times.stderr) == (2, True)
    word = smtpscope("compare", LINES, "--since", "soon")
    assert (word.exit_code, "'soon' is not a time" in word.stderr) == (2, True)
    missing = smtpscope("compare", LINES, tmp_path / "none.evtx")
    assert missing.exit_code == 1
