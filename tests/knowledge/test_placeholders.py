"""Placeholders: what an exchange fills them with, what stays a slot, and that no command obeys a stranger."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.knowledge.placeholders import (
    PLACEHOLDERS,
    filled,
    filled_command,
    reversed_address,
    unknown_placeholders,
    values_of,
)
from support.knowledge_exchanges import exchange

RCPT = "RCPT TO:<berta@fabrikam.example>"


def test_an_outbound_refusal_gives_recipient_host_and_our_address() -> None:
    values = values_of(exchange("554 5.7.1 Client host [192.0.2.7] blocked using zen.spamhaus.org", RCPT))
    assert values["recipient"] == "berta@fabrikam.example"
    assert values["recipient_domain"] == "fabrikam.example"
    assert values["remote_host"] == "mx1.fabrikam.example"
    assert values["remote_domain"] == "fabrikam.example"
    assert values["our_address"] == "192.0.2.7"
    assert values["reversed_address"] == "7.2.0.192"
    assert values["block_list"] == "zen.spamhaus.org"
    assert (values["code"], values["enhanced"]) == ("554", "5.7.1")
    assert values["server"] == "MAIL01"
    assert "client_address" not in values


def test_an_inbound_refusal_gives_the_clients_address() -> None:
    values = values_of(exchange("550 5.7.1 Unable to relay", RCPT, inbound=True, host="203.0.113.9"))
    assert values["client_address"] == "203.0.113.9"
    assert values["reversed_address"] == "9.113.0.203"
    assert "our_address" not in values
    assert "remote_domain" not in values


def test_the_remote_hosts_own_address_is_not_taken_for_ours() -> None:
    values = values_of(exchange("550 203.0.113.9 refuses 192.0.2.7", RCPT, host="203.0.113.9"))
    assert values["our_address"] == "192.0.2.7"


@pytest.mark.parametrize(
    ("command", "sender", "domain"),
    [
        ("MAIL FROM:<anna@contoso.example> SIZE=1234", "anna@contoso.example", "contoso.example"),
        ("MAIL FROM:<>", "<>", None),
        ("DATA", None, None),
    ],
)
def test_the_sender_comes_from_mail_from(command: str, sender: str | None, domain: str | None) -> None:
    values = values_of(exchange("550 no", command))
    assert values.get("sender") == sender
    assert values.get("sender_domain") == domain


def test_size_and_helo_name_are_found_where_they_stand() -> None:
    assert values_of(exchange("552 no", "MAIL FROM:<a@contoso.example> SIZE=1234"))["message_size"] == "1234"
    assert values_of(exchange("504 no", "XEXCH50 1028 2"))["message_size"] == "1028"
    assert values_of(exchange("501 no", "EHLO mail.contoso.example"))["helo"] == "mail.contoso.example"
    assert values_of(exchange("504 <MAIL01>: Helo command rejected", RCPT))["helo"] == "MAIL01"


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("mx1.fabrikam.example", "fabrikam.example"),
        ("mx.fabrikam.co.uk", "fabrikam.co.uk"),
        ("fabrikam.example", "fabrikam.example"),
        ("localhost", None),
        ("203.0.113.9", None),
        ("", None),
    ],
)
def test_the_domain_of_a_host(host: str, domain: str | None) -> None:
    assert values_of(exchange("550 no", RCPT, host=host)).get("remote_domain") == domain


@pytest.mark.parametrize(
    ("address", "expected"),
    [("192.0.2.1", "1.2.0.192"), ("2001:db8::1", "1." + "0." * 23 + "8.b.d.0.1.0.0.2"), ("mx1", ""), ("", "")],
)
def test_addresses_are_reversed_as_block_lists_want_them(address: str, expected: str) -> None:
    assert reversed_address(address) == expected


def test_a_missing_value_is_a_visible_slot() -> None:
    assert filled("Ask {recipient_domain}.", {}) == "Ask <recipient domain>."
    assert filled_command("nslookup -type=mx {recipient_domain}", {}) == "nslookup -type=mx <recipient domain>"


def test_braces_that_are_no_placeholder_stay() -> None:
    assert filled("a {b} {C} {recipient}", {"recipient": "x@y.example"}) == "a {b} {C} x@y.example"
    assert unknown_placeholders("a {b} {recipient} {C}") == ["b"]


HOSTILE = [
    "x; rm -rf /",
    "$(reboot)",
    "`reboot`",
    "a|b",
    "a&b",
    "a b",
    "-flag",
    "a\nb",
    "a>b",
    "a'b",
    'a"b',
    "%PATH%",
    "a*",
    "mx.example\n",
]


@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
def test_a_hostile_value_never_lands_in_a_command(name: str) -> None:
    for value in HOSTILE:
        assert filled_command(f"nslookup {{{name}}}", {name: value}) == f"nslookup {PLACEHOLDERS[name]}", value


def test_a_hostile_host_becomes_the_slot_in_commands_and_stays_readable_in_texts() -> None:
    values = values_of(exchange("550 no", "RCPT TO:<a@$(reboot)>", host="x; rm -rf /"))
    assert filled_command("telnet {remote_host} 25", values) == "telnet <remote host> 25"
    assert filled_command("nslookup {recipient_domain}", values) == "nslookup <recipient domain>"
    assert "rm -rf" in filled("{remote_host}", values)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60), st.booleans())
def test_commands_hold_only_harmless_letters_whatever_the_event_holds(
    reply: str, command: str, host: str, inbound: bool
) -> None:
    values = values_of(exchange(reply, command, inbound=inbound, host=host))
    template = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    words = filled_command(template, values)
    for slot in PLACEHOLDERS.values():
        words = words.replace(slot, "slot")
    assert not set(words) & set("$`|&;<>(){}'\"\\*?!\n\r%#")
