"""Words and numbers for the level of an event."""

from __future__ import annotations

import pytest

from smtpscope.reading.windows_event.levels import level_of, level_of_type


@pytest.mark.parametrize(
    ("word", "level"),
    [("Error", "error"), ("WARNUNG", "warning"), ("Informationen", "information"), ("エラー", "error"), ("None", None)],
)
def test_a_word_is_a_level_in_any_language_we_know(word: str, level: str | None) -> None:
    assert level_of(word) == level


@pytest.mark.parametrize(
    ("number", "level"), [(0, "information"), (1, "error"), (2, "warning"), (4, "information"), (3, None), (None, None)]
)
def test_the_number_of_an_event_type_is_not_that_of_a_level(number: int | None, level: str | None) -> None:
    assert level_of_type(number) == level
