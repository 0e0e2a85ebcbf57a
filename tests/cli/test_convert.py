from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest

import smtpscope.cli.program  # noqa: F401 - it adds the command
from cli.conftest import Smtpscope
from cli.processes import LINES, SAMPLES


def facts(text: str) -> list[dict[str, object]]:
    """What `events` says, without where it was read."""
    return [{name: value for name, value in json.loads(line).items() if name != "file"} for line in text.splitlines()]


@pytest.mark.parametrize(
    ("log", "name"), [(SAMPLES, "a.csv"), (LINES, "a.jsonl"), (LINES, "a.parquet"), (LINES, "ecs.ndjson")]
)
def test_a_converted_log_says_what_the_log_says(smtpscope: Smtpscope, tmp_path: Path, log: Path, name: str) -> None:
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    schema = ["--schema", "ecs"] if name.startswith("ecs") else []
    result = smtpscope("convert", log, "-o", tmp_path / name, *schema)
    assert result.exit_code == 0
    events = smtpscope("events", log).stdout
    assert f"converted {len(events.splitlines())} exchanges" in result.stderr
    assert facts(smtpscope("events", tmp_path / name).stdout) == facts(events)


def test_standard_output_gets_json_lines_or_csv(smtpscope: Smtpscope) -> None:
    lines = smtpscope("convert", LINES).stdout.splitlines()
    assert {json.loads(line)["schema"] for line in lines} == {"smtpscope.exchange/1"}
    rows = list(csv.DictReader(smtpscope("convert", LINES, "--format", "csv", "-o", "-").stdout.splitlines()))
    assert [row["time"] for row in rows] == [json.loads(line)["time"] for line in lines]


def test_the_filter_chooses_and_the_mask_hides(smtpscope: Smtpscope) -> None:
    text = smtpscope("convert", LINES, "--filter", "code:4xx host:woodgrove", "--mask").stdout
    lines = list(map(json.loads, text.splitlines()))
    assert lines
    assert {line["reply_code"] // 100 for line in lines} == {4}
    assert "woodgrove" not in text
    assert {line["origin_file"] for line in lines} == {"file1.log"}


def test_nothing_that_fits_is_told(smtpscope: Smtpscope) -> None:
    result = smtpscope("convert", LINES, "--filter", "code:599")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "match the filter" in result.stderr


def test_no_file_is_replaced_unasked(smtpscope: Smtpscope, tmp_path: Path) -> None:
    path = tmp_path / "kept.csv"
    path.write_text("mine")
    result = smtpscope("convert", LINES, "-o", path)
    assert result.exit_code == 1
    assert path.read_text() == "mine"
    assert smtpscope("convert", LINES, "-o", path, "--overwrite").exit_code == 0
    assert path.read_text().startswith("schema,")


def test_a_log_is_never_converted_onto_itself(smtpscope: Smtpscope, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    smtpscope("convert", LINES, "-o", log)
    before = log.read_bytes()
    result = smtpscope("convert", log, "-o", log, "--overwrite")
    assert result.exit_code == 1
    assert "this is one of the logs" in result.stderr
    assert log.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "parquet"], "Parquet is binary and can't be written to standard output"),
        (["--schema", "ecs", "--format", "csv"], "the Elastic Common Schema is written as JSON lines, not as csv"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(smtpscope: Smtpscope, arguments: list[str], words: str) -> None:
    result = smtpscope("convert", LINES, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_without_pyarrow_nothing_is_read_and_the_extra_is_named(
    smtpscope: Smtpscope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    result = smtpscope("convert", "no such log", "-o", tmp_path / "a.parquet")
    assert result.exit_code == 1
    assert "pip install 'smtpscope[parquet]'" in result.stderr


def test_a_conversion_that_breaks_off_leaves_no_file(smtpscope: Smtpscope, tmp_path: Path) -> None:
    log = tmp_path / "broken.evtx"
    log.write_bytes(b"ElfFile\0" + bytes(4_088))
    smtpscope("convert", log, "-o", tmp_path / "a.csv")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
