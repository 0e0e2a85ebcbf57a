"""Incidents: what is one, and which facts it carries."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC
from zoneinfo import ZoneInfo

import numpy as np

from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.store.filter.filter_evaluation import matching
from smtpscope.store.filter.filter_grammar import parse_filter
from smtpscope.store.grouping.incident import Incident, IncidentKey
from smtpscope.store.grouping.incidents import incident_of, incidents
from store.events import exchange, ms, store_of, three_weeks, unparsed

EVENTS = three_weeks()
STORE = store_of(*EVENTS)


def of(text: str) -> list[Incident]:
    return incidents(STORE, matching(STORE, parse_filter(text), UTC), UTC)


def test_incidents_are_split_as_one_by_one() -> None:
    expected: dict[IncidentKey, list[int]] = defaultdict(list)
    for row, event in enumerate(EVENTS):
        key = IncidentKey(event.direction, event.remote_host.key, event.reply.code, STORE.match(row).category)
        expected[key].append(row)
    found = incidents(STORE, None, UTC)
    assert {each.key: each.rows.tolist() for each in found} == dict(expected)
    assert [each.count for each in found] == sorted((len(rows) for rows in expected.values()), reverse=True)


def test_the_cause_and_the_direction_are_part_of_the_key() -> None:
    store = store_of(
        exchange(said="550 User unknown"),
        exchange(said="550 dnsbl"),
        exchange(said="550 dnsbl", direction=Direction.INBOUND),
    )
    assert len(incidents(store, None, UTC)) == 3


def test_the_facts_of_a_block_list_incident() -> None:
    (found,) = of("550 host:fabrikam")
    assert found.host == "mail.fabrikam.example"
    assert found.spellings == ()
    assert (found.first_ms, found.last_ms) == (ms("2026-11-18 22:47:03"), ms("2026-11-22 23:12:44"))
    assert found.recipients == (("orders@fabrikam.example", 32), ("support@fabrikam.example", 32))
    assert found.days[0] == ("2026-11-18", 1)
    assert sum(count for _, count in found.days) == found.count == 64
    assert found.enhanced_codes == (("5.7.1", 64),)
    assert found.verbs == (("RCPT", 64),)
    assert found.event_ids == (("7002", 64),)
    assert found.files == (("application.evtx", 64),)
    assert found.ongoing is True
    assert (found.log_start_ms, found.log_end_ms) == (STORE.log_start_ms, STORE.log_end_ms)
    assert found.quiet_ms == (STORE.log_end_ms or 0) - ms("2026-11-22 23:12:44")


def test_several_spellings_are_listed_the_usual_one_first() -> None:
    (found,) = of("550 host:contoso")
    assert found.host == "mx1.contoso.example"
    assert found.spellings == ("mx1.contoso.example", "MX1.CONTOSO.EXAMPLE")
    assert dict(found.recipients) == {
        "sales@contoso.example": 60,
        "info@contoso.example": 30,
        "user550@contoso.example": 30,
    }


def test_an_outage_is_over() -> None:
    (found,) = of("421 since:11-14")
    assert found.ongoing is False
    assert found.state == "over"
    assert len(found.episodes) == 1
    assert found.servers == (("EXCH01", 190),)


def test_senders_come_from_mail_and_the_null_sender_is_one() -> None:
    (found,) = of("452")
    assert found.senders == (("", 30),)
    assert found.recipients == ()


def test_the_sample_is_the_latest_with_the_most_frequent_reply() -> None:
    replies = ["550 User unknown", "550 User unknown ", "550 unknown user", "550 User unknown  ", "550 unknown user"]
    store = store_of(*(exchange(said=said, time=number) for number, said in enumerate(replies)))
    (found,) = incidents(store, None, UTC)
    assert found.sample_row == 3
    assert found.replies == (("550 User unknown", 3), ("550 unknown user", 2))


def test_days_are_those_of_the_zone() -> None:
    store = store_of(exchange(time="2026-11-18 23:30:00"))
    assert incidents(store, None, ZoneInfo("Europe/Berlin"))[0].days == (("2026-11-19", 1),)


def test_a_zone_is_assumed_for_those_times_only_whose_log_names_none() -> None:
    named = [exchange(time=f"2026-11-18 2{hour}:30:00") for hour in (0, 2)]
    assumed = exchange(time="2026-11-18 21:30:00", time_assumed=True)
    (only,) = incidents(store_of(*named, assumed), None, UTC)
    assert (only.without_zone, only.first_assumed, only.last_assumed, only.time_assumed) == (1, False, False, True)
    (only,) = incidents(store_of(assumed, named[1]), None, UTC)
    assert (only.without_zone, only.first_assumed, only.last_assumed) == (1, True, False)


def test_events_without_times_make_an_incident_too() -> None:
    store = store_of(exchange(time=None), unparsed())
    found = {each.key.direction: each for each in incidents(store, store.columns.code > 0, UTC)}
    only = found[Direction.OUTBOUND]
    assert (only.first_ms, only.last_ms, only.quiet_ms, only.days, only.episodes) == (None, None, None, (), ())
    assert not only.time_assumed
    everything = incidents(store, None, UTC)
    assert {each.key.code for each in everything} == {550, None}


def test_one_event_leads_to_its_incident_whatever_the_filter() -> None:
    row = next(number for number, event in enumerate(EVENTS) if event.reply.code == 421)
    assert incident_of(STORE, None, row, UTC).count == 196
    other = matching(STORE, parse_filter("550"), UTC)
    assert incident_of(STORE, other, row, UTC).rows.tolist() == [row]


def test_no_rows_are_no_incidents() -> None:
    assert incidents(STORE, np.zeros(len(STORE), np.bool_), UTC) == []
    assert incidents(store_of(), None, UTC) == []


def test_incidents_cover_exactly_the_rows_that_were_asked_for() -> None:
    mask = matching(STORE, parse_filter("4xx since:11-16"), UTC)
    rows = np.sort(np.concatenate([each.rows for each in incidents(STORE, mask, UTC)]))
    assert rows.tolist() == np.flatnonzero(mask).tolist()


def recipients_one_by_one(events: list[SmtpExchange]) -> Counter[str]:
    return Counter(event.command.mailbox or "" for event in events if event.command.verb == "RCPT")


def test_recipients_are_counted_as_one_by_one() -> None:
    for each in incidents(STORE, None, UTC):
        assert dict(each.recipients) == recipients_one_by_one([EVENTS[row] for row in each.rows.tolist()])
