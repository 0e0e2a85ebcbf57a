"""Records of mail that arrived, in the form of a record before: one match instead of an object of JSON.

Of a mail service's events nearly all tell of mail that arrived, and all of one kind have the same names in the same
order. Only plain records on one line have such a form; the others are read as objects.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

from smtpscope.reading.wrappers.deliveries import delivery_fields

_MOST: Final = 8
_MOST_SEEN: Final = 1_000
_OFTEN: Final = 8
"""Records with the same names, after which their form is noted."""
_LONGEST: Final = 1 << 14
_TEXT: Final = r'[^"\\\x00-\x1f]{0,2000}'
_WHOLE: Final = r"-?(?:0|[1-9]\d{0,17})"
_REPLY: Final = r'"2\d\d(?:[ \-][^"\\\x00-\x1f]{0,2000})?"'
_TIME: Final = r'"?(?P<time>1\d{9}(?:\d{3})?(?!\d)|\d{4}-\d\d-\d\d[^"\\\x00-\x1f]{1,40})"?'
_PAIR: Final = re.compile(
    r'(?P<before>[{,]\s{0,4}"(?P<name>[^"\\]{1,64})"\s{0,4}:\s{0,4})'
    r'(?P<value>"[^"\\]*"|-?(?:0|[1-9]\d{0,17})(?![\d.eE])|true|false|null)'
)
_END: Final = r"\s{0,4}\}[ \t\r,\]]{0,8}(?=\n|\Z)"


class _Form(NamedTuple):
    """`pattern` matches a whole record of mail for one recipient that arrived, unless one of the groups `events` names
    a failure; its group `time`, if it `has_time`, is that of the record.
    """

    pattern: re.Pattern[str]
    events: tuple[str, ...]
    has_time: bool


class KnownForms:
    """The latest forms of records; those of any other file do no harm."""

    def __init__(self) -> None:
        self._forms: list[_Form] = []
        self._seen: Counter[tuple[str, ...]] = Counter()

    def line(self, text: str, begin: int) -> tuple[int, str] | None:
        """The end of the record that begins at `begin`, and its line, if it is in a known form and tells of mail that
        arrived; else None.
        """
        for place, form in enumerate(self._forms):
            found = form.pattern.match(text, begin)
            if found is None:
                continue
            if place:
                self._forms.insert(0, self._forms.pop(place))
            if any(delivery_fields.is_failure(found[event]) for event in form.events):
                return None
            return found.end(), delivery_fields.arrived(found["time"] if form.has_time else "")
        return None

    def learn(self, record: str, values: Mapping[str, object]) -> None:
        """Notes the form of `record`, the text of an object with these `values`."""
        names = tuple(values)
        seen = self._seen[names] + 1
        if len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        self._seen[names] = seen
        # To make a form takes as long as to read hundreds of records.
        if seen != _OFTEN or len(record) > _LONGEST:
            return
        form = _form_of(record, values)
        if form is not None:
            self._forms.insert(0, form)
            del self._forms[_MOST:]


def _form_of(record: str, values: Mapping[str, object]) -> _Form | None:
    """The form of a record, if its first reply is positive; None if it has nested values, or names that are alike."""
    folded = delivery_fields.all_folded(tuple(values))
    if folded is None:
        return None
    plan = delivery_fields.plan_of(folded)
    if not (plan.is_of_mail and plan.recipients and plan.replies) or plan.is_of_others:
        return None
    kinds = {plan.recipients[0]: f'"{delivery_fields.ONE_MAILBOX}"', plan.replies[0]: _REPLY}
    kinds |= dict.fromkeys(plan.reasons, '""')
    time = plan.times[0] if plan.times else ""
    pairs = list(_PAIR.finditer(record))
    if [pair["name"] for pair in pairs] != list(values) or time in kinds or time in plan.events:
        return None
    pieces: list[str] = []
    position = 0
    for number, (pair, name) in enumerate(zip(pairs, folded, strict=True)):
        if pair.start() != position:
            return None
        position = pair.end()
        value = pair["value"]
        kind = f'"{_TEXT}"' if value[0] == '"' else re.escape(value) if value[0] in "tfn" else _WHOLE
        if name in kinds:
            kind = kinds[name]
        elif name in plan.events:
            kind = f'"(?P<e{number}>{_TEXT})"' if value[0] == '"' else f"(?P<e{number}>{kind})"
        elif name == time:
            kind = _TIME
        pieces += (re.escape(pair["before"]), kind)
    if record[position:].strip() != "}":
        return None
    pattern = re.compile("".join(pieces) + _END, re.ASCII)
    events = tuple(group for group in pattern.groupindex if group != "time")
    return _Form(pattern, events, bool(time))
