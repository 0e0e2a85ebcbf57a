"""The facts in the XML below a copied event."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from smtpscope.reading.event_exports.blocks.copied_xml import XmlFacts, facts_of


def test_empty_strings_keep_their_place_however_they_are_written() -> None:
    xml = "<EventData><Data>1</Data><Data/><Data>\n    </Data><Data></Data><Data>a &lt;b&gt; </Data></EventData>"
    assert facts_of(xml).strings == ("1", "", "", "", "a <b> ")


def test_both_kinds_of_quotes_around_the_time_are_read() -> None:
    for quote in "'\"":
        xml = f"<TimeCreated SystemTime={quote}2015-06-08T08:13:12.000000000Z{quote}/>"
        assert facts_of(xml).system_time == "2015-06-08T08:13:12.000000000Z"


def test_what_is_missing_is_none() -> None:
    assert facts_of("<Event><EventData><Data>cut o") == XmlFacts(None, None, None)


@given(
    st.lists(st.sampled_from(["<EventData>", "</EventData>", "<Data>", "</Data>", "<Data/>", "&", "x", "\n"])).map(
        "".join
    )
)
def test_any_xml_gives_facts(xml: str) -> None:
    assert isinstance(facts_of(xml), XmlFacts)
