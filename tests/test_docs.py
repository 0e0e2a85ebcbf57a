"""README says what the program does now: commands, keys, fields, formats, settings, exit codes."""

from __future__ import annotations

import re

import pytest

from smtpscope.app.default_keys import default_keys
from smtpscope.cli.program import cli
from smtpscope.export.events_format import FIELDS
from support.readme import README, made

TEXT = README.read_text(encoding="utf-8")


def test_the_made_parts_are_what_the_program_says() -> None:
    assert made(TEXT) == TEXT, "run: make docs"


@pytest.mark.parametrize("command", sorted(set(cli.commands) - {"browse"}))
def test_every_command_is_named(command: str) -> None:
    assert re.search(rf"smtpscope {command}\b", TEXT)


def test_every_field_of_an_event_is_named() -> None:
    assert [field for field in FIELDS if f"`{field}`" not in TEXT] == []


def test_every_single_key_of_the_browser_is_named() -> None:
    named = set(re.findall(r"`([^`\s])`", TEXT.partition("## Keys")[2].partition("\n## ")[0]))
    names = {"slash": "/", "equals_sign": "=", "minus": "-", "left_square_bracket": "[", "right_square_bracket": "]"}
    own = {
        names.get(key, key)
        for action, keys in default_keys().items()
        if action.startswith("browse.") and action != "browse.code"
        for key in keys.split(",")
    }
    assert {key for key in own if len(key) == 1} <= named


@pytest.mark.parametrize("words", ["0 fine", "1 could not do it", "2 usage", "130 on ctrl+c"])
def test_every_exit_code_is_named(words: str) -> None:
    assert words in TEXT


def test_every_picture_exists() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", TEXT)
    assert pictures
    assert [picture for picture in pictures if not (README.parent / picture).is_file()] == []
