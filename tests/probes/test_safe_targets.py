"""Which names and IP addresses may be asked about and contacted."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from smtpscope.probes.safe_targets import Reach, UnsafeTargetError, host_name, mailbox_name

NAMES = {
    "fabrikam.com": "fabrikam.com",
    "MX1.Fabrikam.COM.": "mx1.fabrikam.com",
    "xn--bcher-kva.example": "xn--bcher-kva.example",
    "bücher.example": "xn--bcher-kva.example",
}
NO_NAMES = (
    "", ".", "-a.com", "a-.com", "a..com", "a b.com", "a.com/x", "a.com:25", "a.com;b.com", "$(id).com", "`id`.com",
    "a.com\r\nMAIL FROM:<x>", "a\x00b.com", "\x1b]52;c;x\x07.com", "192.0.2.1", "1.2.3", "a" * 64 + ".com",
    "a." * 130 + "com", "[192.0.2.1]", "http://a.com", "a@b.com", "_x.com", "..", "*.com", "%00.com", "a.com ,b.com",
)  # fmt: skip
PRIVATE_NAMES = (
    "exch01", "localhost", "exch01.local", "exch01.contoso.internal", "x.onion", "nas.home.arpa", "dc.corp", "host.lan",
    "user1.invalid", "router.home", "x.localdomain", "exch01.contoso.test", "x.service.arpa", "x.resolver.arpa",
    "127.0.0.0x1", "0x7f.0x1", "a.corp1",
)  # fmt: skip
PUBLIC_ADDRESSES = (
    "8.8.8.8",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "2606:4700::5efe:8.8.8.8",
    "2606:4700::5efe:0:a00:5",
)
PRIVATE_ADDRESSES = (
    "10.0.0.5", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.255.255.254", "0.0.0.0", "169.254.169.254", "100.64.0.1",
    "192.0.0.1", "192.0.0.9", "192.0.0.10", "192.0.2.25", "198.18.0.1", "198.51.100.1", "203.0.113.9",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "::", "::1", "::ffff:10.0.0.5", "::ffff:127.0.0.1", "::10.0.0.5", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "2002:a00:5::1", "64:ff9b::a00:5", "64:ff9b:1::a00:5",
    "2001:0:a00:5::1", "100::1", "3fff::1", "5f00::1",
    "192.31.196.1", "192.52.193.1", "192.175.48.1", "2001:4:112::1", "2620:4f:8000::1",
    "2606:4700::5efe:10.0.0.5", "2606:4700::200:5efe:192.168.1.1", "2606:4700:0:1:0:5efe:127.0.0.1",
)  # fmt: skip
NO_ADDRESSES = ("", "8.8.8", "08.8.8.8", "0x8.8.8.8", "134744072", "8.8.8.8.", "8.8.8.8:25", "8.8.8.8 ; id", "a.com")


def refused(call: object, text: str) -> bool:
    try:
        call(text)  # type: ignore[operator]
    except UnsafeTargetError:
        return True
    return False


def test_a_host_name_is_one_by_its_letters() -> None:
    assert {text: host_name(text) for text in NAMES} == NAMES
    assert [text for text in NO_NAMES if not refused(host_name, text)] == []
    assert host_name("_dmarc.fabrikam.com", "service") == "_dmarc.fabrikam.com"


def test_a_name_of_spf_may_have_any_sign_but_none_that_escapes_or_hides() -> None:
    for name in ("foo:bar/baz.example.com", "a b@c.example.com", "%{x}.example.com"):
        assert host_name(name, "printable") == name
        assert refused(host_name, name)
    for name in (
        "a\\.example.com",
        "a\n.example.com",
        "\x1b]0;x.example.com",
        "a..com",
        "a.b:c",
        "a.1",
        "x y",
        f"{64 * 'a'}.com",
    ):
        assert refused(lambda text: host_name(text, "printable"), name), name
    for name in ("foo:bar.local", "a b.corp", "a b.contoso.internal", "a b.local."):
        assert refused(lambda text: Reach().name(text, "printable"), name), name


def test_a_name_that_is_two_domains_is_neither() -> None:
    """IDNA of 2003 makes strasse.de of it, IDNA of 2008 a domain of its own: their owners may differ."""
    for name in ("stra\u00dfe.de", "STRA\u1e9eE.de", "\u03c2.gr", "a\u200db.com", "a\u200c.com"):
        assert refused(host_name, name), name
    assert host_name("b\u00fccher.de") == "xn--bcher-kva.de"
    # Another dot, another l: what is asked is what is shown.
    assert host_name("evil\u3002com") == "evil.com"
    assert refused(Reach().name, "exch01\uff0elocal")
    assert refused(Reach().name, "\uff4cocalhost")


def test_a_reverse_name_is_as_public_as_its_address() -> None:
    assert Reach().name("8.8.8.8.in-addr.arpa")
    assert Reach().name(ip_address("2001:4860:4860::8888").reverse_pointer)
    for name in (
        "5.0.0.10.in-addr.arpa",
        "10.in-addr.arpa",
        "x.in-addr.arpa",
        f"1{'.0' * 31}.ip6.arpa",
        "d.f.ip6.arpa",
    ):
        assert refused(Reach().name, name), name
        assert Reach(allow_private=True).name(name) == name
        assert refused(lambda text: Reach().name(f"_dmarc.{text}", "service"), name), name


def test_names_of_private_networks_are_refused_unless_they_are_allowed() -> None:
    assert [text for text in PRIVATE_NAMES if not refused(Reach().name, text)] == []
    assert [text for text in PRIVATE_NAMES if refused(Reach(allow_private=True).name, text)] == []


def test_only_public_addresses_pass_unless_others_are_allowed() -> None:
    assert [text for text in PUBLIC_ADDRESSES if refused(Reach().address, text)] == []
    assert Reach().address("::ffff:8.8.8.8") == "8.8.8.8"
    assert [text for text in PRIVATE_ADDRESSES if not refused(Reach().address, text)] == []
    allowed = [text for text in PRIVATE_ADDRESSES if refused(Reach(allow_private=True).address, text)]
    assert allowed == ["fe80::1%eth0"]
    assert [text for text in NO_ADDRESSES if not refused(Reach(allow_private=True).address, text)] == []


@pytest.mark.parametrize(
    "text", ["a b@fabrikam.com", '"a"@fabrikam.com', "a@b@fabrikam.com", "a@-x.com", "a\r\n@x.com"]
)
def test_a_mailbox_that_could_say_more_than_itself_is_refused(text: str) -> None:
    with pytest.raises(UnsafeTargetError):
        mailbox_name(text)


def test_a_plain_mailbox_passes() -> None:
    assert mailbox_name("anna.kowalska@fabrikam.com") == "anna.kowalska@fabrikam.com"
