"""A 64-bit number for each event that is the same for the same event in any log, on any machine.

It decides as `store.doubles.duplicates` does: by second, provider, computer and record id; without a record id, by
second, provider, computer and what was said (remote host, command, reply, connection). An event without a time has
none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from smtpscope.parsing.smtp_exchange import Command
from smtpscope.store.column_set import NO_NUMBER, NO_TIME, Columns
from smtpscope.store.doubles.duplicates import EventFingerprint, Keys, SeenEvents, mixed, moments, said_keys
from smtpscope.store.vocabularies import SharedFields, Vocabularies

_BY_WORDS: Final = np.uint64(0x5DEECE66D)


class EventIdentities:
    """The identities of the rows of one log, and which of them the same log has before.

    A store that drops its texts gives them other numbers later, and forgets what it has seen; hashes stay the same.
    """

    def __init__(self) -> None:
        self._seen = SeenEvents()
        self._words: Vocabularies | None = None
        self._hashes: list[_Hashes] = []

    def of(self, words: Vocabularies, rows: Columns) -> tuple[list[int | None], list[bool]]:
        """For each of `rows`, coded in `words`: its identity, and whether it is there again. Call it in their order."""
        if words is not self._words:
            self._words = words
            self._hashes = [_Hashes() for _ in range(4)]
        origins, hosts, commands, replies = self._hashes
        origin = origins.of(words.contexts.values, rows.context, _origin)
        said = (
            hosts.of(words.hosts.values, rows.host, lambda host: (host.verbatim,)),
            commands.of(words.commands.values, rows.command, _command),
            replies.of(words.replies.values, rows.reply, lambda reply: (reply.verbatim,)),
            rows.connection,
        )
        events = EventFingerprint(
            record_id=rows.record_id, time_ms=rows.time_ms, origin=origin, said=said, file=0, none=NO_NUMBER
        )
        again = self._seen.find(events)
        every = np.arange(len(rows))
        moment = moments(events, every)
        by_id = mixed(moment ^ rows.record_id.astype(np.uint64))
        by_words = said_keys(events, every, moment ^ _BY_WORDS)
        identity: Keys = np.where(rows.record_id != NO_NUMBER, by_id, by_words)
        timed = (rows.time_ms != NO_TIME).tolist()
        numbers = identity.view(np.int64).tolist()
        return [number if has else None for number, has in zip(numbers, timed, strict=True)], again.tolist()


class _Hashes:
    """A hash of 63 bits for each value of a vocabulary, computed once."""

    def __init__(self) -> None:
        self._known = np.zeros(0, np.int64)

    def of(self, values: Sequence[Any], codes: NDArray[np.signedinteger], texts: Any) -> NDArray[np.int64]:
        if len(values) > len(self._known):
            new = [_hash(texts(value)) for value in values[len(self._known) :]]
            self._known = np.concatenate([self._known, np.array(new, np.int64)])
        found: NDArray[np.int64] = self._known[codes]
        return found


def _hash(texts: tuple[str, ...]) -> int:
    joint = "\0".join(f"{len(text)} {text}" for text in texts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(joint, digest_size=8).digest(), "big") >> 1


def _origin(context: SharedFields) -> tuple[str, ...]:
    return (context.provider or "").casefold(), (context.computer or "").casefold()


def _command(command: Command) -> tuple[str, ...]:
    return command.logged_verb, command.full, (command.mailbox or "") if command.beside else "-"
