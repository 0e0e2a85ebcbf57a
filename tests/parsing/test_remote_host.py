"""All spellings of one host have one key."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.remote_host import parse_remote_host


@pytest.mark.parametrize(
    ("verbatim", "key"),
    [
        ("mx1.example.com", "mx1.example.com"),
        ("MX1.Example.COM", "mx1.example.com"),
        ("mx1.example.com.", "mx1.example.com"),
        ("  mx1.example.com ", "mx1.example.com"),
        ('"mx1.example.com"', "mx1.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example.", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("under_score.example.com", "under_score.example.com"),
        ("", ""),
        ("   ", ""),
        (".", ""),
        ("mx1.example.com. [192.0.2.1]", "mx1.example.com"),
        ("MX1.example.com[192.0.2.1]:25", "mx1.example.com"),
        ("mx1.example.com [IPv6:2001:db8::1]", "mx1.example.com"),
        ("mx1.example.com [vienna]", "mx1.example.com [vienna]"),
        ("mx1.example.com [192.0.2.1] x", "mx1.example.com [192.0.2.1] x"),
    ],
)
def test_names_are_folded(verbatim: str, key: str) -> None:
    host = parse_remote_host(verbatim)
    assert (host.verbatim, host.key, host.address) == (verbatim, key, False)


@pytest.mark.parametrize(
    ("verbatim", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("[192.0.2.1]", "192.0.2.1"),
        ("[ 192.0.2.1 ]", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[IPv6:2001:db8::1]", "2001:db8::1"),
        ("ipv6:2001:db8::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::1", "::1"),
        ("unknown[192.0.2.1]", "192.0.2.1"),
    ],
)
def test_addresses_are_canonical(verbatim: str, key: str) -> None:
    host = parse_remote_host(verbatim)
    assert (host.verbatim, host.key, host.address) == (verbatim, key, True)


@pytest.mark.parametrize("verbatim", ["192.0.2.300", "4711", "[mx1.example.com", "1:2", "192.0.2.1.example.com"])
def test_what_only_looks_like_an_address_is_a_name(verbatim: str) -> None:
    assert not parse_remote_host(verbatim).address


def test_a_name_that_no_codec_takes_keeps_its_own_letters() -> None:
    assert parse_remote_host("Ä" * 100 + ".Example").key == "ä" * 100 + ".example"
    assert parse_remote_host("ü" * 50_000).key == "ü" * 50_000


@given(st.text(max_size=80))
@settings(max_examples=100)
def test_any_text_has_a_key_that_is_its_own_key(text: str) -> None:
    host = parse_remote_host(text)
    assert host.verbatim == text
    if host.address:
        assert parse_remote_host(host.key).key == host.key


@given(st.from_regex(r"[a-z0-9]{1,8}(\.[a-z0-9]{1,8}){1,3}", fullmatch=True))
@settings(max_examples=50)
def test_capitals_and_the_trailing_dot_never_matter(name: str) -> None:
    assert parse_remote_host(name.upper() + ".").key == parse_remote_host(name).key
