"""A reply inside a reply: found where Exchange quotes one, and the cause is the quoted one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.matching.fallbacks import quoted_reply
from smtpscope.parsing.command import parse_command
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Direction

AROUND = '451 4.4.0 Primary target IP address responded with: "'
BEHIND = '" Attempted failover to alternate host, but that did not succeed.'
NO_COMMAND = parse_command("", "")


def inside(text: str) -> str | None:
    place = quoted_reply(text)
    return None if place is None else text[slice(*place)]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        (f"{AROUND}421 4.2.1 Unable to connect.{BEHIND}", "421 4.2.1 Unable to connect."),
        (f'{AROUND}550 No such user "anna"{BEHIND}', '550 No such user "anna"'),
        (f"{AROUND}421 4.2.1 Unable to conn", "421 4.2.1 Unable to conn"),
        (f'{AROUND}421 Busy"', "421 Busy"),
        (
            "450 4.4.317 Cannot connect [Message=451 4.7.0 [192.0.2.7] refused] [LastAttemptedIP=192.0.2.25:25]",
            "451 4.7.0 [192.0.2.7] refused",
        ),
        ("450 4.4.317 Cannot connect [Message=451 4.7.0 Refused]", "451 4.7.0 Refused"),
        ("[{LED=550 5.1.1 Not found};{MSG=};{FQDN=mx.example.com};{IP=192.0.2.25};{LRT=}]", "550 5.1.1 Not found"),
        (f"[{{LED={AROUND}550 5.7.1 No{BEHIND}}};{{MSG=}}]", "550 5.7.1 No"),
    ],
)
def test_the_innermost_reply_is_found(text: str, quoted: str) -> None:
    assert inside(text) == quoted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "550 5.1.1 User unknown",
        f'{AROUND}Unable to connect."',
        "450 4.4.316 Connection refused [Message=Socket error code 10061]",
        AROUND,
    ],
)
def test_words_alone_are_no_quoted_reply(text: str) -> None:
    assert quoted_reply(text) is None


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from([AROUND, BEHIND, "{LED=", "};{MSG=", "[Message=", "] [Last", "550 5.1.1 No", "\x00\x1b"]))
)
def test_any_text_has_a_place_inside_itself_or_none(parts: list[str]) -> None:
    text = "".join(parts)
    place = quoted_reply(text)
    assert place is None or 0 < place[0] < place[1] <= len(text)


def test_a_flood_of_quotes_is_read_three_deep_and_no_deeper() -> None:
    place = quoted_reply(AROUND * 5_000)
    assert place is not None
    assert place[0] == 3 * len(AROUND)


@pytest.mark.parametrize(
    ("quoted", "entry"),
    [
        ("450 4.7.1 Client host rejected: cannot find your reverse hostname, [198.51.100.20].", "ptr-missing"),
        ("451 5.7.3 Cannot achieve Exchange Server authentication.", "exchange-authentication-missing"),
        ("452 4.3.1 Insufficient system resources.", "back-pressure"),
        ("550 5.1.1 <anna@example.com>: Recipient address rejected: User unknown", "recipient-unknown"),
        ("501 5.5.4 Invalid domain name.", "helo"),
    ],
)
def test_the_quoted_reply_is_the_cause(knowledge: KnowledgeBase, quoted: str, entry: str) -> None:
    text = f"{AROUND}{quoted}{BEHIND}"
    match = knowledge.matcher.match(parse_reply(text), NO_COMMAND, Direction.OUTBOUND)
    assert match.entry_id == entry
    begin = len(AROUND)
    assert match.evidence
    assert all(begin <= start < end <= begin + len(quoted) for start, end in match.evidence)


def test_the_remark_names_both_codes(knowledge: KnowledgeBase) -> None:
    reply = parse_reply(f"{AROUND}450 4.7.1 Client host rejected: cannot find your reverse hostname{BEHIND}")
    match = knowledge.matcher.match(reply, NO_COMMAND, Direction.OUTBOUND)
    assert match.disagreement is not None
    assert "(451 4.4.0)" in match.disagreement
    assert "450 4.7.1" in match.disagreement


def test_a_quoted_success_is_no_cause(knowledge: KnowledgeBase) -> None:
    match = knowledge.matcher.match(parse_reply(f"{AROUND}250 2.1.5 OK{BEHIND}"), NO_COMMAND, Direction.OUTBOUND)
    assert match.category == "unavailable"
