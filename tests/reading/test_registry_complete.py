"""Each format that is read has all that belongs to it; what is missing is named."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bench.formats import FORMS as BENCH_FORMS
from reading.test_formats_together import FORMS, LISTS
from smtpscope.reading.registry import READERS, formats, readers
from support.every_format import SERVICE_LOGS
from support.made_docs import formats_text

# Their samples are run by tests of their own: what they hold is not what the matrix compares.
OUTSIDE_THE_MATRIX: Final = {"converted-parquet", "dumpel", "tracking-2003"}
DOCS: Final = Path(__file__).parents[2] / "docs" / "formats.md"


def test_each_format_has_a_writer_in_the_matrix_a_row_in_the_bench_and_a_line_in_the_docs() -> None:
    in_matrix = {name for name, _ in (*FORMS.values(), *SERVICE_LOGS.values())} | OUTSIDE_THE_MATRIX
    in_matrix |= {"event-list"} if LISTS else set()
    measured = {form.format for form in BENCH_FORMS}
    documented = DOCS.read_text(encoding="utf-8")
    missing = [
        f"{each.name}: no {what}"
        for each in formats()
        for what, there in (
            ("writer in the matrix of tests", each.name in in_matrix),
            ("row in bench/formats.py", each.name in measured),
            ("line in docs/formats.md", f"`{each.name}`" in documented),
            ("title", bool(each.title)),
            ("words on how it is recognised", bool(each.recognised_by)),
        )
        if not there
    ]
    assert missing == []
    assert formats_text() in documented


def test_the_table_of_readers_names_each_once_and_each_can_be_imported() -> None:
    assert len(set(READERS)) == len(READERS)
    assert [reader.__name__ for reader in readers()] == [name for _, name in READERS]
