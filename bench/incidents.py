"""Seeded SMTP refusals as a mail server logs them: a few causes, many hosts, very many mailboxes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of refusal. `reply` and `command` may hold `{mailbox}`, `{host}` and `{number}`."""

    weight: int
    verb: str
    reply: str
    command: str
    event_id: int = 7002


KINDS: Final = (
    Kind(24, "rcpt", "550 5.1.1 User unknown ", "RCPT TO:<{mailbox}> "),
    Kind(10, "rcpt", "550 5.1.1 <{mailbox}>: Recipient address rejected: User unknown ", "RCPT TO:<{mailbox}> "),
    Kind(14, "rcpt", "450 4.2.0 Recipient address rejected: Greylisted, try again ", "RCPT TO:<{mailbox}> "),
    Kind(9, "rcpt", "550 5.7.1 Client host [192.0.2.25] blocked using zen.dnsbl.example ", "RCPT TO:<{mailbox}> "),
    Kind(8, "rcpt", "452 4.2.2 Mailbox full ", "RCPT TO:<{mailbox}> "),
    Kind(6, "rcpt", "550 5.7.1 Unable to relay for {mailbox} ", "RCPT TO:<{mailbox}> "),
    Kind(8, "ehlo", "421 4.3.2 Service not available, closing channel ", "EHLO exch01.example.com "),
    Kind(12, "xexch50", "504 Need to authenticate first ", "XEXCH50 {number} 2 "),
    Kind(4, "mail", "451 4.7.1 Please try again later ", "MAIL FROM:<news@example.com> SIZE={number} "),
    Kind(2, "mail", "530 5.7.0 Must issue a STARTTLS command first ", "MAIL FROM:<it@example.com> "),
    Kind(2, "data", "554 5.7.1 Message rejected due to content restrictions ", ". "),
    Kind(1, "mail", "552 5.3.4 Message size exceeds fixed limit ", "MAIL FROM:<it@example.com> SIZE=5{number} "),
)
_WEIGHTS: Final = tuple(accumulate(kind.weight for kind in KINDS))


class Refusals:
    """An endless row of refusals, the same for the same seed."""

    def __init__(self, seed: int, *, hosts: int = 500, mailboxes: int = 5_000) -> None:
        self._random = random.Random(seed)
        self._hosts = hosts
        self._mailboxes = mailboxes
        self._connection = 0

    def __iter__(self) -> Iterator[tuple[Kind, tuple[str, ...]]]:
        """The kind and the six insertion strings of each."""
        draw = self._random.random
        choose = self._random.choices
        while True:
            kind = choose(KINDS, cum_weights=_WEIGHTS)[0]
            # Squares: a few hosts and mailboxes make up most of a log, and each of the others comes now and then.
            host = f"mx{int(draw() ** 2 * self._hosts)}.partner.example"
            mailbox = f"user{int(draw() ** 2 * self._mailboxes)}@partner.example"
            number = 1_000 + int(draw() * 90) * 25
            self._connection += 1
            reply, command = kind.reply, kind.command
            if "{" in reply:
                reply = reply.format(mailbox=mailbox, host=host)
            if "{" in command:
                command = command.format(mailbox=mailbox, number=number)
            yield kind, ("1", str(self._connection), host, kind.verb, reply, command)
