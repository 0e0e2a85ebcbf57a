"""The report in its other formats."""

from __future__ import annotations

import csv
import io
import json

import pytest

from export.documents import HOSTILE, hostile_report, report, row
from smtpscope.export.masking.masking import Mask
from smtpscope.export.report.report_formats import REPORT_FORMATS


def test_json_names_its_schema_and_keeps_numbers_and_times() -> None:
    value = json.loads(REPORT_FORMATS["json"].render(report()))
    assert value["schema"] == "smtpscope.report/2"
    assert value["last"] == "2026-11-18T21:47:03.000Z"
    assert value["directions"] == {"outbound": 1204, "inbound": 1}
    assert value["rows"][0]["count"] == 1204
    assert value["rows"][1]["depth"] == 1
    assert value["problems"][0]["records"] == 2


def test_json_gives_hostile_text_back_verbatim() -> None:
    value = json.loads(REPORT_FORMATS["json"].render(hostile_report()).encode("utf-8"))
    assert value["rows"][0]["remote_host"] == HOSTILE


def test_csv_has_a_row_for_each_group_and_member() -> None:
    rows = list(csv.DictReader(io.StringIO(REPORT_FORMATS["csv"].render(report()), newline="")))
    assert [each["depth"] for each in rows] == ["0", "1", "0"]
    assert rows[2]["remote_host"] == "192.0.2.17"
    assert rows[0]["ongoing"] == "true"
    assert [each["state"] for each in rows] == ["ongoing", "ongoing", "over"]


def test_a_group_of_both_directions_says_so() -> None:
    mixed = report(row(direction=None, who_acts=None, state=None, first_ms=None, last_ms=None, spark=()))
    text = REPORT_FORMATS["markdown"].render(mixed)
    assert "| both directions | varies |" in text
    for acting, words in ((("nobody", "us"), "us and others"), (("sender", "them"), "others")):
        several = report(row(direction=None, who_acts=None, acting=acting))
        assert f"| both directions | {words} |" in REPORT_FORMATS["markdown"].render(several)
        assert f"action: {words}" in " ".join(REPORT_FORMATS["text"].render(several).split())
        assert json.loads(REPORT_FORMATS["json"].render(several))["rows"][0]["acting"] == list(acting)
    assert json.loads(REPORT_FORMATS["json"].render(mixed))["rows"][0]["direction"] is None


def test_quiet_times_keep_their_place_where_blanks_are_folded() -> None:
    for name in ("markdown", "html"):
        assert "··▁▄█▃···▂▅▁" in REPORT_FORMATS[name].render(report())
        assert "__.=@-___:+." in REPORT_FORMATS[name].render(report(), ascii_only=True)


@pytest.mark.parametrize("name", REPORT_FORMATS)
def test_a_masked_report_names_no_host_no_file_and_no_part_of_them(name: str) -> None:
    text = REPORT_FORMATS[name].render(report(filter_text="host:fabrikam code:5*"), mask=Mask())
    for original in ("fabrikam", "192.0.2.17", "/logs", "Old"):
        assert original not in text


@pytest.mark.parametrize("name", REPORT_FORMATS)
def test_what_was_left_out_is_not_hidden(name: str) -> None:
    text = REPORT_FORMATS[name].render(report(rows_left_out=40))
    assert name == "csv" or "40" in text
