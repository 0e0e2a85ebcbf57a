"""The seam to DNS: one question in, one answer out, with who gave it; nothing is raised for what a server says."""

from __future__ import annotations

from typing import Final, Literal, Protocol

import msgspec

AnswerStatus = Literal["records", "no data", "no such name", "server failure", "refused", "other error", "no answer"]
UNTOLD: Final[frozenset[AnswerStatus]] = frozenset({"server failure", "refused", "other error", "no answer"})
"""These say nothing about whether there is a record."""


class DnsAnswer(msgspec.Struct, frozen=True):
    """The answer to one question.

    `records` are in the presentation of a zone file, the strings of a TXT record joined. `name` is where they are: the
    end of a chain of CNAMEs, `aliases` the names on the way. `server` is who answered, `detail` its error in words.
    `authenticated` is the AD flag from a resolver that can be trusted with it (RFC 4035 section 4.9.3), `claimed` that
    of any resolver: no signature is verified here.
    """

    question_name: str
    record_type: str
    status: AnswerStatus
    records: tuple[str, ...] = ()
    name: str = ""
    aliases: tuple[str, ...] = ()
    server: str = ""
    detail: str = ""
    authenticated: bool = False
    claimed: bool = False
    ttl: int = 0

    @property
    def untold(self) -> bool:
        """Whether it says nothing: an error, or silence."""
        return self.status in UNTOLD

    @property
    def line(self) -> str:
        """The question and its answer on one line, as evidence."""
        question = f"{self.record_type} {self.question_name}"
        if self.status == "records":
            way = f" (by CNAME {' -> '.join((*self.aliases[1:], self.name))})" if self.aliases else ""
            return f"{question}{way}: {' | '.join(self.records)}"
        detail = f" ({self.detail})" if self.detail else ""
        return f"{question}: {self.status}{detail}"


class Resolver(Protocol):
    """Asks one question; `servers` says whom it asks. Takes no longer than its own time limit, and raises nothing."""

    @property
    def servers(self) -> tuple[str, ...]: ...

    async def ask(self, name: str, record_type: str) -> DnsAnswer: ...
