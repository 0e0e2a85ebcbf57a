"""Where files lie, and how a project file is found."""

from __future__ import annotations

from pathlib import Path

from smtpscope.configuration.paths import PROJECT_FILE, find_project_file, paths


def test_the_nearest_project_file_wins(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / PROJECT_FILE).write_text("")
    assert find_project_file(inner) == tmp_path / PROJECT_FILE
    (tmp_path / "a" / PROJECT_FILE).write_text("")
    assert find_project_file(inner) == tmp_path / "a" / PROJECT_FILE


def test_a_folder_of_that_name_is_no_project_file(tmp_path: Path) -> None:
    inner = tmp_path / "a"
    (inner / PROJECT_FILE).mkdir(parents=True)
    (tmp_path / PROJECT_FILE).write_text("")
    assert find_project_file(inner) == tmp_path / PROJECT_FILE


def test_a_folder_that_is_not_there_has_no_project_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / PROJECT_FILE).write_text("")
    assert find_project_file(tmp_path / "gone") == tmp_path / PROJECT_FILE


def test_a_name_that_no_file_can_have_is_passed_over() -> None:
    assert find_project_file(Path("/no\0folder/x")) in (None, Path("/") / PROJECT_FILE)


def test_every_path_is_named_for_people(tmp_path: Path) -> None:
    (tmp_path / PROJECT_FILE).write_text("")
    found = paths(tmp_path)
    named = dict(found.named())
    assert named["project settings"] == tmp_path / PROJECT_FILE
    assert named["settings"] == found.user_file
    assert found.user_file.name == "config.toml"
    assert found.workspace_file.parent == found.data_folder
    assert found.knowledge_folder.parent == found.data_folder
    assert found.journal_file.parent == found.data_folder
    assert len(named) == 7
