"""The main command: `smtpscope FILE...` browses, `smtpscope COMMAND` runs a command; errors in our own format."""

from __future__ import annotations

import sys
from collections.abc import Collection
from importlib import import_module
from typing import Any, Final

import click
from click.shell_completion import CompletionItem

from smtpscope.cli.options import spelled_out
from smtpscope.cli.streams import say
from smtpscope.cli.usage import is_call_for_help, usage_error
from smtpscope.errors import SmtpscopeError

DEFAULT: Final = "browse"
"""The default command, if the first word is not a command."""


class LateCommands(dict[str, click.Command]):
    """Commands by name, of which some are imported only when they are looked at: a report needs none of them."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[str, tuple[str, str]] = {}

    def add_late(self, name: str, module: str, attribute: str) -> None:
        """Adds the command that `module` has as `attribute`."""
        self._places[name] = (module, attribute)
        self[name] = _NOT_YET

    def _load(self, name: str) -> None:
        place = self._places.pop(name, None)
        if place is not None:
            self[name] = getattr(import_module(place[0]), place[1])

    def __getitem__(self, name: str) -> click.Command:
        self._load(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._load(name)
        return super().get(name, default)

    def items(self) -> Any:
        self._load_all()
        return super().items()

    def values(self) -> Any:
        self._load_all()
        return super().values()

    def _load_all(self) -> None:
        for name in tuple(self._places):
            self._load(name)


_NOT_YET: Final = click.Command("")


class CommandOrFiles(click.Group):
    """A group whose first argument may be a file, which means `browse`. Errors exit with their exit code."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.commands: LateCommands = LateCommands()

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        known = self.commands.keys() | self._own_options(context)
        # Completion of an empty command line is handled by this group itself: see shell_complete.
        unfinished = context.resilient_parsing and not arguments
        if not unfinished and (not arguments or arguments[0] not in known):
            arguments = [DEFAULT, *arguments]
        return super().parse_args(context, spelled_out(arguments))

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except SmtpscopeError as error:
            say(error)
            sys.exit(error.exit_code)
        except click.ClickException as error:
            if is_call_for_help(error):
                error.show()
            else:
                say(usage_error(error, f"{context.command_path} {context.invoked_subcommand}"))
            sys.exit(error.exit_code)

    def format_usage(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(context.command_path, "[OPTIONS] [FILE]...")
        formatter.write_usage(context.command_path, "COMMAND [ARGUMENTS]...", prefix="       ")

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The options for browsing (without a command), the group's own options, and the commands."""
        browse = self.commands[DEFAULT]
        with (
            click.Context(browse, info_name=DEFAULT, parent=context) as inner,
            formatter.section("Options for browsing"),
        ):
            formatter.write_dl(_records(browse, inner, without=self._own_options(context)))
        with formatter.section("Other options"):
            formatter.write_dl(_records(self, context))
        self.format_commands(context, formatter)

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, and names of files to browse; or the options of both."""
        found = super().shell_complete(context, incomplete)
        if incomplete.startswith("-"):
            named = {item.value for item in found}
            options = self.commands[DEFAULT].shell_complete(context, incomplete)
            return [*found, *(item for item in options if item.value not in named)]
        return [*found, CompletionItem(incomplete, type="file")]

    def _own_options(self, context: click.Context) -> set[str]:
        return {name for option in self.get_params(context) for name in option.opts}


def _records(command: click.Command, context: click.Context, without: Collection[str] = ()) -> list[tuple[str, str]]:
    """The options of `command` as listed in its help, except those named in `without`."""
    records = (
        option.get_help_record(context)
        for option in command.get_params(context)
        if isinstance(option, click.Option) and not any(name in without for name in option.opts)
    )
    return [record for record in records if record is not None]
