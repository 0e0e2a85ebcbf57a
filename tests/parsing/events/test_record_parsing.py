"""Which records are ours, and what becomes of them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.events.event_message import render
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.reading.record import EventRecord, Level
from support.changed import replace

VALUES = ("1", "6", "mx1.example.com", "rcpt", "550 5.1.1 User unknown  ", "RCPT TO:<a@example.com>  ")
FOREIGN = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")
SUBSTITUTE = (
    "The description for Event ID {id} from source {source} cannot be found.\n\n"
    "The following information was included with the event: \n\n{values}\n\nthe message resource is present but the "
    "message is not found in the string/message table"
)


def record(
    *,
    strings: tuple[str, ...] | None = None,
    message: str | None = None,
    event_id: int | None = 7002,
    provider: str | None = "MSExchangeTransport",
    level: Level | None = "warning",
) -> EventRecord:
    return EventRecord(
        file="Application.evtx",
        offset=4096,
        time_ms=1_700_000_000_000,
        time_assumed=False,
        record_id=12,
        event_id=event_id,
        level=level,
        provider=provider,
        channel="Application",
        computer="EXCH01",
        strings=strings,
        message=message,
    )


def parsed(event: EventRecord) -> SmtpExchange:
    exchange = SmtpExchangeParser().parse(event)
    assert exchange is not None
    return exchange


def test_six_strings_become_an_exchange() -> None:
    exchange = parsed(record(strings=VALUES))
    assert exchange.problem is None
    assert exchange.direction is Direction.OUTBOUND
    assert (exchange.virtual_server, exchange.connection) == (1, 6)
    assert exchange.remote_host.key == "mx1.example.com"
    assert (exchange.command.verb, exchange.command.mailbox) == ("RCPT", "a@example.com")
    assert (exchange.reply.code, exchange.reply.enhanced, exchange.reply.text) == (550, "5.1.1", "User unknown")
    assert exchange.reply.verbatim == "550 5.1.1 User unknown  "
    assert (exchange.certainty, exchange.text_level) == ("may", None)


def test_what_the_record_knows_is_handed_on() -> None:
    exchange = parsed(record(strings=VALUES))
    assert (exchange.file, exchange.offset, exchange.record_id) == ("Application.evtx", 4096, 12)
    assert (exchange.time_ms, exchange.time_assumed) == (1_700_000_000_000, False)
    assert (exchange.level, exchange.provider, exchange.channel) == ("warning", "MSExchangeTransport", "Application")
    assert (exchange.event_id, exchange.computer) == (7002, "EXCH01")


@pytest.mark.parametrize(
    ("event_id", "direction", "certainty"),
    [
        (7002, Direction.OUTBOUND, "may"),
        (7004, Direction.OUTBOUND, "will probably"),
        (7010, Direction.INBOUND, "will probably"),
        (0x80041B5A, Direction.OUTBOUND, "may"),
        (0xC0041B5C, Direction.OUTBOUND, "will probably"),
        (-1073472670, Direction.INBOUND, "will probably"),
    ],
)
def test_the_id_decides_where_there_are_only_strings(event_id: int, direction: Direction, certainty: str) -> None:
    exchange = parsed(record(strings=VALUES, event_id=event_id))
    assert (exchange.direction, exchange.certainty) == (direction, certainty)
    assert exchange.event_id in (7002, 7004, 7010)


def test_the_wording_wins_over_the_id() -> None:
    exchange = parsed(record(message=render(7004, VALUES), event_id=7010))
    assert (exchange.direction, exchange.text_level, exchange.certainty) == (
        Direction.OUTBOUND,
        "error",
        "will probably",
    )


def test_a_disagreement_of_record_and_text_about_the_level_is_kept() -> None:
    exchange = parsed(record(message=render(7004, VALUES), event_id=7002, level="warning"))
    assert (exchange.level, exchange.text_level) == ("warning", "error")


def test_strings_are_preferred_to_the_message_and_the_message_gives_the_wording() -> None:
    spoilt = render(7010, (*VALUES[:5], "RCPT TO:"))
    exchange = parsed(record(strings=VALUES, message=spoilt, event_id=7002))
    assert exchange.command.mailbox == "a@example.com"
    assert exchange.direction is Direction.INBOUND


def test_a_message_that_is_no_sentence_does_not_hurt_good_strings() -> None:
    assert parsed(record(strings=VALUES, message="Dies ist ein Protokoll.")).direction is Direction.OUTBOUND


def test_an_empty_remote_host_keeps_its_place_among_the_strings() -> None:
    exchange = parsed(record(strings=(*VALUES[:2], "", *VALUES[3:])))
    assert (exchange.remote_host.key, exchange.command.verb) == ("", "RCPT")


def test_one_string_that_is_the_whole_message_is_parsed() -> None:
    exchange = parsed(record(strings=(render(7004, VALUES),), event_id=7004))
    assert exchange.reply.code == 550


@pytest.mark.parametrize("provider", [None, "", "  "])
def test_a_sentence_without_a_provider_is_ours(provider: str | None) -> None:
    exchange = parsed(record(message=render(7010, VALUES), provider=provider, event_id=None))
    assert (exchange.direction, exchange.event_id) == (Direction.INBOUND, None)


def test_complete_strings_without_a_provider_are_ours() -> None:
    assert parsed(record(strings=VALUES, provider=None)).reply.code == 550


@pytest.mark.parametrize(
    "provider", ["msexchangetransport", "MSEXCHANGETRANSPORT ", "Smtpsvc", "MSExchangeFrontEndTransport"]
)
def test_our_providers_are_known_in_any_spelling(provider: str) -> None:
    assert parsed(record(strings=VALUES, provider=provider)).reply.code == 550


@pytest.mark.parametrize("event_id", [7002, 7004, 7010])
def test_a_foreign_provider_is_never_ours(event_id: int) -> None:
    parser = SmtpExchangeParser()
    for provider in ("Service Control Manager", "MSExchangeTransportX", "ESE"):
        assert parser.parse(record(strings=VALUES, provider=provider, event_id=event_id)) is None
        assert parser.parse(record(message=render(7002, VALUES), provider=provider, event_id=event_id)) is None


@pytest.mark.parametrize(
    "event",
    [
        record(strings=FOREIGN, event_id=7009, level="information"),
        record(strings=VALUES, event_id=7009),
        record(strings=FOREIGN, event_id=7004, level="information"),
        record(message="Components started.", event_id=7002, level="verbose"),
        record(strings=FOREIGN, provider=None),
        record(message="anything", provider=None),
        record(strings=None, message=None, provider=None, event_id=None),
        record(
            message=SUBSTITUTE.format(id=7009, source="MSExchangeTransport", values="\n".join(VALUES)), event_id=None
        ),
        record(message=SUBSTITUTE.format(id=7002, source="Tcpip", values="\n".join(VALUES)), provider=None),
    ],
)
def test_other_events_are_none_of_ours(event: EventRecord) -> None:
    assert SmtpExchangeParser().parse(event) is None


@pytest.mark.parametrize("provider", ["MSExchangeTransport", None])
@pytest.mark.parametrize("event_id", [7004, None])
def test_a_text_for_a_missing_message_is_parsed(provider: str | None, event_id: int | None) -> None:
    message = SUBSTITUTE.format(id="3221494620", source="MSExchangeTransport", values="\n".join(VALUES))
    exchange = parsed(record(message=message, provider=provider, event_id=event_id))
    assert (exchange.event_id, exchange.direction, exchange.text_level) == (7004, Direction.OUTBOUND, None)
    assert (exchange.command.mailbox, exchange.reply.code) == ("a@example.com", 550)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (record(strings=FOREIGN), "6 insertion strings"),
        (record(strings=("x",)), "1 insertion string is"),
        (record(message="Dies ist ein Protokoll."), "not this event's message"),
        (record(strings=VALUES, event_id=None), "no id"),
        (record(), "neither"),
        (record(strings=()), "neither"),
        (record(message=render(7002, VALUES)[:90]), "cut off"),
        (record(message=render(7002, VALUES)[:90], provider=None, event_id=None), "cut off"),
        (
            record(message=SUBSTITUTE.format(id=7002, source="MSExchangeTransport", values="1\n2")),
            "not the six expected",
        ),
    ],
)
def test_one_of_ours_that_cannot_be_parsed_says_why(event: EventRecord, reason: str) -> None:
    exchange = parsed(event)
    assert exchange.problem is not None
    assert reason in exchange.problem
    assert exchange.direction is Direction.UNKNOWN
    assert (exchange.remote_host.key, exchange.command.verb, exchange.reply.code) == ("", "", None)
    assert (exchange.file, exchange.offset, exchange.time_ms) == (event.file, event.offset, event.time_ms)


@pytest.mark.parametrize(("server", "connection"), [("one", "6"), ("1", ""), ("1", "9" * 5000), ("²", "6")])
def test_numbers_that_are_none_are_left_out(server: str, connection: str) -> None:
    exchange = parsed(record(strings=(server, connection, *VALUES[2:])))
    assert exchange.problem is None
    assert None in (exchange.virtual_server, exchange.connection)


def test_each_distinct_text_is_parsed_once() -> None:
    parser = SmtpExchangeParser()
    first, second = parser.parse(record(strings=VALUES)), parser.parse(record(message=render(7002, VALUES)))
    assert first is not None
    assert second is not None
    assert first.reply is second.reply
    assert first.command is second.command
    assert first.remote_host is second.remote_host


SAFE = st.text(alphabet=st.characters(exclude_characters='"', exclude_categories=["Cs"]), max_size=20)


@given(
    event_id=st.sampled_from([7002, 7004, 7010]),
    connection=st.integers(0, 2**31),
    values=st.tuples(SAFE, SAFE, st.from_regex(r"[45][0-9]{2}[ -][ -~]{0,20}", fullmatch=True), SAFE),
)
@settings(max_examples=100)
def test_the_sentence_and_the_strings_give_the_same_exchange(
    event_id: int, connection: int, values: tuple[str, str, str, str]
) -> None:
    # Values without quotes can't hold a fixed phrase; quotes are the subject of test_sentence.
    six = ("1", str(connection), values[0], values[1], values[2].replace('"', "'"), values[3])
    parser = SmtpExchangeParser()
    by_position = parser.parse(record(strings=six, event_id=event_id))
    by_sentence = parser.parse(record(message=render(event_id, six), event_id=event_id))
    assert by_position is not None
    assert by_sentence is not None
    assert replace(by_sentence, text_level=None) == by_position
    assert by_position.problem is None


@given(
    strings=st.none() | st.lists(st.text(max_size=8), max_size=8).map(tuple),
    message=st.none() | st.text(max_size=60),
    event_id=st.none() | st.sampled_from([7002, 7010, -1, 2**40]) | st.integers(),
    provider=st.sampled_from([None, "", "MSExchangeTransport", "ESE", "\0"]),
)
@settings(max_examples=100)
def test_no_record_raises(
    strings: tuple[str, ...] | None, message: str | None, event_id: int | None, provider: str | None
) -> None:
    SmtpExchangeParser().parse(record(strings=strings, message=message, event_id=event_id, provider=provider))


@pytest.mark.parametrize(
    "unit",
    [
        " ",
        "\n",
        '"',
        '""',
        "&#1;",
        "\n> ",
        'The remote host "',
        '" with "',
        '". The full command sent was "',
        "SMTP protocol log for virtual server ID ",
        "The description for Event ID ( 7002 ) in Source ( ",
        "1, ",
        "rcpt, ",
        "This may cause the connection to fail. ",
    ],
)
def test_a_message_of_30000_characters_takes_no_more_than_its_share(unit: str) -> None:
    filling = unit * (30_000 // len(unit))
    start = time.process_time()
    for message in (
        filling,
        render(7002, (*VALUES[:4], filling, VALUES[5])),
        render(7002, VALUES)[:150] + filling,
        render(7002, VALUES).replace(" SMTP command", "\nSMTP command") + filling,
        SUBSTITUTE.format(id=7002, source="MSExchangeTransport", values=f"1, 2, h, rcpt, {filling}"),
    ):
        SmtpExchangeParser().parse(record(message=message))
    # A quadratic step takes a quarter of a minute here; the bound is wide for slow machines.
    assert time.process_time() - start < 4
