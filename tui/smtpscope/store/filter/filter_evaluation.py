"""The tree of a filter -> which rows match: words are looked for in the vocabularies, rows only look up the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import tzinfo
from ipaddress import IPv4Network, IPv6Network, ip_address

import numpy as np
from numpy.typing import NDArray

from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.column_set import NO_CODE, NO_MAILBOX, NO_TIME
from smtpscope.store.event_store import EventStore
from smtpscope.store.filter.filter_fields import ANYWHERE
from smtpscope.store.filter.filter_grammar import Filter, Term
from smtpscope.store.filter.filter_values import ChoiceValue, CodeValue, EnhancedCode, Moment, Number, Text, Value
from smtpscope.store.search_texts import Hits, command_line, folded
from smtpscope.store.times import resolve
from smtpscope.store.vocabularies import DIRECTIONS, WHO_ACTS, folded_mailbox

Mask = NDArray[np.bool_]

_VERB = re.compile(r"[A-Za-z0-9-]+", re.ASCII)


def matching(store: EventStore, tree: Filter, zone: tzinfo) -> Mask:
    """A mask over all rows of `store`; times are those of `zone`, relative ones count from the end of the log."""
    mask = np.ones(len(store), np.bool_)
    for term in tree.terms:
        mask &= term_mask(store, term, zone)
    return mask


def term_mask(store: EventStore, term: Term, zone: tzinfo) -> Mask:
    """The rows that one term lets through."""
    mask = np.zeros(len(store), np.bool_)
    for value in term.values:
        mask |= _value_mask(store, term.field, value, zone)
    return ~mask if term.excluded else mask


def _value_mask(store: EventStore, field: str, value: Value, zone: tzinfo) -> Mask:
    match value:
        case CodeValue():
            return _code_mask(store, value)
        case EnhancedCode():
            return _look_up(_enhanced_hits(store, value), store.columns.reply)
        case Number():
            return _number_mask(store, field, value.number)
        case Moment():
            return _time_mask(store, field, value, zone)
        case ChoiceValue():
            return _choice_mask(store, field, value.word)
        case Text():
            return _TEXT_MASKS[field](store, value)


def _look_up(hits: Hits, codes: NDArray[np.signedinteger]) -> Mask:
    """For each row whether its value is hit; a negative code stands for no value and is never hit."""
    if not hits.any():
        return np.zeros(len(codes), np.bool_)
    # The last place answers for -1.
    mask: Mask = np.append(hits, False)[codes]
    return mask


def _code_mask(store: EventStore, code: CodeValue) -> Mask:
    low, high = (NO_CODE, NO_CODE) if code.low is None or code.high is None else (code.low, code.high)
    column = store.columns.code
    mask: Mask = (column >= low) & (column <= high)
    return mask


def _enhanced_hits(store: EventStore, code: EnhancedCode) -> Hits:
    whole = ".".join(map(str, code.numbers))
    if len(code.numbers) == 3:
        return store.texts.enhanced_codes.having(whole.__eq__)
    prefix = f"{whole}."
    return store.texts.enhanced_codes.having(lambda text: text.startswith(prefix))


def _number_mask(store: EventStore, field: str, number: int) -> Mask:
    if field == "connection":
        mask: Mask = store.columns.connection == number
        return mask
    return _look_up(store.words.context_event_id.view() == number, store.columns.context)


def _time_mask(store: EventStore, field: str, moment: Moment, zone: tzinfo) -> Mask:
    times = store.columns.time_ms
    if store.log_end_ms is None:
        return np.zeros(len(times), np.bool_)
    span = resolve(moment.word, store.log_end_ms, zone)
    mask: Mask = times != NO_TIME
    if field != "until":
        mask &= times >= span.start_ms
    # "on:24h" is the time since then, not the one moment.
    if field == "until" or (field == "on" and moment.word.back_ms is None):
        mask &= times < span.end_ms
    return mask


def _choice_mask(store: EventStore, field: str, word: str) -> Mask:
    columns, words = store.columns, store.words
    if field == "dir":
        mask: Mask = columns.direction == DIRECTIONS.index(Direction(word))
        return mask
    if field == "who":
        return _look_up(words.judgement_who.view() == [str(who) for who in WHO_ACTS].index(word), columns.judgement)
    hits = np.array([words.level(context) == word for context in range(len(words.contexts))], np.bool_)
    return _look_up(hits, columns.context)


def _same(text: str) -> Callable[[str], bool]:
    return folded(text.strip()).__eq__


def _reply_mask(store: EventStore, value: Text) -> Mask:
    if not value.exact:
        return _look_up(store.texts.replies.holding(value.text), store.columns.reply)
    same = _same(value.text)
    hits = [same(folded(reply.verbatim.strip())) or same(folded(reply.text.strip())) for reply in store.words.replies]
    return _look_up(np.array(hits, np.bool_), store.columns.reply)


def _host_mask(store: EventStore, value: Text) -> Mask:
    columns, texts = store.columns, store.texts
    if value.network is not None:
        hits = [_address_in(value.network, key) for key in store.words.host_keys]
        return _look_up(np.array(hits, np.bool_), columns.host_key)
    if not value.exact:
        return _look_up(texts.hosts.holding(value.text), columns.host)
    same, key = _same(value.text), value.text.strip().casefold().rstrip(".")
    hits = [host.key == key or same(folded(host.verbatim.strip())) for host in store.words.hosts]
    return _look_up(np.array(hits, np.bool_), columns.host)


def _address_in(network: IPv4Network | IPv6Network, key: str) -> bool:
    try:
        return ip_address(key) in network
    except ValueError:
        return False


def _verb_hits(store: EventStore, value: Text) -> Hits:
    """Over the commands: the verb where the value looks like one, else the whole command."""
    if not value.text or _VERB.fullmatch(value.text):
        word = value.text.casefold()
        hits = store.texts.verbs.having(word.__eq__ if value.exact else lambda verb: verb.startswith(word))
        return hits[store.words.command_verb.view()]
    if not value.exact:
        return store.texts.commands.holding(value.text)
    same = _same(value.text)
    return np.array([same(folded(command_line(command).strip())) for command in store.words.commands], np.bool_)


def _verb_mask(store: EventStore, value: Text) -> Mask:
    return _look_up(_verb_hits(store, value), store.columns.command)


def _mailbox_hits(store: EventStore, value: Text) -> Hits:
    if value.exact:
        return store.texts.mailboxes.having(folded(folded_mailbox(value.text)).__eq__)
    return store.texts.mailboxes.holding(value.text)


def _recipient_mask(store: EventStore, value: Text) -> Mask:
    mask = _look_up(_mailbox_hits(store, value), store.columns.recipient)
    # There is no empty recipient, so "" asks for the events that name none.
    return mask if value.text else mask | (store.columns.recipient == NO_MAILBOX)


def _server_mask(store: EventStore, value: Text) -> Mask:
    texts = store.texts.servers
    return _look_up(
        texts.having(folded(value.text).__eq__) if value.exact else texts.holding(value.text), store.columns.server
    )


def _file_mask(store: EventStore, value: Text) -> Mask:
    texts = store.texts.files
    hits = texts.having(folded(value.text).__eq__) if value.exact else texts.holding(value.text)
    return _look_up(hits[store.words.context_file.view()], store.columns.context)


def _cause_mask(store: EventStore, value: Text) -> Mask:
    word = folded(value.text.strip())
    test: Callable[[str], bool] = word.__eq__ if value.exact else lambda name: name.startswith(word)
    hits = [
        test(folded(judgement.match.category)) or test(folded(judgement.match.entry_id))
        for judgement in store.words.judgements
    ]
    return _look_up(np.array(hits, np.bool_), store.columns.judgement)


def _anywhere_mask(store: EventStore, value: Text) -> Mask:
    """Reply, remote host, command and mailbox; exactly means one of them as a whole."""
    mask = _reply_mask(store, value) | _host_mask(store, value)
    if value.exact:
        mailboxes = _mailbox_hits(store, value)
        mask |= _look_up(mailboxes, store.columns.recipient) | _look_up(mailboxes, store.columns.sender)
        return mask | _verb_mask(store, value)
    return mask | _look_up(store.texts.commands.holding(value.text), store.columns.command)


_TEXT_MASKS: dict[str, Callable[[EventStore, Text], Mask]] = {
    ANYWHERE: _anywhere_mask,
    "reply": _reply_mask,
    "host": _host_mask,
    "rcpt": _recipient_mask,
    "from": lambda store, value: _look_up(_mailbox_hits(store, value), store.columns.sender),
    "cmd": _verb_mask,
    "server": _server_mask,
    "file": _file_mask,
    "cause": _cause_mask,
}
