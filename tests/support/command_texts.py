"""The commands of smtpscope as plain values, for the documents that describe them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

import click

from smtpscope.cli.options import GroupingType
from smtpscope.cli.program import cli


@dataclass(frozen=True, slots=True)
class OptionText:
    """`names` such as -o and --output, the `value` that follows ("" for none), and the `help` line with its default."""

    names: tuple[str, ...]
    value: str
    help: str

    @property
    def usage(self) -> str:
        """`-o, --output PATH`."""
        return ", ".join(self.names) + (f" {self.value}" if self.value else "")


@dataclass(frozen=True, slots=True)
class CommandText:
    """A command: its name with the words before it, its arguments, what it does, examples, and options."""

    name: str
    arguments: str
    paragraphs: tuple[str, ...]
    examples: tuple[str, ...]
    options: tuple[OptionText, ...]

    @property
    def usage(self) -> str:
        return f"{self.name} [OPTIONS] {self.arguments}".replace(" [OPTIONS]", " [OPTIONS]" if self.options else "")


def command_texts(command: click.Command = cli, words: tuple[str, ...] = ("smtpscope",)) -> Iterator[CommandText]:
    """smtpscope itself with the options of browsing, then each command, and those of a group after it."""
    name = " ".join(words)
    browse = cli.commands["browse"]
    parameters = [*browse.params, *command.params] if command is cli else command.params
    paragraphs, examples = _parted(command)
    if isinstance(command, click.Group):
        arguments = "[FILE]..." if command is cli else "COMMAND"
    else:
        arguments = " ".join(_argument(each) for each in parameters if isinstance(each, click.Argument))
    options = tuple(_option(each) for each in parameters if isinstance(each, click.Option))
    if command is cli:
        options += (OptionText(("-h", "--help"), "", "Show the help and exit; every command has this option."),)
    yield CommandText(name, arguments, paragraphs, examples, options)
    if isinstance(command, click.Group):
        for word, each in sorted(command.commands.items()):
            if each is not browse:
                yield from command_texts(each, (*words, word))


def _parted(command: click.Command) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The paragraphs of its help in one line each, and the lines that are kept as they are, which are examples."""
    paragraphs, examples = [], []
    for part in inspect.cleandoc(command.help or "").split("\n\n"):
        if part.startswith("\b"):
            examples += part.splitlines()[1:]
        else:
            paragraphs.append(" ".join(part.split()))
    return tuple(paragraphs), tuple(line for line in examples if not line.startswith("Exit codes"))


def _argument(argument: click.Argument) -> str:
    return argument.metavar or (argument.name or "").upper()


def _option(option: click.Option) -> OptionText:
    if option.is_flag or option.is_eager:
        value = ""
    elif isinstance(option.type, click.Choice | GroupingType):
        value = "|".join(option.type.choices)
    else:
        value = option.metavar or "VALUE"
    default = f"  [default: {option.default}]" if option.show_default else ""
    # Two blanks part a default from the text before it.
    return OptionText(tuple(option.opts), value, f"{option.help}{default}".replace("  [", " ["))
