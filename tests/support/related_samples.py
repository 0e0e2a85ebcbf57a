"""The events beside 7002, 7004 and 7010, one of each, as their strings and as their sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from support.event_texts import TextEvent


@dataclass(frozen=True, slots=True)
class RelatedSample:
    """`sentence` is what a viewer makes of `strings`; `level` is the number that Windows keeps."""

    event_id: int
    strings: tuple[str, ...]
    sentence: str
    provider: str = "MSExchangeTransport"
    level: int = 3


_NDR = "A non-delivery report with a status code of {} was generated for recipient {} (Message-ID {})."


def _ndr(event_id: int, status: str, level: int) -> RelatedSample:
    strings = (status, "rfc822;berta@fabrikam.example", "<EXCH01abc@contoso.example>")
    return RelatedSample(event_id, strings, _NDR.format(*strings), level=level)


RELATED = (
    RelatedSample(
        2002,
        ("Internet", "mx1.fabrikam.example"),
        "Send connector Internet: an error occurred while connecting to mx1.fabrikam.example.",
    ),
    RelatedSample(
        2003,
        ("Smart host", "mail.fabrikam.example", "535 5.7.8 Authentication credentials invalid"),
        "Send connector Smart host has failed to authenticate with mail.fabrikam.example. The response from the remote "
        "site is 535 5.7.8 Authentication credentials invalid.",
    ),
    RelatedSample(
        2004,
        ("Internet", "<1@contoso.example>", "550 5.7.1 Message refused by policy."),
        "Send connector Internet: Message delivery was not successful. The message with message ID "
        "<1@contoso.example> was acknowledged with SMTP response 550 5.7.1 Message refused by policy..",
        level=4,
    ),
    RelatedSample(
        2005,
        ("Internet", "192.0.2.25:25", "421 4.3.2 Service not available"),
        "Send connector Internet: Errors occurred with the connection to 192.0.2.25:25. The connection was "
        "acknowledged with SMTP response 421 4.3.2 Service not available.",
        level=4,
    ),
    RelatedSample(
        2017,
        ("LogonDenied", "Intra-Organization SMTP Send Connector", "ExchangeAuth", "SMTPSVC/EXCH02.contoso.example"),
        "Outbound authentication failed with error LogonDenied for Send connector Intra-Organization SMTP Send "
        "Connector. The authentication mechanism is ExchangeAuth. The target is SMTPSVC/EXCH02.contoso.example.",
        level=2,
    ),
    RelatedSample(
        1012,
        ("Default EXCH01", "3", "203.0.113.9"),
        "Receive connector Default EXCH01: Authentication failures have exceeded the maximum of 3 for the connection "
        "from 203.0.113.9. Disconnecting.",
    ),
    RelatedSample(
        1021,
        ("Default Frontend EXCH01", "203.0.113.9", "20"),
        "Receive connector 'Default Frontend EXCH01' rejected an incoming connection from IP address '203.0.113.9'. "
        "The maximum number of connections per source ('20') for this connector has been reached by this source IP "
        "address.",
    ),
    RelatedSample(
        1035,
        ("LogonDenied", "Default Frontend EXCH01", "Login", "203.0.113.9"),
        "Inbound authentication failed with error LogonDenied for Receive connector Default Frontend EXCH01. The "
        "authentication mechanism is Login. The source IP address of the client who tried to authenticate to "
        "Microsoft Exchange is [203.0.113.9].",
        provider="MSExchangeFrontEndTransport",
    ),
    _ndr(3028, "5.1.1", 4),
    _ndr(3018, "5.4.0", 2),
    _ndr(756, "5.1.1", 3),
    RelatedSample(
        4000,
        ("fabrikam.example", "The connection was dropped by the remote host."),
        "Message delivery to the remote domain 'fabrikam.example' failed for the following reason: The connection was "
        "dropped by the remote host.",
        provider="smtpsvc",
    ),
    RelatedSample(
        4006,
        ("192.0.2.25", "fabrikam.example", "The remote server did not respond to a connection attempt."),
        "Message delivery to the host '192.0.2.25' failed while delivering to the remote domain 'fabrikam.example' for "
        "the following reason: The remote server did not respond to a connection attempt.",
    ),
    RelatedSample(
        4001,
        ("fabrikam.example", "An SMTP protocol error occurred.", "rcpt", "550 5.1.1 User unknown"),
        "Message delivery to the remote domain 'fabrikam.example' failed for the following reason: An SMTP protocol "
        "error occurred. The SMTP verb which caused the error is 'rcpt'. The response from the remote server is "
        "'550 5.1.1 User unknown'.",
    ),
    RelatedSample(
        4007,
        ("192.0.2.25", "fabrikam.example", "An SMTP protocol error occurred.", "rcpt", "550 5.1.1 User unknown"),
        "Message delivery to the host '192.0.2.25' failed while delivering to the remote domain 'fabrikam.example' for "
        "the following reason: An SMTP protocol error occurred. The SMTP verb which caused the error is 'rcpt'. The "
        "response from the remote server is '550 5.1.1 User unknown'.",
    ),
    RelatedSample(
        1709,
        ("client.fabrikam.example",),
        'The SMTP client "client.fabrikam.example" did not authenticate before attempting to send mail. Access was '
        "denied.",
    ),
    RelatedSample(
        1706,
        (
            "mail.fabrikam.example",
            "CSessionContext::OnEXPSInNegotiate",
            "HrServerNegotiateAuth",
            "0x8009030c",
            "context.cpp",
            "1462",
        ),
        'EXPS is temporarily unable to provide protocol security with "mail.fabrikam.example". '
        '"CSessionContext::OnEXPSInNegotiate" called "HrServerNegotiateAuth" which failed with error code 0x8009030c '
        "( context.cpp@1462 ).",
    ),
)


LEVELS = {2: "Error", 3: "Warning", 4: "Information"}


@dataclass(frozen=True)
class RelatedTextEvent(TextEvent):
    """A related event in the place of a 7002, for the writers of all formats."""

    related: RelatedSample = RELATED[0]

    @property
    def sentence(self) -> str:
        return self.related.sentence

    @property
    def strings(self) -> tuple[str, ...]:
        return self.related.strings


def text_events(count: int) -> list[TextEvent]:
    """Related events of MSExchangeTransport, which all writers name as the source, over some weeks."""
    ours = [each for each in RELATED if each.provider == "MSExchangeTransport"]
    start = datetime(2026, 11, 2)  # noqa: DTZ001 - in the zone of the log, which is UTC here
    return [
        RelatedTextEvent(
            start + timedelta(hours=31 * number),
            level=LEVELS[each.level],
            event_id=each.event_id,
            related=each,
        )
        for number in range(count)
        for each in [ours[number % len(ours)]]
    ]
