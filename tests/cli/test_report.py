from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from cli.conftest import Smtpscope
from cli.processes import COPIED, LINES, SAMPLES
from support.evtx_writer import WrittenEvent, evtx_bytes


def test_the_report_of_a_folder_fits_80_columns(smtpscope: Smtpscope) -> None:
    result = smtpscope("report", SAMPLES, "--timezone", "UTC")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "528 SMTP refusals, 80 other records, 0 skipped" in result.stdout
    assert "mail.fabrikam.example" in result.stdout


def test_each_format_is_what_it_is_called(smtpscope: Smtpscope) -> None:
    def printed(form: str) -> str:
        result = smtpscope("report", COPIED, "--format", form)
        assert result.exit_code == 0
        return result.stdout

    assert printed("text").startswith("File: ")
    assert printed("markdown").startswith("# SMTP refusals: report\n")
    assert printed("html").startswith("<!DOCTYPE html>")
    assert json.loads(printed("json"))["events"] == 3
    assert next(row["reply_code"] for row in csv.DictReader(printed("csv").splitlines())) == "550"


def test_a_filter_limits_what_is_counted(smtpscope: Smtpscope) -> None:
    answer = json.loads(smtpscope("report", SAMPLES, "--format", "json", "--filter", "550 host:fabrikam").stdout)
    assert answer["events"] == 528
    assert answer["events_in_view"] == sum(row["count"] for row in answer["rows"] if row["depth"] == 0) == 65


def test_the_bars_are_left_out_on_request(smtpscope: Smtpscope) -> None:
    for form in ("text", "markdown", "html"):
        whole = smtpscope("report", SAMPLES, "--format", form).stdout
        less = smtpscope("report", SAMPLES, "--format", form, "--no-activity").stdout
        assert "Activity" in whole
        assert "Activity" not in less
        assert not set("▁▂▃▄▅▆▇█") & set(less)


def test_only_the_first_groups_on_request(smtpscope: Smtpscope) -> None:
    everything = json.loads(smtpscope("report", SAMPLES, "--format", "json").stdout)
    some = json.loads(smtpscope("report", SAMPLES, "--format", "json", "--most", "2").stdout)
    outer = [row["reply_code"] for row in everything["rows"] if row["depth"] == 0]
    assert [row["reply_code"] for row in some["rows"] if row["depth"] == 0] == outer[:2]
    members = _grouped(everything["rows"])[:2]
    assert [group[:3] for group in members] == _grouped(some["rows"])
    assert some["rows_left_out"] == len(outer) - 2 + sum(max(0, len(group) - 3) for group in members)


def _grouped(rows: list[dict[str, object]]) -> list[list[dict[str, object]]]:
    """Each group of the first level with its members behind it."""
    groups: list[list[dict[str, object]]] = []
    for row in rows:
        if row["depth"] == 0:
            groups.append([])
        groups[-1].append(row)
    return groups


def test_groups_by_host_on_request(smtpscope: Smtpscope) -> None:
    answer = json.loads(smtpscope("report", COPIED, "--format", "json", "--group", "host").stdout)
    hosts = {row["words"]["remote_host"] for row in answer["rows"] if row["depth"] == 0}
    assert hosts == {"mail.fabrikam.example", "mail.northwind.example", "exch.adatum.example"}


def test_times_are_shown_in_the_zone_asked_for(smtpscope: Smtpscope) -> None:
    result = smtpscope("report", COPIED, "--timezone", "+05:30")
    assert "+05:30 (UTC+05:30, zone assumed)" in " ".join(result.stdout.split())


def test_an_unknown_zone_is_a_usage_error(smtpscope: Smtpscope) -> None:
    result = smtpscope("report", COPIED, "--timezone", "Mars/Olympus")
    assert result.exit_code == 2
    assert 'there is no time zone "Mars/Olympus"' in result.stderr


def test_a_log_without_events_of_ours_says_how_to_get_them(smtpscope: Smtpscope, tmp_path: Path) -> None:
    log = tmp_path / "other.evtx"
    log.write_bytes(evtx_bytes([WrittenEvent(provider="ESE", event_id=101, strings=("page 1",))] * 7))
    result = smtpscope("report", log)
    assert result.exit_code == 0
    assert "0 SMTP refusals, 7 other records, 0 skipped" in result.stdout
    words = " ".join(result.stdout.split())
    assert "diagnostic logging for MSExchangeTransport, category SMTP Protocol, is set to Medium or higher" in words


def test_a_filter_that_lets_nothing_through_is_told(smtpscope: Smtpscope) -> None:
    result = smtpscope("report", COPIED, "--filter", "host:nowhere")
    assert result.exit_code == 0
    assert "None of 3 SMTP refusals matches the filter." in result.stdout
    assert "none of 3 SMTP refusals match the filter" in result.stderr


def test_a_filter_that_is_wrong_gets_a_caret_and_the_remedy(smtpscope: Smtpscope) -> None:
    result = smtpscope("report", COPIED, "--filter", "550 hst:contoso")
    assert result.exit_code == 2
    assert result.stdout == ""
    shown, caret, sentence, *rest = result.stderr.splitlines()
    assert shown == "  550 hst:contoso"
    assert caret == "      ^^^"
    assert sentence.startswith('smtpscope: filter, column 5: "hst" is not a field. Did you mean host:')
    assert rest == ["smtpscope: did you mean: 550 host:contoso"] or not any("did you mean" in line for line in rest)


@pytest.mark.parametrize(("ending", "start"), [("md", "# SMTP"), ("html", "<!DOCTYPE"), ("json", "{"), ("log", "File")])
def test_the_ending_of_the_file_chooses_the_format(
    smtpscope: Smtpscope, tmp_path: Path, ending: str, start: str
) -> None:
    target = tmp_path / f"report.{ending}"
    result = smtpscope("report", COPIED, "-o", target)
    assert result.exit_code == 0
    assert result.stdout == ""
    text = target.read_bytes()
    assert text.decode().startswith(start)
    assert result.stderr == f"smtpscope: wrote {len(text):,} bytes to {target}\n"


def test_the_option_is_stronger_than_the_ending(smtpscope: Smtpscope, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    smtpscope("report", COPIED, "-o", target, "--format", "json")
    assert json.loads(target.read_text(encoding="utf-8"))["events"] == 3


def test_a_file_is_replaced_only_on_request(smtpscope: Smtpscope, tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_text("mine", encoding="utf-8")
    refused = smtpscope("report", COPIED, "-o", target)
    assert refused.exit_code == 1
    assert "--overwrite" in refused.stderr
    assert target.read_text(encoding="utf-8") == "mine"
    assert smtpscope("report", COPIED, "-o", target, "--overwrite").exit_code == 0
    assert "mail.fabrikam.example" in target.read_text(encoding="utf-8")


def test_a_log_is_never_replaced(smtpscope: Smtpscope, tmp_path: Path) -> None:
    log = tmp_path / "copied.txt"
    log.write_bytes(COPIED.read_bytes())
    result = smtpscope("report", log, "-o", log, "--overwrite")
    assert result.exit_code == 1
    assert "this is one of the logs" in result.stderr
    assert log.read_bytes() == COPIED.read_bytes()


def test_a_folder_that_is_not_there_is_told(smtpscope: Smtpscope, tmp_path: Path) -> None:
    result = smtpscope("report", COPIED, "-o", tmp_path / "no" / "report.txt")
    assert result.exit_code == 1
    assert "does not exist" in result.stderr


def test_pseudonyms_stand_for_names_on_request(smtpscope: Smtpscope) -> None:
    plain = smtpscope("report", LINES).stdout
    masked = smtpscope("report", LINES, "--mask").stdout
    assert "mx1.contoso.example" in plain
    assert "contoso" not in masked
    assert plain.count("\n550") == masked.count("\n550")
