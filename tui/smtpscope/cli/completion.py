"""Completion in bash, zsh and fish: commands, options, their values, file and folder names.

The scripts in shells/ call the program with `_SMTPSCOPE_COMPLETE` set and get one line per candidate, with three
tab-separated fields: `plain`, a value and its help; or `file` or `dir`, for which the shell completes names.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar, Final

import click
from click.shell_completion import CompletionItem, ShellComplete, add_completion_class, split_arg_string

VARIABLE: Final = "_SMTPSCOPE_COMPLETE"
"""Set by the scripts to `bash_complete` and so on."""

SCRIPTS: Final = {"bash": "smtpscope.bash", "zsh": "_smtpscope", "fish": "smtpscope.fish"}


def script(shell: str) -> str:
    """The script that enables completion in one of `SCRIPTS`."""
    return (Path(__file__).parent / "shells" / SCRIPTS[shell]).read_text(encoding="utf-8")


class _Shell(ShellComplete):
    """COMP_WORDS has the words of the command line up to the cursor, quoted as typed."""

    def source(self) -> str:
        return script(self.name)

    def get_completion_args(self) -> tuple[list[str], str]:
        typed = os.environ["COMP_WORDS"]
        words = split_arg_string(typed)
        # Splitting drops an empty last word.
        incomplete = words.pop() if len(words) > 1 and not typed.endswith((" ", "\n")) else ""
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem) -> str:
        about = (item.help or "").replace("\n", " ").replace("\t", " ")
        return f"{item.type}\t{item.value}\t{about}"


class _Bash(_Shell):
    """bash splits words at colons and equals signs; a candidate replaces the part after the last of them."""

    name: ClassVar[str] = "bash"

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self._before = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        words, incomplete = super().get_completion_args()
        words = [word for word in words if word != "="]
        if incomplete == "=":
            incomplete = ""
        if incomplete == ":" and words:
            self._before, incomplete = f"{words.pop()}:", ""
        elif len(words) > 1 and words[-1] == ":":
            words.pop()
            self._before = f"{words.pop()}:"
        return words, f"{self._before}{incomplete}"

    def format_completion(self, item: CompletionItem) -> str:
        item.value = str(item.value).removeprefix(self._before)
        return super().format_completion(item)


class _Zsh(_Shell):
    name: ClassVar[str] = "zsh"


class _Fish(_Shell):
    name: ClassVar[str] = "fish"


for each in (_Bash, _Zsh, _Fish):
    add_completion_class(each)


@click.command(short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(list(SCRIPTS)), metavar="SHELL")
def completion(shell: str) -> None:
    """Print the script that completes commands, options, values and file names in SHELL: bash, zsh or fish.

    \b
    smtpscope completion bash >> ~/.bash_completion
    smtpscope completion zsh > "${fpath[1]}/_smtpscope"
    smtpscope completion fish > ~/.config/fish/completions/smtpscope.fish
    """
    click.echo(script(shell), nl=False)
