"""What somebody types finds the codes that begin so."""

from __future__ import annotations

import pytest

from smtpscope.knowledge.code_search import codes_like
from smtpscope.knowledge.matching.codes import CodeMeaning

NAMES = ("421", "450", "550", "554", "x.1.1", "x.1.10", "x.7.1")
CODES = {name: CodeMeaning(name, "policy", "words", "RFC 3463") for name in NAMES}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("550", ["550"]),
        ("5xx", ["550", "554"]),
        ("4", ["421", "450"]),
        ("5.1.1", ["x.1.1"]),
        ("5.1", ["x.1.1", "x.1.10"]),
        ("4.7.", ["x.7.1"]),
        ("greylist", []),
        ("", []),
        ("9", []),
        ("5.9.9", []),
    ],
)
def test_codes_that_begin_with_what_is_typed(typed: str, found: list[str]) -> None:
    assert [code.code for code in codes_like(CODES, typed)] == found
