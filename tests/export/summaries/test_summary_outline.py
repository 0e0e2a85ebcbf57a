"""What a summary says and in which order."""

from __future__ import annotations

from export.documents import BERLIN, document, inbound_summary, incident, summary
from smtpscope.export.summaries.content import Bullets, Days, SummaryFacts
from smtpscope.export.summaries.incident_wording import Calendar
from smtpscope.export.summaries.summary_outline import counted_bullets, headline, line_text, outline
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.grouping.incident import IncidentKey
from support.changed import replace

CALENDAR = Calendar(BERLIN, "Europe/Berlin")
ORDER = (
    "What it means",
    "When and how often",
    "Replies",
    "Affected recipients and servers",
    "Sample event",
    "What to check",
    "What to do",
    "What not to do",
    "Fixed when",
    "Ignore when",
    "Why this guidance",
    "Sources",
)


def test_the_sections_come_in_the_order_of_a_tickets_reader() -> None:
    content = outline(document(), limit=None)
    assert tuple(section.title for section in content.chapters[0].sections) == ORDER
    assert content.origin.title == "Source of this summary"


def test_the_headline_says_who_refuses_whom_with_what_how_often_and_whether_it_goes_on() -> None:
    assert line_text(headline(summary(), CALENDAR)) == (
        "Recipient unknown: mail.fabrikam.example refuses our RCPT with 550 5.1.1, 12 times, "
        "since 2026-11-16 20:47:03 +01:00 (Europe/Berlin); ongoing (log ends 11-18 22:48)."
    )


def test_inbound_it_is_our_server_that_refuses_and_what_is_over_is_told_in_the_past() -> None:
    assert line_text(headline(inbound_summary(), CALENDAR)) == (
        "Microsoft verb refused: our server refused XEXCH50 from 192.0.2.17 with 504, once, "
        "on 2026-11-18 22:47:03 +01:00 (Europe/Berlin, zone assumed); quiet for 30 h (log ends 11-18 22:48)."
    )


def test_events_that_were_not_understood_name_no_side() -> None:
    key = IncidentKey(Direction.UNKNOWN, "", None, "unparsed")
    unknown = summary(incident=incident(key=key, host="", count=3))
    assert line_text(headline(unknown, CALENDAR)) == ("Not parsed: 3 events could not be split into command and reply.")


def test_an_unnamed_host_is_told_in_words() -> None:
    unnamed = summary(incident=incident(host="", key=IncidentKey(Direction.OUTBOUND, "", None, "policy")))
    text = line_text(headline(unnamed, CALENDAR))
    assert "an unnamed remote host refuses our RCPT with a reply without a code" in text


def test_several_incidents_begin_with_a_list_of_them() -> None:
    content = outline(document(summary(), inbound_summary()), limit=None)
    (contents,) = content.overview
    assert isinstance(contents, Bullets)
    assert contents.items == tuple(chapter.headline for chapter in content.chapters)


def test_one_incident_needs_no_list_and_none_says_so() -> None:
    assert outline(document(), limit=None).overview == ()
    assert len(outline(replace(document(), incidents=()), limit=None).overview) == 1


def test_a_limit_tells_how_many_values_and_events_it_leaves_out() -> None:
    values = tuple((f"user{index}@fabrikam.example", 100 - index) for index in range(60))
    bullets = counted_bullets(values, 50, empty="-")
    assert len(bullets.items) == 51
    assert line_text(bullets.items[-1]) == f"and 10 more ({sum(100 - n for n in range(50, 60))} events)"
    assert len(counted_bullets(values, None, empty="-").items) == 60


def test_days_are_in_order_of_time_and_earlier_ones_are_summed_up() -> None:
    days = tuple((f"2026-10-{day:02}", day) for day in range(31, 0, -1))
    content = outline(document(summary(incident=incident(days=days))), limit=10)
    (block,) = (block for block in content.chapters[0].sections[1].blocks if isinstance(block, Days))
    assert [day for day, _ in block.counts] == [f"2026-10-{day:02}" for day in range(22, 32)]
    assert (block.earlier_days, block.earlier_events) == (21, sum(range(1, 22)))


def test_the_null_reverse_path_is_shown_as_it_is_written() -> None:
    content = outline(document(), limit=None)
    parties = content.chapters[0].sections[3]
    senders = [block for block in parties.blocks if isinstance(block, Bullets)][1]
    assert line_text(senders.items[1]) == "1 × <>"


def test_where_it_comes_from_names_files_filter_and_what_was_skipped() -> None:
    (facts,) = outline(document(), limit=None).origin.blocks
    assert isinstance(facts, SummaryFacts)
    told = {label: line_text(line) for label, line in facts.items}
    assert told["File"] == "/logs/Application.evtx"
    assert told["Filter"] == "code:550 host:mail.fabrikam.example"
    assert told["In view"] == "12 of 1,204 events in the log"
    assert told["Skipped"] == "2 records could not be read"
