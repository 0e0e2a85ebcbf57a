"""Keys of a screen's parts: bindings whose actions are methods of a part, not of the screen."""

from __future__ import annotations

from typing import Any

from textual.binding import Binding
from textual.screen import Screen


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


def key_of(screen: Screen[Any], action: str) -> str:
    """The display name of the first active key of the action with this id on `screen`; "" if there is none."""
    bindings = (active.binding for active in screen.active_bindings.values())
    return next((screen.app.get_key_display(binding) for binding in bindings if binding.id == action), "")
