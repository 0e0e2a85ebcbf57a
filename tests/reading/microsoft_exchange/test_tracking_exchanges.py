"""Who refused whom: what a row of a message tracking log becomes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.microsoft_exchange.tracking_exchanges import MAY_REFUSE, exchanges_of
from smtpscope.reading.microsoft_exchange.tracking_rows import TrackingColumns, TrackingRow
from smtpscope.reading.microsoft_exchange.transport_log import iso_milliseconds
from smtpscope.reading.microsoft_exchange.transport_replies import MAYBE_OURS
from smtpscope.reading.record import SmtpExchangeRecord
from smtpscope.reading.text.encodings import detect
from support.tracking_logs import COLUMNS, row, status

NAMES = COLUMNS["15.02.1544.004"]
SENDING = {
    "client-ip": "192.0.2.10",
    "client-hostname": "EXCH01",
    "server-ip": "198.51.100.25",
    "server-hostname": "mx1.contoso.example",
    "connector-id": "To Internet",
    "source": "SMTP",
    "event-id": "FAIL",
    "recipient-address": "anna@contoso.example",
    "recipient-status": "550 5.1.1 User unknown",
}
RECEIVING = SENDING | {
    "client-ip": "203.0.113.9",
    "server-ip": "192.0.2.10",
    "server-hostname": "",
    "connector-id": "EXCH01\\Default EXCH01",
    "source-context": "Sender Id Agent",
    "recipient-status": status("550 5.7.1 Sender ID (PRA) Not Permitted", "", "192.0.2.10"),
}
OWN = {
    "client-ip": "192.0.2.10",
    "client-hostname": "EXCH01",
    "event-id": "FAIL",
    "original-client-ip": "192.0.2.77",
    "recipient-address": "nobody@example.com",
}


def found(values: dict[str, str], offset: int = 0) -> list[SmtpExchangeRecord]:
    text = row(NAMES, values).rstrip()
    return exchanges_of(
        "x.log", TrackingRow(text, TrackingColumns(tuple(NAMES)), detect(b""), lambda index: offset + index)
    )


def only(values: dict[str, str]) -> SmtpExchangeRecord:
    [exchange] = found(values)
    return exchange


def test_what_a_remote_host_refused_is_outbound() -> None:
    exchange = only(SENDING | {"date-time": "2026-11-09T06:12:41.123Z"})
    assert exchange == SmtpExchangeRecord(
        file="x.log",
        offset=0,
        time_ms=1_794_204_761_123,
        time_assumed=False,
        side="outbound",
        provider="Message Tracking Log",
        computer="EXCH01",
        connector="To Internet",
        remote_host="mx1.contoso.example",
        logged_verb="",
        command="",
        reply="550 5.1.1 User unknown",
        mailbox="anna@contoso.example",
    )


def test_the_host_of_the_status_comes_before_that_of_the_row() -> None:
    assert only(SENDING | {"recipient-status": status("550 no", "mx2.contoso.example")}).remote_host == (
        "mx2.contoso.example"
    )
    assert only(SENDING | {"server-hostname": ""}).remote_host == "198.51.100.25"


def test_an_agent_that_turns_a_client_away_is_inbound() -> None:
    exchange = only(RECEIVING)
    assert (exchange.side, exchange.remote_host, exchange.computer) == ("inbound", "203.0.113.9", "EXCH01")
    assert exchange.connector == "EXCH01\\Default EXCH01"


def test_a_client_without_an_address_is_named_as_it_names_itself() -> None:
    values = RECEIVING | {"client-ip": "", "client-hostname": "mail.client.example"}
    assert only(values | {"connector-id": "", "event-id": "RECEIVE"}).remote_host == "mail.client.example"
    assert only(values | {"original-client-ip": "203.0.113.9"}).remote_host == "203.0.113.9"


@pytest.mark.parametrize(
    ("source", "reply"),
    [
        ("ROUTING", "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"),
        ("AGENT", "550 4.3.2 QUEUE.TransportAgent; message deleted by transport agent"),
        ("STOREDRIVER", "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded"),
    ],
)
def test_what_our_own_server_refused_is_inbound(source: str, reply: str) -> None:
    exchange = only(OWN | {"source": source, "recipient-status": status(reply)})
    assert (exchange.side, exchange.remote_host, exchange.computer) == ("inbound", "192.0.2.77", "EXCH01")
    assert exchange.connector is None
    assert exchange.reply == reply


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("QUEUE", "550 4.4.7 QUEUE.Expired; message expired"),
        ("DNS", "550 5.4.310 DNS domain does not exist"),
        ("ROUTING", "554 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain"),
        ("ROUTING", status("550 5.1.1 User unknown", "mx1.contoso.example")),
    ],
)
def test_what_kept_a_message_from_getting_out_is_outbound(source: str, told: str) -> None:
    assert only(OWN | {"source": source, "recipient-status": told}).side == "outbound"


@pytest.mark.parametrize(
    ("source", "reply"),
    [
        ("QUEUE", "550 4.4.7 QUEUE.Expired; message expired"),
        ("DNS", "550 5.4.310 DNS domain does not exist"),
        ("ROUTING", "554 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain"),
        ("SMTP", '441 4.4.1 Error encountered while communicating with primary target IP address: "Failed to connect"'),
        ("SMTP", "451 4.7.1 later"),
    ],
)
def test_the_server_that_made_the_entry_is_not_the_one_that_refused(source: str, reply: str) -> None:
    values = {"event-id": "FAIL", "source": source, "server-hostname": "EX01", "recipient-address": "a@b.example"}
    for told in (reply, status(reply)):
        exchange = only(values | {"recipient-status": told})
        assert (exchange.side, exchange.remote_host, exchange.computer) == ("outbound", "", "EX01")
        assert exchange.guess == MAYBE_OURS


def test_our_own_words_about_a_host_name_it_and_are_told_as_ours() -> None:
    reply = "441 4.4.1 Error encountered"
    for values in (
        SENDING | {"recipient-status": reply},
        OWN | {"source": "SMTP", "recipient-status": status(reply, "mx1.contoso.example")},
    ):
        exchange = only(values)
        assert (exchange.remote_host, exchange.computer, exchange.guess) == (
            "mx1.contoso.example",
            "EXCH01",
            MAYBE_OURS,
        )
    assert only(SENDING | {"server-ip": ""}).remote_host == "mx1.contoso.example"
    assert only(OWN | {"source": "ROUTING", "recipient-status": status("550 no", "mx.b.example")}).guess is None


def test_an_agent_names_the_client_and_our_server() -> None:
    values = {
        "client-hostname": "x",
        "server-hostname": "EX01",
        "source": "AGENT",
        "recipient-status": status("550 no"),
    }
    assert only(OWN | values).computer == "EX01"


def test_each_recipient_has_a_place_of_its_own_in_the_row() -> None:
    values = SENDING | {
        "recipient-address": "anna@contoso.example;ben@contoso.example; ;carl@contoso.example",
        "recipient-status": "550 5.1.1 no;250 2.1.5 OK;451 4.7.1 later",
    }
    first, second = found(values, offset=1_000)
    text = row(NAMES, values)
    assert (first.offset, first.mailbox, first.reply) == (1_000, "anna@contoso.example", "550 5.1.1 no")
    assert (second.offset, second.mailbox) == (1_000 + text.index("carl@"), "carl@contoso.example")
    assert second.reply == "451 4.7.1 later"


def test_the_same_recipient_twice_has_two_places() -> None:
    both = found(SENDING | {"recipient-address": "anna@contoso.example;anna@contoso.example"})
    assert [exchange.mailbox for exchange in both] == ["anna@contoso.example"] * 2
    assert both[0].offset < both[1].offset


def test_replies_that_are_nobodys_for_sure_are_told_so() -> None:
    values = SENDING | {
        "recipient-address": "anna@contoso.example;ben@contoso.example",
        "recipient-status": "550 5.1.1 a;550 5.1.1 b;551 c",
    }
    exchanges = found(values)
    assert [(exchange.mailbox, exchange.reply) for exchange in exchanges] == [
        (None, "550 5.1.1 a"),
        (None, "550 5.1.1 b"),
        (None, "551 c"),
    ]
    assert len({exchange.offset for exchange in exchanges}) == 3
    assert exchanges[0].guess == ("The log lists 3 replies for 2 recipients, without saying which belongs to whom")


def test_a_list_that_is_no_list_of_people_is_one_exchange() -> None:
    exchange = only(SENDING | {"recipient-address": "a;" * 20_001})
    assert (exchange.mailbox, exchange.reply) == (None, "550 5.1.1 User unknown")
    assert exchange.guess == "The log lists 1 reply for 20001 recipients, without saying which belongs to whom"


def test_who_gets_a_report_was_not_refused() -> None:
    exchange = only(OWN | {"event-id": "DSN", "source": "DSN", "recipient-status": "550 5.1.1 RESOLVER.x; not found"})
    assert exchange.mailbox is None
    assert exchange.guess is None


def test_a_delay_has_its_reply_in_the_source_context() -> None:
    values = SENDING | {
        "event-id": "DEFER",
        "recipient-status": "",
        "recipient-address": "anna@contoso.example;ben@contoso.example",
        "source-context": "'451 4.4.0 Primary target responded with: \"421 4.2.1 Unable\"'",
    }
    assert [(exchange.mailbox, exchange.reply) for exchange in found(values)] == [
        ("anna@contoso.example", '451 4.4.0 Primary target responded with: "421 4.2.1 Unable"'),
        ("ben@contoso.example", '451 4.4.0 Primary target responded with: "421 4.2.1 Unable"'),
    ]
    assert found(values | {"event-id": "RECEIVE"}) == []


def test_a_row_without_a_refusal_gives_none() -> None:
    assert found(SENDING | {"event-id": "SEND", "recipient-status": "250 2.1.5 Recipient OK"}) == []
    assert found({}) == []


def test_quotes_and_letters_come_back_as_people_read_them() -> None:
    text = row(NAMES, SENDING | {"recipient-address": "jörg@contoso.example", "recipient-status": '550 "no", ünknown'})
    searched = text.encode().decode("latin-1").rstrip()
    [exchange] = exchanges_of(
        "x", TrackingRow(searched, TrackingColumns(tuple(NAMES)), detect(b""), lambda index: index)
    )
    assert (exchange.mailbox, exchange.reply) == ("jörg@contoso.example", '550 "no", ünknown')


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-09T06:12:41.123Z", 1_794_204_761_123),
        ("2026-11-09T06:12:41Z", 1_794_204_761_000),
        ("2026-11-09T08:12:41.123+02:00", 1_794_204_761_123),
        ("2026-11-09 06:12:41.123", 1_794_204_761_123),
        ("2026-13-09T06:12:41.123Z", None),
        ("0001-01-01T00:00:00+14:00", -62_135_647_200_000),
        ("", None),
        ("\x1b[31m", None),
    ],
)
def test_times_are_utc(written: str, expected: int | None) -> None:
    assert iso_milliseconds(written) == expected


@settings(max_examples=50)
@given(
    st.fixed_dictionaries(
        {
            name: st.text(alphabet='ab450 1.-;,"\n[]{}LED=FQ\\\0\x1b', max_size=30)
            for name in ("recipient-address", "recipient-status", "source-context", "connector-id", "date-time")
        }
    ),
    st.sampled_from(["FAIL", "DEFER", "SEND", "DSN", ""]),
    st.sampled_from(["SMTP", "ROUTING", "AGENT", "QUEUE", ""]),
)
def test_any_row_is_read_and_none_with_a_refusal_is_passed_over(
    values: dict[str, str], event: str, source: str
) -> None:
    values = {"client-ip": "192.0.2.1"} | values | {"event-id": event, "source": source}
    exchanges = found(values)
    places = [exchange.offset for exchange in exchanges]
    assert places == sorted(set(places))
    if exchanges:
        assert MAY_REFUSE.search(row(NAMES, values).rstrip())
