from __future__ import annotations

from pathlib import Path

import pytest

from bench.table import BEGIN, END, MarkersError, Row, Section, markdown, put_between, seconds, write_into


def test_what_stands_between_the_markers_is_replaced_and_nothing_else() -> None:
    text = f"# Title\n\n{BEGIN}\nold\n{END}\n\nThe end\n"
    assert put_between(text, "new\n") == f"# Title\n\n{BEGIN}\nnew\n{END}\n\nThe end\n"


def test_writing_twice_is_the_same_as_once() -> None:
    text = put_between(f"{BEGIN}\n{END}\n", "table\n")
    assert put_between(text, "table\n") == text


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}\n{BEGIN}", f"{BEGIN}\n{BEGIN}\n{END}"])
def test_a_file_without_one_pair_of_markers_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "README.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MarkersError, match="bench:begin"):
        write_into(path, "new")
    assert path.read_text(encoding="utf-8") == text


def test_line_ends_of_the_file_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(f"one\r\n{BEGIN}\r\n{END}\r\ntwo\r\n".encode())
    write_into(path, "new\n")
    assert path.read_bytes() == f"one\r\n{BEGIN}\nnew\n{END}\r\ntwo\r\n".encode()


def test_a_row_says_whether_what_is_wanted_was_met() -> None:
    rows = [Row("quick", "9 x", "at least 5", True), Row("slow", "3 x", "at least 5", False), Row("plain", "1 s")]
    text = markdown([Section("Speed", rows, ["A note."])], "How it was measured.")
    assert text == (
        "How it was measured.\n\n**Speed**\n\n"
        "|  | measured | wanted |\n|---|---|---|\n"
        "| quick | 9 x | at least 5: met |\n| slow | 3 x | at least 5: **missed** |\n| plain | 1 s |  |\n\nA note.\n"
    )


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    assert "a \\| b" in markdown([Section("", [Row("a | b", "1")])], "")


@pytest.mark.parametrize(("value", "shown"), [(1.234, "1.23 s"), (0.0384, "38 ms"), (0.0041, "4.1 ms")])
def test_times_are_shown_in_a_unit_that_fits(value: float, shown: str) -> None:
    assert seconds(value) == shown
