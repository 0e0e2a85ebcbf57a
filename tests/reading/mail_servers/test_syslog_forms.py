"""The same run of Postfix in every form that syslog daemons, journals and supervisors write it in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from smtpscope.reading.mail_servers.exim_log import EximLogReader
from smtpscope.reading.mail_servers.postfix_log import PostfixLogReader
from smtpscope.reading.mail_servers.sendmail_log import SendmailLogReader
from smtpscope.reading.record import ReadOptions, SmtpExchangeRecord
from smtpscope.reading.registry import open_log, reader_of
from support.mail_lines import exchanges_of
from support.memory_source import MemorySource, problems_of
from support.syslog_forms import FORMS, HOST, WITHOUT_COMPUTER, WITHOUT_TIME, WITHOUT_ZONE, messages, written

OPTIONS = ReadOptions(newest=datetime(2026, 11, 25, tzinfo=UTC))
SEEDS = (5, 17)


def read(form: str, seed: int) -> list[SmtpExchangeRecord]:
    return exchanges_of(PostfixLogReader(MemorySource(written(form, seed)), OPTIONS))


def told(exchange: SmtpExchangeRecord) -> tuple[object, ...]:
    return (
        exchange.side,
        exchange.provider,
        exchange.remote_host,
        exchange.logged_verb,
        exchange.reply,
        exchange.mailbox,
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_the_same_refusals(form: str, seed: int) -> None:
    assert [told(each) for each in read(form, seed)] == [told(each) for each in read("rsyslog", seed)]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_recognised_as_the_log_of_its_program(form: str) -> None:
    reader = reader_of(MemorySource(written(form)))
    assert reader is not None
    assert reader.format.name == "postfix"


@pytest.mark.parametrize("form", FORMS)
def test_the_computer_is_the_host_and_nothing_else(form: str) -> None:
    expected = None if form in WITHOUT_COMPUTER else HOST
    assert {each.computer for each in read(form, 5)} == {expected}


@pytest.mark.parametrize("form", FORMS)
def test_the_time_is_that_of_the_line(form: str) -> None:
    refusals = [each for each in messages(5) if each.program != "postfix/qmgr"]
    for exchange, message in zip(read(form, 5), refusals, strict=True):
        if form in WITHOUT_TIME:
            assert exchange.time_ms is None
            continue
        assert exchange.time_ms is not None
        distance = message.moment.replace(tzinfo=UTC) - datetime.fromtimestamp(exchange.time_ms / 1000, UTC)
        assert timedelta(0) <= distance < timedelta(seconds=1)
        assert exchange.time_assumed is (form in WITHOUT_ZONE)


@pytest.mark.parametrize("form", FORMS)
def test_the_offset_is_that_of_the_line_and_raw_shows_it_whole(form: str) -> None:
    data = written(form)
    reader = PostfixLogReader(MemorySource(data), OPTIONS)
    lines = data.decode().splitlines()
    for exchange in exchanges_of(reader):
        assert reader.raw(exchange.offset) in lines


def test_a_log_without_times_says_so() -> None:
    reader = PostfixLogReader(MemorySource(written("the text alone")), OPTIONS)
    assert "Some records have no time" in [each.reason for each in problems_of(reader)]


def test_a_zone_that_several_have_is_not_guessed_but_told() -> None:
    data = written("a zone's name").replace(b" CET ", b" CST ")
    reader = PostfixLogReader(MemorySource(data), OPTIONS)
    assert all(each.time_assumed and each.computer == HOST for each in exchanges_of(reader))
    assert any('"CST"' in each.reason for each in problems_of(PostfixLogReader(MemorySource(data), OPTIONS)))


REFUSAL = (
    "NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 554 5.7.1 <u@d.example.com>: Relay access denied; "
    "from=<s@example.net> to=<u@d.example.com> proto=ESMTP helo=<c>"
)


def test_a_message_that_is_said_to_be_repeated_counts_as_often() -> None:
    data = (
        f"Nov 24 13:45:02 mail postfix/smtpd[161]: {REFUSAL}\n"
        f"Nov 24 13:45:09 mail postfix/smtpd[161]: message repeated 3 times: [ {REFUSAL}]\n"
    ).encode()
    first, *again = exchanges_of(PostfixLogReader(MemorySource(data), OPTIONS))
    assert len(again) == 3
    assert {told(each) for each in again} == {told(first)}
    assert {each.time_ms for each in again} == {(first.time_ms or 0) + 7_000}
    assert {each.offset for each in again} == {data.index(b"\n") + 1}


@pytest.mark.parametrize(
    "line",
    [
        "Nov 24 13:45:09 mail last message repeated 3 times",
        "Nov 24 13:45:09 mail syslogd: last message repeated 3 times",
        "Nov 24 13:45:09 mail syslog-ng[5]: Last message 'NOQUEUE: reject: RCP' repeated 3 times, suppressed by "
        "syslog-ng on mail",
    ],
)
@pytest.mark.parametrize("block_size", [1 << 20, 64])
def test_the_last_message_repeated_counts_as_often_at_its_own_time(line: str, block_size: int) -> None:
    before = f"Nov 24 13:45:02 mail postfix/smtpd[161]: {REFUSAL}\n"
    reader = PostfixLogReader(MemorySource(f"{before}{line}\n".encode()), OPTIONS, block_size=block_size)
    first, *again = exchanges_of(reader)
    assert [told(each) for each in again] == [told(first)] * 3
    assert {(each.time_ms or 0) - (first.time_ms or 0) for each in again} == {7_000}
    assert {(each.offset, each.computer) for each in again} == {(len(before), "mail")}


def test_metalog_writes_repetitions_below_the_message() -> None:
    data = f"Nov 24 13:45:02 [postfix/smtpd] {REFUSAL}\n                - Last output repeated 3 times -\n"
    first, *again = exchanges_of(PostfixLogReader(MemorySource(data.encode()), OPTIONS))
    assert [(told(each), each.time_ms) for each in again] == [(told(first), first.time_ms)] * 3


def test_a_repetition_of_another_message_is_not_ours() -> None:
    data = (
        f"Nov 24 13:45:02 mail postfix/smtpd[161]: {REFUSAL}\nNov 24 13:45:03 mail cron[5]: job\n"
        "Nov 24 13:45:09 mail last message repeated 3 times\n"
    )
    assert len(exchanges_of(PostfixLogReader(MemorySource(data.encode()), OPTIONS))) == 1


def test_a_huge_number_of_repetitions_is_cut_and_told() -> None:
    data = f"Nov 24 13:45:02 mail postfix/smtpd[161]: message repeated 999999999 times: [ {REFUSAL}]\n".encode()
    batches = list(PostfixLogReader(MemorySource(data), OPTIONS).batches())
    assert sum(len(batch.exchanges) for batch in batches) == 10_000
    assert any("999,999,999" in problem.reason for batch in batches for problem in batch.problems)


def test_a_text_inside_the_text_of_another_program_is_no_line_of_postfix() -> None:
    data = f"Nov 24 13:45:02 mail amavis[5]: (12-3) Blocked SPAM, said by {REFUSAL}\n".encode()
    assert exchanges_of(PostfixLogReader(MemorySource(data), OPTIONS)) == []


EXIM_OUT = (
    "** carl@example.org R=dnslookup T=remote_smtp H=mx.example.org [198.51.100.9]: SMTP error from remote mail server "
    "after RCPT TO:<carl@example.org>: 550 5.1.1 no such user"
)


def test_exim_on_standard_error_is_read_without_times() -> None:
    data = (
        "    9 LOG: MAIN REJECT\n"
        "    9   H=(app) [192.0.2.1] F=<noreply@example.com> rejected RCPT <bob@example.org>: relay not permitted\n"
        f"   10 LOG: MAIN\n   10   {EXIM_OUT}\n"
    ).encode()
    assert reader_of(MemorySource(data)) is EximLogReader
    inbound, outbound = exchanges_of(EximLogReader(MemorySource(data), OPTIONS))
    assert (inbound.side, inbound.remote_host, inbound.reply) == ("inbound", "192.0.2.1", "relay not permitted")
    assert (outbound.mailbox, outbound.reply, outbound.time_ms) == ("carl@example.org", "550 5.1.1 no such user", None)
    assert (inbound.computer, outbound.computer) == (None, None)


@pytest.mark.parametrize(
    "header",
    [
        "<22>1 2026-11-24T13:45:02+00:00 mail exim 42 - - ",
        "<22>1 2026-11-24T13:45:02+00:00 mail exim 42 - -  ",
        '<22>1 2026-11-24T13:45:02+00:00 mail exim 42 - [a k="]"][b] ',
        "Nov 24 13:45:02 mail [exim] ",
        "Nov 24 13:45:02 mail mail.info exim[42]: ",
        "1795527902 mail exim[42]: ",
    ],
)
def test_exim_is_read_behind_every_header(header: str) -> None:
    data = f"{header}1xXpQM-0000000000f-42ys {EXIM_OUT}\n".encode()
    assert reader_of(MemorySource(data)) is EximLogReader
    (exchange,) = exchanges_of(EximLogReader(MemorySource(data), OPTIONS))
    assert (exchange.computer, exchange.mailbox, exchange.provider) == ("mail", "carl@example.org", "exim")
    assert exchange.time_ms == 1795527902_000


@pytest.mark.parametrize(
    ("header", "program", "computer"),
    [
        ("mail.info: Nov 24 13:45:02 sm-mta[58]: ", "sm-mta", None),
        ("<22>1 2026-11-24T13:45:02+00:00 mail sm-mta 58 - -  ", "sm-mta", "mail"),
        ("Nov 24 13:45:02 [sendmail] ", "sendmail", None),
        ("Nov 24 13:45:02 mail sm-mta[58] ", "sm-mta", "mail"),
        ("", "sendmail", None),
    ],
)
def test_sendmail_is_read_behind_every_header(header: str, program: str, computer: str | None) -> None:
    data = (
        f"{header}6AU0LruU000056: to=<u@p.example.com>, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=30182, "
        "relay=mx.p.example.com. [192.0.2.7], dsn=5.1.1, reply=550 5.1.1 No such user here, stat=User unknown\n"
    ).encode()
    (exchange,) = exchanges_of(SendmailLogReader(MemorySource(data), OPTIONS))
    assert (exchange.provider, exchange.computer) == (program, computer)
    assert exchange.reply == "550 5.1.1 No such user here"


@pytest.mark.parametrize("zeros", [16, 9_000, 200_000])
def test_zeros_that_a_crash_left_before_a_line_do_not_hide_it(zeros: int) -> None:
    before = written("rsyslog")
    line = f"Nov 24 13:45:02 mail postfix/smtpd[161]: {REFUSAL}\n".encode()
    data = before + bytes(zeros) + line + before
    found = exchanges_of(PostfixLogReader(MemorySource(data), OPTIONS))
    assert len(found) == 17
    assert (found[8].offset, found[8].computer) == (len(before) + zeros, "mail")
    assert PostfixLogReader(MemorySource(data), OPTIONS).raw(found[8].offset) == line.decode().strip()


def test_a_line_of_more_than_8_192_characters_is_read_to_its_end() -> None:
    data = (
        "Nov 24 13:45:02 mail postfix/smtp[58]: 11E8828C001: to=<u@a.example.com>, relay=mx.a.example.com[192.0.2.10], "
        "delay=0.12, delays=0.01/0.06/0/0.04, dsn=5.1.1, status=bounced (host mx.a.example.com[192.0.2.10] said: "
        f"550-5.1.1 {'long ' * 4_000}550 5.1.1 end (in reply to MAIL FROM command))\n"
    ).encode()
    (exchange,) = exchanges_of(PostfixLogReader(MemorySource(data), OPTIONS))
    assert exchange.reply.endswith("550 5.1.1 end")
    assert exchange.logged_verb == "MAIL"


@pytest.mark.parametrize(
    "copied",
    [
        lambda line: line.replace("<", "&lt;").replace(">", "&gt;"),
        lambda line: line.replace("<", "").replace(">", ""),
        lambda line: f"\x1b[1;32m{line}\x1b[0m",
        lambda line: f"1. `{line}`",
        lambda line: f"/var/log/mail.log:17:{line}",
    ],
)
def test_a_line_that_was_copied_from_a_page_or_a_terminal_is_understood(copied: Callable[[str], str]) -> None:
    line = copied(f"Nov 24 13:45:02 mail postfix/smtpd[161]: {REFUSAL}")
    data = f"{line}\n".encode()
    assert reader_of(MemorySource(data)) is PostfixLogReader
    reader = PostfixLogReader(MemorySource(data), OPTIONS)
    (exchange,) = exchanges_of(reader)
    assert (exchange.computer, exchange.mailbox, exchange.remote_host) == ("mail", "u@d.example.com", "198.51.100.7")
    assert exchange.time_ms is not None
    assert reader.raw(exchange.offset) == line


@pytest.mark.parametrize("header", ["", "Nov 24 13:45:02 [sendmail] ", "Nov 24 13:45:02 mail sendmail[5] "])
def test_a_colon_inside_a_reply_is_no_tag_of_sendmail(header: str) -> None:
    data = (
        f"{header}6AU0LrLD000059: to=<u@p.example.com>, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=30174, "
        "relay=mx.p.example.com. [192.0.2.7], dsn=5.1.1, reply=550 5.1.1 <u@p.example.com>: Recipient address "
        "rejected: User unknown, stat=User unknown\n"
    ).encode()
    (exchange,) = exchanges_of(SendmailLogReader(MemorySource(data), OPTIONS))
    assert (exchange.provider, exchange.side) == ("sendmail", "outbound")
    assert exchange.reply == "550 5.1.1 <u@p.example.com>: Recipient address rejected: User unknown"


@pytest.mark.parametrize("header", ["", "<22>1 2026-11-24T13:45:02Z mail smtpd 5 - -  ", "Nov 24 13:45:02 [smtpd] "])
def test_opensmtpd_is_read_behind_every_header(header: str) -> None:
    data = (
        f"{header}0123456789abcdef smtp connected address=192.0.2.7 host=client.example.net\n"
        f'{header}0123456789abcdef smtp failed-command command="RCPT TO:<u@d.example.com>" '
        'result="550 Invalid recipient"\n'
    ).encode()
    reader = open_log(MemorySource(data), OPTIONS)
    assert reader.format.name == "opensmtpd"
    (exchange,) = [each for batch in reader.batches() for each in batch.exchanges]
    assert (exchange.remote_host, exchange.reply) == ("client.example.net", "550 Invalid recipient")
