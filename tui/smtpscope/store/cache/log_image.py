"""The rows of one log with only the vocabularies they use, independent of the store: for saving and restoring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
import numpy as np

from smtpscope.errors import Problem
from smtpscope.knowledge.advice import Match
from smtpscope.knowledge.entry import WhoActs
from smtpscope.parsing.smtp_exchange import Command, RemoteHost, Reply
from smtpscope.reading.explaining import ExplainingEvent
from smtpscope.reading.log_span import LogSpan
from smtpscope.store.column_set import NO_MAILBOX, Columns
from smtpscope.store.encoding import Encoder, RecordNumbers
from smtpscope.store.vocabularies import DIRECTIONS, CommandKind, Diagnosis, SharedFields
from smtpscope.store.vocabulary import Codes, Numbers

_TYPES: Final = (np.int8, np.int16, np.int32)
_CODES: Final = ("context", "host", "command", "reply", "judgement")


KeptEvent = tuple[int, bool, str, str, int]
"""The fields of an event that explains some of our events, without its file."""


class KeptWords(msgspec.Struct, frozen=True, array_like=True):
    """The distinct values of one log, and by-products of reading. `contexts` omit the file."""

    contexts: list[SharedFields]
    hosts: list[RemoteHost]
    commands: list[Command]
    replies: list[Reply]
    host_keys: list[str]
    verbs: list[str]
    kinds: list[CommandKind]
    mailboxes: list[str]
    mailbox_keys: list[str]
    judgements: list[tuple[Match, WhoActs]]
    unrelated_records: int
    problems: list[Problem]
    span: LogSpan | None
    explaining: list[KeptEvent]


class LogImage(msgspec.Struct, frozen=True):
    """`numbers` are the columns and the mappings between vocabularies, each in its smallest type."""

    words: KeptWords
    numbers: dict[str, Numbers]


def take_image(
    words: Encoder,
    batches: Sequence[Columns],
    others: int,
    problems: Sequence[Problem],
    span: LogSpan | None,
    explaining: Sequence[ExplainingEvent] = (),
) -> LogImage:
    """The image of the rows in `batches`, which `words` has encoded, all of one log."""
    numbers: dict[str, Numbers] = {
        name: np.concatenate([getattr(batch, name) for batch in batches] or [np.zeros(0, np.int64)])
        for name in (*RecordNumbers._fields, *_CODES)
    }
    contexts, numbers["context"] = _compact(numbers["context"], len(words.contexts))
    hosts, numbers["host"] = _compact(numbers["host"], len(words.hosts))
    commands, numbers["command"] = _compact(numbers["command"], len(words.commands))
    replies, numbers["reply"] = _compact(numbers["reply"], len(words.replies))
    judged, numbers["judgement"] = _compact(numbers["judgement"], len(words.judgements))

    host_keys, numbers["host_key"] = _compact(words.host_to_key.view()[hosts], len(words.host_keys))
    verbs, numbers["verb"] = _compact(words.command_verb.view()[commands], len(words.verbs))
    mailboxes, numbers["mailbox"] = _compact(words.command_mailbox.view()[commands], len(words.mailboxes))
    people = np.concatenate([words.command_recipient.view()[commands], words.command_sender.view()[commands]])
    mailbox_keys, people = _compact(people, len(words.mailbox_keys))
    numbers["recipient"], numbers["sender"] = people[: len(commands)], people[len(commands) :]
    numbers["code"] = words.reply_code.view()[replies]

    # Each judgement answers one question, and both are numbered in the same order.
    questions = np.fromiter(words.judgement_numbers, np.int64, len(words.judgements))[judged]
    numbers["judged_reply"] = _place_in(replies, questions >> 32, len(words.replies))
    about = questions & 0xFFFFFFFF
    numbers["judged_direction"] = about % len(DIRECTIONS)
    of_commands = words.command_kind.view()[commands].astype(np.int64)
    kinds, both = _compact(np.concatenate([of_commands, about // len(DIRECTIONS)]), len(words.kinds))
    numbers["kind"], numbers["judged_kind"] = both[: len(commands)], both[len(commands) :]
    distinct: dict[Diagnosis, int] = {}
    numbers["judged_as"] = np.array(
        [distinct.setdefault(words.judgements[number], len(distinct)) for number in judged.tolist()], np.int64
    )
    return LogImage(
        KeptWords(
            contexts=[words.contexts[number]._replace(file="") for number in contexts.tolist()],
            hosts=_chosen(words.hosts.values, hosts),
            commands=_chosen(words.commands.values, commands),
            replies=_chosen(words.replies.values, replies),
            host_keys=_chosen(words.host_keys.values, host_keys),
            verbs=_chosen(words.verbs.values, verbs),
            kinds=_chosen(words.kinds.values, kinds),
            mailboxes=_chosen(words.mailboxes.values, mailboxes),
            mailbox_keys=_chosen(words.mailbox_keys.values, mailbox_keys),
            judgements=[(judgement.match, judgement.who_acts) for judgement in distinct],
            unrelated_records=others,
            problems=[replace(problem, file="") for problem in problems],
            span=span,
            explaining=[
                (event.time_ms, event.time_assumed, event.computer, event.provider, event.event_id)
                for event in explaining
            ],
        ),
        {name: _narrowed(array) for name, array in numbers.items()},
    )


def _chosen(values: list[Any], numbers: Codes) -> list[Any]:
    return [values[number] for number in numbers.tolist()]


def _compact(codes: Numbers, size: int) -> tuple[Codes, Codes]:
    """The numbers that occur in `codes` (below `size`), ascending, and `codes` with their places among them.

    Negative numbers mean "no value" and stay unchanged.
    """
    used = np.zeros(size + 1, np.bool_)
    used[codes] = True
    # Numpy takes -1, which is NOBODY, as the last place: that is not the number of a value.
    used[-1] = False
    places = np.cumsum(used, dtype=np.int32) - 1
    places[-1] = NO_MAILBOX
    return np.flatnonzero(used).astype(np.int32), places[codes].astype(np.int32)


def _place_in(ascending: Codes, wanted: Numbers, size: int) -> Codes:
    places = np.full(size, -1, np.int32)
    places[ascending] = np.arange(len(ascending), dtype=np.int32)
    return places[wanted]


def _narrowed(array: Numbers) -> Numbers:
    if not len(array):
        return array.astype(np.int8)
    low, high = int(np.min(array)), int(np.max(array))
    for kind in _TYPES:
        limits = np.iinfo(kind)
        if limits.min <= low and high <= limits.max:
            return array.astype(kind)
    return array


def put_back(image: LogImage, words: Encoder, file: str) -> Columns:
    """The rows of `image` for the store of `words`, as events of the log `file`; for the reading thread."""
    kept, numbers = image.words, image.numbers
    contexts = words.contexts.intern_all([context._replace(file=file) for context in kept.contexts], words.add_context)
    host_keys = words.host_keys.intern_each(kept.host_keys)
    verbs, kinds = words.verbs.intern_each(kept.verbs), words.kinds.intern_each(kept.kinds)
    # NOBODY is -1, so it takes the last place.
    mailboxes = np.append(words.mailboxes.intern_each(kept.mailboxes), np.int32(NO_MAILBOX))
    mailbox_keys = np.append(words.mailbox_keys.intern_each(kept.mailbox_keys), np.int32(NO_MAILBOX))

    hosts, new = words.hosts.adopt(kept.hosts)
    words.host_to_key.extend(host_keys[numbers["host_key"]][new])
    commands, new = words.commands.adopt(kept.commands)
    words.command_verb.extend(verbs[numbers["verb"]][new])
    words.command_kind.extend(kinds[numbers["kind"]][new])
    words.command_mailbox.extend(mailboxes[numbers["mailbox"]][new])
    words.command_recipient.extend(mailbox_keys[numbers["recipient"]][new])
    words.command_sender.extend(mailbox_keys[numbers["sender"]][new])
    replies, new = words.replies.adopt(kept.replies)
    words.reply_code.extend(numbers["code"][new])

    judgements = _put_back_judgements(image, words, replies, kinds)
    return words.rows(
        RecordNumbers(*(numbers[name].astype(np.int64) for name in RecordNumbers._fields)),
        contexts=contexts[numbers["context"]],
        hosts=hosts[numbers["host"]],
        commands=commands[numbers["command"]],
        replies=replies[numbers["reply"]],
        judgements=judgements[numbers["judgement"]],
    )


def _put_back_judgements(image: LogImage, words: Encoder, replies: Codes, kinds: Codes) -> Codes:
    numbers = image.numbers
    about = kinds[numbers["judged_kind"]].astype(np.int64) * len(DIRECTIONS) + numbers["judged_direction"]
    questions = (replies[numbers["judged_reply"]].astype(np.int64) << 32) | about
    table = [Diagnosis(match, who_acts) for match, who_acts in image.words.judgements]
    return words.add_judgements(questions, table, numbers["judged_as"])
