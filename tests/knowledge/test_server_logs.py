"""What mail servers write into logs of their own: which guidance each reply gets."""

from __future__ import annotations

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.parsing.command import parse_command
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Direction


def entry_of(knowledge: KnowledgeBase, verb: str, text: str, direction: Direction) -> str:
    return knowledge.matcher.match(parse_reply(text), parse_command(verb, verb), direction).entry_id


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", "store-driver-throttled"),
        ("432 4.2.0 STOREDRV; mailbox server is too busy", "store-driver-waits"),
        ("550 5.2.0 STOREDRV.Deliver; The Information Store service reported an error", "store-driver-failed"),
        ("554 5.2.2 STOREDRV.Deliver; MapiExceptionShutoffQuotaExceeded:16.18969", "mailbox-full"),
        ("420 4.2.0 RESOLVER.ADR.Ambiguous; ambiguous address", "exchange-ambiguous-recipient"),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", "exchange-recipient-not-resolved"),
        ("550 5.7.1 TRANSPORT.RULES.RejectMessage; no macros here, please", "exchange-transport-rule"),
        (
            "454 4.7.5 The certificate specified in TlsCertificateName could not be found",
            "exchange-tls-certificate-name",
        ),
        ("550 5.4.6 ROUTING.LoopDetection; loop detected", "loop"),
        ("retry timeout exceeded", "message-given-up"),
        ("550 4.4.7 QUEUE.Expired; message expired", "message-given-up"),
        ("451 4.4.0 DNS query failed", "dns-query-failed"),
    ],
)
def test_what_our_server_reports_of_mail_that_goes_out(knowledge: KnowledgeBase, text: str, entry: str) -> None:
    assert entry_of(knowledge, "", text, Direction.OUTBOUND) == entry


@pytest.mark.parametrize(
    ("verb", "text", "entry"),
    [
        ("MAIL", "530 5.7.57 Client not authenticated to send mail.", "exchange-anonymous-refused"),
        ("RCPT", "550 5.7.1 Client does not have permissions to submit to this server", "exchange-anonymous-refused"),
        ("DATA", "550 5.7.60 SMTP; Client does not have permissions to send as this sender", "exchange-send-as"),
        ("DATA", "451 4.7.0 Temporary server error. Please try again later. PRX5", "exchange-proxy-failed"),
        ("CONN", "421 4.3.2 System not accepting network messages", "back-pressure"),
        ("RCPT", "450 4.3.2 Service currently unavailable", "postscreen-first-contact"),
        ("RCPT", "relay not permitted", "relay-attempt-inbound"),
    ],
)
def test_what_our_server_answers_to_clients(knowledge: KnowledgeBase, verb: str, text: str, entry: str) -> None:
    assert entry_of(knowledge, verb, text, Direction.INBOUND) == entry


def test_a_temporary_code_of_microsoft_is_as_exact_as_a_permanent_one(knowledge: KnowledgeBase) -> None:
    text = "451 4.7.550 Access denied, please try again later"
    assert entry_of(knowledge, "RCPT", text, Direction.OUTBOUND) == "exchange-online-throttled"


@pytest.mark.parametrize("verb", ["CONN", "EHLO"])
def test_before_any_address_no_mailbox_is_meant(knowledge: KnowledgeBase, verb: str) -> None:
    reply = parse_reply("554 5.5.0 mail.contoso.example not accepting messages")
    before = knowledge.matcher.match(reply, parse_command(verb, verb), Direction.OUTBOUND)
    after = knowledge.matcher.match(reply, parse_command("RCPT", "RCPT"), Direction.OUTBOUND)
    assert before.category == "blocked"
    assert after.category == "recipient-disabled"


def test_replies_that_administrators_ask_about_get_the_guidance_that_helps(knowledge: KnowledgeBase) -> None:
    inbound, outbound = Direction.INBOUND, Direction.OUTBOUND
    rejected = "Recipient address rejected: unverified address"
    right: dict[tuple[str, str, Direction], tuple[str, ...]] = {
        ("450 4.1.1 <a@example.com>: " + rejected + ": Address lookup failure", "RCPT", inbound): ("server-error",),
        ("450 4.1.1 <a@example.com>: " + rejected + ": Address verification in progress", "RCPT", outbound): (
            "unavailable",
            "greylisted",
        ),
        ("451 4.7.3 The admin has temporarily disallowed this secure domain.", "", outbound): ("tls",),
        ("451 4.4.0 Security status InvalidToken.", "", outbound): ("tls",),
        ("501 5.1.4 Recipient address reserved by RFC 2606", "RCPT", outbound): ("recipient-domain",),
        ("550 4.3.2 QUEUE.TransportAgent; message deleted by transport agent", "", outbound): ("policy", "spam"),
        ("554 5.7.1 Service unavailable", "RCPT", inbound): ("blocked", "policy"),
        ("Unrouteable address", "RCPT", inbound): ("recipient-unknown", "recipient-domain"),
        ("550 Error", "SENDING", outbound): ("spam", "policy"),
        ("550 Error", "DATA", outbound): ("spam", "policy"),
    }
    found = {
        (text, verb, way): knowledge.matcher.match(parse_reply(text), parse_command(verb, verb), way)
        for text, verb, way in right
    }
    wrong = {asked[0]: match.category for asked, match in found.items() if match.category not in right[asked]}
    assert wrong == {}
    assert found["550 Error", "DATA", outbound].confidence == "guess"
    progress = next(match for question, match in found.items() if "in progress" in question[0])
    assert progress.confidence != "sure"
