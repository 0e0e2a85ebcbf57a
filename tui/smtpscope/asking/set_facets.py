"""The distinct values of a field among some rows of a set, with how often each occurs: the facets of the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.sql import Sql, all_of
from smtpscope.store.activity import STATES
from smtpscope.store.spellings import Counted

# What `str.isspace` says of all characters; asking it takes a tenth of a second.
_SPACES: Final = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
STRIP: Final = ("trim({}, ?)", _SPACES)
"""What `str.strip` does, and the value of its parameter."""

_VALUES: Final[Mapping[str, str]] = {
    "codes": "CASE WHEN reply_code BETWEEN 1 AND 999 THEN reply_code::VARCHAR END",
    "enhanced codes": "enhanced_code",
    "commands": "trim(CASE WHEN full_command = '' THEN given_command ELSE full_command END, ?)",
    "verbs": "verb",
    "replies": "trim(reply, ?)",
    "servers": "computer",
    "connectors": "connector",
    "directions": "direction",
    "causes": "category",
    "who acts": "who_acts",
    "confidences": "confidence",
    "event ids": "CASE WHEN event_id BETWEEN 0 AND 2147483647 THEN event_id::VARCHAR END",
    "levels": "level",
    "files": "origin_file",
}
"""The text of each row by the name of the facet; a missing or empty one is left out."""
_SPELT: Final[Mapping[str, tuple[str, str, str]]] = {
    "hosts": ("remote_host_key", "remote_host", "TRUE"),
    "recipients": ("recipient_key", "recipient", "recipient IS NOT NULL"),
    "senders": ("sender_key", "sender", "sender IS NOT NULL"),
}
"""The key by which values are counted, their spelling, and which rows have any."""


def facets(asked: ExchangeSet, rows: Sql, name: str, most: int | None = None) -> Counted:
    """The values of the facet `name` in `rows`, at most `most` of them: the most frequent first, then by alphabet.

    Raises KeyError where no field has such a facet.
    """
    limit = "" if most is None else f" LIMIT {most:d}"
    if name == "states":
        return _states(asked, rows)
    if name in _SPELT:
        key, spelling, some = _SPELT[name]
        # The most frequent spelling of each key, ties by alphabet.
        statement = (
            f"SELECT spelling, total FROM (SELECT key, spelling, sum(events) OVER (PARTITION BY key) AS total, "
            f"row_number() OVER (PARTITION BY key ORDER BY events DESC, spelling) AS place FROM (SELECT {key} AS key, "
            f"{spelling} AS spelling, count(*) AS events FROM part_rows WHERE {some} AND ({rows.text}) GROUP BY 1, 2)) "
            f"WHERE place = 1 ORDER BY total DESC, spelling{limit}"
        )
        return tuple((text, int(total)) for text, total in asked.tuples(statement, rows.values))
    value = _VALUES[name]
    values: tuple[object, ...] = rows.values
    if "?" in value:
        values = (_SPACES, *values)
    statement = (
        f"SELECT text, events FROM (SELECT {value} AS text, count(*) AS events FROM part_rows WHERE {rows.text} "
        f"GROUP BY 1) WHERE text <> '' ORDER BY events DESC, text{limit}"
    )
    return tuple(asked.tuples(statement, values))


def _states(asked: ExchangeSet, rows: Sql) -> Counted:
    found: list[tuple[str, int]] = []
    for state in STATES:
        matching = all_of((rows, asked.in_state(state)))
        ((events,),) = asked.tuples(f"SELECT count(*) FROM part_rows WHERE {matching.text}", matching.values)
        if events:
            found.append((state, events))
    return tuple(sorted(found, key=lambda item: (-item[1], item[0])))


FACETS: Final = frozenset({*_VALUES, *_SPELT, "states"})
"""The facets that a set answers."""
