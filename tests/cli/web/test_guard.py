"""Which requests are answered, and what the page may do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.cli.web.guard import HEADERS, is_this_machine_only, own_names, policy, refusal

NAMES = frozenset({"localhost", "exch01"})


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1:8000", "localhost:8000", "LOCALHOST", "exch01:80", "[::1]:8000", "[::1]", "192.0.2.7:1"],
)
def test_an_address_and_a_name_of_this_machine_are_answered_at_any_port(host: str) -> None:
    assert refusal(host, None, NAMES) is None


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "localhost.",
        "[localhost]",
        "user@127.0.0.1",
        "127.0.0.1:8000; script-src *",
        "127.0.0.1/..",
        "::1",
        "127.1",
        "2130706433",
    ],
)
def test_a_name_that_a_stranger_may_point_at_us_is_refused(host: str | None) -> None:
    assert refusal(host, None, NAMES) is not None


def test_a_page_of_our_own_is_answered() -> None:
    assert refusal("127.0.0.1:8000", "http://127.0.0.1:8000", NAMES) is None
    assert refusal("[::1]:8000", "http://[::1]:8000", NAMES) is None


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://127.0.0.1:8001",
        "http://127.0.0.1",
        "http://localhost:8000",
        "http://127.0.0.1:8000.evil.example",
        "null",
        "",
    ],
)
def test_a_page_of_another_site_is_refused(origin: str) -> None:
    assert refusal("127.0.0.1:8000", origin, NAMES) == "The request comes from a page of another site."


@given(st.text(), st.none() | st.text())
@settings(max_examples=100)
def test_no_header_raises_and_what_is_answered_can_stand_in_a_policy(host: str, origin: str | None) -> None:
    if refusal(host, origin, NAMES) is None:
        assert not set(host) & set(" ;,'\"<>&\r\n")


def test_the_name_that_was_given_is_one_of_ours() -> None:
    assert {"localhost", "mail.contoso.example"} <= own_names("Mail.Contoso.example")
    assert "" not in own_names("")


def test_the_page_may_use_nothing_from_elsewhere() -> None:
    rules = dict(rule.split(" ", 1) for rule in policy("127.0.0.1:8000").split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["connect-src"] == "'self' ws://127.0.0.1:8000"
    assert rules["frame-ancestors"] == "'none'"
    assert "allow-popups" not in rules["sandbox"]
    assert "https:" not in policy("localhost")
    assert "clipboard-read=()" in HEADERS["Permissions-Policy"]


@pytest.mark.parametrize(
    ("address", "alone"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("0.0.0.0", False), ("::", False), ("192.0.2.7", False)],
)
def test_only_a_loopback_address_is_this_machine_alone(address: str, alone: bool) -> None:
    assert is_this_machine_only(address) is alone
