"""A settings file that can't be read says where and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtpscope.configuration.problems import SettingsError
from smtpscope.configuration.toml_file import read_table


def _file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    return path


def test_no_file_is_no_table(tmp_path: Path) -> None:
    assert read_table(tmp_path / "config.toml") is None
    (tmp_path / "file").write_bytes(b"")
    assert read_table(tmp_path / "file" / "config.toml") is None


def test_a_mark_of_windows_editors_is_no_part_of_the_text(tmp_path: Path) -> None:
    assert read_table(_file(tmp_path, b"\xef\xbb\xbfa = 1\r\n")) == {"a": 1}


_WORDS = 'Correct that line; words need quotes, as in theme = "dark"'
_BACKSLASH = r"Put a path with backslashes in single quotes, as in 'C:\Logs', or double each backslash"


@pytest.mark.parametrize(
    ("content", "place", "what", "remedy"),
    [
        (b"a = 1\ntheme = dark\n", ", line 2, column ", "not valid TOML: invalid value", _WORDS),
        (b"a = 1\nb =", ", line 2", "not valid TOML: invalid value", _WORDS),
        (b"[export\n", ", line 1, column ", "not valid TOML: expected ']' at the end of a table declaration", _WORDS),
        (rb'knowledge = ["C:\Users"]', ", line 1, column ", "not valid TOML: invalid hex value", _BACKSLASH),
        (rb'a = "C:\Logs"', ", line 1, column ", r"not valid TOML: unescaped '\' in a string", _BACKSLASH),
        (
            b"a = 1\na = 2\nb = 3\n",
            ", line 2, column ",
            "not valid TOML: cannot overwrite a value",
            "Keep one of the two lines that set the same thing",
        ),
        (b"a = 1\nb = '\xfc'\n", ", line 2", "not in UTF-8", "Save it as UTF-8 in your editor"),
        ("a = 1\n".encode("utf-16"), ", line 1", "not in UTF-8", "Save it as UTF-8 in your editor"),
        (
            b"a = " + b"[" * 20_000,
            "",
            "a value is nested too deeply or too long",
            "No setting needs that: remove it",
        ),
        (
            b"a = " + b"9" * 5_000,
            "",
            "a value is nested too deeply or too long",
            "No setting needs that: remove it",
        ),
        (
            b"#" * (1 << 20) + b"\n",
            "",
            "larger than 1 MiB, so it can't be a settings file",
            "Move it away, or shorten it",
        ),
    ],
)
def test_a_broken_file_says_the_line_and_the_remedy(
    tmp_path: Path, content: bytes, place: str, what: str, remedy: str
) -> None:
    path = _file(tmp_path, content)
    with pytest.raises(SettingsError) as caught:
        read_table(path)
    error = caught.value
    # The column is Python's, and may differ between its versions.
    assert error.where.rstrip("0123456789") == f"{path}{place}".rstrip("0123456789")
    assert place in error.where
    assert (error.what, error.remedy) == (what, remedy)


def test_a_folder_in_place_of_the_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_table(tmp_path)
    assert caught.value.what == "this is not a file"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
def test_any_bytes_are_a_table_or_an_error_of_ours(tmp_path: Path, content: bytes) -> None:
    path = _file(tmp_path, content)
    refused = None
    try:
        table = read_table(path)
    except SettingsError as error:
        refused = error
    assert isinstance(table, dict) if refused is None else refused.where.startswith(str(path))
