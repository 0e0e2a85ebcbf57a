"""`smtpscope help [COMMAND]`: what `smtpscope COMMAND --help` prints."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from smtpscope.errors import UsageError


def _names(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The commands available after the words so far."""
    command = context.find_root().command
    for word in context.params.get("command") or ():
        command = command.commands.get(word, command) if isinstance(command, click.Group) else command
    known = command.commands.items() if isinstance(command, click.Group) else ()
    return [CompletionItem(name, help=each.get_short_help_str()) for name, each in known if name.startswith(incomplete)]


@click.command("help", short_help="Show the help of a command.")
@click.argument("command", nargs=-1, metavar="[COMMAND]", shell_complete=_names)
@click.pass_context
def show_help(context: click.Context, command: tuple[str, ...]) -> None:
    """Show the help of COMMAND, or of smtpscope itself.

    \b
    smtpscope help
    smtpscope help report
    smtpscope help kb new
    """
    root = context.find_root()
    found, place = root.command, root
    for word in command:
        known = found.commands if isinstance(found, click.Group) else {}
        if word not in known:
            from smtpscope.configuration.nearest import did_you_mean

            remedy = did_you_mean(word, known) if known else f"{place.command_path} has no commands of its own"
            raise UsageError(where="help", what=f"there is no command {' '.join(command)}", remedy=remedy)
        found = known[word]
        place = click.Context(found, info_name=word, parent=place)
    click.echo(found.get_help(place))
