from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from bench import formats
from bench.formats import FORMS, Form, format_rows, unpacked_size
from bench.rows import Logs
from bench.running import Run
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading import registry
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from smtpscope.reading.sources.file_source import FileSource

PLAIN: Final = [form for form in FORMS if not form.packed]
EVENTS: Final = {"evtx", "evt", "xml", "clixml", "json", "csv", "dumpel", "splunk", "event-viewer"} | {
    "event-list",
    "event-pairs",
    "text",
}
SIZE: Final = 0.2


def size_of(form: Form) -> float:
    """Of lines in the records of a collector two in three are refusals, so that fewer tell the share."""
    return (SIZE / 4 if form.inside else SIZE) * form.part


def written(form: Form, folder: Path, name: str = "a.log", share: float = 1.0) -> Path:
    if form.needs:
        pytest.importorskip(form.needs)
    path = folder / name
    form.write(path, share * size_of(form))
    return path


def test_each_format_that_is_read_is_measured() -> None:
    assert {form.format for form in FORMS} == {each.name for each in registry.formats()}
    assert len({form.name for form in FORMS}) == len(FORMS)


@pytest.mark.parametrize("form", PLAIN, ids=lambda form: form.name)
def test_what_was_written_is_read_as_its_format_and_holds_the_share_that_is_told(form: Form, tmp_path: Path) -> None:
    path = written(form, tmp_path)
    sized(form, path)
    reader = open_log(FileSource(path), ReadOptions())
    assert reader.format.name == form.format
    parser = SmtpExchangeParser()
    found = others = 0
    for batch in reader.batches():
        assert [problem for problem in batch.problems if problem.outcome != "noted"] == []
        exchanges = [parser.parse(record) for record in batch.records]
        exchanges += [parser.take(record) for record in batch.exchanges]
        ours = [exchange for exchange in exchanges if exchange is not None]
        assert all(exchange.problem is None for exchange in ours)
        found += len(ours)
        others += batch.unrelated_records + len(exchanges) - len(ours)
    share = found / (found + others)
    if form.format == "tracking-2003":
        assert (found, others > 100) == (0, True)
    elif form.format == "bounce" or form.format.startswith("converted"):
        # Each bounce tells of a refusal.
        assert share == 1
    elif form.format == "agent":
        # Agents log what they let through, too, and no other traffic.
        assert 0.05 < share < 0.1, share
    elif form.inside:
        # The form matters here, and not how rare refusals are: two in three lines.
        assert 0.5 < share < 0.8, share
    else:
        low, high = (0.07, 0.13) if form.format in EVENTS else (0.01, 0.06)
        assert low <= share <= high, f"{share:.1%} of the rows of its writer are refusals, not {low:.0%} to {high:.1%}"


def sized(form: Form, path: Path) -> None:
    """About as many bytes were written as asked for, the same each time."""
    first, again = (written(form, path.parent, name, 0.1).read_bytes() for name in ("b.log", "c.log"))
    assert first == again
    # What is put together of whole pieces may be a piece too large.
    size = unpacked_size(path) if form.packed else path.stat().st_size / form.part
    asked = size_of(form) / form.part * 1e6
    assert 0.7 * asked < size < asked + 1e6


@pytest.mark.parametrize("form", [form for form in FORMS if form.packed], ids=lambda form: form.name)
def test_packed_logs_have_the_same_bytes_each_time(form: Form, tmp_path: Path) -> None:
    sized(form, written(form, tmp_path))


def test_what_is_packed_tells_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"x" * 70_000))
    assert unpacked_size(path) == 70_000


@dataclass
class Reports:
    """Reports that take a second."""

    logs: list[Path] = field(default_factory=list)

    def exchanges(self, log: Path) -> int:
        return 1_234

    def report(self, log: Path) -> Run:
        self.logs.append(log)
        return Run(1.0, 50_000_000)


def test_a_row_tells_size_speed_and_what_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(path: Path, size: float) -> None:
        path.write_bytes(bytes(int(size * 1e6)))

    def pack(path: Path, size: float) -> None:
        path.write_bytes(gzip.compress(bytes(int(size * 1e6))))

    forms = (
        Form("text", "an event a line", write),
        Form("rare", "slow", write, part=0.5),
        Form("text", "packed", pack, packed=True),
        Form("odd", "", write, needs="no_such_package"),
    )
    monkeypatch.setattr(formats, "FORMS", forms)
    reports, said = Reports(), list[str]()
    rows = list(format_rows(reports, Logs(tmp_path), 4, 3, said.append))
    assert [(row.what, row.figure) for row in rows] == [
        ("`text`, an event a line, 4 MB", "4 MB/s"),
        ("`rare`, slow, 2 MB", "2 MB/s"),
        ("`text`, packed, 4 MB in 0 MB", "4 MB/s"),
        ("`odd`", "no_such_package is not installed, left out"),
    ]
    assert (rows[0].exchanges, rows[0].time, rows[0].memory) == ("1,234", "1.00 s", "50 MB")
    assert len(reports.logs) == 9
    assert said == ["format text an event a line", "format rare slow", "format text packed", "format odd"]
