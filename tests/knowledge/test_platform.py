"""The server that wrote a log is told by what the log says of itself."""

from __future__ import annotations

from typing import get_args

import pytest

from smtpscope.knowledge.platform import LATER_EVENTS, PLATFORM_WORDS, Platform, platform_of
from smtpscope.parsing.events.related_event_forms import FORMS
from support.changed import replace
from support.knowledge_exchanges import exchange

NO_LOG = replace(exchange("550 no"), provider=None, event_id=None, virtual_server=None, connector=None)


@pytest.mark.parametrize(
    ("provider", "event_id", "platform"),
    [
        ("MSExchangeTransport", 7002, "exchange-2003"),
        ("MSExchangeTransport", 7010, "exchange-2003"),
        ("MSExchangeTransport", 4000, "exchange-2003"),
        ("MSExchangeTransport", 2004, "exchange"),
        ("MSExchangeTransport", 1035, "exchange"),
        ("MSExchangeFrontEndTransport", 1035, "exchange"),
        ("SMTPSVC", 4006, "exchange-2003"),
        ("SmtpEvt", 20031, "exchange-2003"),
        ("Microsoft Internet Information Services 6.0", None, "exchange-2003"),
        ("SMTP Send Protocol Log", None, "exchange"),
        ("SMTP Receive Protocol Log", None, "exchange"),
        ("Transport Connectivity Log", None, "exchange"),
        ("Message Tracking Log", None, "exchange"),
        ("postfix/smtp", None, "postfix"),
        ("postfix-out/smtpd", None, "postfix"),
        ("mx-in/postscreen", None, "postfix"),
        ("exim", None, "exim"),
        ("exim4", None, "exim"),
        ("sendmail", None, "sendmail"),
        ("sm-mta", None, "sendmail"),
        ("sm-msp-queue", None, "sendmail"),
        ("smtpd", None, "opensmtpd"),
        ("courieresmtp", None, "courier"),
        ("courieresmtpd", None, "courier"),
        ("haraka", None, "haraka"),
        ("qmail-send", None, "qmail"),
        ("hMailServer SMTPD", None, "hmailserver"),
        ("MailEnable SMTP-IN", None, "mailenable"),
        ("msmtp", None, "msmtp"),
        ("dma", None, "dma"),
        ("nullmailer-send", None, "nullmailer"),
        ("dovecot", None, None),
        ("\x1b[31m\0", None, None),
    ],
)
def test_source_program_or_kind_of_log_tells_the_server(
    provider: str, event_id: int | None, platform: Platform | None
) -> None:
    assert platform_of(replace(NO_LOG, provider=provider, event_id=event_id)) == platform
    assert platform_of(replace(NO_LOG, provider=f" {provider.upper()} ", event_id=event_id)) == platform


def test_without_a_source_event_virtual_server_and_connector_tell_it() -> None:
    assert platform_of(replace(NO_LOG, event_id=7004)) == "exchange-2003"
    assert platform_of(replace(NO_LOG, event_id=2005)) == "exchange"
    assert platform_of(replace(NO_LOG, virtual_server=1)) == "exchange-2003"
    assert platform_of(replace(NO_LOG, connector="SMTPSVC1")) == "exchange-2003"
    assert platform_of(replace(NO_LOG, connector="EX01\\Default Frontend EX01")) == "exchange"


def test_a_reply_from_no_log_is_of_no_server() -> None:
    assert platform_of(NO_LOG) is None


def test_the_events_of_later_versions_are_those_that_their_front_end_writes_too() -> None:
    later = {number for form in FORMS if "msexchangefrontendtransport" in form.providers for number in form.ids}
    assert later == LATER_EVENTS


def test_every_server_has_a_name_for_people() -> None:
    assert list(PLATFORM_WORDS) == list(get_args(Platform)), (
        "Platform and _SERVERS in platform.py name different servers"
    )
    assert len(set(PLATFORM_WORDS.values())) == len(PLATFORM_WORDS)
