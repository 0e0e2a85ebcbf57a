"""Reading stops with what it has before memory runs out, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.reading.sources.memory_left import is_short
from smtpscope.session import Analysis
from support.packed_logs import log


def system(folder: Path, *, available: int, ours: int = 1 << 20) -> Path:
    """A system with so many bytes left."""
    (folder / "proc/self").mkdir(parents=True)
    (folder / "proc/meminfo").write_text(f"MemTotal: 99999 kB\nMemAvailable: {available >> 10} kB\nSwapFree: 0 kB\n")
    (folder / "proc/self/statm").write_text(f"9 {ours // 4_096} 1 1 0 1 0\n")
    return folder


@pytest.mark.parametrize(
    ("available", "ours", "short"),
    [(1 << 30, 1 << 20, False), (32 << 20, 1 << 20, True), (512 << 20, 8 << 30, True), (2 << 30, 8 << 30, False)],
)
def test_memory_is_short_when_a_report_would_not_fit(tmp_path: Path, available: int, ours: int, short: bool) -> None:
    assert is_short(system(tmp_path, available=available, ours=ours)) is short


def test_a_container_may_have_less_than_the_system(tmp_path: Path) -> None:
    group = system(tmp_path, available=8 << 30) / "sys/fs/cgroup"
    group.mkdir(parents=True)
    (group / "memory.max").write_text(f"{1 << 30}\n")
    (group / "memory.current").write_text(f"{1020 << 20}\n")
    (group / "memory.stat").write_text("anon 5\ninactive_file 1048576\nactive_file 0\n")
    assert is_short(tmp_path)
    (group / "memory.max").write_text("max\n")
    assert not is_short(tmp_path)


def test_where_the_system_does_not_tell_nothing_is_stopped(tmp_path: Path) -> None:
    assert not is_short(tmp_path)


def test_reading_stops_with_what_it_has_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_bytes(log(0, 9_000))
    monkeypatch.setattr("smtpscope.session.open_logs.is_short", lambda: True)
    analysis = Analysis(KnowledgeBase.load())
    analysis.open([str(tmp_path / "a.log"), str(tmp_path / "b.log")])
    analysis.read_all()
    assert 0 < len(analysis.store) < 9_000
    (error,) = analysis.loader.errors
    assert error.where == str(tmp_path / "a.log")
    assert "memory" in error.what
