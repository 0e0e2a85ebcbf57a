"""Codes that a vendor uses for something else than the registry: reply and host tell whose meaning holds."""

from __future__ import annotations

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from support.knowledge_exchanges import exchange


@pytest.mark.parametrize(
    ("reply", "host", "category"),
    [
        ("550 5.7.23 refused - gsmtp", "mx.fabrikam.example", "rdns"),
        ("550 5.7.23 refused, see https://support.google.com/mail/answer/0", "mx.fabrikam.example", "rdns"),
        ("550 5.7.23", "gmail-smtp-in.l.google.com", "rdns"),
        ("550 5.7.27", "aspmx.l.google.com", "email-auth"),
        ("550 5.7.29", "aspmx.l.google.com", "tls"),
        ("550 5.7.30", "aspmx.l.google.com", "email-auth"),
        ("550 5.7.30", "smtp.office365.com", "auth-failed"),
        ("550 5.1.8", "fabrikam-example.mail.protection.outlook.com", "blocked"),
    ],
)
def test_a_sign_in_the_reply_or_the_host_decides(
    knowledge: KnowledgeBase, reply: str, host: str, category: str
) -> None:
    match = knowledge.match(exchange(reply, host=host))
    assert (match.category, match.confidence, match.disagreement) == (category, "likely", None)


@pytest.mark.parametrize(
    ("reply", "category", "other"),
    [
        ("550 5.7.23", "email-auth", "rdns"),
        ("550 5.7.27", "sender-domain", "email-auth"),
        ("550 5.7.29", "email-auth", "tls"),
        ("550 5.7.30", "tls", "email-auth"),
        ("550 5.1.8", "sender-domain", "blocked"),
    ],
)
def test_both_meanings_are_named_where_nothing_decides(
    knowledge: KnowledgeBase, reply: str, category: str, other: str
) -> None:
    match = knowledge.match(exchange(reply, host="mx.fabrikam.example"))
    assert (match.category, match.runner_up, match.confidence) == (category, other, "guess")
    assert match.disagreement is not None
    assert "has two meanings" in match.disagreement


def test_words_are_believed_before_such_a_code(knowledge: KnowledgeBase) -> None:
    match = knowledge.match(exchange("550 5.7.27 Sender domain has a null MX record", host="mx.fabrikam.example"))
    assert match.category == "sender-domain"
