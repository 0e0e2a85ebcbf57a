"""Text -> the same text with pseudonyms for mailboxes, IP addresses and host names; the same one for the same value.

Text is masked by what it looks like; names that are learned beforehand (computers, hosts, mailboxes that the events
name) are found again where they look like nothing special (`MAIL01`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from smtpscope.export.masking.mask_tokens import (
    NAME,
    PART,
    PIECE,
    RUN,
    ipv4_places,
    ipv6_places,
    is_ipv4,
    looks_like_host,
    mailbox_in,
)

TextKind = Literal["log", "command", "prose"]
"""Where a text comes from: the log itself; a command of ours with values in it; a sentence of ours. In the latter two
a dotted name is a host only when the log named it, and in a sentence a plain lower-case word is never one."""

Place = tuple[int, int, str]
"""Start and end in the text, and what stands there instead."""

# They stand in every record or belong to everybody, and say nothing of who sends mail to whom.
_PUBLIC_NAMES: Final = frozenset(
    {"schemas.microsoft.com", "go.microsoft.com", "www.microsoft.com", "support.microsoft.com", "learn.microsoft.com"}
)
# As the name of a computer these identify nobody, and as words they are in every event.
_EVERYDAY_WORDS: Final = frozenset(
    {
        *("mail", "smtp", "mx", "mx1", "mx2", "server", "host", "localhost", "exchange", "gateway", "relay", "client"),
        *(
            "user",
            "test",
            "postmaster",
            "abuse",
            "the",
            "a",
            "to",
            "from",
            "for",
            "and",
            "of",
            "is",
            "in",
            "was",
            "this",
        ),
        *("helo", "ehlo", "rcpt", "data", "bdat", "rset", "quit", "noop", "vrfy", "expn", "help", "auth", "starttls"),
        *("tls", "xexch50", "x-link2state", "x-exps", "error", "warning", "log", "virtual", "id", "connection"),
        *("remote", "command", "responded", "with", "full", "sent", "this"),
    }
)


class Pseudonyms:
    """`keep_domains` leaves the domains of mailboxes as they are."""

    def __init__(self, *, keep_domains: bool) -> None:
        self._keep_domains = keep_domains
        self._names: dict[str, str] = {}
        self._users: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._kept: set[str] = set(_PUBLIC_NAMES)
        self._odd: dict[str, str] = {}
        self._odd_pattern: re.Pattern[str] | None = None
        self.changes = 0
        """Rises whenever a text that was masked before would now be masked differently."""

    def learn_host(self, name: str) -> None:
        """Remember a host, computer or IP address that an event names."""
        bare = _folded(name).removeprefix("[").removesuffix("]").removeprefix("ipv6:")
        if not bare or bare in _EVERYDAY_WORDS:
            return
        is_address = is_ipv4(bare) or ipv6_places(bare) == [(0, len(bare))]
        if bare not in self._names and (is_address or not looks_like_host(bare)):
            self.changes += 1
        pseudonym = self._name("address" if is_address else "host", bare)
        if bare in self._kept:
            self._kept.remove(bare)
            self.changes += 1
        if not is_address and NAME.fullmatch(bare) is None:
            self._learn_odd(name.strip(), pseudonym)

    def learn_mailbox(self, mailbox: str) -> None:
        """Remember a mailbox that an event names."""
        bare = mailbox.strip()
        if not bare or bare.casefold() in _EVERYDAY_WORDS:
            return
        if "@" not in bare:
            if _folded(bare) not in self._names:
                self._names[_folded(bare)] = self._mailbox(bare, "")
                self.changes += 1
            pseudonym = self._names[_folded(bare)]
            plain = NAME.fullmatch(bare) is not None
        else:
            local, _, domain = bare.rpartition("@")
            pseudonym = self._mailbox(local, domain)
            piece = PIECE.fullmatch(bare)
            plain = piece is not None and (
                piece.lastgroup == "quoted" or mailbox_in(bare) == (0, len(local), len(bare))
            )
        if not plain:
            self._learn_odd(bare, pseudonym)

    def learn_secret(self, secret: str, instead: str) -> None:
        """Remember what nobody may read, such as the credentials of a login; `instead` stands in its place."""
        self._learn_odd(secret, instead)

    def keep(self, name: str) -> None:
        """Leave a public name (a block list) as it is, unless an event names it as a host."""
        if _folded(name) not in self._names:
            self._keep(_folded(name))

    def place(self, kind: str, value: str) -> str:
        """A pseudonym for anything else, such as `file1` for a path."""
        return self._name(kind, f"{kind}:{value}", end="")

    def originals(self) -> Iterator[str]:
        """All values that have a pseudonym, in lower case."""
        yield from self._names
        yield from self._users

    def replaced(self, text: str, kind: TextKind = "log") -> str:
        """`text` under pseudonyms, in time linear to its length."""
        parts: list[str] = []
        end = 0
        for start, stop, pseudonym in self.places(text, kind):
            parts += (text[end:start], pseudonym)
            end = stop
        parts.append(text[end:])
        return "".join(parts)

    def places(self, text: str, kind: TextKind = "log") -> Iterator[Place]:
        """What is to be replaced in `text`, in order, not overlapping."""
        for start, stop, odd in self._stretches(text):
            if odd is not None:
                yield start, stop, odd
                continue
            yield from self._in_stretch(text, start, stop, kind)

    def _in_stretch(self, text: str, start: int, stop: int, kind: TextKind) -> Iterator[Place]:
        while piece := PIECE.search(text, start, stop):
            start = piece.end()
            if piece.lastgroup == "quoted":
                local, _, domain = piece.group().rpartition("@")
                yield piece.start(), piece.end(), self._mailbox(local, domain)
            elif piece.lastgroup == "run":
                yield from self._in_run(piece, kind)
            else:
                places = [(piece.start() + first, piece.start() + last) for first, last in ipv6_places(piece.group())]
                end = piece.start()
                # What follows the last colon may be the beginning of a name, so it is looked at again.
                start = max(text.rindex(":", end, start) + 1, places[-1][1] if places else 0)
                for first, last in (*places, (start, start)):
                    for run in RUN.finditer(text, end, first):
                        yield from self._in_run(run, kind)
                    if first < last:
                        yield first, last, self._name("address", text[first:last].casefold())
                    end = last

    def _stretches(self, text: str) -> Iterator[tuple[int, int, str | None]]:
        """Known values that no pattern covers (a mailbox with an apostrophe), and the stretches between them."""
        end = 0
        if self._odd:
            if self._odd_pattern is None:
                longest_first = sorted(self._odd, key=len, reverse=True)
                self._odd_pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
            for match in self._odd_pattern.finditer(text):
                yield end, match.start(), None
                yield match.start(), match.end(), self._odd.get(match.group().lower(), "masked.invalid")
                end = match.end()
        yield end, len(text), None

    def _in_run(self, match: re.Match[str], kind: TextKind) -> Iterator[Place]:
        run, offset = match.group(), match.start()
        found = mailbox_in(run)
        if found is None:
            yield from self._in_names(match.string, offset, match.end(), kind)
            return
        start, at, end = found
        yield from self._in_names(match.string, offset, offset + start, kind)
        local, domain = run[start:at], run[at + (1 if run[at] == "@" else 3) : end]
        if domain:
            yield offset + start, offset + end, self._mailbox(local, domain)
        else:
            # An address literal follows in brackets, which end the run.
            yield offset + start, offset + at, self._user(local, "")
        yield from self._in_names(match.string, offset + end, match.end(), kind)

    def _in_names(self, text: str, start: int, end: int, kind: TextKind) -> Iterator[Place]:
        for name in NAME.finditer(text, start, end):
            word = name.group()
            pseudonym = self._named(word, kind)
            if pseudonym is not None:
                yield name.start(), name.end(), pseudonym
            elif word.casefold() not in self._kept:
                yield from self._in_parts(name, kind)

    def _in_parts(self, name: re.Match[str], kind: TextKind) -> Iterator[Place]:
        """A known name within a longer word: `MAIL01` in `MAIL01-queue`."""
        for part in PART.finditer(name.string, name.start(), name.end()):
            known = self._known(part.group(), kind)
            if known is not None:
                yield part.start(), part.end(), known

    def _known(self, word: str, kind: TextKind) -> str | None:
        if kind == "prose" and word.isalpha() and word.islower():
            return None
        return self._names.get(word.casefold())

    def _named(self, word: str, kind: TextKind) -> str | None:
        folded = word.casefold()
        known = self._known(word, kind)
        if known is not None or folded in self._kept:
            return known
        dotted = folded.replace("-", ".")
        if is_ipv4(dotted):
            return self._name("address", dotted)
        if kind == "log" and looks_like_host(folded):
            return self._name("host", folded)
        return self._name("host", folded) if ipv4_places(folded) else None

    def _mailbox(self, local: str, domain: str) -> str:
        folded = _folded(domain)
        user = self._user(local, folded)
        if not folded:
            return f"{user}@domain.invalid"
        if self._keep_domains and NAME.fullmatch(folded) and not ipv4_places(folded) and folded not in self._names:
            self._keep(folded)
            return f"{user}@{domain}"
        bare = folded.removeprefix("[").removesuffix("]").removeprefix("ipv6:")
        return f"{user}@{self._name('address' if is_ipv4(bare) or ':' in bare else 'domain', bare)}"

    def _user(self, local: str, folded_domain: str) -> str:
        key = f"{local.casefold()}@{folded_domain}"
        user = self._users.get(key)
        if user is None:
            user = self._users[key] = f"user{self._next('user')}"
        return user

    def _name(self, kind: str, value: str, *, end: str = ".invalid") -> str:
        found = self._names.get(value)
        if found is None:
            found = self._names[value] = f"{kind}{self._next(kind)}{end}"
        return found

    def _next(self, kind: str) -> int:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return self._counts[kind]

    def _learn_odd(self, value: str, pseudonym: str) -> None:
        # One or two signs would be found everywhere.
        if sum(map(str.isalnum, value)) >= 2 and value.lower() not in self._odd:
            self._odd[value.lower()] = pseudonym
            self._odd_pattern = None
            self.changes += 1

    def _keep(self, folded: str) -> None:
        if folded not in self._kept:
            self._kept.add(folded)
            self.changes += 1


def _folded(name: str) -> str:
    return name.strip().casefold().rstrip(".")
