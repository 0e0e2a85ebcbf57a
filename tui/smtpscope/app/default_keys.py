"""The default keys of every action, by its id `<place>.<action>`."""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding
from textual.dom import DOMNode

from smtpscope.app.application import Browser
from smtpscope.app.screens.browse.browse_screen import BrowseScreen
from smtpscope.app.screens.compare_screen import CompareScreen
from smtpscope.app.screens.confirm import ConfirmScreen
from smtpscope.app.screens.counts import CountsScreen
from smtpscope.app.screens.export_screen import ExportScreen
from smtpscope.app.screens.help_screen import HelpScreen
from smtpscope.app.screens.knowledge_screen import KnowledgeScreen
from smtpscope.app.screens.link import LinkScreen
from smtpscope.app.screens.live.address_dialog import AddressScreen
from smtpscope.app.screens.live.check_now import CheckNowScreen
from smtpscope.app.screens.note import NoteScreen
from smtpscope.app.screens.search_line import SearchScreen
from smtpscope.app.screens.table.columns_screen import ColumnsScreen
from smtpscope.app.screens.table.grouping_screen import GroupingScreen
from smtpscope.app.screens.text_view import TextScreen
from smtpscope.app.screens.timeline_screen import TimelineScreen
from smtpscope.app.screens.views import ViewsScreen
from smtpscope.app.screens.zone import ZoneScreen
from smtpscope.app.widgets.counted_list import CountedList
from smtpscope.app.widgets.filter_bar import FilterInput
from smtpscope.app.widgets.prose.item_pane import ItemPane
from smtpscope.app.widgets.prose.prose_pane import ProsePane
from smtpscope.app.widgets.table.group_table import GroupTable
from smtpscope.app.widgets.texts.detail_pane import DetailPane
from smtpscope.app.widgets.timeline_list import TimelineList

OWNERS: tuple[type[DOMNode], ...] = (
    Browser,
    BrowseScreen,
    GroupTable,
    FilterInput,
    DetailPane,
    ProsePane,
    ItemPane,
    TimelineScreen,
    TimelineList,
    CountsScreen,
    CountedList,
    CompareScreen,
    ColumnsScreen,
    GroupingScreen,
    ExportScreen,
    KnowledgeScreen,
    ViewsScreen,
    ZoneScreen,
    NoteScreen,
    TextScreen,
    LinkScreen,
    CheckNowScreen,
    AddressScreen,
    SearchScreen,
    HelpScreen,
    ConfirmScreen,
)
"""All our classes with keys."""


def default_keys() -> dict[str, str]:
    """Action id -> its keys, separated by commas, in the order of OWNERS."""
    keys: dict[str, str] = {}
    for owner in OWNERS:
        for binding in own_bindings(owner):
            if binding.id:
                known = keys.get(binding.id)
                keys[binding.id] = binding.key if known is None else f"{known},{binding.key}"
    return keys


def own_bindings(owner: type[DOMNode]) -> Iterator[Binding]:
    """The bindings declared by `owner` and our base classes of it."""
    for kind in owner.__mro__:
        if kind.__module__.startswith("smtpscope."):
            for binding in kind.__dict__.get("BINDINGS", ()):
                if isinstance(binding, Binding):
                    yield binding


TOGETHER: tuple[tuple[type[DOMNode], ...], ...] = (
    (Browser, BrowseScreen, GroupTable),
    (Browser, BrowseScreen, DetailPane, ItemPane),
    (FilterInput,),
    (TimelineScreen, TimelineList),
    (CountsScreen, CountedList),
    (CompareScreen,),
    (ColumnsScreen,),
    (GroupingScreen,),
    (ExportScreen,),
    (KnowledgeScreen,),
    (ViewsScreen,),
    (ZoneScreen,),
    (NoteScreen,),
    (TextScreen, ProsePane),
    (LinkScreen,),
    (CheckNowScreen, ProsePane),
    (AddressScreen,),
    (SearchScreen,),
    (HelpScreen,),
    (ConfirmScreen,),
)
"""What has keys at the same time, so that one key can't do two things there."""


def key_places() -> tuple[dict[str, str], ...]:
    """For each place of the browser the actions that have keys there, with their keys separated by commas."""
    places = []
    for owners in TOGETHER:
        keys: dict[str, str] = {}
        for owner in owners:
            for binding in own_bindings(owner):
                if binding.id:
                    known = keys.get(binding.id)
                    keys[binding.id] = binding.key if known is None else f"{known},{binding.key}"
        places.append(keys)
    return tuple(places)
