"""JSON that is verbatim and harmless at once."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from export.documents import HOSTILE, LEAKS
from smtpscope.export.formats.json_text import json_text


@settings(max_examples=100)
@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_comes_back_verbatim_and_can_be_encoded(text: str) -> None:
    encoded = json_text({"text": text}, indent=None)
    assert json.loads(encoded.encode("utf-8")) == {"text": text}


def test_lone_surrogates_come_back_too() -> None:
    assert json.loads(json_text("\ud800x\udfff").encode("utf-8")) == "\ud800x\udfff"


def test_no_control_and_no_bidi_sign_is_left_as_it_is() -> None:
    encoded = json_text(HOSTILE)
    assert not [leak for leak in LEAKS if leak in encoded]
    assert json.loads(encoded) == HOSTILE


def test_a_character_beyond_the_basic_plane_is_escaped_as_a_pair() -> None:
    assert json_text("\U000e0041") == '"\\udb40\\udc41"'
    assert json.loads('"\\udb40\\udc41"') == "\U000e0041"


def test_letters_of_all_scripts_stay_readable() -> None:
    assert json_text("邮件 ä") == '"邮件 ä"'
