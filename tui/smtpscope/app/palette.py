"""The commands of the palette: every action with a key in the current place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from smtpscope.app.key_purposes import PURPOSES, rank
from smtpscope.harmless import shown
from smtpscope.workspace.saved_views import SavedView


class SavedViewsOwner(Protocol):
    """A screen that offers saved views."""

    @property
    def saved_views(self) -> tuple[SavedView, ...]: ...

    def show_saved_view(self, view: SavedView) -> None: ...


class SavedViewsProvider(Provider):
    """One command for each saved view; for screens that are SavedViewsOwners and have it in their COMMANDS."""

    @property
    def _owner(self) -> SavedViewsOwner:
        return cast("SavedViewsOwner", self.screen)

    async def discover(self) -> Hits:
        for view in self._owner.saved_views:
            title = f"View: {shown(view.name)}"
            yield DiscoveryHit(Content(title), partial(self._owner.show_saved_view, view), text=title)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for view in self._owner.saved_views:
            title = f"View: {shown(view.name)}"
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), partial(self._owner.show_saved_view, view), text=title)


@dataclass(frozen=True)
class _Action:
    """`key` does it, shown as `display`; `description` is its name, `purpose` what it is good for."""

    key: str
    display: str
    description: str
    purpose: str

    @property
    def title(self) -> str:
        return f"{self.description}  ({self.display})"


class ActionsProvider(Provider):
    """One command for each action, the most needed first; running it is the same as pressing its key."""

    def _actions(self) -> list[_Action]:
        """Each action of this place once."""
        found: dict[str, _Action] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if not binding.description or not binding.id or binding.id in found or not active.enabled:
                continue
            if binding.id in ("app.palette", "browse.code"):
                continue
            display, purpose = self.app.get_key_display(binding), PURPOSES.get(binding.id, "")
            found[binding.id] = _Action(binding.key, display, binding.description, purpose)
        return [found[name] for name in sorted(found, key=rank)]

    async def discover(self) -> Hits:
        for action in self._actions():
            press = partial(self.app.simulate_key, action.key)
            yield DiscoveryHit(Content(action.title), press, text=action.description, help=action.purpose or None)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action in self._actions():
            # What it is for is searched, too, but counts less than its name.
            score = matcher.match(action.title) or matcher.match(action.purpose) / 2
            if score > 0:
                yield Hit(
                    score,
                    matcher.highlight(action.title),
                    partial(self.app.simulate_key, action.key),
                    text=action.description,
                    help=action.purpose or None,
                )
