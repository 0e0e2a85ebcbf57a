"""The letter to the other side."""

from __future__ import annotations

import pytest

from export.documents import advice, document, hostile_document, inbound_summary, incident, summary
from smtpscope.export.formats.postmaster import ADDRESS_TO_FILL_IN, render
from smtpscope.export.formats.text import WIDTH
from smtpscope.export.formats.text_columns import cell_width
from smtpscope.export.summaries.summary import IncidentSummary
from smtpscope.knowledge.entry import WhoActs
from smtpscope.parsing.smtp_exchange import Direction, RemoteHost, ReplyValues
from smtpscope.reading.microsoft_exchange.transport_replies import MAYBE_OURS
from smtpscope.store.grouping.incident import IncidentKey
from support.changed import replace


def of(who_acts: WhoActs, **changes: object) -> IncidentSummary:
    return summary(advice=advice(who_acts=who_acts), **changes)


def test_a_letter_is_due_only_where_they_have_to_act() -> None:
    assert "Dear postmaster" in render(document(of("them"), letter_anyway=False))
    others: dict[WhoActs, str] = {
        "us": "we have to act first",
        "sender": "the sender has to act",
        "recipient": "the recipient has to act",
        "nobody": "no action is needed",
    }
    for who, words in others.items():
        text = " ".join(render(document(of(who), letter_anyway=False)).split())
        assert "Dear postmaster" not in text
        assert text.startswith("No letter about 550 5.1.1 (Recipient unknown): ")
        assert words in text
        assert "--letter-anyway" in text


def test_what_it_asks_for_depends_on_the_cause() -> None:
    def asked(who: WhoActs, category: str) -> str:
        key = IncidentKey(Direction.OUTBOUND, "mail.fabrikam.example", 550, category)
        return " ".join(render(document(of(who, incident=incident(key=key)))).split())

    assert "Please check the certificate" in asked("them", "tls")
    assert "We have removed the cause on our side: [what we changed]. Please remove our IP address" in asked(
        "us", "blocked"
    )
    assert "Please let us know why your server refuses this mail" in asked("them", "policy")


def test_what_is_over_is_told_in_the_past() -> None:
    words = " ".join(render(document(summary(incident=incident(state="over")))).split())
    assert "mail.fabrikam.example refused our mail" in words
    assert "mail.fabrikam.example refused mail from our server" in words


def test_our_ip_address_is_the_one_that_their_reply_names() -> None:
    reply = replace(summary().sample.reply, values=ReplyValues(addresses=("192.0.2.25",)))
    assert "Our server:   192.0.2.25" in render(document(summary(sample=replace(summary().sample, reply=reply))))


def test_it_quotes_their_reply_with_its_time_in_utc() -> None:
    words = " ".join(render(document()).split())
    assert "550 5.1.1 <bob@fabrikam.example>: Recipient address rejected: User unknown" in words
    assert "2026-11-18 21:47:03 UTC" in words


def test_it_goes_to_the_postmaster_of_the_recipients_domain() -> None:
    assert render(document()).startswith("To: postmaster@fabrikam.example\n")


def test_recipients_in_several_domains_leave_the_host_as_the_address() -> None:
    several = incident(recipients=(("a@one.example", 1), ("b@two.example", 1)))
    assert render(document(summary(incident=several))).startswith("To: postmaster@mail.fabrikam.example\n")


def test_an_ip_address_is_written_as_a_domain_literal() -> None:
    assert render(document(inbound_summary())).startswith("To: postmaster@[192.0.2.17]\n")


def test_it_leaves_our_own_address_to_fill_in() -> None:
    assert ADDRESS_TO_FILL_IN in render(document())


def test_nothing_internal_is_in_it() -> None:
    text = render(document())
    for internal in ("MAIL01", "Application", "120345", "code:550", "contoso", "virtual server", "7004"):
        assert internal not in text


def test_inbound_it_is_our_reply_that_is_quoted() -> None:
    text = render(document(inbound_summary()))
    assert "Our reply:    504 Need to authenticate first" in text
    assert "Your reply" not in text


def test_events_that_were_not_understood_need_no_letter() -> None:
    unknown = summary(incident=incident(key=IncidentKey(Direction.UNKNOWN, "", None, "")))
    assert "Dear postmaster" not in render(document(unknown))
    assert render(replace(document(), incidents=())).startswith("No incident")


def test_our_own_words_about_a_delivery_are_no_reply_to_ask_about() -> None:
    maybe_ours = replace(summary().sample, guess=f"{MAYBE_OURS}; and whose it is can't be told")
    text = render(document(summary(sample=maybe_ours)))
    assert "Dear postmaster" not in text
    words = " ".join(text.split())
    assert words.startswith("No letter about 550 5.1.1: the reply may be our own server's comment on the delivery")
    assert "The SMTP protocol log of our Send connector (SmtpSend, SEND*.LOG)" in words


@pytest.mark.parametrize("provider", ["Message Tracking Log", "Transport Connectivity Log"])
def test_a_log_of_deliveries_that_names_no_host_gives_nobody_to_write_to(provider: str) -> None:
    sample = replace(summary().sample, provider=provider)
    assert "Dear postmaster" in render(document(summary(sample=sample)))
    nobody = replace(sample, remote_host=RemoteHost("", "", False))
    text = render(document(summary(sample=nobody)))
    assert "Dear postmaster" not in text
    assert "this log does not name the other side" in " ".join(text.split())
    assert "Dear postmaster" in render(document(summary(sample=replace(nobody, provider="postfix/smtp"))))


def test_no_line_is_too_wide_for_a_mail() -> None:
    for made in (document(summary(), inbound_summary()), hostile_document()):
        assert max(cell_width(line) for line in render(made).splitlines()) <= WIDTH
