"""The known name that was probably meant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.configuration.nearest import did_you_mean, nearest

_KNOWN = ["theme", "timezone", "grouping", "export.format", "export.folder", "export.mask", "keys"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("them", "theme"),
        ("Theme", "theme"),
        ("time-zone", "timezone"),
        ("group", "grouping"),
        ("mask", "export.mask"),
        ("export_mask", "export.mask"),
        ("exprot.format", "export.format"),
        ("qqqqq", None),
        ("", None),
    ],
)
def test_the_nearest_name_is_found(written: str, meant: str | None) -> None:
    assert nearest(written, _KNOWN) == meant


def test_where_nothing_is_near_all_are_named() -> None:
    assert did_you_mean("qqqqq", ["b", "a"]) == "Known names: a, b"


@settings(max_examples=100, deadline=None)
@given(st.text(), st.lists(st.text(max_size=20), max_size=5))
def test_any_names_give_one_of_them_or_none(name: str, known: list[str]) -> None:
    assert nearest(name, known) in (None, *known)
