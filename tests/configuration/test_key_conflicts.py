"""Keys that were set are checked: an action that does not exist, and a key that has two actions in one place."""

from __future__ import annotations

from pathlib import Path

from smtpscope.app.default_keys import key_places
from smtpscope.configuration.load_settings import Loaded, check_conflicts, load


def loaded(tmp_path: Path, keys: str) -> Loaded:
    (tmp_path / "config.toml").write_text(f"[keys]\n{keys}\n", encoding="utf-8")
    return load({}, {}, None, tmp_path)


def test_no_default_key_has_two_actions_of_one_screen(tmp_path: Path) -> None:
    assert check_conflicts(loaded(tmp_path, ""), key_places()) == ()


def test_a_key_that_another_action_has_is_named_with_both(tmp_path: Path) -> None:
    (warning,) = check_conflicts(loaded(tmp_path, '"browse.export" = "y"'), [{"browse.export": "e", "copy": "y"}])
    assert warning.what == 'keys: "y" is given to "browse.export", but "copy" has it too'
    assert "config.toml" in warning.where


def test_a_conflict_with_a_key_of_another_pane_counts_once(tmp_path: Path) -> None:
    warnings = check_conflicts(loaded(tmp_path, '"browse.export" = "c"'), key_places())
    assert [warning.what for warning in warnings] == [
        'keys: "c" is given to "browse.export", but "browse.counts" has it too'
    ]


def test_two_keys_of_ones_own_that_clash_are_told_once(tmp_path: Path) -> None:
    warnings = check_conflicts(loaded(tmp_path, '"browse.export" = "f7"\n"browse.counts" = "f7"'), key_places())
    assert len(warnings) == 1


def test_exchanged_keys_are_no_conflict(tmp_path: Path) -> None:
    keys = '"browse.export" = "c"\n"browse.counts" = "e"'
    assert check_conflicts(loaded(tmp_path, keys), key_places()) == ()


def test_a_key_of_another_screen_is_no_conflict(tmp_path: Path) -> None:
    assert check_conflicts(loaded(tmp_path, '"timeline.week" = "e,f9"'), [{"browse.export": "e"}]) == ()
