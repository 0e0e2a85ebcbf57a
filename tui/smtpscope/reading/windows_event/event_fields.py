"""The meaning of names: one description for all tools that print events as names with values.

Tools spell one element of an event in many ways: `System.Provider.#attributes.Name`, `Provider_attributes.Name`,
`Provider.@Name`, `winlog.provider_name`, `Provider_Name`, `data.win.system.providerName`. Here a path of names is
folded (lower case, no punctuation, no words for attribute and text), mere containers are dropped from its front, and
the rest is looked up in one table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec

from smtpscope.reading.windows_event.string_forms import number_in

Fact = Literal[
    "provider", "event_id", "record_id", "time", "clock", "zone", "level", "computer", "channel", "message", "strings",
    "binary", "repeat", "xml",
]  # fmt: skip

# The best name first; ambiguous ones come last (`source` is the computer in Graylog, `id` may be anything). The last
# names are the labels of Event Viewer in German, French, Spanish, Italian, Dutch and Portuguese.
_NAMES: Final[dict[Fact, str]] = {
    "provider": (
        "providername provideretwname providereventsourcename eventsourcename sourcename eventsource eventprovider"
        " provider logsource source quelle ereignisquelle origen origendelevento origendelsuceso origine"
        " origineevento bron gebeurtenisbron bronvangebeurtenis origem origemdoevento sourcedelevenement"
    ),
    "event_id": (
        "eventid eventidid eventidentifier eventcode eventnum eid code id instanceid messageidentifier event"
        " ereignisid ereigniskennung iddelevenement iddevenement iddelevento iddeevento idsuceso iddesuceso"
        " iddelsuceso idevento gebeurtenisid iddoevento identificacaodoevento"
    ),
    "record_id": (
        "eventrecordid recordid recordnumber recordidentifier eventnumber logrecordid recordno recordnum record index"
    ),
    "time": (
        "timecreatedsystemtime systemtime @timestamp _time timecreated timegenerated eventtime generatedtime"
        " utctime creationtime writtentime timewritten eventtimestamp timecreatedvalue dateandtime datetime"
        " timestamp ts eventdate created logged date time datum fecha data"
    ),
    "clock": "time uhrzeit zeit hora ora tijd heure",
    "zone": "timezone",
    "level": (
        "leveldisplayname renderinginfolevel eventlevelname levelname leveltext loglevel eventtypename entrytype"
        " level severity severityvalue eventtype eventlevel type ebene ereignistyp typ typedelevenement niveau"
        " nivel livello tipo tipodesuceso tipodeevento tipoevento type gebeurtenistype"
    ),
    "computer": (
        "computername computer machinename eventcomputer hosthostname hostname agenthostname beathostname host"
        " machine agentname ordinateur equipo computador elaboratore"
    ),
    "channel": (
        "channel logname channelname eventlog eventlogname logfile protokollname nomdujournal nombrederegistro"
        " nomeregistro logboeknaam logboek nomedoregisto nomedoregistro nomedolog"
    ),
    "message": (
        "message rendereddescription renderinginfomessage renderedmessage description eventmessage messagetext"
        " eventdescription fullmessage msg shortmessage eventoriginal log desc details beschreibung descripcion"
        " descrizione beschrijving descricao"
    ),
    "strings": (
        "eventdatadata userdata eventdata eventdatatext eventparams parameterxml payload stringinserts"
        " insertionstrings replacementstrings strings eventstrings messagestrings properties params allfieldinfo"
        " details data"
    ),
    "binary": "eventdatabinary binary binarydata eventbinary",
    "repeat": "timestampdesc",
    "xml": "eventxml xmlstring xml rawxml eventoriginal",
}
AMBIGUOUS: Final = frozenset({"source", "event", "id", "data", "log"})
"""Folded names that mean something else in other tables."""

# Levels under these names are numbers of event types (1 error, 2 warning, 4 information).
TYPE_NAMES: Final = frozenset({"eventtype", "entrytype", "type", "eventtypename"})

# Mere containers of an event, or of some of its facts.
_HOLDERS: Final = frozenset({
    "event", "events", "system", "winlog", "win", "document", "columns", "fields", "tags", "source", "result", "body",
    "json", "jsonpayload", "payload", "log", "record", "data", "msg", "message", "extra", "evtx", "hit", "content",
    "raw",
})  # fmt: skip
# Below one of these are the event's own facts, whatever surrounds them.
_ANCHORS: Final = frozenset({"system", "winlog", "win"})
_DROPPED: Final = frozenset({"attributes", "text", "value", ""})
_UTC_NAME: Final = re.compile(r"[\[( _]?(?:utc|gmt)[\])]?\s*$", re.IGNORECASE)
_UTC_TOOLS: Final = frozenset({"chunknumber", "hiddenrecord"})
"""Columns of a tool that prints all times in UTC, without a zone."""
_MONTH_FIRST: Final = "macb"
"""A column of timelines, whose dates begin with the month everywhere."""
_PARTS: Final = re.compile(r"[._/]|(?<=[a-z])[\[(]")
_SIGNS: Final = re.compile(r"[^a-z0-9]")
_DEEPEST: Final = 12
_MOST_FIELDS: Final = 4_000
_MOST_KNOWN: Final = 4_096
_SHORTEST_EMBEDDED: Final = 16


def _table() -> dict[str, list[tuple[Fact, int]]]:
    table: dict[str, list[tuple[Fact, int]]] = {}
    for fact, names in _NAMES.items():
        for rank, name in enumerate(names.split()):
            table.setdefault(name, []).append((fact, rank))
    return table


_FACTS: Final = _table()


class FoundValue(NamedTuple):
    """`rank` is low if the name is unambiguous; `name` is folded; `utc` means that the name implies the zone."""

    rank: int
    name: str
    value: Any
    utc: bool


class _Meaning(NamedTuple):
    """The meaning of a name at one place in an event, and the path of everything below it.

    `plain` means that it holds facts.
    """

    facts: tuple[tuple[Fact, int], ...]
    name: str
    number: int | None
    utc: bool
    path: str
    plain: bool


class EventFields:
    """The facts in an event, for each the most reliable value first."""

    def __init__(self) -> None:
        self.without_value: list[tuple[str, str]] = []
        self.found: dict[Fact, list[FoundValue]] = {}
        self.numbers: list[tuple[int, Any]] = []
        self.in_utc = False
        self.month_first = False

    @property
    def empty(self) -> list[tuple[str, str]]:
        """Path and name of the fields without a value."""
        return self.without_value

    @property
    def numbered(self) -> dict[int, Any]:
        """The insertion strings whose names are their numbers; of several for one number the first."""
        return dict(reversed(self.numbers))

    def values(self, fact: Fact) -> list[FoundValue]:
        """All candidates for `fact`, the most reliable first."""
        found = self.found.get(fact)
        if found is None:
            return []
        if len(found) > 1:
            found.sort(key=lambda each: each.rank)
        return found

    def word(self, fact: Fact) -> str | None:
        """The most reliable text for `fact`, stripped; None if there is none."""
        for each in self.values(fact):
            text = as_word(each.value)
            if text:
                return text
        return None


def as_word(value: Any) -> str:
    """A single value as text; "" if it is not one."""
    if not isinstance(value, str):
        value = _single(value)
    if isinstance(value, str):
        text = value.strip()
        return "" if text in ("None", "null", "N/A", "-") else text
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _single(value: Any) -> Any:
    """The value itself, if a tool put it into a list or next to its attributes."""
    for _ in range(3):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        elif isinstance(value, dict):
            for key in ("#text", "_text", "$t", "$", "Value", "value", "text", "_"):
                if key in value:
                    value = value[key]
                    break
            else:
                return value
        else:
            return value
    return value


def folded_path(path: str) -> list[str]:
    """The folded names of a path, without those that only mark an attribute or text."""
    path = unicodedata.normalize("NFKD", path).casefold() if not path.isascii() else path.lower()
    parts = (_SIGNS.sub("", part) for part in _PARTS.split(path))
    return [part for part in parts if part not in _DROPPED]


def meaning_of(name: str) -> tuple[tuple[Fact, int], ...]:
    """The facts that a name at the top level of an event may mean, and how reliably (0 is best)."""
    return _meaning("", name).facts


def number_of(name: str) -> int | None:
    """The number of the insertion string that a name at the top level of an event means; None if it is not one."""
    return _meaning("", name).number


# Meanings by surrounding path and name: the events of one log repeat the same names.
_known: dict[str, dict[str, _Meaning]] = {}


def _meaning(path: str, name: str) -> _Meaning:
    names = _known.setdefault(path, {})
    known = names.get(name)
    if known is None:
        if len(names) >= _MOST_KNOWN or len(_known) >= _MOST_KNOWN:
            _known.clear()
            names = _known.setdefault(path, {})
        known = names[name] = _work_out(path, name)
    return known


def _work_out(path: str, name: str) -> _Meaning:
    whole = f"{path}.{name}" if path else name
    if name in ("@timestamp", "_time"):
        return _Meaning((("time", 2 if name == "@timestamp" else 3),), name, None, False, whole, True)
    utc = _UTC_NAME.search(name) is not None and len(name) > 3
    parts = folded_path(_UTC_NAME.sub("", whole) if utc else whole)
    facts, found = _facts_of(parts)
    utc = utc or found.endswith("systemtime") or "utctime" in found
    sure = -50 if _ANCHORS.intersection(parts[:-1]) else 0
    number = None if facts else number_in(name[name.rfind(".") + 1 :])
    return _Meaning(tuple((fact, rank + sure) for fact, rank in facts), found, number, utc, whole, bool(facts))


def _facts_of(parts: list[str]) -> tuple[list[tuple[Fact, int]], str]:
    anchors = [index for index, part in enumerate(parts[:-1]) if part in _ANCHORS]
    starts = [0]
    while starts[-1] + 1 < len(parts) and parts[starts[-1]] in _HOLDERS:
        starts.append(starts[-1] + 1)
    if anchors:
        starts.append(anchors[-1] + 1)
    for start in starts:
        name = "".join(parts[start:])
        if name in _FACTS:
            return [(fact, rank + 3 * (start > 0 and not anchors)) for fact, rank in _FACTS[name]], name
    return [], "".join(parts)


def fields_of(event: Mapping[str, Any]) -> EventFields:
    """The facts in `event`, which is decoded JSON or a row by the names of its columns. Never raises."""
    fields = EventFields()
    found = fields.found
    stack: list[tuple[str, Mapping[str, Any], int]] = [("", event, 0)]
    left = _MOST_FIELDS
    while stack and left > 0:
        path, mapping, depth = stack.pop()
        names = _known.setdefault(path, {})
        left -= len(mapping)
        for name, value in mapping.items():
            if value is None or value == "":
                fields.without_value.append((path, name))
                continue
            meaning = names.get(name) or _meaning(path, name)
            inner = value
            if isinstance(value, list):
                inner = value = value[0] if len(value) == 1 else value
            if isinstance(value, str):
                inner = _embedded(value) if value[:1] == "{" else None
            if isinstance(inner, dict):
                if depth < _DEEPEST:
                    stack.append((meaning.path, inner, depth + 1))
                if inner is value and not meaning.facts:
                    continue
            if meaning.plain:
                for fact, rank in meaning.facts:
                    if inner is value and isinstance(value, dict) and fact != "strings" and _single(value) is value:
                        continue
                    each = FoundValue(rank, meaning.name, value, meaning.utc)
                    if fact in found:
                        found[fact].append(each)
                    else:
                        found[fact] = [each]
            elif meaning.number is not None:
                if not isinstance(value, dict | list):
                    fields.numbers.append((meaning.number, value))
            elif meaning.name in _UTC_TOOLS:
                fields.in_utc = True
            elif meaning.name == _MONTH_FIRST:
                fields.month_first = True
    return fields


def _embedded(text: str) -> Any:
    """The object in a text, if there is one: some tools put a whole event into a field."""
    if len(text) < _SHORTEST_EMBEDDED or text.rstrip()[-1:] != "}":
        return None
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
