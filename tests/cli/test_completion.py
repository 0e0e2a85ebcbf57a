"""Completion: what the program answers, and what real shells make of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.conftest import Smtpscope
from cli.processes import ROOT, SECONDS, environment
from smtpscope.cli.completion import SCRIPTS, VARIABLE, script
from smtpscope.cli.program import cli
from smtpscope.store.grouping.grouping_names import GROUPING_NAMES

SHELLS = ROOT / "tui" / "smtpscope" / "cli" / "shells"


def answer(*words: str, shell: str = "zsh") -> list[tuple[str, str]]:
    """Kind and value of each candidate for the last of `words`, which follow the program's name."""
    result = CliRunner().invoke(
        cli, prog_name="smtpscope", env={VARIABLE: f"{shell}_complete", "COMP_WORDS": "\n".join(("smtpscope", *words))}
    )
    assert result.exit_code == 0, result.output
    fields = [line.split("\t") for line in result.output.splitlines() if line]
    assert all(len(each) == 3 for each in fields)
    return [(kind, value) for kind, value, _ in fields]


def values(*words: str, shell: str = "zsh") -> list[str]:
    return [value for kind, value in answer(*words, shell=shell) if kind == "plain"]


def test_the_first_word_is_a_command_or_a_file() -> None:
    assert answer("") == [*(("plain", name) for name in sorted(cli.commands)), ("file", "")]
    assert answer("re") == [("plain", "report"), ("file", "re")]


def test_a_first_word_with_a_dash_is_an_option_of_the_program_or_of_browsing() -> None:
    assert {"--filter", "--timezone", "--follow", "--version", "--help"} <= set(values("--"))
    assert len(values("--")) == len(set(values("--")))


@pytest.mark.parametrize(
    "words",
    [
        ("a.evtx", ""),
        ("--filter", "550", ""),
        ("report", ""),
        ("report", "--format", "json", "a"),
        ("summary", "--mask", "logs/", ""),
        ("events", "--", ""),
        ("convert", "a.evtx", "-o", ""),
        ("serve", "x"),
        ("kb", "evaluate", "--replies", ""),
        ("config", "init", "--output", ""),
    ],
)
def test_names_of_files_are_left_to_the_shell(words: tuple[str, ...]) -> None:
    assert answer(*words) == [("file", words[-1])]


@pytest.mark.parametrize(
    "words", [("report", "--knowledge", "my"), ("kb", "check", "my"), ("kb", "new", "x", "--folder", "my")]
)
def test_where_a_folder_is_wanted_only_folders_are_offered(words: tuple[str, ...]) -> None:
    assert answer(*words) == [("dir", "my")]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("report", "--format", ""), ["text", "markdown", "html", "json", "csv"]),
        (
            (
                "report",
                "--format=j",
            ),
            ["json"],
        ),
        (("report", "--group", "re"), ["recipient"]),
        (("a.evtx", "--date-order", ""), ["dmy", "mdy", "ymd"]),
        (("report", "--timezone", "europe/berl"), ["Europe/Berlin"]),
        (("explain", "--command", "rc"), ["RCPT"]),
        (("explain", "--direction", "inb"), ["inbound"]),
        (("kb", "show", "greylisted"), ["greylisted"]),
        (("kb", "new", "x", "--category", "greyl"), ["greylisted"]),
        (("completion", ""), ["bash", "zsh", "fish"]),
        (("help", "kb", "ev"), ["evaluate"]),
        (("help", "expl"), ["explain"]),
        (("kb", "pa"), ["path"]),
    ],
)
def test_values_of_options_and_arguments_are_offered(words: tuple[str, ...], wanted: list[str]) -> None:
    assert values(*words) == wanted


def test_the_last_term_of_a_filter_goes_on_with_a_field_or_one_of_its_words() -> None:
    assert values("report", "--filter", "'550 serv") == ["550 server:"]
    assert values("report", "--filter", "'550 -who:s") == ["550 -who:sender"]
    assert values("report", "--filter", "host:con") == []


def test_each_option_of_each_command_is_offered() -> None:
    for name, command in cli.commands.items():
        if name not in ("kb", "config"):
            known = {word for parameter in command.params for word in parameter.opts if word.startswith("--")}
            assert set(values(name, "--")) == {*known, "--help"}, name


def test_bash_takes_a_colon_and_an_equals_sign_for_words() -> None:
    assert values("report", "--format", "=", "j", shell="bash") == ["json"]
    assert values("report", "--format", "=", shell="bash") == ["text", "markdown", "html", "json", "csv"]
    assert values("report", "--filter", "level", ":", "e", shell="bash") == ["error"]
    assert values("report", "--filter", "dir", ":", shell="bash") == ["outbound", "inbound", "unknown"]


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_command_prints_the_script_of_each_shell(shell: str, smtpscope: Smtpscope) -> None:
    assert smtpscope("completion", shell).stdout == script(shell) == (SHELLS / SCRIPTS[shell]).read_text("utf-8")


def run_shell(shell: str, text: str, folder: Path) -> list[str]:
    """The lines that `text` prints in a real shell with smtpscope on its path; skips where that is not installed."""
    found = shutil.which(shell)
    if found is None or sys.platform == "win32":
        pytest.skip(f"{shell} is not installed")
    program = folder / "bin" / "smtpscope"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m smtpscope "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    inherited = environment(HOME=str(folder))
    result = subprocess.run(
        [found, *({"bash": ("--norc",), "zsh": ("-f",), "fish": ("--no-config",)}[shell]), "-c", text],
        cwd=folder,
        env={**inherited, "PATH": f"{program.parent}:{inherited['PATH']}"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    assert result.stderr == ""
    return result.stdout.splitlines()


BASH = """\
compopt() {{ echo compopt "$@"; }}
source {shells}/smtpscope.bash
complete -p smtpscope
COMP_WORDS=({words}) COMP_CWORD=$(({count} - 1))
_smtpscope smtpscope
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("smtpscope repo", ["compopt -o filenames", "report"]),
        ("smtpscope report --format js", ["json"]),
        ("smtpscope report --group ''", [*GROUPING_NAMES]),
        ("smtpscope report ''", ["compopt -o default", ""]),
        ("smtpscope rep", ["compopt -o filenames", "report", "rep ort.evtx"]),
        ("smtpscope report --knowledge ''", ["compopt -o dirnames", ""]),
        ("smtpscope a.evtx --filter host", ["compopt -o nospace", "host:"]),
    ],
)
def test_bash_completes(words: str, wanted: list[str], tmp_path: Path) -> None:
    (tmp_path / "rep ort.evtx").touch()
    text = BASH.format(shells=SHELLS, words=words, count=len(words.split()))
    assert run_shell("bash", text, tmp_path) == ["complete -F _smtpscope smtpscope", *wanted]


ZSH = """\
compdef() {{ echo "compdef $*"; }}
_describe() {{ echo "${{(P)3}}" }}
_files() {{ echo "files $*" }}
compset() {{ echo "compset $*" }}
source {shells}/_smtpscope
words=({words})
CURRENT=$#words
_smtpscope || true
"""


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("smtpscope repo", ["report:Print a table of refusals by reply code and host.", "files"]),
        ("smtpscope report --format js", ["json"]),
        ("smtpscope report --format=js", ["compset -P *=", "json"]),
        ("smtpscope report ''", ["files"]),
        ("smtpscope report --knowledge ''", ["files -/"]),
        ("smtpscope a.evtx --filter level", ["level\\::Level: critical, error, warning, information or verbose"]),
    ],
)
def test_zsh_completes(words: str, wanted: list[str], tmp_path: Path) -> None:
    # In this place an array is printed as one line.
    lines = [line.rstrip() for line in run_shell("zsh", ZSH.format(shells=SHELLS, words=words), tmp_path)]
    assert lines == ["compdef _smtpscope smtpscope", *wanted]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("smtpscope repo", ["report\tPrint a table of refusals by reply code and host."]),
        ("smtpscope report --format js", ["json"]),
        ("smtpscope report --format=js", ["--format=json"]),
        ("smtpscope report rep", ["rep ort.evtx"]),
        ("smtpscope report -o lo", ["logs/"]),
        ("smtpscope report --output=lo", ["--output=logs/"]),
        ("smtpscope report --knowledge ''", ["logs/"]),
    ],
)
def test_fish_completes(line: str, wanted: list[str], tmp_path: Path) -> None:
    (tmp_path / "rep ort.evtx").touch()
    (tmp_path / "logs").mkdir()
    found = run_shell("fish", f'source {SHELLS}/smtpscope.fish; complete --do-complete "{line}"', tmp_path)
    # A folder is described as one in some releases.
    assert [each.removesuffix("\tDirectory") for each in found if not each.startswith("bin/")] == wanted
