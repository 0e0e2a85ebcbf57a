"""A filter as a condition of SQL: each field of the filter language compares what its column in the store compares.

`FIELDS` says what a value is; here it says which rows of a set have it. What depends on few distinct values (servers,
files, connectors, causes, networks) is decided for these, with the very comparisons of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Final, Literal, Protocol

from smtpscope.asking.set_columns import HOST_JOINT
from smtpscope.asking.sql import FALSE, Sql, all_of, any_of, negated, one_of, storable
from smtpscope.store.event_store import Annotations
from smtpscope.store.filter.field_columns import TimeColumn, only_text
from smtpscope.store.filter.field_table import ANYWHERE
from smtpscope.store.filter.filter_grammar import Filter, Term
from smtpscope.store.filter.filter_values import ChoiceValue, CodeValue, EnhancedCode, Number, Text, Value
from smtpscope.store.filter.smtp_columns import address_in, is_cause, is_for_verbs
from smtpscope.store.incident_key import IncidentKey
from smtpscope.store.search_texts import folded
from smtpscope.store.vocabularies import folded_mailbox

_LARGEST_EVENT_ID: Final = 2**31 - 1
NO_CODE: Final = "(reply_code IS NULL OR reply_code NOT BETWEEN 1 AND 999)"

REPLY_TEXT: Final = "coalesce(reply_search, lower(reply))"
_HOST: Final = f"coalesce(host_search, lower(remote_host) || '{HOST_JOINT}' || lower(remote_host_key))"
_LINE: Final = "CASE WHEN full_command = '' THEN given_command ELSE full_command END"
_COMMAND: Final = f"coalesce(command_search, lower({_LINE}))"
_COMMAND_EXACT: Final = f"coalesce(command_exact, trim(lower({_LINE}), ' '))"
VERB_TEXT: Final = "coalesce(verb_search, lower(verb))"


class AskedSet(Protocol):
    """What a condition needs to know of the set."""

    @property
    def log_end_ms(self) -> int | None:
        """The last time in all logs, None if there is none."""
        ...

    @property
    def annotations(self) -> Annotations:
        """What the user said of incidents."""
        ...

    def distinct(self, column: str) -> Sequence[str]:
        """The distinct texts of a column with few of them; a missing one is ""."""
        ...

    def causes(self) -> Sequence[tuple[str, str]]:
        """The distinct causes, each a category and an entry."""
        ...

    def address_keys(self) -> Sequence[str]:
        """The distinct keys of remote hosts that may be IP addresses."""
        ...

    def in_state(self, state: str) -> Sql:
        """The rows whose incident has this state at the end of the log."""
        ...


def condition(asked: AskedSet, tree: Filter, zone: tzinfo) -> Sql:
    """The rows that match `tree`; times are those of `zone`, relative ones count from the end of the log."""
    return all_of(_of_term(asked, term, zone) for term in tree.terms)


def _of_term(asked: AskedSet, term: Term, zone: tzinfo) -> Sql:
    column = CONDITIONS[term.field]
    found = any_of(column(asked, value, zone) for value in term.values)
    return negated(found) if term.excluded else found


def _code(asked: AskedSet, value: Value, zone: tzinfo) -> Sql:
    if isinstance(value, EnhancedCode):
        whole = ".".join(map(str, value.numbers))
        if len(value.numbers) == 3:
            return Sql("enhanced_code = ?", (whole,))
        return Sql("starts_with(enhanced_code, ?)", (f"{whole}.",))
    if not isinstance(value, CodeValue):
        raise TypeError(f"a reply code is looked for, not {value!r}")
    if value.low is None or value.high is None:
        return Sql(NO_CODE, by_cell=True)
    return Sql("reply_code BETWEEN ? AND ?", (value.low, value.high), by_cell=True)


def _reply(asked: AskedSet, value: Value, zone: tzinfo) -> Sql:
    text = only_text(value)
    if not text.exact:
        return _holding(REPLY_TEXT, text)
    whole = folded(text.text.strip())
    return any_of(
        (
            Sql("coalesce(reply_exact, trim(lower(reply), ' ')) = ?", (whole,)),
            Sql("coalesce(reply_text_exact, trim(lower(reply_text), ' ')) = ?", (whole,)),
        )
    )


def _host(asked: AskedSet, value: Value, zone: tzinfo) -> Sql:
    text = only_text(value)
    if text.network is not None:
        network = text.network
        return one_of(
            "remote_host_key", [key for key in asked.address_keys() if address_in(network, key)], by_cell=True
        )
    if not text.exact:
        return Sql(f"contains({_HOST}, ?)", (folded(text.text),), by_cell=True)
    key = storable(text.text.strip().casefold().rstrip("."))
    whole = folded(text.text.strip())
    return any_of(
        (
            Sql("remote_host_key = ?", (key,), by_cell=True),
            Sql("coalesce(host_exact, trim(lower(remote_host), ' ')) = ?", (whole,), by_cell=True),
        )
    )


def _command(asked: AskedSet, value: Value, zone: tzinfo) -> Sql:
    text = only_text(value)
    if is_for_verbs(text):
        word = text.text.casefold()
        if text.exact:
            return Sql(f"{VERB_TEXT} = ?", (word,))
        return Sql(f"starts_with({VERB_TEXT}, ?)", (word,))
    if not text.exact:
        return _holding(_COMMAND, text)
    return Sql(f"{_COMMAND_EXACT} = ?", (folded(text.text.strip()),))


def _mailbox(column: str, text: Text) -> Sql:
    """The rows whose mailbox in `column` (`recipient` or `sender`) has `text`."""
    searched = f"coalesce(mailbox_search, lower(coalesce(mailbox_key, {column})))"
    whole = Sql(f"{searched} = ?", (folded(folded_mailbox(text.text)),))
    found = whole if text.exact else _holding(searched, text)
    return Sql(f"{column} IS NOT NULL AND {found.text}", found.values)


def _recipient(asked: AskedSet, value: Value, zone: tzinfo) -> Sql:
    text = only_text(value)
    found = _mailbox("recipient", text)
    return found if text.text else any_of((found, Sql("recipient IS NULL")))


def _sender(asked: AskedSet, value: Value, zone: tzinfo) -> Sql:
    return _mailbox("sender", only_text(value))


def _anywhere(asked: AskedSet, value: Value, zone: tzinfo) -> Sql:
    if not isinstance(value, Text):
        return _code(asked, value, zone)
    found = [_reply(asked, value, zone), _host(asked, value, zone)]
    if not value.exact:
        return any_of([*found, _holding(_COMMAND, value)])
    return any_of([*found, _mailbox("recipient", value), _mailbox("sender", value), _command(asked, value, zone)])


def _holding(expression: str, text: Text) -> Sql:
    return Sql(f"contains({expression}, ?)", (folded(text.text),))


def _few(column: str) -> Callable[[AskedSet, Value, tzinfo], Sql]:
    """A column with few distinct texts, each of which is compared here."""

    def found(asked: AskedSet, value: Value, zone: tzinfo) -> Sql:
        text = only_text(value)
        word = folded(text.text)
        texts = asked.distinct(column)
        hits = [each for each in texts if (folded(each) == word if text.exact else word in folded(each))]
        some = one_of(column, [each for each in hits if each])
        return any_of((some, Sql(f"({column} IS NULL OR {column} = '')"))) if "" in hits else some

    return found


def _cause(asked: AskedSet, value: Value, zone: tzinfo) -> Sql:
    text = only_text(value)
    return any_of(
        Sql("category = ? AND entry = ?", (storable(category), storable(entry)), by_cell=True)
        for category, entry in asked.causes()
        if is_cause(text, category, entry)
    )


def _word(column: str, *, by_cell: bool = True) -> Callable[[AskedSet, Value, tzinfo], Sql]:
    """A column of a few words, each written in full."""
    return lambda asked, value, zone: Sql(f"{column} = ?", (_chosen(value),), by_cell)


def _state(asked: AskedSet, value: Value, zone: tzinfo) -> Sql:
    return asked.in_state(_chosen(value))


def _among(keys: Callable[[Annotations], frozenset[IncidentKey]]) -> Callable[[AskedSet, Value, tzinfo], Sql]:
    def found(asked: AskedSet, value: Value, zone: tzinfo) -> Sql:
        among = any_of(map(of_incident, sorted(keys(asked.annotations), key=repr)))
        return among if _chosen(value) == "yes" else negated(among)

    return found


def of_incident(key: IncidentKey) -> Sql:
    """The rows of one incident."""
    code = Sql(NO_CODE, by_cell=True) if key.code is None else Sql("reply_code = ?", (key.code,), by_cell=True)
    rest = "direction = ? AND remote_host_key = ? AND category = ?"
    values = (key.direction.value, storable(key.host_key), storable(key.category))
    return all_of((code, Sql(rest, values, by_cell=True)))


def _chosen(value: Value) -> str:
    if not isinstance(value, ChoiceValue):
        raise TypeError(f"a word is looked for, not {value!r}")
    return value.word


def _number(column: str, largest: int) -> Callable[[AskedSet, Value, tzinfo], Sql]:
    def found(asked: AskedSet, value: Value, zone: tzinfo) -> Sql:
        if not isinstance(value, Number):
            raise TypeError(f"a number is looked for, not {value!r}")
        return Sql(f"{column} = ?", (value.number,)) if value.number <= largest else FALSE

    return found


def _time(side: Literal["since", "until", "on"]) -> Callable[[AskedSet, Value, tzinfo], Sql]:
    column = TimeColumn(side)

    def found(asked: AskedSet, value: Value, zone: tzinfo) -> Sql:
        bounds = column.bounds(value, asked.log_end_ms, zone)
        if bounds is None:
            return FALSE
        start_ms, end_ms = bounds
        known = [Sql("time_ms IS NOT NULL")]
        if start_ms is not None:
            known.append(Sql("time_ms >= ?", (start_ms,)))
        if end_ms is not None:
            known.append(Sql("time_ms < ?", (end_ms,)))
        return all_of(known)

    return found


CONDITIONS: Final[Mapping[str, Callable[[AskedSet, Value, tzinfo], Sql]]] = {
    ANYWHERE: _anywhere,
    "code": _code,
    "host": _host,
    "rcpt": _recipient,
    "from": _sender,
    "cmd": _command,
    "reply": _reply,
    "server": _few("computer"),
    "connector": _few("connector"),
    "dir": _word("direction"),
    "cause": _cause,
    "who": _word("who_acts"),
    "state": _state,
    "sure": _word("confidence"),
    "marked": _among(lambda said: said.marked),
    "noted": _among(lambda said: said.noted),
    "since": _time("since"),
    "until": _time("until"),
    "on": _time("on"),
    "id": _number("event_id", _LARGEST_EVENT_ID),
    "level": _word("level", by_cell=False),
    "file": _few("origin_file"),
    "connection": _number("connection", 2**63 - 1),
}
"""The condition of a value, by the name of its field: one for each of `FIELDS`."""
