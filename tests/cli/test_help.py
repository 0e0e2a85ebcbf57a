from __future__ import annotations

import pytest

from cli.conftest import Smtpscope
from smtpscope.cli.commands import cli


@pytest.mark.parametrize("name", ["", *cli.commands])
def test_the_help_fits_80_columns(smtpscope: Smtpscope, name: str) -> None:
    result = smtpscope(*name.split(), "--help")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize("name", cli.commands)
def test_the_help_of_each_command_has_an_example(smtpscope: Smtpscope, name: str) -> None:
    example = "  smtpscope Application.evtx\n" if name == "browse" else f"\n  smtpscope {name}"
    assert example in smtpscope(name, "--help").stdout


def test_the_help_names_every_command_and_the_exit_codes(smtpscope: Smtpscope) -> None:
    text = smtpscope("--help").stdout
    assert {"browse", "report", "summary", "events", "explain", "formats"} < set(cli.commands)
    assert all(f"\n  {name} " in text for name in cli.commands)
    assert "0 fine, 1 could not do it, 2 usage, 130 ctrl+c" in text


def test_an_unknown_option_is_a_usage_error(smtpscope: Smtpscope) -> None:
    result = smtpscope("report", "--frobnicate", "a.evtx")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "--frobnicate" in result.stderr
