"""Kinds of values: what is written reads back the same."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.configuration.setting_kinds import Folder, Folders, Keys, TomlPlace, toml_string

_HERE = TomlPlace(Path("/work"))


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_text_written_as_a_toml_string_reads_back(text: str) -> None:
    assert tomllib.loads(f"a = {toml_string(text)}") == {"a": text}


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    assert tomllib.loads(f"a = {toml_string('x' + chr(0xDC80))}") == {"a": "x\ufffd"}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)))
def test_folders_written_read_back(names: list[str]) -> None:
    kind = Folders()
    folders = tuple(Path("/") / name.strip() for name in names if name.strip() and not name.isspace())
    stripped = tuple(folder for folder in folders if str(folder) == str(folder).strip())
    assert kind.parse(tomllib.loads(f"a = {kind.toml(stripped)}")["a"], _HERE) == stripped


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(), st.sampled_from(["f5", "j,down", "slash", "ctrl+x", "Q", "comma"])))
def test_keys_written_read_back(keys: Mapping[str, str]) -> None:
    kind = Keys()
    assert kind.parse(tomllib.loads(f"a = {kind.toml(keys)}")["a"], _HERE) == keys


def test_a_blank_folder_is_none() -> None:
    assert Folder().parse("  ", _HERE) is None
    assert Folder().toml(None) == '""'


def test_a_tilde_is_the_home_folder() -> None:
    assert Folder().parse("~", _HERE) == Path.home()


def test_one_folder_needs_no_list() -> None:
    assert Folders().parse("a", _HERE) == (Path("/work/a"),)


def test_an_id_without_quotes_is_the_same_as_one_with() -> None:
    table = tomllib.loads('browse.filter = "f"\n"app.quit" = "q"\n')
    assert Keys().parse(table, _HERE) == {"browse.filter": "f", "app.quit": "q"}


def test_ids_nested_deeper_than_calls_can_be_are_read() -> None:
    table: dict[str, object] = {"x": "f5"}
    for _ in range(5_000):
        table = {"a": table}
    assert list(Keys().parse(table, _HERE).values()) == ["f5"]
