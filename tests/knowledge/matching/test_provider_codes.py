"""Codes of single providers: families, codes with digits in front, and the new providers' codes."""

from __future__ import annotations

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.matching.provider_codes import Provider, ProviderCodes, codes_of
from smtpscope.parsing.reply import parse_reply
from support.knowledge_exchanges import matched


@pytest.mark.parametrize(
    ("reply", "category", "entry"),
    [
        ("421 Trop de connexions. Too many connections, slow down. OFR005_104 [104]", "rate-limited", "orange-ofr"),
        ("550 5.7.1 Service refuse. Service refused. OFR_107 [107]", "rdns", "ptr-missing"),
        ("501 5.1.0 Emetteur invalide. Invalid Sender. OFR004_405 [405]", "sender-domain", "sender-domain"),
        ("421 4.5.0 Service refuse. Service refused, please try later. LPN006_107", "rdns", "ptr-missing"),
        ("550 5.5.0 Les emails ont ete bloques par nos services. LPNAAA_101", "blocked", "spamhaus-listed"),
        ("550 5.1.1 Invalid recipient. LPN416", "recipient-unknown", "recipient-unknown"),
        ("550 5.7.1 XGEMAIL_0002 Command rejected", "email-auth", "email-auth"),
        ("421 4.7.0 XGEMAIL_0014 Command rejected", "rate-limited", "rate-limited"),
        ("554 5.7.1 192.0.2.1 is blocked. AUP#In-1000", "blocked", "charter-aup"),
        ("421 4.7.1 192.0.2.1 is blocked. AUP#In-1310", "rate-limited", "charter-aup"),
        ("554 5.7.1 192.0.2.1 is blocked. AUP#I-1130", "rdns", "ptr-missing"),
        ("550 5.1.0 Sender rejected. AUP#CXSNDR", "email-auth", "email-auth"),
        ("421 4.7.0 [TS09] Messages from 192.0.2.1 temporarily deferred", "blocked", "yahoo-tss"),
        ("554 WM:BLI,5.163.com", "blocked", "blocked"),
    ],
)  # fmt: skip
def test_a_provider_explains_its_code(knowledge: KnowledgeBase, reply: str, category: str, entry: str) -> None:
    match = matched(knowledge, reply, "RCPT")
    assert (match.category, match.entry_id) == (category, entry)


def test_a_star_stands_for_what_is_between_or_behind() -> None:
    codes = ProviderCodes(codes_of(Provider("Contoso", "CTO*_405 helo\nCTX1* tls", "contoso.example")))

    def found(written: str) -> str | None:
        finding = codes.find(parse_reply(f"550 5.7.1 no: {written}"))
        return finding.category if finding else None

    assert found("CTO_405") == found("CTO004_405") == "helo"
    assert found("CTO_406") is None
    assert found("CTX12") == "tls"
    assert found("CTX1") is None


def test_a_code_does_not_begin_with_a_star() -> None:
    with pytest.raises(ValueError, match="begins with 2 characters"):
        list(codes_of(Provider("Contoso", "C*_405 helo", "contoso.example")))
