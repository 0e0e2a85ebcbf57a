"""The text of `config init`: it reads back as the defaults, and no file is ever replaced by it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from smtpscope.configuration.default_text import default_text, write_default_text
from smtpscope.configuration.load_settings import load
from smtpscope.configuration.problems import SettingsError
from smtpscope.configuration.settings import SETTINGS, Settings
from support.made_docs import settings_markdown


def test_the_text_reads_back_as_the_defaults_without_a_warning(tmp_path: Path) -> None:
    write_default_text(tmp_path / "config.toml")
    loaded = load({}, {}, None, tmp_path)
    assert loaded.settings == Settings()
    assert loaded.warnings == ()
    from_file = {name for name, origin in loaded.origins.items() if origin.layer == "user file"}
    assert from_file == set(SETTINGS), "a setting is missing in the text"


def test_each_setting_stands_below_its_comment_and_variable() -> None:
    text = default_text()
    words = " ".join(text.replace("\n#", " ").split())
    for setting in SETTINGS.values():
        assert setting.meaning in words
        assert f"Variable: {setting.environment}" in words


def test_no_line_is_wider_than_a_terminal() -> None:
    assert max(map(len, default_text().splitlines())) <= 80


def test_the_default_keys_are_listed_as_comments() -> None:
    text = default_text({"app.quit": "q", "browse.sort": "s"})
    assert '# "app.quit" = "q"\n# "browse.sort" = "s"\n' in text
    assert tomllib.loads(text)["keys"] == {}
    switched_on = text.replace('# "app.quit"', '"app.quit"')
    assert tomllib.loads(switched_on)["keys"] == {"app.quit": "q"}


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "config.toml"
    write_default_text(path)
    assert path.read_text(encoding="utf-8") == default_text()


def test_an_existing_file_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        write_default_text(path)
    assert path.read_text(encoding="utf-8") == "mine"
    assert caught.value.where == str(path)
    assert caught.value.what == "it already exists and was not changed"


def test_a_folder_that_can_not_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SettingsError) as caught:
        write_default_text(tmp_path / "file" / "config.toml")
    assert "can't be written" in caught.value.what


def test_the_table_for_the_docs_has_a_row_for_each_setting() -> None:
    lines = settings_markdown().splitlines()
    assert lines[1] == "| --- | --- | --- | --- | --- |"
    assert [line.split("`")[1] for line in lines[2:]] == list(SETTINGS)
    assert all(line.count(" | ") == 4 for line in lines)
