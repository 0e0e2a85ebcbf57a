"""What the log of Stalwart tells of refusals."""

from __future__ import annotations

import pytest

from smtpscope.reading.mail_servers.further.stalwart_log import StalwartLogReader
from support.mail_lines import OPTIONS, exchanges_of, told
from support.memory_source import MemorySource

AT = "2026-11-24T13:45:02Z INFO "
KNOWN = 'queueId = 77, from = "shop@example.com", to = ["ann@contoso.example", "bob@contoso.example"], total = 2'


def line(title: str, event: str, more: str, at: str = AT) -> str:
    return f"{at}{title} ({event}) {KNOWN}, {more}"


@pytest.mark.parametrize(
    ("event", "verb", "command"),
    [
        ("delivery.rcpt-to-rejected", "RCPT", ""),
        ("delivery.mail-from-rejected", "MAIL", ""),
        ("delivery.message-rejected", "DATA", "."),
        ("delivery.ehlo-rejected", "EHLO", ""),
        ("delivery.auth-failed", "AUTH", ""),
        ("delivery.greeting-failed", "", ""),
    ],
)
def test_the_event_tells_the_command(event: str, verb: str, command: str) -> None:
    more = (
        'hostname = "mx1.contoso.example.", to = "ann@contoso.example", code = 550, details = "5.1.1 No", elapsed = 1ms'
    )
    assert told(StalwartLogReader, line("Rejected", event, more)) == [
        ("outbound", "mx1.contoso.example", verb, command, "550 5.1.1 No", "ann@contoso.example")
    ]


def test_what_no_recipient_is_named_for_concerns_all_of_the_message() -> None:
    rejected = line("Message rejected", "delivery.message-rejected", 'hostname = "mx", code = 554, details = "Spam"')
    assert [found[-1] for found in told(StalwartLogReader, rejected)] == ["ann@contoso.example", "bob@contoso.example"]


def test_quotes_inside_a_reply_are_not_escaped_and_line_ends_are() -> None:
    more = r'to = "ann@contoso.example", code = 550, details = "said "no", twice\nand C:\\", elapsed = 1ms'
    (found,) = told(StalwartLogReader, line("Rejected", "delivery.rcpt-to-rejected", more))
    assert found[4] == '550 said "no", twice\nand C:\\'


def test_the_notification_repeats_the_refusal_and_counts_no_more() -> None:
    more = 'to = "ann@contoso.example", hostname = "mx", code = 550, details = "No"'
    lines = [line("Rejected", "delivery.rcpt-to-rejected", more), line("DSN", "delivery.dsn-perm-fail", more)]
    assert len(told(StalwartLogReader, *lines)) == 1


def test_what_got_no_reply_and_what_the_server_itself_refused_is_counted_apart() -> None:
    unreached = line(
        "Connection error", "delivery.connect-error", 'causedBy = SMTP error (smtp.error) { reason = "x" }'
    )
    own = f'{AT}Mailbox does not exist (smtp.mailbox-does-not-exist) remoteIp = 192.0.2.9, to = "x@example.com"'
    reader = StalwartLogReader(MemorySource(f"{unreached}\n{own}\n".encode()), OPTIONS)
    assert exchanges_of(reader) == []
    facts = dict(reader.information().facts)
    assert facts["Rejected by this server, which does not log its replies"] == "1"


def test_a_container_or_a_journal_may_stand_before_it() -> None:
    more = 'hostname = "mx", to = "ann@contoso.example", code = 451, details = "Later"'
    before = (
        "stalwart | ",
        "stalwart  | 2026-11-24T13:45:02Z ",
        "Nov 24 13:45:02 mail stalwart[7]: 2026-11-24T13:45:02Z ",
    )
    lines = [line("Rejected", "delivery.rcpt-to-rejected", more, f"{each}INFO ") for each in before]
    assert [found[4] for found in told(StalwartLogReader, *lines)] == ["451 Later"] * 3
