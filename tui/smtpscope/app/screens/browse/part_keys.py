"""Keys of the parts of a screen: bindings whose actions are methods of a part and not of the screen."""

from __future__ import annotations

from textual.binding import Binding


def part_binding(
    part: str,
    keys: str,
    command: str,
    description: str,
    *,
    id: str,  # noqa: A002 - Textual's name
    show: bool = True,
    key_display: str | None = None,
) -> Binding:
    """A binding that calls `command` (a method, perhaps with its arguments in parentheses) of the part `part`.

    The screen has the bindings of all its parts in its own BINDINGS, and `action_part` to call them.
    """
    name, _, arguments = command.partition("(")
    action = f"part('{part}', '{name}'{', ' + arguments if arguments else ')'}"
    return Binding(keys, action, description, id=id, show=show, key_display=key_display)
