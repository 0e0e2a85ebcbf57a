"""Replaces everything in a text that isn't known to be public with a pseudonym, the same one for the same value.

Mailboxes, IP addresses and host names are found by their shape. Any other word, number or identifier is masked unless
`public_text` knows it. Names that were learned beforehand (computers, hosts and mailboxes in the events' fields) are
found anywhere, including our own sentences that quote them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from smtpscope.export.masking.mask_tokens import (
    FIGURES,
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
from smtpscope.export.masking.public_text import is_public, is_public_site, is_word, public_stretches

_SEPARATORS: Final = re.compile("[-_ ,]")

Place = tuple[int, int, str]
"""Start and end in the text, and what to write there instead."""


class Pseudonyms:
    """All pseudonyms of one export, in order of first appearance."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._users: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._odd: dict[str, str] = {}
        self._odd_pattern: re.Pattern[str] | None = None
        self.changes = 0
        """Rises whenever a text that was masked before would now be masked differently."""

    def learn_host(self, name: str) -> None:
        """Remembers a host, computer or IP address from a field of an event."""
        bare = _folded(name).removeprefix("[").removesuffix("]").removeprefix("ipv6:")
        if not bare or is_word(bare):
            return
        is_address = is_ipv4(bare) or ipv6_places(bare) == [(0, len(bare))]
        if bare not in self._names and is_public(bare):
            self.changes += 1
        pseudonym = self._name("address" if is_address else "host", bare)
        if not is_address and NAME.fullmatch(bare) is None:
            self._learn_odd(name.strip(), pseudonym)

    def learn_mailbox(self, mailbox: str) -> None:
        """Remembers a mailbox from a field of an event."""
        bare = mailbox.strip()
        if not bare or is_word(bare):
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
        """Remembers a secret, such as the credentials of a login, and the text that replaces it."""
        self._learn_odd(secret, instead)

    def place(self, kind: str, value: str) -> str:
        """A pseudonym for anything else, such as `file1` for a path."""
        return self._name(kind, f"{kind}:{value}", end="")

    def is_named(self, value: str) -> bool:
        """Whether `value` has a pseudonym as a mailbox, host or IP address, and not just as an unknown word."""
        pseudonym = self._names.get(_folded(value)) or self._odd.get(value.lower())
        return "@" in value or (pseudonym is not None and pseudonym.endswith(".invalid"))

    def replaced(self, text: str) -> str:
        """`text` with pseudonyms. Takes linear time."""
        parts: list[str] = []
        end = 0
        for start, stop, pseudonym in self.places(text):
            parts += (text[end:start], pseudonym)
            end = stop
        parts.append(text[end:])
        return "".join(parts)

    def places(self, text: str) -> Iterator[Place]:
        """The spans of `text` to replace, in order and without overlap."""
        for start, stop, odd in self._stretches(text):
            if odd is not None:
                yield start, stop, odd
            else:
                yield from self._around_figures(text, start, stop)

    def _around_figures(self, text: str, start: int, stop: int) -> Iterator[Place]:
        for figure in FIGURES.finditer(text, start, stop):
            yield from self._in_stretch(text, start, figure.start())
            start = figure.end()
            if figure["coded"] is not None or figure["octets"] is not None:
                yield figure.start(), start, self._name("id", figure.group().casefold(), end="")
            elif figure["spelled"] is not None:
                yield figure.start(), start, self._name("name", figure.group().casefold(), end="")
            elif figure["number"] is not None:
                written = figure.group()
                dotted = _SEPARATORS.sub(".", written)
                kind, value, end = ("address", dotted, ".invalid") if is_ipv4(dotted) else ("number", written, "")
                yield figure.start(), start, self._name(kind, value, end=end)
        yield from self._in_stretch(text, start, stop)

    def _in_stretch(self, text: str, start: int, stop: int) -> Iterator[Place]:
        while piece := PIECE.search(text, start, stop):
            start = piece.end()
            if piece.lastgroup == "quoted":
                local, _, domain = piece.group().rpartition("@")
                yield piece.start(), piece.end(), self._mailbox(local, domain)
            elif piece.lastgroup == "run":
                yield from self._in_run(piece)
            else:
                places = [(piece.start() + first, piece.start() + last) for first, last in ipv6_places(piece.group())]
                end = piece.start()
                # The text after the last colon may begin a name, so it is scanned again.
                start = max(text.rindex(":", end, start) + 1, places[-1][1] if places else 0)
                for first, last in (*places, (start, start)):
                    for run in RUN.finditer(text, end, first):
                        yield from self._in_run(run)
                    if first < last:
                        yield first, last, self._name("address", text[first:last].casefold())
                    end = last

    def _stretches(self, text: str) -> Iterator[tuple[int, int, str | None]]:
        """Known values that no pattern covers (a mailbox with an apostrophe), and the text between them."""
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

    def _in_run(self, match: re.Match[str]) -> Iterator[Place]:
        run, offset = match.group(), match.start()
        found = mailbox_in(run)
        if found is None:
            yield from self._in_names(match.string, offset, match.end())
            return
        start, at, end = found
        yield from self._in_names(match.string, offset, offset + start)
        local, domain = run[start:at], run[at + (1 if run[at] == "@" else 3) : end]
        if domain:
            yield offset + start, offset + end, self._mailbox(local, domain)
        else:
            # An address literal follows in brackets, where the run ends.
            yield offset + start, offset + at, self._user(local, "")
        yield from self._in_names(match.string, offset + end, match.end())

    def _in_names(self, text: str, start: int, end: int) -> Iterator[Place]:
        for name in NAME.finditer(text, start, end):
            pseudonym = self._named(name.group())
            if pseudonym is not None:
                yield name.start(), name.end(), pseudonym
            elif is_public(name.group()):
                yield from self._in_parts(name)
            else:
                yield from self._unknown(name)

    def _in_parts(self, name: re.Match[str]) -> Iterator[Place]:
        """Finds a known name within a longer word: `MAIL01` in `MAIL01-queue`."""
        for part in PART.finditer(name.string, name.start(), name.end()):
            known = self._names.get(part.group().casefold())
            if known is not None:
                yield part.start(), part.end(), known

    def _unknown(self, name: re.Match[str]) -> Iterator[Place]:
        """An unknown word as a whole; in scripts without spaces, the parts between known words."""
        start = name.start()
        for first, last in (*public_stretches(name.group()), (len(name.group()), len(name.group()))):
            if start < name.start() + first:
                unknown = name.string[start : name.start() + first]
                yield start, name.start() + first, self._name(_kind_of(unknown), unknown.casefold(), end="")
            start = name.start() + last

    def _named(self, word: str) -> str | None:
        folded = word.casefold()
        known = self._names.get(folded)
        if known is not None or is_public_site(folded):
            return known
        dotted = folded.replace("-", ".")
        if is_ipv4(dotted):
            return self._name("address", dotted)
        if looks_like_host(folded) and not is_public(word):
            return self._name("host", folded)
        return self._name("host", folded) if ipv4_places(folded) else None

    def _mailbox(self, local: str, domain: str) -> str:
        folded = _folded(domain)
        user = self._user(local, folded)
        if not folded:
            return f"{user}@domain.invalid"
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
        # One or two characters would match everywhere.
        if sum(map(str.isalnum, value)) >= 2 and value.lower() not in self._odd:
            self._odd[value.lower()] = pseudonym
            self._odd_pattern = None
            self.changes += 1


def _kind_of(word: str) -> str:
    if word.isdigit():
        return "number"
    return "id" if any(map(str.isdigit, word)) else "name"


def _folded(name: str) -> str:
    return name.strip().casefold().rstrip(".")
