"""The kinds of live checks: what each may find, and what that says.

A finding is one of three: what was asked for is there, it is not there, or that is unknown. Knowledge files name
kinds and findings, so this table is below the checks themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

import msgspec

Outcome = Literal["there", "not there", "unknown"]
HoldsFrom = Literal["anywhere", "this computer"]
CheckKind = Literal[
    "block-list", "reverse-dns", "helo", "recipient-domain", "sender-domain", "spf", "dkim", "dmarc", "mta-sts",
    "sts-policy", "tls-rpt", "dane", "smtp", "tls", "recipient",
]  # fmt: skip
CheckGroup = Literal["blocklist", "dns", "https", "smtp", "tls", "recipient"]
CHECK_GROUPS: Final[tuple[CheckGroup, ...]] = ("blocklist", "dns", "https", "smtp", "tls", "recipient")

NO_ANSWER: Final = "no-answer"
"""The finding of every kind when nobody answered, or with an error."""
NOT_ASKED: Final = "not-asked"
"""The finding of every kind when asking was not allowed or made no sense."""

_UNTOLD: Final[dict[str, Outcome]] = {NO_ANSWER: "unknown", NOT_ASKED: "unknown"}


class KindFacts(msgspec.Struct, frozen=True):
    """`title` is what the check is called, `group` what `--run` calls it. `findings` are its possible findings.

    DNS answers hold from anywhere; what a mail server says holds for the computer that asked, which usually is not the
    mail server.
    """

    title: str
    group: CheckGroup
    findings: Mapping[str, Outcome]
    holds_from: HoldsFrom = "anywhere"


def _kind(
    title: str,
    group: CheckGroup,
    *,
    there: str,
    absent: str,
    untold: str = "",
    holds_from: HoldsFrom = "anywhere",
) -> KindFacts:
    findings: dict[str, Outcome] = dict.fromkeys(there.split(), "there")
    findings |= dict.fromkeys(absent.split(), "not there")
    findings |= dict.fromkeys(untold.split(), "unknown")
    return KindFacts(title, group, MappingProxyType(findings | _UNTOLD), holds_from)


_SERVER: Final[HoldsFrom] = "this computer"

KINDS: Final[Mapping[CheckKind, KindFacts]] = MappingProxyType(
    {
        "block-list": _kind(
            "Block list",
            "blocklist",
            there="listed",
            absent="not-listed",
            untold="resolver-refused resolver-rewrites list-silent list-has-all",
        ),
        "reverse-dns": _kind("Reverse DNS", "dns", there="confirmed generic", absent="no-name not-confirmed"),
        "helo": _kind("HELO name", "dns", there="resolves resolves-elsewhere", absent="no-address not-a-name"),
        "recipient-domain": _kind(
            "Recipient's domain",
            "dns",
            there="accepts-mail no-mx host-is-not-mx broken-mx",
            absent="no-such-domain null-mx no-mail-host all-mx-broken parked",
        ),
        "sender-domain": _kind(
            "Sender's domain",
            "dns",
            there="accepts-mail no-mx broken-mx",
            absent="no-such-domain null-mx no-mail-host all-mx-broken parked",
        ),
        "spf": _kind(
            "SPF",
            "dns",
            there="pass published",
            absent="fail softfail neutral none permerror",
            untold="temperror",
        ),
        "dkim": _kind("DKIM key", "dns", there="key test-key", absent="no-key revoked broken"),
        "dmarc": _kind("DMARC", "dns", there="policy no-enforcement not-aligned", absent="none broken"),
        "mta-sts": _kind("MTA-STS", "dns", there="record", absent="none broken"),
        "sts-policy": _kind(
            "MTA-STS policy",
            "https",
            there="enforced testing",
            absent="none mode-none not-published broken mx-not-covered not-trusted",
            untold="no-connection no-address",
            holds_from=_SERVER,
        ),
        "tls-rpt": _kind("TLS reporting", "dns", there="record", absent="none broken"),
        "dane": _kind("DANE", "dns", there="signed", absent="none-signed", untold="not-proven broken"),
        "smtp": _kind(
            "SMTP greeting",
            "smtp",
            there="greets greets-with-tls",
            absent="refuses",
            untold="no-connection no-address not-smtp",
            holds_from=_SERVER,
        ),
        "tls": _kind(
            "TLS certificate",
            "tls",
            there="valid",
            absent="expired not-yet-valid wrong-name self-signed untrusted no-starttls starttls-refused no-handshake",
            untold="no-connection no-address not-smtp refuses",
            holds_from=_SERVER,
        ),
        "recipient": _kind(
            "Recipient asked for",
            "recipient",
            there="accepted",
            absent="refused",
            untold="deferred no-connection no-address not-smtp refuses",
            holds_from=_SERVER,
        ),
    }
)
"""Every kind, in the order in which they are listed and run."""

RESULT_PLACEHOLDERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "address": "<IP address>",
        "domain": "<domain>",
        "host": "<host>",
        "list": "<block list>",
        "reason": "<reason>",
        "found": "<answer>",
        "last": "<last refusal>",
    }
)
"""What a conclusion may hold besides the placeholders of guidance -> the slot that shows while there is no value."""
