"""What reply codes and enhanced status codes mean by themselves, and the entry for a code without a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct

from smtpscope.knowledge.advice import Confidence

VAGUE = frozenset({"x.0.0", "x.1.0", "x.2.0", "x.3.0", "x.5.0", "x.7.0", "x.7.1"})
"""Enhanced codes that servers use for anything: alone they say little more than the basic code."""


class VendorMeaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a vendor means by a code that the registry defines differently.

    The vendor is recognised by one of `signs` in the reply (a word, or with a leading `~` a word in a host name or
    URL), or by one of `remote_hosts` (`.google.com`: all hosts in the domain).
    """

    vendor: str
    category: str
    words: str
    source: str
    signs: tuple[str, ...]
    remote_hosts: tuple[str, ...] = ()
    entry: str | None = None


class CodeMeaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The meaning of one code.

    `code` is a reply code ("550"), an enhanced code of any class ("x.1.1"), or a range of them ("x.7.606-649"). `words`
    complete the sentence "550 alone means: ...". `category` is the cause for a code without a text; `entry` overrides
    its entry. `source` names who defines the code; `standard` is False for codes that vendors invented. `vendors` are
    other meanings of the same code, `also` further causes that servers use it for.
    """

    code: str
    category: str
    words: str
    source: str
    entry: str | None = None
    confidence: Confidence = "guess"
    standard: bool = True
    vendors: tuple[VendorMeaning, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def leads_to(self) -> str:
        """The id of the entry."""
        return self.entry or self.category

    @property
    def categories(self) -> tuple[str, ...]:
        """All causes it may stand for, the registry's first."""
        return (self.category, *(vendor.category for vendor in self.vendors))


class CodeTable(Struct, frozen=True):
    """Meanings by code, written as in `CodeMeaning.code`, with ranges expanded."""

    by_code: Mapping[str, CodeMeaning]

    @classmethod
    def of(cls, codes: Iterable[CodeMeaning], before: CodeTable | None = None) -> CodeTable:
        """Builds the table; later codes override earlier ones and those `before`. Raises ValueError for an invalid
        range.
        """
        by_code = {} if before is None else dict(before.by_code)
        for code in codes:
            start, dash, last = code.code.partition("-")
            if not dash:
                by_code[code.code] = code
                continue
            stem, _, first = start.rpartition(".")
            for number in range(int(first), int(last) + 1):
                by_code.setdefault(f"{stem}.{number}", code)
        return cls(by_code)

    def basic(self, code: int | None) -> CodeMeaning | None:
        return None if code is None else self.by_code.get(str(code))

    def enhanced(self, enhanced: str | None) -> CodeMeaning | None:
        """The meaning of "5.1.1", whatever its class."""
        return None if enhanced is None else self.by_code.get(f"x{enhanced[1:]}")

    def meant(self, enhanced: str | None, signs: frozenset[str], hosts: tuple[str, ...]) -> CodeMeaning | None:
        """The meaning of a code. A vendor's meaning applies if its `signs` (words of the reply) or its hosts match."""
        code = self.enhanced(enhanced)
        if code is None or not code.vendors:
            return code
        for vendor in code.vendors:
            if not signs.isdisjoint(vendor.signs) or not set(hosts).isdisjoint(vendor.remote_hosts):
                return msgspec.structs.replace(
                    code,
                    category=vendor.category,
                    words=vendor.words,
                    source=vendor.source,
                    entry=vendor.entry,
                    confidence="likely",
                    vendors=(),
                )
        return code

    @property
    def signs(self) -> frozenset[str]:
        """The words that select a vendor's meaning."""
        return frozenset(sign for code in self.by_code.values() for vendor in code.vendors for sign in vendor.signs)

    @property
    def remote_hosts(self) -> frozenset[str]:
        """The host patterns that select a vendor's meaning."""
        vendors = (vendor for code in self.by_code.values() for vendor in code.vendors)
        return frozenset(host for vendor in vendors for host in vendor.remote_hosts)

    def in_words(self, code: int | None, enhanced: str | None) -> str | None:
        """What the codes alone mean, as one sentence, or None. The enhanced code comes first because it is more
        precise.
        """
        sentences = []
        detail = self.enhanced(enhanced)
        if detail is not None:
            others = "".join(f" ({vendor.vendor}: {vendor.words})" for vendor in detail.vendors)
            sentences.append(f"{enhanced}: {detail.words}{others}")
        base = self.basic(code)
        if base is not None:
            sentences.append(f"{code}: {base.words}")
        return "; ".join(sentences) or None
