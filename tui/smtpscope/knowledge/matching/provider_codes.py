"""Codes that a provider adds to its replies (`[TSS04]`, `DT:SPM`, `IB105`), the most precise part of any reply."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from smtpscope.knowledge.advice import Confidence
from smtpscope.knowledge.matching.rule_result import Finding
from smtpscope.parsing.reply_contents import parse_provider_codes
from smtpscope.parsing.smtp_exchange import Reply

_CANDIDATE = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,8}[0-9A-Z]{0,12}(?:[:_#-][A-Z0-9]{1,12}){0,4}(?![a-z0-9])")
_READ_AT_MOST = 4000
_LONGEST_WORD = 13
"""Capitals and digits that are surely one candidate."""
_INITIALS = 2
"""Letters in front of a code's `*` by which its family is found."""


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The codes of one provider. A line of `codes` has a code, a category and optionally an entry id.

    In a code `*` matches any number of characters (`OFR*_405`), at its end at least one. `confidence` applies to all
    codes.
    """

    name: str
    codes: str
    source: str
    confidence: Confidence = "sure"


class ProviderCode(Struct, frozen=True):
    code: str
    category: str
    leads_to: str
    provider: str
    confidence: Confidence


def codes_of(provider: Provider) -> Iterator[ProviderCode]:
    """The parsed codes. Raises ValueError for a line without two or three parts, or a code that begins with `*`."""
    for line in provider.codes.splitlines():
        parts = line.partition("# ")[0].split()
        if not parts:
            continue
        if len(parts) not in (2, 3):
            raise ValueError(f"a line is: code, category, entry id (may be missing), not {line.strip()!r}")
        if "*" in parts[0][:_INITIALS]:
            raise ValueError(f"a code begins with {_INITIALS} characters before its *, not {parts[0]!r}")
        yield ProviderCode(parts[0], parts[1], parts[-1], provider.name, provider.confidence)


class ProviderCodes:
    """The codes of all providers: exact ones by lookup, families by prefix."""

    def __init__(self, codes: Iterable[ProviderCode]) -> None:
        self.codes: tuple[ProviderCode, ...] = tuple(codes)
        self._exact = {code.code: code for code in self.codes if "*" not in code.code}
        families = [code for code in self.codes if "*" in code.code]
        self._families: dict[str, list[ProviderCode]] = {}
        for family in sorted(families, key=lambda code: -len(code.code)):
            self._families.setdefault(family.code[:_INITIALS], []).append(family)

    def _look_up(self, written: str) -> ProviderCode | None:
        found = self._exact.get(written)
        if found is not None:
            return found
        for family in self._families.get(written[:_INITIALS], ()):
            start, _, end = family.code.partition("*")
            shortest = len(start) + (len(end) or 1)
            if len(written) >= shortest and written.startswith(start) and written.endswith(end):
                return family
        return None

    def knows(self, written: str) -> bool:
        """Whether `written` is a known code or matches a family."""
        return self._look_up(written) is not None

    def holds(self, text: str) -> bool:
        """Whether `text` holds a known code."""
        if text == text.lower() and "ofr" not in text and "lpn" not in text:
            return False
        if text.isalnum() and text.isascii() and text.isupper() and len(text) <= _LONGEST_WORD:
            # It is one candidate as a whole, or none.
            return text[0].isalpha() and self._look_up(text) is not None
        written = [*parse_provider_codes(text), *(found.group() for found in _CANDIDATE.finditer(text))]
        return any(self._look_up(one) is not None for one in written)

    def find(self, reply: Reply) -> Finding | None:
        """The finding for the first known code in the reply. Codes found by the parser are tried before the text."""
        text = reply.verbatim
        for written in reply.values.provider_codes:
            found = self._look_up(written)
            if found is not None:
                start = text.find(written)
                return _finding(found, written, ((start, start + len(written)),) if start >= 0 else ())
        for candidate in _CANDIDATE.finditer(text[:_READ_AT_MOST]):
            written = candidate.group()
            if len(written) > 3 and (found := self._look_up(written)) is not None:
                return _finding(found, written, (candidate.span(),))
        return None


def _finding(code: ProviderCode, written: str, evidence: tuple[tuple[int, int], ...]) -> Finding:
    rule = f"{written} ({code.provider})"
    return Finding(code.leads_to, code.category, "provider code", rule, code.confidence, evidence)
