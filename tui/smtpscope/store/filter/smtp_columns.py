"""Columns with SMTP semantics: reply codes, hosts, mailboxes, commands, causes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import tzinfo
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

import numpy as np
from msgspec import Struct

from smtpscope.store.column_set import NO_CODE, NO_MAILBOX
from smtpscope.store.event_store import EventStore
from smtpscope.store.filter.field_columns import TextColumn, only_text
from smtpscope.store.filter.filter_values import (
    CodeValue,
    EnhancedCode,
    NamedField,
    Text,
    Value,
    code_or_enhanced,
    code_value,
    enhanced_class,
    looks_like_network,
    network_or_name,
)
from smtpscope.store.numbered_column import Mask, NumberedColumn, look_up
from smtpscope.store.search_texts import Hits, command_line, enhanced_code_text, folded, host_text, reply_text
from smtpscope.store.vocabularies import folded_mailbox

_VERB: Final = re.compile(r"[A-Za-z0-9-]*", re.ASCII)
_ANGLE_BRACKETS: Final = re.compile(r"<.*>", re.DOTALL)


class ReplyCodes(Struct, frozen=True):
    """The reply code, or the enhanced status code."""

    @property
    def choices(self) -> tuple[str, ...]:
        return ()

    def read(self, field: NamedField, text: str, *, exact: bool, quoted: bool) -> Value:
        return code_or_enhanced(text)

    def whole(self, field: NamedField, text: str) -> Value:
        return code_or_enhanced(text)

    def must_quote(self, value: Text) -> bool:
        return False

    def mask(self, store: EventStore, value: Value, zone: tzinfo) -> Mask:
        if isinstance(value, EnhancedCode):
            return look_up(_enhanced_hits(store, value), store.columns.reply)
        if not isinstance(value, CodeValue):
            raise TypeError(f"a reply code is looked for, not {value!r}")
        low, high = (NO_CODE, NO_CODE) if value.low is None or value.high is None else (value.low, value.high)
        column = store.columns.code
        mask: Mask = (column >= low) & (column <= high)
        return mask

    def search_texts(self, store: EventStore) -> Sequence[list[str]]:
        return ()

    def completions(self, store: EventStore) -> list[str]:
        found = NumberedColumn(lambda columns: columns.code).by_frequency(store)
        return [str(code) for code in found if code != NO_CODE]


def _enhanced_hits(store: EventStore, code: EnhancedCode) -> Hits:
    whole = ".".join(map(str, code.numbers))
    texts = store.texts.of(store.words.replies, enhanced_code_text)
    if len(code.numbers) == 3:
        return texts.having(whole.__eq__)
    prefix = f"{whole}."
    return texts.having(lambda text: text.startswith(prefix))


class Replies(Struct, frozen=True):
    """The text of the reply."""

    @property
    def choices(self) -> tuple[str, ...]:
        return ()

    def read(self, field: NamedField, text: str, *, exact: bool, quoted: bool) -> Value:
        return Text(text, exact or not text)

    def whole(self, field: NamedField, text: str) -> Value:
        return Text(text, not text)

    def must_quote(self, value: Text) -> bool:
        return False

    def mask(self, store: EventStore, value: Value, zone: tzinfo) -> Mask:
        text = only_text(value)
        replies = store.words.replies
        if not text.exact:
            return look_up(store.texts.of(replies, reply_text).holding(text.text), store.columns.reply)
        same = _same(text.text)
        hits = [same(folded(reply.verbatim.strip())) or same(folded(reply.text.strip())) for reply in replies]
        return look_up(np.array(hits, np.bool_), store.columns.reply)

    def search_texts(self, store: EventStore) -> Sequence[list[str]]:
        return (store.texts.of(store.words.replies, reply_text).texts(),)

    def completions(self, store: EventStore) -> list[str]:
        # Nobody wants to type a whole reply.
        return []


class Hosts(TextColumn, frozen=True):
    """The remote host, as spelt or folded, or the network that its address lies in."""

    def read(self, field: NamedField, text: str, *, exact: bool, quoted: bool) -> Value:
        return Text(text, exact or not text, None if exact or quoted else network_or_name(text))

    def whole(self, field: NamedField, text: str) -> Value:
        # An IP address is completed as a whole, not as part of a longer one.
        return self.read(field, text, exact=False, quoted=False)

    def must_quote(self, value: Text) -> bool:
        return not value.exact and value.network is None and looks_like_network(value.text)

    def mask(self, store: EventStore, value: Value, zone: tzinfo) -> Mask:
        text, columns = only_text(value), store.columns
        if text.network is not None:
            hits = [address_in(text.network, key) for key in store.words.host_keys]
            return look_up(np.array(hits, np.bool_), columns.host_key)
        if not text.exact:
            return look_up(store.texts.of(store.words.hosts, host_text).holding(text.text), columns.host)
        same, key = _same(text.text), text.text.strip().casefold().rstrip(".")
        hits = [host.key == key or same(folded(host.verbatim.strip())) for host in store.words.hosts]
        return look_up(np.array(hits, np.bool_), columns.host)


def address_in(network: IPv4Network | IPv6Network, key: str) -> bool:
    """Whether the key of a remote host is an IP address of `network`."""
    try:
        return ip_address(key) in network
    except ValueError:
        return False


def is_for_verbs(value: Text) -> bool:
    """Whether `value` is compared with verbs, and not with whole commands."""
    return _VERB.fullmatch(value.text) is not None


class Commands(TextColumn, frozen=True):
    """The verb where the value looks like one, else the whole command."""

    def mask(self, store: EventStore, value: Value, zone: tzinfo) -> Mask:
        text, words = only_text(value), store.words
        if is_for_verbs(text):
            return self.rows.look_up(store, self.hits(store, text))
        if not text.exact:
            return look_up(store.texts.of(words.commands, command_line).holding(text.text), store.columns.command)
        same = _same(text.text)
        hits = [same(folded(command_line(command).strip())) for command in words.commands]
        return look_up(np.array(hits, np.bool_), store.columns.command)

    def hits(self, store: EventStore, value: Text) -> Hits:
        word = value.text.casefold()
        texts = store.texts.of(self.vocabulary(store.words), str)
        return texts.having(word.__eq__ if value.exact else lambda verb: verb.startswith(word))


class Mailboxes(TextColumn, frozen=True):
    """A mailbox of an envelope; in angle brackets the whole of it."""

    def read(self, field: NamedField, text: str, *, exact: bool, quoted: bool) -> Value:
        if not quoted and _ANGLE_BRACKETS.fullmatch(text):
            return Text(text[1:-1], exact=True)
        return Text(text, exact or not text)

    def must_quote(self, value: Text) -> bool:
        return _ANGLE_BRACKETS.fullmatch(value.text) is not None

    def hits(self, store: EventStore, value: Text) -> Hits:
        texts = store.texts.of(self.vocabulary(store.words), str)
        return texts.having(folded(folded_mailbox(value.text)).__eq__) if value.exact else texts.holding(value.text)


class Recipients(Mailboxes, frozen=True):
    """The mailbox of RCPT. There is no empty recipient, so "" finds events that name none."""

    def mask(self, store: EventStore, value: Value, zone: tzinfo) -> Mask:
        text = only_text(value)
        mask = self.rows.look_up(store, self.hits(store, text))
        return mask if text.text else mask | (store.columns.recipient == NO_MAILBOX)


class Causes(TextColumn, frozen=True):
    """The category of the knowledge base, or the entry: the start of its name."""

    def mask(self, store: EventStore, value: Value, zone: tzinfo) -> Mask:
        text = only_text(value)
        matches = (judgement.match for judgement in store.words.judgements)
        hits = [is_cause(text, match.category, match.entry_id) for match in matches]
        return look_up(np.array(hits, np.bool_), store.columns.judgement)


def is_cause(value: Text, category: str, entry: str) -> bool:
    """Whether `value` is the cause `category`, or the entry, or what one of them begins with."""
    word, names = folded(value.text.strip()), (folded(category), folded(entry))
    return word in names if value.exact else any(name.startswith(word) for name in names)


class Anywhere(Struct, frozen=True):
    """What a word without a field looks at: reply, remote host, command and mailbox; three digits are a reply code."""

    codes: ReplyCodes
    replies: Replies
    hosts: Hosts
    commands: Commands
    mailboxes: tuple[Mailboxes, ...]

    @property
    def choices(self) -> tuple[str, ...]:
        return ()

    def read(self, field: NamedField, text: str, *, exact: bool, quoted: bool) -> Value:
        plain = not (exact or quoted)
        code = code_value(text) or enhanced_class(text) if plain else None
        return code or Text(text, exact and bool(text))

    def whole(self, field: NamedField, text: str) -> Value:
        return Text(text)

    def must_quote(self, value: Text) -> bool:
        # A bare 550 or 5.7.x would be read as a reply code.
        return not value.exact and (code_value(value.text) or enhanced_class(value.text)) is not None

    def mask(self, store: EventStore, value: Value, zone: tzinfo) -> Mask:
        if not isinstance(value, Text):
            return self.codes.mask(store, value, zone)
        mask = self.replies.mask(store, value, zone) | self.hosts.mask(store, value, zone)
        if not value.exact:
            texts = store.texts.of(store.words.commands, command_line)
            return mask | look_up(texts.holding(value.text), store.columns.command)
        # Exactly means one of them as a whole.
        for column in self.mailboxes:
            mask |= column.rows.look_up(store, column.hits(store, value))
        return mask | self.commands.mask(store, value, zone)

    def search_texts(self, store: EventStore) -> Sequence[list[str]]:
        columns: tuple[TextColumn | Replies, ...] = (self.hosts, *self.mailboxes[:1], self.commands, self.replies)
        return [texts for column in columns for texts in column.search_texts(store)]

    def completions(self, store: EventStore) -> list[str]:
        return []


def _same(text: str) -> Callable[[str], bool]:
    return folded(text.strip()).__eq__
