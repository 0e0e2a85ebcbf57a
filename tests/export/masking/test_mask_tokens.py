"""What looks like a mailbox, an address or a host name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.export.masking.mask_tokens import PIECE, ipv4_places, ipv6_places, is_ipv4, looks_like_host, mailbox_in


@pytest.mark.parametrize(
    ("run", "mailbox"),
    [
        ("bob@fabrikam.example", "bob@fabrikam.example"),
        ("to=bob@fabrikam.example", "bob@fabrikam.example"),
        ("bounce-bob=contoso.example@list.example", "bounce-bob=contoso.example@list.example"),
        ("//a.example/?e=bob%40fabrikam.example&x=1", "bob%40fabrikam.example"),
        ("a@b@fabrikam.example.", "a@b@fabrikam.example"),
        ("bob@fabrikam.example/x", "bob@fabrikam.example"),
    ],
)
def test_a_mailbox_is_found_in_its_run(run: str, mailbox: str) -> None:
    found = mailbox_in(run)
    assert found is not None
    assert run[found[0] : found[2]] == mailbox


@pytest.mark.parametrize("run", ["fabrikam.example", "@", "550-5.1.1"])
def test_what_has_no_local_part_and_no_domain_is_no_mailbox(run: str) -> None:
    assert mailbox_in(run) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        (":2001:db8::1.", "2001:db8::1"),
        ("2001:db8:0:0:0:0:0:1", "2001:db8:0:0:0:0:0:1"),
        ("2001:db8::1.E", "2001:db8::1"),
    ],
)
def test_an_ipv6_address_is_found(text: str, address: str) -> None:
    assert [text[start:end] for start, end in ipv6_places(text)] == [address]


@pytest.mark.parametrize("text", ["22:47:03", "::", "1:2", "a:b:c"])
def test_a_time_is_no_ipv6_address(text: str) -> None:
    assert ipv6_places(text) == []


@settings(max_examples=100)
@given(st.ip_addresses(v=6), st.sampled_from(["", ":", "ab:"]), st.sampled_from(["", ".", ":25", ":"]))
def test_an_ipv6_address_is_found_among_other_signs(address: object, before: str, after: str) -> None:
    if int(address) != 0:  # type: ignore[call-overload]
        assert ipv6_places(f"{before}{address}{after}")


def test_numbers_above_255_are_no_ipv4_address() -> None:
    assert is_ipv4("192.0.2.17")
    assert is_ipv4("192.000.002.017")
    assert not is_ipv4("6.5.7638.1")
    assert not is_ipv4("300.0.2.1")
    assert ipv4_places("x192.0.2.1y 5.7.1") == [(1, 10)]


@pytest.mark.parametrize("name", ["mail.fabrikam.example", "host-192-0-2-1.pool", "x192.0.2.1", "mail.example.5"])
def test_a_name_with_a_real_label_is_taken_for_a_host(name: str) -> None:
    assert looks_like_host(name)


@pytest.mark.parametrize("name", ["5.7.1", "550-5.7.1", "e.g", "v1.5", "6.5.7638.1", "TSS04", "word"])
def test_codes_versions_and_words_are_no_hosts(name: str) -> None:
    assert not looks_like_host(name)


@settings(max_examples=100)
@given(st.text(max_size=100))
def test_pieces_leave_out_separators_only(text: str) -> None:
    left = PIECE.sub("", text)
    assert not any(character.isalnum() for character in left)
