"""What replies name, in phrasings of many servers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing import reply_contents
from smtpscope.parsing.reply_contents import parse_reply_values


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("see https://postmaster.example.com/SLN3434.html.", ("https://postmaster.example.com/SLN3434.html",)),
        ("(see http://www.example.com/a_(b))", ("http://www.example.com/a_(b)",)),
        ("<http://example.com/x?ip=192.0.2.1>", ("http://example.com/x?ip=192.0.2.1",)),
        ("is on csi.example.com/reset/?ip=192.0.2.1 , see", ("csi.example.com/reset/?ip=192.0.2.1",)),
        ("visit www.example.com; then www.example.com again", ("www.example.com",)),
        ("read http:// now", ()),
        ("and/or 1/2 mail.example.com", ()),
        ('"http://example.com/a" and http://example.com/b!', ("http://example.com/a", "http://example.com/b")),
    ],
)
def test_links_lose_the_sentence_around_them(text: str, urls: tuple[str, ...]) -> None:
    assert parse_reply_values(text).urls == urls


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("Client host [192.0.2.25] blocked", ("192.0.2.25",)),
        ("192.0.2.25 and 192.0.2.25 and 198.51.100.7.", ("192.0.2.25", "198.51.100.7")),
        ("[192.0.2.149]:39153 is listed", ("192.0.2.149",)),
        ("see http://example.com/query/ip/192.0.2.1", ("192.0.2.1",)),
        ("http://192.0.2.1/ says", ("192.0.2.1",)),
        ("over IPv6 [2001:DB8:F200:0::240] must", ("2001:db8:f200::240",)),
        ("from 2001:db8::1: blocked", ("2001:db8::1",)),
        ("[IPv6:2001:db8::2]", ("2001:db8::2",)),
        ("smtp:[::1]:10030", ("::1",)),
        ("user complaints - 4.16.55.1; see", ()),
        ("Postfix/2.3.1.2 or version 8.14.4.1", ()),
        ("25.2.0.192.zen.dnsbl.example", ()),
        ("host-192.0.2.1.example.com", ()),
        ("999.0.2.1 5.7.1 at 12:30:45", ()),
        ("RESOLVER::ADR add::", ()),
    ],
)
def test_addresses_are_no_versions_and_no_times(text: str, addresses: tuple[str, ...]) -> None:
    assert parse_reply_values(text).addresses == addresses


def test_a_link_is_no_block_list_and_no_mailbox() -> None:
    values = parse_reply_values("blocked, see http://www.example.com/zen.spamhaus.org?to=a@example.com")
    assert (values.block_lists, values.mailboxes) == ((), ())


@pytest.mark.parametrize(
    ("text", "mailboxes"),
    [
        ("<user@example.com>: Recipient address rejected", ("user@example.com",)),
        ("Unable to relay for a.b+c@example.com.", ("a.b+c@example.com",)),
        ("user@example.com... Sender domain must exist", ("user@example.com",)),
        ("a@example.com b@example.com a@example.com", ("a@example.com", "b@example.com")),
        ('<"a.b"@example.com>', ('"a.b"@example.com',)),
        ("<info@bücher.example>", ("info@bücher.example",)),
        ("<Info@@example.com> and @example.com and a@", ()),
    ],
)
def test_mailboxes(text: str, mailboxes: tuple[str, ...]) -> None:
    assert parse_reply_values(text).mailboxes == mailboxes


@given(st.text(alphabet='ab1.:/@<>[]()# -"_AS0limtsecondhp', max_size=80))
@settings(max_examples=100)
def test_whatever_is_found_stands_in_the_text_once(text: str) -> None:
    values = parse_reply_values(text)
    for found in (values.urls, values.mailboxes):
        assert all(value in text for value in found)
    for group in (values.urls, values.addresses, values.block_lists, values.provider_codes, values.mailboxes):
        assert len(set(group)) == len(group)


PIECES = st.sampled_from(
    (
        "550 5.7.1", "in 5", "hours", "(hours)", "\nminutes", "30s", "wait", "after 00:04:59", "an", "a", "as",
        "limit 20 MB", "message size", "blocked using", "zen.spamhaus.org", "blacklist", "s.contoso.example",
        "<anna@contoso.example>:", "anna@192.0.2.7", "192.0.2.25", "version", "192.0.2.1,", "2001:db8::1", "[TSS04]",
        "OFR_506", "#BL000001", "(S3150)", "https://www.contoso.example/a?b=192.0.2.9", "www.contoso.example", "/",
        "x" * 70 + ".dnsbl.example", "\u00e9t\u00e9", "listed",
    )
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(PIECES, st.sampled_from((" ", "", "  ", "\n", ",")))))
def test_what_no_part_of_a_reply_may_hold_is_not_in_it(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + after for piece, after in pieces)
    found = parse_reply_values(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reply_contents, "_signs_of", lambda _: -1)
        assert parse_reply_values(text) == found
