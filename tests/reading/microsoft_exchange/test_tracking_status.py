"""Which replies a recipient status holds, and whose each of them is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.microsoft_exchange.tracking_status import (
    RecipientRefusal,
    attempted_host,
    refusal_in_context,
    refusals_in,
)
from support.tracking_logs import status

UNKNOWN = "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"


def told(text: str, recipients: int) -> list[tuple[int | None, str]]:
    return [(refusal.recipient, refusal.logged_verb.reply) for refusal in refusals_in(text, recipients)[0]]


def test_a_reply_may_hold_semicolons() -> None:
    assert told(UNKNOWN, 1) == [(0, UNKNOWN)]
    assert told("550 5.1.1 a;551 b", 1) == [(0, "550 5.1.1 a;551 b")]


def test_one_reply_is_for_all_recipients() -> None:
    assert told(UNKNOWN, 3) == [(0, UNKNOWN), (1, UNKNOWN), (2, UNKNOWN)]


def test_as_many_replies_as_recipients_go_with_them_one_by_one() -> None:
    assert told("250 2.1.5 Recipient OK;550 5.1.1 Unknown;451 4.7.1 Later", 3) == [
        (1, "550 5.1.1 Unknown"),
        (2, "451 4.7.1 Later"),
    ]


def test_a_recipient_without_a_reply_keeps_its_place() -> None:
    assert told(";550 5.1.1 Unknown", 2) == [(1, "550 5.1.1 Unknown")]


def test_replies_with_semicolons_are_parted_at_the_codes() -> None:
    assert told(f"{UNKNOWN};250 2.1.5 OK; queued;{UNKNOWN}", 3) == [(0, UNKNOWN), (2, UNKNOWN)]


def test_with_another_number_of_replies_nobody_is_named() -> None:
    refusals, replies = refusals_in("550 5.1.1 a;250 2.1.5 b;451 4.7.1 c", 2)
    assert replies == 3
    assert [(each.recipient, each.logged_verb.begin, each.logged_verb.reply) for each in refusals] == [
        (None, 0, "550 5.1.1 a"),
        (None, 24, "451 4.7.1 c"),
    ]


@pytest.mark.parametrize("text", ["", "To;Cc", "250 2.1.5 Recipient OK", "4505500", "550.12", "see 550 5.1.1"])
def test_what_begins_with_no_refusal_is_none(text: str) -> None:
    assert told(text, 1) == []


def test_named_values_are_taken_by_name_in_any_order() -> None:
    for text in (
        "[{LED=550 5.1.1 no};{MSG=};{FQDN=mx.contoso.example};{IP=198.51.100.25};{LRT=11/9/2026 6:12:41 AM}]",
        "[{LRT=};{LED=550 5.1.1 no};{FQDN=mx.contoso.example};{IP=198.51.100.25}]",
        "{LED=550 5.1.1 no};{FQDN=mx.contoso.example}",
    ):
        [refusal] = refusals_in(text, 1)[0]
        assert (refusal.logged_verb.reply, refusal.logged_verb.host) == ("550 5.1.1 no", "mx.contoso.example")


def test_the_address_stands_in_for_a_host_without_a_name() -> None:
    [refusal] = refusals_in(status("550 5.1.1 no", "", "198.51.100.25"), 1)[0]
    assert refusal.logged_verb.host == "198.51.100.25"


def test_the_further_text_is_the_reply_where_the_error_is_none() -> None:
    assert told("[{LED=};{MSG=451 4.4.0 DNS query failed};{FQDN=};{IP=};{LRT=}]", 1) == [
        (0, "451 4.4.0 DNS query failed")
    ]


def test_braces_brackets_and_semicolons_of_a_named_reply_are_its_own() -> None:
    reply = "550 5.7.51 TenantInboundAttribution; {see} [CH3 2026-11-09T06:12:41.123Z 08DE]};x"
    assert told(f"{status(reply)};{status('250 2.1.5 OK')};{status(reply)}", 3) == [(0, reply), (2, reply)]


def test_named_values_without_brackets_are_parted_where_a_name_comes_again() -> None:
    assert told("{LED=550 a};{FQDN=};{LED=551 b};{FQDN=}", 2) == [(0, "550 a"), (1, "551 b")]


def test_a_named_status_that_is_cut_off_gives_what_is_left() -> None:
    assert told("[{LED=550 5.1.1 User unkn", 1) == [(0, "550 5.1.1 User unkn")]


@pytest.mark.parametrize(
    ("context", "reply"),
    [
        ("451 4.4.0 DNS query failed", "451 4.4.0 DNS query failed"),
        ("'451 4.4.0 Primary target responded'", "451 4.4.0 Primary target responded"),
        ("Deferred: 451 4.4.0 Primary target responded", "451 4.4.0 Primary target responded"),
        (status("421 4.2.1 Unable to connect"), "421 4.2.1 Unable to connect"),
    ],
)
def test_a_source_context_holds_a_reply(context: str, reply: str) -> None:
    found = refusal_in_context(context)
    assert found is not None
    assert found.reply == reply


@pytest.mark.parametrize("context", ["", "Transport Rule Agent", "08D509854059E1CD;451", "port 451 4 4", "1451 4.4.0"])
def test_other_source_contexts_hold_none(context: str) -> None:
    assert refusal_in_context(context) is None


@pytest.mark.parametrize(
    "reply",
    [
        "450 4.4.316 Connection refused [Message=Socket error code 10061] [LastAttemptedServerName=mx.contoso.example]",
        '441 4.4.1 Error communicating with "x". The last endpoint attempted was mx.contoso.example:25',
    ],
)
def test_our_servers_words_name_the_host_it_tried(reply: str) -> None:
    assert attempted_host(reply) == "mx.contoso.example"
    assert refusals_in(reply, 1)[0] == [RecipientRefusal(refusals_in(reply, 1)[0][0].logged_verb, 0)]
    assert refusals_in(reply, 1)[0][0].logged_verb.host == "mx.contoso.example"


@settings(max_examples=50)
@given(st.text(alphabet="45012. -;[]{}LEDMSGFQIPRT=\"'x", max_size=80), st.integers(0, 4))
def test_any_status_is_read(text: str, recipients: int) -> None:
    for refusal in refusals_in(text, recipients)[0]:
        assert refusal.logged_verb.reply in text
        assert text.find(refusal.logged_verb.reply, refusal.logged_verb.begin) >= 0
        assert refusal.recipient is None or refusal.recipient < recipients
    refusal_in_context(text)
