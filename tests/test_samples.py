"""The bundled sample logs: as `make samples` writes them, and whole for strict readers too."""

from __future__ import annotations

from pathlib import Path

import pyevtx
import pytest

from support.evtx_events import many_events
from support.evtx_writer import evtx_bytes
from support.sample_logs import write_samples

SAMPLES = Path(__file__).parents[1] / "data" / "samples"


def read_by_libevtx(path: Path) -> tuple[int, int]:
    """How many records libevtx finds in a log, and of how many it makes the XML."""
    log = pyevtx.file()
    log.open(str(path))
    try:
        texts = [log.get_record(index).get_xml_string() for index in range(log.number_of_records)]
        return log.number_of_records, sum("</Event>" in text for text in texts)
    finally:
        log.close()


def test_each_sample_is_what_make_samples_writes(tmp_path: Path) -> None:
    write_samples(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {path.name: path.read_bytes() for path in SAMPLES.iterdir()} == written


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.evtx")), ids=lambda path: path.name)
def test_a_strict_reader_reads_each_record_of_a_sample(path: Path) -> None:
    found, read = read_by_libevtx(path)
    assert found == read == 485


def test_a_strict_reader_reads_what_the_writer_of_the_tests_makes(tmp_path: Path) -> None:
    path = tmp_path / "a.evtx"
    path.write_bytes(evtx_bytes(many_events(900, ours_every=7)))
    assert read_by_libevtx(path) == (900, 900)
