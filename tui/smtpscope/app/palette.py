"""The commands of the palette: every action with a key in the current place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

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


class ActionsProvider(Provider):
    """One command for each action; running it is the same as pressing its key."""

    def _actions(self) -> Iterator[tuple[str, str, str]]:
        """The key to press, how it is shown, and what it does; each action once."""
        seen: set[str] = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if not binding.description or not binding.id or binding.id in seen or not active.enabled:
                continue
            if binding.id in ("app.palette", "browse.code"):
                continue
            seen.add(binding.id)
            yield binding.key, self.app.get_key_display(binding), binding.description

    async def discover(self) -> Hits:
        for key, display, description in self._actions():
            yield DiscoveryHit(
                Content(f"{description}  ({display})"), partial(self.app.simulate_key, key), text=description
            )

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for key, display, description in self._actions():
            title = f"{description}  ({display})"
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), partial(self.app.simulate_key, key), text=description)
