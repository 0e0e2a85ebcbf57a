"""The replies of a view whose cause is only a guess: their wordings, most frequent first."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from smtpscope.export.unknown_replies import UnknownReply
from smtpscope.knowledge.categories import CATEGORIES
from smtpscope.knowledge.matching.reply_tokens import words_of
from smtpscope.session.view_values import View
from smtpscope.store.event_store import EventStore


def unknown_replies(store: EventStore, view: View) -> list[UnknownReply]:
    """The refusals in `view` whose cause is only a guess.

    Two replies have one wording when they differ only in mailboxes, hosts, addresses and numbers.
    """
    columns, words = store.columns, store.words
    guessed = [
        number
        for number, diagnosis in enumerate(words.judgements)
        if diagnosis.match.confidence == "guess" and diagnosis.match.category in CATEGORIES
    ]
    rows = view.tree.order[np.isin(columns.judgement[view.tree.order], guessed)]
    verbs = words.command_verb.view()[columns.command[rows]]
    kinds = np.stack((columns.reply[rows], verbs, columns.direction[rows], columns.host_key[rows]), axis=1)
    # Each distinct kind once: a log has few kinds, with many rows each.
    distinct, first, counts = np.unique(kinds, axis=0, return_index=True, return_counts=True)
    wordings: defaultdict[tuple[str, int, int], list[tuple[int, int, int]]] = defaultdict(list)
    for (reply, verb, direction, host), at, count in zip(
        distinct.tolist(), rows[first].tolist(), counts.tolist(), strict=True
    ):
        wordings[words_of(words.replies[reply].verbatim).line, verb, direction].append((count, -at, host))
    found = [_unknown_reply(store, members) for members in wordings.values()]
    return sorted(found, key=lambda reply: (-reply.count, reply.sample.reply.verbatim))


def _unknown_reply(store: EventStore, members: list[tuple[int, int, int]]) -> UnknownReply:
    """From (count, descending row, host key) of each member."""
    _, at, _ = max(members)
    return UnknownReply(
        sample=store.exchange(-at),
        match=store.match(-at),
        count=sum(count for count, _, _ in members),
        hosts=len({host for _, _, host in members}),
    )
