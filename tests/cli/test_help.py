from __future__ import annotations

import click
import pytest

from cli.conftest import Smtpscope
from smtpscope import __version__
from smtpscope.cli.program import cli


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
    assert "0 success, 1 failure, 2 wrong usage, 130 interrupted by ctrl+c" in text


def test_the_help_names_the_options_of_browsing(smtpscope: Smtpscope) -> None:
    text = smtpscope("--help").stdout
    options = [
        name for option in cli.commands["browse"].params if isinstance(option, click.Option) for name in option.opts
    ]
    assert options
    assert [name for name in options if f"\n  {name}" not in text] == []
    assert text.startswith("Usage: ")
    assert " [OPTIONS] [FILE]...\n" in text


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_printed(option: str, smtpscope: Smtpscope) -> None:
    assert smtpscope(option).stdout == f"smtpscope, version {__version__}\n"


@pytest.mark.parametrize("words", [(), ("report",), ("kb",), ("kb", "new"), ("help",)])
def test_help_is_a_command_too(words: tuple[str, ...], smtpscope: Smtpscope) -> None:
    assert smtpscope("help", *words).stdout == smtpscope(*words, "--help").stdout


def test_help_for_a_command_that_is_none_names_the_nearest(smtpscope: Smtpscope) -> None:
    result = smtpscope("help", "sumary")
    assert result.exit_code == 2
    assert result.stderr == "smtpscope: help: there is no command sumary. Did you mean summary?\n"
    result = smtpscope("help", "report", "x")
    assert result.stderr == "smtpscope: help: there is no command report x. cli report has no commands of its own.\n"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("report --fromat json a.evtx", "command line: unknown option --fromat. Did you mean --format?"),
        ("report --frobnicate a.evtx", "command line: unknown option --frobnicate. See cli report --help."),
        ("--filtre 550 a.evtx", "command line: unknown option --filtre. Did you mean --filter?"),
        ("report --format", "--format: the value is missing. See cli report --help."),
        ("--filter", "--filter: the value is missing. See cli --help."),
        (
            "report a.evtx --format xml",
            "--format: 'xml' is not one of 'text', 'markdown', 'html', 'json', 'csv'. See cli ",
        ),
        ("report a.evtx --most 0", "--most: 0 is not in the range x>=1. See cli report --help."),
        ("serve a.evtx --port http", "--port: 'http' is not a whole number. See cli serve --help."),
        ("report a.evtx --knowledge /nowhere", "--knowledge: directory '/nowhere' does not exist. See cli report "),
        (
            "report a.evtx --timezone Mars",
            '--timezone: there is no time zone "Mars". Use UTC, local, a name such as Eur',
        ),
        ("explain", "command line: REPLY is missing. See cli explain --help."),
        ("completion", "command line: SHELL is missing: bash, zsh, fish. See cli completion --help."),
        ("kb shwo", "command line: no such command 'shwo'. Did you mean show?"),
        ("formats x", "command line: got unexpected extra argument (x). See cli formats --help."),
    ],
)
def test_a_mistake_in_the_command_line_takes_one_line(words: str, error: str, smtpscope: Smtpscope) -> None:
    result = smtpscope(*words.split())
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"smtpscope: {error}")
    assert result.stderr.count("\n") == 1


def test_a_command_line_with_escape_sequences_is_shown_harmless(smtpscope: Smtpscope) -> None:
    result = smtpscope("report", "--\x1b]0;gone\x07")
    assert result.exit_code == 2
    assert "\x1b" not in result.stderr


def test_a_group_of_commands_alone_shows_its_help(smtpscope: Smtpscope) -> None:
    result = smtpscope("kb")
    assert "Commands:\n  check " in result.output
    assert result.exit_code in (0, 2), "click 8.1 takes it for a question, later releases for a mistake"
