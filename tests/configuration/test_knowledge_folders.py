"""Which folders of knowledge a run takes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from smtpscope.configuration.knowledge_folders import knowledge_folders
from smtpscope.errors import KnowledgeError


def with_note(folder: Path) -> Path:
    (folder / "notes").mkdir(parents=True)
    (folder / "notes" / "a.toml").write_text("", encoding="utf-8")
    return folder


def test_the_own_folder_comes_first_and_the_command_line_last(tmp_path: Path) -> None:
    own = with_note(tmp_path / "own")
    assert knowledge_folders(own, [tmp_path / "set"], [tmp_path / "given"]) == (
        own,
        tmp_path / "set",
        tmp_path / "given",
    )


@pytest.mark.parametrize("name", ["not there", "empty", "hollow"])
def test_an_own_folder_with_nothing_in_it_is_as_good_as_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "hollow" / "notes").mkdir(parents=True)
    assert knowledge_folders(tmp_path / name) == ()


def test_the_own_folder_can_be_left_out(tmp_path: Path) -> None:
    assert knowledge_folders(None, [tmp_path]) == (tmp_path,)


def test_a_folder_that_is_named_twice_counts_once(tmp_path: Path) -> None:
    own = with_note(tmp_path / "own")
    assert knowledge_folders(own, [tmp_path / "own" / "." / "notes" / ".."]) == (own,)


def test_a_file_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("")
    with pytest.raises(KnowledgeError, match="--no-own-knowledge"):
        knowledge_folders(tmp_path / "own")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="rights bind neither Windows nor root in this way")
def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    own = with_note(tmp_path / "own")
    own.chmod(0)
    try:
        with pytest.raises(KnowledgeError, match="can't be read"):
            knowledge_folders(own)
    finally:
        own.chmod(0o700)
