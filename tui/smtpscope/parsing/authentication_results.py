"""The results of SPF, DKIM and DMARC in a reply: `Spf= Fail , Dkim= Pass , DMARC= Pass`, `DKIM = did not pass`."""

from __future__ import annotations

import re
from typing import Final

_NAMES: Final = {"spf": "SPF", "dkim": "DKIM", "dmarc": "DMARC"}
_RESULT: Final = re.compile(
    r"\b(spf|dkim|dmarc)(?: \[[^\]]{0,255}\])?(?: with ip: \[?[0-9a-f.:]{2,45}\]?)?[ \t]{0,3}[=:][ \t]{0,3}"
    r"(did not pass|passed|pass|hardfail|softfail|failed|fail|none|neutral|temperror|permerror|missing)\b",
    re.IGNORECASE,
)
_IN_WORDS: Final = {
    "pass": "passed",
    "fail": "failed",
    "hardfail": "failed",
    "did not pass": "did not pass",
    "none": "is missing",
    "missing": "is missing",
    "neutral": "is neutral",
    "softfail": "soft-failed",
    "temperror": "could not be checked",
    "permerror": "has a faulty record",
}
_READ_AT_MOST: Final = 4000


def authentication_results(text: str) -> str:
    """One line for people, "SPF failed, DKIM passed"; "" if `text` has no results. The words are from RFC 8601."""
    lowered = text[:_READ_AT_MOST].lower()
    if "spf" not in lowered and "dkim" not in lowered and "dmarc" not in lowered:
        return ""
    results = {found[1].lower(): found[2].lower() for found in _RESULT.finditer(text[:_READ_AT_MOST])}
    return ", ".join(f"{_NAMES[name]} {_IN_WORDS.get(result, result)}" for name, result in results.items())
