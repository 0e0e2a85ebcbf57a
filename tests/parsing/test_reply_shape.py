"""What is told of a reply from another one of its shape is what it says itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.reply_shape import ReplyParser, shape_of

_WORDS = st.sampled_from(
    [
        "550", "550-5.1.1", "5.7.1", "User", "unknown", "<", ">", ":", "in 300 seconds", "limit", "size", "ofr_506",
        "S3150", "[TSS04]", "192.0.2.1", "zen.dnsbl.example", "blocked using", "https://a.example/u?m=", "\r\n", "@",
        "http", "[", "(", "user", "4.2.2", "retry after 00:04:59", "max 20971520",
    ]
)  # fmt: skip
_LOCAL = st.builds(
    "{}{}".format, st.sampled_from(["user", "ofr", "lpn", "ab", "size", "limit", "after", "USER", "s", ""]),
    st.integers(0, 99_999),
)  # fmt: skip
_MAILBOX = st.builds("{}@{}".format, _LOCAL, st.sampled_from(["example.com", "mx1.example", "[192.0.2.7]", "a", ""]))
_PIECES = st.lists(st.one_of(_WORDS, _MAILBOX), max_size=9)


@settings(max_examples=100)
@given(st.lists(_PIECES, min_size=1, max_size=5), st.sampled_from([" ", "", " <"]))
def test_every_reply_is_parsed_as_if_it_were_alone(replies: list[list[str]], separator: str) -> None:
    parser = ReplyParser()
    for pieces in replies:
        for number in ("7", "12", "34"):
            text = separator.join(pieces).replace("user", f"user{number}")
            assert parser.parse(text) == parse_reply(text)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("550 5.1.1 <user17@example.com>: unknown", "550 5.1.1 <user00@example.com>: unknown"),
        ("550 relay for user9@example.com", "550 relay for user0@example.com"),
        ("550 <user17@example.com> and <user18@example.com>", "550 <user17@example.com> and <user18@example.com>"),
        ("550 ofr506@example.com", "550 ofr506@example.com"),
        ("550 see http://a.example/user17@example.com", "550 see http://a.example/user17@example.com"),
        ("550 no such user17", "550 no such user17"),
    ],
)
def test_only_the_number_of_a_single_mailbox_is_left_out(text: str, shape: str) -> None:
    assert shape_of(text) == shape


def test_replies_of_one_shape_keep_their_own_mailbox() -> None:
    parser = ReplyParser()
    replies = [parser.parse(f"550 5.1.1 <user{number}@example.com>: unknown") for number in (11, 22, 33)]
    assert [reply.values.mailboxes for reply in replies] == [(f"user{number}@example.com",) for number in (11, 22, 33)]
    assert replies[1].text == "<user22@example.com>: unknown"
