"""What is made of the knowledge files is kept like a compiled module, and made anew when anything has changed."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import pytest

from smtpscope.knowledge.files.pickle_cache import kept


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of knowledge; what is kept goes below `tmp_path` as well."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "prefix"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "knowledge" / "rules").mkdir(parents=True)
    (tmp_path / "knowledge" / "rules" / "a.toml").write_text("x = 1", encoding="utf-8")
    return tmp_path / "knowledge"


class Maker:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> list[int]:
        self.times += 1
        return [self.times]


def files(folder: Path) -> list[Path]:
    return list((folder.parent / "prefix").rglob("*.kept"))


def test_it_is_made_once(folder: Path) -> None:
    make = Maker()
    assert [kept("a", folder, make), kept("a", folder, make)] == [[1], [1]]
    assert len(files(folder)) == 1


def test_each_thing_has_a_file_of_its_own(folder: Path) -> None:
    make = Maker()
    assert [kept("a", folder, make), kept("b", folder, make), kept("a", folder, make)] == [[1], [2], [1]]


def test_a_file_that_was_changed_or_added_makes_it_anew(folder: Path) -> None:
    make = Maker()
    kept("a", folder, make)
    (folder / "rules" / "a.toml").write_text("x = 22", encoding="utf-8")
    assert kept("a", folder, make) == [2]
    (folder / "words.toml").write_text("", encoding="utf-8")
    assert kept("a", folder, make) == [3]
    os.utime(folder / "words.toml", ns=(1, 1))
    assert kept("a", folder, make) == [4]


def test_damage_is_as_if_nothing_were_kept(folder: Path) -> None:
    make = Maker()
    kept("a", folder, make)
    (path,) = files(folder)
    for damaged in (b"", b"x", path.read_bytes()[:-5], pickle.dumps(["other"])):
        path.write_bytes(damaged)
        before = make.times
        assert kept("a", folder, make) == [before + 1]


def test_nothing_is_written_where_python_writes_no_compiled_modules(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    make = Maker()
    assert [kept("a", folder, make), kept("a", folder, make)] == [[1], [2]]
    assert files(folder) == []


def test_a_folder_that_can_not_be_written_is_no_failure(folder: Path) -> None:
    (folder.parent / "prefix").write_text("a file in its place", encoding="utf-8")
    assert kept("a", folder, Maker()) == [1]


def test_what_make_raises_is_passed_on(folder: Path) -> None:
    def fails() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        kept("a", folder, fails)


def test_what_a_killed_run_left_beside_it_is_removed_once_it_is_old(folder: Path) -> None:
    kept("a", folder, Maker())
    (place,) = files(folder)
    old, new, other = (place.with_name(f"{place.name}.{end}") for end in ("4711", "4712", "notes"))
    for each in (old, new, other):
        each.write_bytes(b"half")
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    (folder / "rules" / "b.toml").write_text("y = 2", encoding="utf-8")
    kept("a", folder, Maker())
    assert [each.exists() for each in (old, new, other)] == [False, True, True]
