"""Events beside 7002, 7004 and 7010: what each tells, from its strings, from its sentence, from what stands for it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.events.related_event_forms import FORMS, RELATED_IDS
from smtpscope.parsing.events.related_events import from_sentence, from_strings, unknown_command
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.reading.record import EventRecord
from support.changed import replace
from support.related_samples import RELATED, RelatedSample

OUT, IN = Direction.OUTBOUND, Direction.INBOUND


def record(
    event_id: int | None,
    strings: tuple[str, ...] | None = None,
    message: str | None = None,
    *,
    provider: str | None = "MSExchangeTransport",
    binary: bytes | None = None,
) -> EventRecord:
    return EventRecord(
        "Application.evtx",
        4096,
        1_700_000_000_000,
        False,
        12,
        event_id,
        "information",
        provider,
        "Application",
        "EXCH01",
        strings,
        message,
        binary=binary,
    )


def parsed(event: EventRecord) -> SmtpExchange | None:
    return SmtpExchangeParser().parse(event)


def told(exchange: SmtpExchange | None) -> tuple[object, ...]:
    assert exchange is not None
    assert exchange.problem is None
    return (
        exchange.direction,
        exchange.remote_host.verbatim,
        exchange.connector,
        exchange.command.full,
        exchange.command.recipient,
        exchange.reply.verbatim,
    )


GOLDEN = {
    2002: (OUT, "mx1.fabrikam.example", "Internet", "", None, "An error occurred while connecting"),
    2003: (OUT, "mail.fabrikam.example", "Smart host", "", None, "535 5.7.8 Authentication credentials invalid"),
    2004: (OUT, "", "Internet", "", None, "550 5.7.1 Message refused by policy."),
    2005: (OUT, "192.0.2.25", "Internet", "", None, "421 4.3.2 Service not available"),
    2017: (
        OUT,
        "EXCH02.contoso.example",
        "Intra-Organization SMTP Send Connector",
        "",
        None,
        "Outbound authentication failed with error LogonDenied. The authentication mechanism is ExchangeAuth.",
    ),
    1012: (
        IN,
        "203.0.113.9",
        "Default EXCH01",
        "",
        None,
        "Authentication failures have exceeded the maximum of 3 for the connection. Disconnecting.",
    ),
    1021: (
        IN,
        "203.0.113.9",
        "Default Frontend EXCH01",
        "",
        None,
        "The maximum number of connections per source (20) has been reached.",
    ),
    1035: (
        IN,
        "203.0.113.9",
        "Default Frontend EXCH01",
        "",
        None,
        "Inbound authentication failed with error LogonDenied. The authentication mechanism is Login.",
    ),
    3028: (
        OUT,
        "",
        None,
        "",
        "berta@fabrikam.example",
        "A non-delivery report with a status code of 5.1.1 was generated.",
    ),
    3018: (
        OUT,
        "",
        None,
        "",
        "berta@fabrikam.example",
        "A non-delivery report with a status code of 5.4.0 was generated.",
    ),
    756: (
        OUT,
        "",
        None,
        "",
        "berta@fabrikam.example",
        "A non-delivery report with a status code of 5.1.1 was generated.",
    ),
    4000: (OUT, "fabrikam.example", None, "", None, "The connection was dropped by the remote host."),
    4006: (
        OUT,
        "192.0.2.25",
        None,
        "",
        None,
        "The remote server did not respond to a connection attempt.",
    ),
    4001: (OUT, "fabrikam.example", None, "rcpt", None, "550 5.1.1 User unknown"),
    4007: (OUT, "192.0.2.25", None, "rcpt", None, "550 5.1.1 User unknown"),
    1709: (
        IN,
        "client.fabrikam.example",
        None,
        "",
        None,
        "The SMTP client did not authenticate before attempting to send mail. Access was denied.",
    ),
    1706: (
        IN,
        "mail.fabrikam.example",
        None,
        "X-EXPS",
        None,
        'EXPS is temporarily unable to provide protocol security. "CSessionContext::OnEXPSInNegotiate" called '
        '"HrServerNegotiateAuth" which failed with error code 0x8009030c.',
    ),
}


def test_every_related_event_is_tried() -> None:
    ids = {related.event_id for related in RELATED}
    assert ids == set(GOLDEN)
    # The rest shares its sentence with 3028, or has nothing but data.
    assert RELATED_IDS - ids == {3008, 3009, 3015, 3017, 3030, 20031}


@pytest.mark.parametrize("related", RELATED, ids=lambda related: related.event_id)
def test_strings_give_what_the_event_tells(related: RelatedSample) -> None:
    exchange = parsed(record(related.event_id, related.strings, provider=related.provider))
    assert told(exchange) == GOLDEN[related.event_id]
    assert exchange is not None
    assert (exchange.event_id, exchange.level, exchange.provider) == (
        related.event_id,
        "information",
        related.provider,
    )
    assert (exchange.file, exchange.offset, exchange.record_id) == ("Application.evtx", 4096, 12)


@pytest.mark.parametrize("related", RELATED, ids=lambda related: related.event_id)
@pytest.mark.parametrize("provider", ["its own", None])
def test_the_sentence_gives_the_same(related: RelatedSample, provider: str | None) -> None:
    event = record(related.event_id, None, related.sentence, provider=provider and related.provider)
    assert told(parsed(event)) == GOLDEN[related.event_id]
    wrapped = related.sentence.replace(" with ", " with\r\n").replace(" was ", " was\r\n").replace(" to ", " to\r\n")
    assert told(parsed(replace(event, message=wrapped))) == GOLDEN[related.event_id]


@pytest.mark.parametrize("related", RELATED, ids=lambda related: related.event_id)
def test_what_viewers_put_behind_a_sentence_is_not_taken_in(related: RelatedSample) -> None:
    footer = "\n\nFor more information, click http://www.microsoft.com/contentredirect.asp.\nData:\n0000: 05 00 07 80"
    assert told(parsed(record(related.event_id, None, related.sentence + footer))) == GOLDEN[related.event_id]


@pytest.mark.parametrize("related", RELATED, ids=lambda related: related.event_id)
@pytest.mark.parametrize(
    "form",
    [
        "The description for Event ID {id} from source {source} cannot be found.\n\nThe following information was "
        "included with the event: \n\n{lines}\n\nthe message resource is present but the message is not found",
        "The description for Event ID '{id}' in Source '{source}' cannot be found.  The following information is part "
        "of the event:{quoted}",
        "The description for Event ID ( {id} ) in Source ( {source} ) cannot be found. The following information is "
        "part of the event: {commas}.",
        "The description for Event ID ( {id} ) in Source ( {source} ) cannot be found. The following information is "
        "part of the event: {semicolons}.",
    ],
)
def test_the_text_that_stands_for_a_sentence_gives_the_same(related: RelatedSample, form: str) -> None:
    text = form.format(
        id=related.event_id,
        source=related.provider,
        lines="\n".join(related.strings),
        quoted=", ".join(f"'{value}'" for value in related.strings),
        commas=", ".join(related.strings),
        semicolons="; ".join(related.strings),
    )
    found = told(parsed(record(related.event_id, None, text, provider=related.provider)))
    if related.strings[-1].endswith("."):
        # The viewer's full stop can't be told from that of the last value.
        assert re.sub(r"\.+$", "", str(found[-1])) == str(GOLDEN[related.event_id][-1]).rstrip(".")
        found = (*found[:-1], GOLDEN[related.event_id][-1])
    assert found == GOLDEN[related.event_id]


@pytest.mark.parametrize("related", RELATED, ids=lambda related: related.event_id)
def test_the_number_alone_decides_nothing(related: RelatedSample) -> None:
    words = tuple("a database of that name" for _ in related.strings)
    assert parsed(record(related.event_id, words, provider=related.provider)) is None
    assert parsed(record(related.event_id, (*related.strings, "one more"), provider=related.provider)) is None
    assert parsed(record(related.event_id, None, "The service was started.", provider=related.provider)) is None
    assert parsed(record(1, related.strings, provider=related.provider)) is None


@pytest.mark.parametrize("related", RELATED, ids=lambda related: related.event_id)
def test_another_source_with_the_same_number_is_none_of_ours(related: RelatedSample) -> None:
    assert parsed(record(related.event_id, related.strings, related.sentence, provider="ESE")) is None
    assert parsed(record(related.event_id, related.strings, provider="SmtpEvt")) is None


def test_the_smtp_service_of_iis_writes_4000_but_not_2004() -> None:
    by_id = {related.event_id: related for related in RELATED}
    assert from_strings(4000, "smtpsvc", by_id[4000].strings) is not None
    assert from_strings(2004, "smtpsvc", by_id[2004].strings) is None


def test_the_older_sentence_of_4000_gives_domain_and_reason() -> None:
    text = (
        "Message delivery to the remote domain fabrikam.example failed. The connection was dropped by the remote host."
    )
    event = from_sentence(text, "Smtpsvc")
    assert event is not None
    assert (event.remote_host, event.reply) == ("fabrikam.example", "The connection was dropped by the remote host.")


def test_causes_and_solution_of_3018_are_left_out() -> None:
    text = (
        "A non-delivery report with a status code of 5.4.0 was generated for recipient rfc822;berta@fabrikam.example "
        "(Message-ID <1@contoso.example>). \n Causes: This message indicates a DNS problem.  Solution: Check the DNS."
    )
    event = from_sentence(text)
    assert event is not None
    assert (event.mailbox, event.reply) == (
        "berta@fabrikam.example",
        "A non-delivery report with a status code of 5.4.0 was generated.",
    )


def test_the_client_side_of_x_exps_is_outbound() -> None:
    strings = ("mail.fabrikam.example", "CSessionContext::OnEXPSOutNegotiate", "HrClientNegotiate", "0x5", "a.cpp", "7")
    event = from_strings(1706, "MSExchangeTransport", strings)
    assert event is not None
    assert event.direction is OUT


@pytest.mark.parametrize(
    ("data", "command", "verb"),
    [
        (b"XEXCH50 1020 2\r\n\0", "XEXCH50 1020 2\r\n", "XEXCH50"),
        (b"X-LINK2STATE", "X-LINK2STATE", "X-LINK2STATE"),
        (b"\xff\xfe\x00", "\xff\xfe", "\xff\xfe".upper()),
    ],
)
def test_the_command_of_20031_stands_in_its_data(data: bytes, command: str, verb: str) -> None:
    exchange = parsed(record(20031, (), "An unknown SMTP command", provider="SmtpEvt", binary=data))
    assert told(exchange) == (IN, "", None, command, None, "An unknown SMTP command")
    assert exchange is not None
    assert exchange.command.verb == verb
    assert told(parsed(record(20031, (), provider="SmtpEvt", binary=data)))[3] == command


def test_another_event_of_the_smtp_filter_is_none_of_ours() -> None:
    assert parsed(record(20030, (), "The filter was loaded", provider="SmtpEvt", binary=b"\1\2")) is None
    assert parsed(record(20031, (), "", provider="SmtpEvt")) is None


def test_a_reply_of_several_lines_keeps_them() -> None:
    reply = "550-5.7.1 Refused\r\n550 5.7.1 Ask us"
    text = (
        "Send connector A: Message delivery was not successful. The message with message ID <1@a.example> was "
        f"acknowledged with SMTP response {reply}."
    )
    event = from_sentence(text)
    assert event is not None
    assert event.reply == reply


def test_a_connector_named_in_another_script_is_kept() -> None:
    strings = ("LogonDenied", "默认 EXCH01", "Ntlm", "2001:db8::25")
    event = from_strings(1035, "MSExchangeFrontEndTransport", strings)
    assert event is not None
    assert (event.connector, event.remote_host) == ("默认 EXCH01", "2001:db8::25")


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(sorted(RELATED_IDS)),
    st.lists(st.text(max_size=20), max_size=7),
    st.binary(max_size=20),
    st.sampled_from(RELATED),
    st.text(max_size=30),
    st.integers(0, 200),
)
def test_no_text_raises(
    event_id: int, strings: list[str], data: bytes, related: RelatedSample, text: str, cut: int
) -> None:
    from_strings(event_id, "MSExchangeTransport", strings)
    unknown_command(event_id, text, data)
    from_sentence(related.sentence[:cut] + text + related.sentence[cut:])
    parsed(record(event_id, tuple(strings), text))


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_sentence_made_of_any_values_gives_them_back(data: st.DataObject) -> None:
    word = st.text("abcXYZ019-", min_size=1, max_size=12)
    form = data.draw(st.sampled_from([form for form in FORMS if 4000 not in form.ids]))
    values = {name: data.draw(word) for name in form.names}
    text = re.sub(r"\{([a-z ]+)\}", lambda name: values[name[1]], form.sentence)
    event = from_sentence(f"{data.draw(word)} {text}")
    assert event is not None
    assert event.remote_host == values.get("host", values.get("address", values.get("target", "")))
    assert (event.connector, event.mailbox) == (values.get("connector"), values.get("recipient"))


@pytest.mark.parametrize(
    "part", ["Send connector ", "Message delivery to the remote domain '", "A non-delivery report "]
)
def test_a_hostile_text_takes_no_time(part: str) -> None:
    assert from_sentence(part * 50_000) is None
