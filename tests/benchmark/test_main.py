"""`python -m bench` writes its tables where it is told, unless the run was a quick one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench import __main__ as command
from bench.table import BEGIN, END, Row, Section

EMPTY = f"# Benchmark\n\n{BEGIN}\n{END}\n"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Runs the command with one measurement that takes no time."""
    monkeypatch.setattr(command, "_sections", lambda *_: iter([Section("Reading", [Row("a log", "1.0 x")])]))
    monkeypatch.setattr(sys, "argv", ["bench", *arguments])
    return command.main()


def test_a_full_run_writes_its_tables_between_the_markers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "benchmark.md"
    path.write_text(EMPTY, encoding="utf-8")
    assert run(monkeypatch, "--into", str(path)) == 0
    assert "| a log | 1.0 x |" in path.read_text(encoding="utf-8")


def test_a_quick_run_leaves_the_tables_as_they_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "benchmark.md"
    path.write_text(EMPTY, encoding="utf-8")
    assert run(monkeypatch, "--quick", "--into", str(path)) == 0
    assert path.read_text(encoding="utf-8") == EMPTY


def test_a_file_without_markers_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "benchmark.md"
    path.write_text("# Benchmark\n", encoding="utf-8")
    assert run(monkeypatch, "--into", str(path)) == 1
