"""Finds reply codes and enhanced status codes by typed text: "550", "5.7.1", "4.2", "5xx"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from smtpscope.knowledge.matching.codes import CodeMeaning

_BASIC = re.compile(r"[2-5](?:\d\d|\d|xx)?", re.ASCII | re.IGNORECASE)
_ENHANCED = re.compile(r"[245x]\.\d{0,3}(?:\.\d{0,3})?", re.ASCII | re.IGNORECASE)


def codes_like(codes: Mapping[str, CodeMeaning], words: str) -> list[CodeMeaning]:
    """The codes that begin with `words`, in their order; none if they are not the start of a code."""
    wanted = words.strip().lower()
    if _ENHANCED.fullmatch(wanted):
        stem = f"x{wanted[1:]}"
        names = [name for name in codes if name == stem or name.startswith(stem if stem.endswith(".") else f"{stem}.")]
        names = names or [name for name in codes if name.startswith(stem)]
    elif _BASIC.fullmatch(wanted):
        stem = wanted.rstrip("x")
        names = [name for name in codes if name.isdecimal() and name.startswith(stem)]
    else:
        return []
    return [codes[name] for name in sorted(set(names), key=_order)]


def _order(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", name))
