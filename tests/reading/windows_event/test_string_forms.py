"""Insertion strings in the forms in which tools print them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpscope.reading.windows_event.string_forms import number_in, of_text, printed_list, strings_of

SIX = ("1", "7", "", "rcpt", "550 5.1.1 <ann@example.com> 'unknown'", "RCPT TO:<ann@example.com> ")


@pytest.mark.parametrize(
    "value",
    [
        list(SIX),
        [text or None for text in SIX],
        {"#text": list(SIX)},
        {"Data": [{"#text": text} if text else {} for text in SIX], "Binary": "00"},
        {"Data": [{"@Name": f"param{number}", "#text": text} for number, text in enumerate(SIX, 1)]},
        {f"param{number}": text for number, text in enumerate(SIX, 1) if text},
        {f"Data[{number}]": text for number, text in enumerate(SIX, 1)},
        [{f"param{number}": text} for number, text in enumerate(SIX, 1)],
        "".join(f"<string>{text}</string>\n" for text in SIX),
        repr(list(SIX)),
        " ¦ ".join(f"Data[{number}]: {text}" for number, text in enumerate(SIX, 1)),
    ],
)
def test_the_six_strings_are_found_in_every_form(value: Any) -> None:
    assert strings_of(value) == SIX


def test_elements_are_unescaped_but_those_of_python_evtx_are_not() -> None:
    assert of_text("<Param>1</Param><Param/><Param>RCPT TO:&lt;a&amp;b@example.com&gt;</Param>") == (
        "1",
        "",
        "RCPT TO:<a&b@example.com>",
    )
    assert of_text("<string>&lt;</string>") == ("&lt;",)


def test_strings_that_are_one_text_stay_one_text() -> None:
    assert strings_of("1, 7, mx.example.com, rcpt, 550 no, such user, RCPT TO:<a@example.com>") == (
        "1, 7, mx.example.com, rcpt, 550 no, such user, RCPT TO:<a@example.com>",
    )
    assert strings_of('{"EventData":{"Data":"1, 7, rcpt","Binary":""}}') == ("1, 7, rcpt",)


def test_a_printed_list_may_have_lost_its_commas() -> None:
    assert printed_list("['1'  None  \"it's\"  'a\\\\b']") == ("1", "", "it's", "a\\b")
    assert printed_list("['1', 'open") == ()


@pytest.mark.parametrize(
    ("name", "number"),
    [("param3", 3), ("Data[3]", 3), ("Data_0", 0), ("String 6", 6), ("Data", None), ("Level2", None)],
)
def test_a_name_tells_the_number_of_its_string(name: str, number: int | None) -> None:
    assert number_in(name) == number


@given(
    st.text(),
    st.recursive(st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)),
)
def test_nothing_raises(text: str, value: Any) -> None:
    of_text(text)
    of_text(f"['{text}")
    strings_of(value)
