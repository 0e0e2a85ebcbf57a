"""Every key is a binding with an id, found in the help and in the palette, and works in every terminal."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from textual.binding import Binding
from textual.command import CommandPalette
from textual.dom import DOMNode
from textual.widgets import OptionList

import smtpscope.app
from app.driving import Browsing, browsing
from smtpscope.app.default_keys import default_keys
from smtpscope.app.key_purposes import PURPOSES
from smtpscope.app.screens.browse.browse_screen import BrowseScreen
from smtpscope.app.screens.help_screen import HelpScreen
from smtpscope.session import Analysis

ID = re.compile(r"[a-z]+\.[a-z_]+")


def _places() -> list[type[DOMNode]]:
    """All screens and widgets of ours, and the application."""
    found = []
    for module in pkgutil.walk_packages(smtpscope.app.__path__, "smtpscope.app."):
        loaded = importlib.import_module(module.name)
        found += [
            value
            for value in vars(loaded).values()
            if isinstance(value, type) and issubclass(value, DOMNode) and value.__module__ == loaded.__name__
        ]
    return sorted(set(found), key=lambda place: place.__qualname__)


def _own_bindings(place: type[DOMNode]) -> Iterator[Binding]:
    """The bindings that `place` itself declares, one a key."""
    yield from Binding.make_bindings(vars(place).get("BINDINGS", ()))


PLACES_WITH_KEYS = [place for place in _places() if list(_own_bindings(place))]


@pytest.mark.parametrize("place", PLACES_WITH_KEYS, ids=lambda place: place.__name__)
def test_every_binding_has_an_id_and_says_what_it_does(place: type[DOMNode]) -> None:
    for binding in _own_bindings(place):
        assert binding.id is not None, f"{binding.key} of {place.__name__}"
        assert ID.fullmatch(binding.id), binding.id
        assert binding.description, binding.id


@pytest.mark.parametrize("place", PLACES_WITH_KEYS, ids=lambda place: place.__name__)
def test_no_key_stands_for_two_things_in_one_place(place: type[DOMNode]) -> None:
    actions = defaultdict(list)
    for binding in _own_bindings(place):
        actions[binding.key].append(binding.id)
    taken = {key: ids for key, ids in actions.items() if len(ids) > 1}
    assert taken == {}, "the key is taken: choose another one"


@pytest.mark.parametrize("place", PLACES_WITH_KEYS, ids=lambda place: place.__name__)
def test_no_action_needs_a_key_that_some_terminals_do_not_send(place: type[DOMNode]) -> None:
    keys: dict[str, list[str]] = {}
    for binding in _own_bindings(place):
        keys.setdefault(binding.id or "", []).append(binding.key)
    for action, its_keys in keys.items():
        plain = [key for key in its_keys if "alt+" not in key and not re.search(r"(ctrl|shift)\+enter|super\+", key)]
        assert plain, f"{action} needs one of {its_keys}"


def test_an_id_belongs_to_one_place_only() -> None:
    owners: dict[str, set[str]] = {}
    for place in PLACES_WITH_KEYS:
        for binding in _own_bindings(place):
            owners.setdefault(binding.id or "", set()).add(place.__name__)
    assert {name: places for name, places in owners.items() if len(places) > 1} == {}


def test_each_purpose_is_that_of_an_action() -> None:
    assert [action for action in PURPOSES if action not in default_keys()] == [], "in app/key_purposes.py"


def _in_force(driven: Browsing) -> dict[str, str]:
    """The ids of our bindings that are in force, with what they do."""
    return {
        active.binding.id: active.binding.description
        for active in driven.screen.active_bindings.values()
        if active.binding.id and active.binding.description and active.enabled
    }


async def test_the_help_names_every_key_in_force(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        for pane in ("table", "facts"):
            assert driven.focus == pane
            told = {line.does.partition(": ")[0] for line in driven.browse.help_lines()}
            assert set(_in_force(driven).values()) <= told
            await driven.press("tab")


async def test_the_palette_has_every_action_in_force(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        expected = _in_force(driven)
        # One would open itself, the other stands for ten keys.
        for left_out in ("app.palette", "browse.code"):
            expected.pop(left_out)
        await driven.press("ctrl+p")
        assert isinstance(driven.app.screen, CommandPalette)
        options = driven.app.screen.query_one(OptionList)
        await driven.until(lambda: options.option_count >= len(expected))
        prompts = [str(options.get_option_at_index(number).prompt) for number in range(options.option_count)]
        for description in expected.values():
            assert any(description in prompt for prompt in prompts), description


async def test_what_textual_brings_along_takes_no_key_of_ours(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        without = {
            active.binding.key
            for active in driven.screen.active_bindings.values()
            if not active.binding.id or not active.binding.description
        }
        ours = {binding.key for place in PLACES_WITH_KEYS for binding in _own_bindings(place) if not binding.priority}
        assert without & ours <= {"ctrl+c"}


async def test_a_user_can_put_another_key_on_an_action(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        driven.app.set_keymap({"browse.timeline": "m"})
        await driven.press("m")
        assert type(driven.screen).__name__ == "TimelineScreen"
        await driven.press("escape", "i")
        assert isinstance(driven.screen, BrowseScreen)
        assert any(
            "m" in line.keys.split(", ") for line in driven.browse.help_lines() if line.does.startswith("Timeline: ")
        )


async def test_the_footer_shows_no_more_lines_than_two_and_the_keys_of_the_place(analysis: Analysis) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        footer = driven.browse.query_one("KeyFooter")
        assert footer.size.height <= 2
        assert any("Filter" in line for line in driven.drawn[footer.region.y :])
        await driven.press("i")
        assert any("Filter to this time" in line for line in driven.drawn[-4:])


def test_every_key_of_a_part_names_a_method_of_that_part(analysis: Analysis) -> None:
    screen = BrowseScreen(analysis)
    named = [binding for binding in _own_bindings(BrowseScreen) if binding.action.startswith("part(")]
    assert named
    for binding in named:
        part, command = re.findall(r"'([a-z_]+)'", binding.action)[:2]
        assert callable(getattr(screen.parts[part], command, None)), f"{binding.id}: no {command} in the part {part}"


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 30), (250, 60)])
async def test_a_footer_without_room_for_all_keys_ends_with_the_help_and_how_many_more_it_has(
    analysis: Analysis, size: tuple[int, int]
) -> None:
    async with browsing(analysis, size=size) as driven:
        footer = driven.browse.query_one("KeyFooter")
        shown = {
            active.binding.id: active.binding.description
            for active in driven.browse.active_bindings.values()
            if active.binding.show
        }

        def missing() -> list[str]:
            drawn = "\n".join(driven.drawn[footer.region.y :])
            return [label for label in shown.values() if f" {label}" not in drawn]

        drawn = [line.rstrip() for line in driven.drawn[footer.region.y :]]
        assert len(drawn) <= 2
        assert all(len(line) <= size[0] for line in drawn)
        if size[0] >= 120:
            assert missing() == []
            assert "more" not in drawn[-1]
            return
        assert drawn[-1].endswith(f"? Help ({len(missing())} more)")
        assert len(missing()) >= 2
        # The sign is clicked like any other one.
        await driven.pilot.click(footer, offset=(len(drawn[-1]) - 3, len(drawn) - 1))
        await driven.settled()
        assert isinstance(driven.screen, HelpScreen)


async def test_a_dialog_names_all_its_keys_also_on_a_small_screen(analysis: Analysis) -> None:
    async with browsing(analysis, size=(60, 20)) as driven:
        await driven.put_on("mail.fabrikam.example")
        for key in "iceCvzafXKWo?":
            await driven.press(key)
            assert driven.screen is not driven.browse, key
            footer = driven.screen.query_one("KeyFooter")
            drawn = "\n".join(driven.drawn[footer.region.y :])
            bindings = [active.binding for active in driven.screen.active_bindings.values()]
            shown = {binding.description for binding in bindings if binding.show}
            assert [label for label in shown if f" {label}" not in drawn] == [], key
            await driven.press("escape")
            assert driven.screen is driven.browse, key
