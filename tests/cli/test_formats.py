"""The list of formats: each with its name, its sign and its limits, in the width of a terminal."""

from __future__ import annotations

import re

from cli.conftest import Smtpscope
from smtpscope.cli.commands import cli, format_lines
from smtpscope.session import Format, known_formats


def test_each_format_is_told_with_its_sign_and_its_limits(smtpscope: Smtpscope) -> None:
    result = smtpscope("formats")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    words = " ".join(result.stdout.split())
    assert known_formats()
    assert words.startswith(f"{len(known_formats())} formats, ")
    for known in known_formats():
        assert f"{known.name} {known.title} known by: {known.recognised_by}" in words
        assert not known.lacks or f"lacks: {'; '.join(known.lacks)}" in words


def test_only_options_that_exist_are_named(smtpscope: Smtpscope) -> None:
    known = {name for option in cli.commands["browse"].params for name in option.opts}
    assert set(re.findall(r"--[a-z-]+", smtpscope("formats").stdout)) <= known


def test_names_stand_in_a_column_of_their_own() -> None:
    formats = (
        Format("a-name", "A title", "its sign " * 11 + "end"),
        Format("b", "Another title", "x", ("this", "that, too")),
    )
    lines = list(format_lines(formats))
    assert lines[lines.index("") :] == [
        "",
        "a-name  A title",
        "        known by:   its sign its sign its sign its sign its sign its sign its",
        "                    sign its sign its sign its sign its sign end",
        "",
        "b       Another title",
        "        known by:   x",
        "        lacks:      this; that, too",
    ]
