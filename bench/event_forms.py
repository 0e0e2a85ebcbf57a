"""Writes large exports of events in each form that is read: one event in ten is ours, the same for the same seed.

The words of a form come from the writers of the tests; only what is ours is made anew each time, as that is what is
told apart later.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import BinaryIO, Final

from bench.evtx_data import FOREIGN
from bench.incidents import Refusals
from support.clixml_texts import objects, win_event
from support.dumpel_texts import dumpel
from support.event_json_texts import json_lines, winlogbeat
from support.event_tables import get_win_event
from support.event_texts import TextEvent, block_2003
from support.event_tool_texts import pair_line, tabbed_list
from support.event_xml_texts import saved_xml, xml_event
from support.evt_writer import LegacyEvent, evt_bytes, record_bytes
from support.splunk_exports import raw

_SEED: Final = 7002
_FOREIGN_EACH: Final = 9
_FOREIGN_KINDS: Final = 200
_FIRST_TIME: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - in the zone of the log, as the forms have it
_OUR_SOURCE: Final = "MSExchangeTransport"


@dataclass(frozen=True)
class ForeignEvent(TextEvent):
    """An event of another source in the place of ours, for the writers of all forms."""

    source: str = ""
    texts: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        return " ".join(self.texts)

    @property
    def strings(self) -> tuple[str, ...]:
        return self.texts


def events(seed: int = _SEED) -> Iterator[TextEvent]:
    """Events without end in the order of time, but for the foreign ones, which come again and again."""
    source = random.Random(seed)
    foreign = [
        ForeignEvent(
            _FIRST_TIME + timedelta(seconds=number * 60),
            level="Information",
            event_id=written.event_id,
            connection=number,
            source=written.provider,
            texts=written.strings,
        )
        for number, written in enumerate(source.choices(FOREIGN, k=_FOREIGN_KINDS))
    ]
    moment = _FIRST_TIME
    for kind, (_, connection, host, verb, reply, command) in Refusals(seed):
        moment += timedelta(seconds=source.randrange(1, 300))
        yield TextEvent(
            moment,
            level="Warning",
            event_id=kind.event_id,
            connection=int(connection),
            host=host,
            verb=verb,
            reply=reply,
            command=command,
        )
        yield from source.choices(foreign, k=_FOREIGN_EACH)


@dataclass(frozen=True, slots=True)
class EventForm:
    """`one` writes an event as ours; `head` and `tail` stand around all."""

    one: Callable[[TextEvent], str]
    head: str = ""
    tail: str = ""

    def write(self, target: BinaryIO, size: int) -> None:
        """Writes about `size` bytes to `target`."""
        kept: dict[TextEvent, bytes] = {}
        written = target.write(self.head.encode())
        for event in events():
            if isinstance(event, ForeignEvent):
                text = kept.get(event) or kept.setdefault(event, self._foreign(event))
            else:
                text = self.one(event).encode()
            written += target.write(text)
            if written >= size:
                break
        target.write(self.tail.encode())

    def _foreign(self, event: ForeignEvent) -> bytes:
        return self.one(event).replace(_OUR_SOURCE, event.source).encode()


def _in_root() -> EventForm:
    head, root_end, _ = saved_xml([]).partition("</Events>")

    def one(event: TextEvent) -> str:
        return xml_event(event, record_id=1_000 + event.connection, quote='"', rendered=True)

    return EventForm(one, head, root_end)


def _in_objects() -> EventForm:
    head, root_end, tail = objects([]).partition("</Objs>")
    return EventForm(lambda event: win_event(event, event.connection), head, root_end + tail)


def _in_table() -> EventForm:
    names = get_win_event([], type_line=False)
    return EventForm(lambda event: get_win_event([event], type_line=False).removeprefix(names), get_win_event([]))


XML: Final = _in_root()
CLIXML: Final = _in_objects()
CSV: Final = _in_table()
JSON: Final = EventForm(lambda event: json_lines([winlogbeat(event)]))
DUMPEL: Final = EventForm(lambda event: dumpel([event], "\t", "\t"))
EVENT_VIEWER: Final = EventForm(block_2003)
SPLUNK: Final = EventForm(lambda event: raw(event) + "\n")
EVENT_LIST: Final = EventForm(tabbed_list)
EVENT_PAIRS: Final = EventForm(pair_line)


def write_evt(target: BinaryIO, size: int) -> None:
    """Writes an .evt log of about `size` bytes that has not gone round yet."""
    rows = events()
    first = [_legacy(event) for event in islice(rows, 1_000)]
    mean = sum(len(record_bytes(event, 1)) for event in first) / len(first)
    count = max(10, int(size / mean))
    target.write(evt_bytes([*first, *map(_legacy, islice(rows, max(0, count - len(first))))][:count]))


def _legacy(event: TextEvent) -> LegacyEvent:
    written = LegacyEvent(event.strings, event.event_id, 2, computer=event.computer, time=event.time)
    return replace(written, source=event.source, event_type=4) if isinstance(event, ForeignEvent) else written
