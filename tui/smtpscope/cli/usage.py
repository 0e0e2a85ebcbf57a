"""Errors of the option parser in our own format: where, what, and the remedy."""

from __future__ import annotations

import re
from typing import Final

import click

from smtpscope.errors import UsageError

_COMMAND_LINE: Final = "command line"
_QUOTED: Final = re.compile("'([^']+)'")


def usage_error(error: click.ClickException, command: str = "smtpscope") -> UsageError:
    """Converts `error` to our own type; `command` is the command to look up in the help if the error does not name one.

    The result may quote the command line: make it harmless before showing it.
    """
    return UsageError(where=_where(error), what=_what(error), remedy=_remedy(error, command))


def is_call_for_help(error: click.ClickException) -> bool:
    """Whether `error` is the help of a command group called without a command."""
    # click 8.1 prints it itself.
    return isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ()))


def _where(error: click.ClickException) -> str:
    """The option or argument with the wrong value."""
    if isinstance(error, click.BadOptionUsage):
        return error.option_name
    if (
        isinstance(error, click.BadParameter)
        and error.param is not None
        and not isinstance(error, click.MissingParameter)
    ):
        return _name(error.param)
    return _COMMAND_LINE


def _name(parameter: click.Parameter) -> str:
    """`--filter` of an option, `FILE` of an argument."""
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.human_readable_name.strip("[].")


def _what(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"unknown option {error.option_name}"
    if isinstance(error, click.MissingParameter) and error.param is not None:
        choices = getattr(error.param.type, "choices", ())
        return f"{_name(error.param)} is missing{': ' if choices else ''}{', '.join(choices)}"
    if isinstance(error, click.BadOptionUsage) and "requires an argument" in error.message:
        return "the value is missing"
    message = error.message.strip().rstrip(".").replace("a valid integer range", "a whole number")
    return message[:1].lower() + message[1:]


def _remedy(error: click.ClickException, command: str) -> str:
    context: click.Context | None = getattr(error, "ctx", None)
    if context is not None:
        near = _near(error, context)
        if near is not None:
            return f"Did you mean {near}?"
        command = context.command_path
    return f"See {command.removesuffix(' browse')} --help"


def _near(error: click.ClickException, context: click.Context) -> str | None:
    """The option or command that was probably meant, or None."""
    import difflib

    if isinstance(error, click.NoSuchOption):
        # Without the dashes, which would make all options similar.
        names = {name.lstrip("-"): name for option in context.command.get_params(context) for name in option.opts}
        found = difflib.get_close_matches(error.option_name.lstrip("-"), names, n=1)
        return names[found[0]] if found else None
    quoted = _QUOTED.search(error.message)
    if isinstance(context.command, click.Group) and quoted is not None:
        return next(iter(difflib.get_close_matches(quoted[1], context.command.commands, n=1)), None)
    return None
