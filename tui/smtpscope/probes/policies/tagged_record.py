"""Records made of tags, `v=DMARC1; p=none`: DKIM, DMARC, MTA-STS, TLS reporting (RFC 6376 section 3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_TAG: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(.*?)\s*\Z", re.DOTALL)


def tags(record: str) -> dict[str, str]:
    """Tag in lower case -> value; the first of two with the same name counts, what is not a tag is left out."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        tag = _TAG.match(part)
        if tag is not None:
            found.setdefault(tag[1].lower(), tag[2])
    return found


def versioned(records: Iterable[str], version: str) -> list[str]:
    """Those of `records` that begin with `v=` and exactly this version."""
    begin = re.compile(rf"v\s*=\s*{re.escape(version)}\s*(?:;|\Z)")
    return [record for record in records if begin.match(record)]
