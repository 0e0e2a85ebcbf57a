"""What reply codes and enhanced status codes mean by themselves, in plain words, and where a bare one leads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from smtpscope.knowledge.advice import Confidence

VAGUE = frozenset({"x.0.0", "x.1.0", "x.2.0", "x.3.0", "x.5.0", "x.7.0", "x.7.1"})
"""Enhanced codes that servers use for anything: by themselves they are worth little more than the basic code."""


class CodeMeaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`code` is a basic code ("550"), an enhanced code of any class ("x.1.1"), or one with a range at its end
    ("x.7.606-649"). `words` finish the sentence "550 alone means: ...". `category` is what a bare code leads to;
    `entry` a special entry, where there is one. `source` says who defines it; `standard` is False for codes that
    servers made up.
    """

    code: str
    category: str
    words: str
    source: str
    entry: str | None = None
    confidence: Confidence = "guess"
    standard: bool = True

    @property
    def leads_to(self) -> str:
        """The entry's id."""
        return self.entry or self.category


@dataclass(frozen=True, slots=True)
class CodeTable:
    """Codes by their form as in `Code.code`, ranges spelled out."""

    by_code: Mapping[str, CodeMeaning]

    @classmethod
    def of(cls, codes: Iterable[CodeMeaning]) -> CodeTable:
        """Later codes override earlier ones. Raises ValueError when a range is not understood."""
        by_code: dict[str, CodeMeaning] = {}
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
        """The entry of "5.1.1", whatever its class."""
        return None if enhanced is None else self.by_code.get(f"x{enhanced[1:]}")

    def in_words(self, code: int | None, enhanced: str | None) -> str | None:
        """What the codes alone say, as one sentence, the enhanced code first as it is the more precise; or None."""
        sentences = []
        detail = self.enhanced(enhanced)
        if detail is not None:
            sentences.append(f"{enhanced}: {detail.words}")
        base = self.basic(code)
        if base is not None:
            sentences.append(f"{code}: {base.words}")
        return "; ".join(sentences) or None
