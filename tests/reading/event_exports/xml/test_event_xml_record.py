"""One event in XML."""

from __future__ import annotations

from datetime import datetime

import pytest

from smtpscope.reading.event_exports.xml.event_xml_record import (
    UnreadableEventError,
    event_record,
    names_another_provider,
)
from support.event_texts import TextEvent
from support.event_xml_texts import xml_event

EVENT = TextEvent(datetime(2009, 1, 26, 13, 4, 34))  # noqa: DTZ001


@pytest.mark.parametrize("quote", ["'", '"'])
def test_another_provider_is_told_without_reading_the_xml(quote: str) -> None:
    assert names_another_provider(xml_event(EVENT, provider="ESE", quote=quote))
    assert not names_another_provider(xml_event(EVENT, quote=quote))
    assert not names_another_provider("<Event><Provider/></Event>")


def test_an_event_of_another_provider_is_no_record() -> None:
    assert event_record(xml_event(EVENT, provider="ESE"), file="x", offset=0) == (None, False)


def test_user_data_gives_the_texts_at_its_ends() -> None:
    text = xml_event(EVENT)
    start, end = text.index("<EventData>"), text.index("</Event>")
    text = text[:start] + "<UserData><a><b>1</b><c><d>2</d><e/></c></a></UserData>" + text[end:]
    record, _ = event_record(text, file="x", offset=0)
    assert record is not None
    assert record.strings == ("1", "2", "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<Event></Event>", "does not name its source"),
        ("<Event><System/></Event>", "does not name its source"),
        ("<Event><System></Event>", "not well-formed XML"),
        ("", "not well-formed XML"),
        ("<Event>&a;</Event>", "undefined entity"),
    ],
)
def test_what_is_no_event_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(UnreadableEventError, match=reason):
        event_record(text, file="x", offset=0)


def test_forbidden_characters_are_replaced_and_told() -> None:
    text = xml_event(EVENT).replace("User unknown", "\x00&#0;&#xD800;\ud800&#65;")
    record, mended = event_record(text, file="x", offset=0)
    assert mended
    assert record is not None
    assert record.strings is not None
    assert record.strings[4] == "550 5.1.1 \ufffd\ufffd\ufffd\ufffdA "
