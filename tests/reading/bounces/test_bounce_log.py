"""Bounces as files: reports by RFC 3464, mailboxes of them, pasted text, and hostile mail."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import LogError
from smtpscope.reading.bounces.bounce_log import BounceReader
from smtpscope.reading.bounces.bounce_mail import read_bounce
from smtpscope.reading.record import ReadOptions, SmtpExchangeRecord
from support import bounces
from support.memory_source import MemorySource, problems_of

RCPT = "550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown"
NOON = datetime(2026, 11, 9, 12, tzinfo=UTC)


def reader(text: str | bytes) -> BounceReader:
    return BounceReader(MemorySource(text.encode() if isinstance(text, str) else text), ReadOptions())


def exchanges(text: str | bytes) -> list[SmtpExchangeRecord]:
    return [exchange for batch in reader(text).batches() for exchange in batch.exchanges]


def test_a_report_is_an_outbound_exchange_for_each_failed_recipient() -> None:
    text = bounces.report({"bob@example.org": RCPT, "dora@example.org": "554 5.7.1 spam"}, date=NOON)
    first, second = exchanges(text)
    assert first == SmtpExchangeRecord(
        file="memory.log",
        offset=0,
        time_ms=1_794_225_600_000,
        time_assumed=False,
        side="outbound",
        provider="Delivery status notification",
        computer="mail.contoso.example",
        connector=None,
        remote_host="mx.example.org",
        logged_verb="",
        command="",
        reply=RCPT,
        mailbox="bob@example.org",
    )
    assert (second.mailbox, second.reply) == ("dora@example.org", "554 5.7.1 spam")


def test_the_words_of_a_report_tell_the_command_that_its_fields_lack() -> None:
    text = bounces.report({"bob@example.org": RCPT}, text=bounces.POSTFIX.replace("\n", "\r\n"))
    assert [(each.logged_verb, each.reply) for each in exchanges(text)] == [("RCPT", RCPT)]


def test_a_reply_of_several_lines_has_its_lines_again() -> None:
    text = bounces.report({"bob@example.org": "550-5.1.1 The account does not exist.\r\n    550 5.1.1 See our page"})
    assert [each.reply for each in exchanges(text)] == ["550-5.1.1 The account does not exist.\n550 5.1.1 See our page"]


def test_recipients_that_got_the_mail_are_no_exchanges() -> None:
    text = bounces.report({"bob@example.org": RCPT, "carl@example.org": "250 2.1.5 ok"})
    text = text.replace("Original-Recipient: rfc822;carl@example.org\r\nAction: failed", "Action: delivered")
    assert [each.mailbox for each in exchanges(text)] == ["bob@example.org"]
    assert sum(batch.unrelated_records for batch in reader(text).batches()) == 1


def test_fields_that_were_pasted_without_their_mail_are_read() -> None:
    fields = "Reporting-MTA: dns;mail.contoso.example\n\nFinal-Recipient: rfc822;bob@example.org\nAction: failed\n"
    fields += f"Status: 5.1.1\nDiagnostic-Code: smtp;{RCPT}\nRemote-MTA: dns;mx.example.org\n"
    assert [(each.remote_host, each.reply) for each in exchanges(fields)] == [("mx.example.org", RCPT)]


def test_a_reply_that_nobody_but_the_author_vouches_for_is_marked() -> None:
    assert exchanges(bounces.GMAIL)[0].guess is not None
    assert exchanges(bounces.POSTFIX)[0].guess is None


def test_the_server_that_wrote_the_bounce_is_the_host_where_no_other_is_named() -> None:
    _, own = exchanges(bounces.EXCHANGE_2010)
    assert (own.remote_host, own.computer) == ("exch01.contoso.example", None)


def test_each_mail_of_a_mailbox_is_read_and_can_be_looked_at() -> None:
    parts = bounces.mailbox_parts(3)
    log = reader("".join(next(parts) for _ in range(9)))
    found = [exchange for batch in log.batches() for exchange in batch.exchanges]
    assert len({log.raw(exchange.offset) for exchange in found}) == 9
    assert all(exchange.reply in " ".join(log.raw(exchange.offset).split()) for exchange in found)


def test_a_mail_that_refuses_nothing_is_told() -> None:
    mails = (
        f"{next(bounces.mailbox_parts(3))}From ann@example.org Mon Nov  9 05:12:00 2026\r\nSubject: Hello\r\n\r\nHi\r\n"
    )
    assert any("not a bounce" in problem.reason for problem in problems_of(reader(mails)))


def test_a_status_that_was_encoded_is_decoded() -> None:
    whole = bounces.report({"bob@example.org": RCPT})
    begin = whole.index("Reporting-MTA")
    end = whole.index("--=_part", begin)
    coded = base64.encodebytes(whole[begin:end].encode()).decode().replace("\n", "\r\n")
    head = whole[:begin].replace(
        "delivery-status\r\n\r\n", "delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    assert [each.reply for each in exchanges(head + coded + whole[end:])] == [RCPT]


def test_html_alone_is_read_as_text() -> None:
    page = bounces.EXCHANGE.replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>\r\n")
    mail = f"MIME-Version: 1.0\r\nDate: Mon, 9 Nov 2026 12:00:00 +0000\r\nContent-Type: text/html\r\n\r\n<p>{page}</p>"
    assert [each.mailbox for each in exchanges(mail)] == ["bob@example.org", "dora@example.net"]


def test_mail_within_mail_is_opened_only_so_deep() -> None:
    mail = b"Content-Type: text/plain\r\n\r\n" + bounces.POSTFIX.encode()
    for number in range(40):
        name = b"b%d" % number
        mail = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=%b\r\n\r\n--%b\r\n%b\r\n--%b--\r\n" % (
            name, name, mail, name,
        )  # fmt: skip
    assert read_bounce(mail).nested_too_deep


def test_a_mail_of_countless_parts_is_not_taken_apart() -> None:
    part = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
    assert read_bounce(b"MIME-Version: 1.0\r\n" + part * 5_000).nested_too_deep


def test_another_text_is_refused_with_a_remedy() -> None:
    with pytest.raises(LogError, match="not a bounce"):
        list(reader("Dear all, the meeting is at noon.\n").batches())


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_whatever_a_report_holds_is_read_without_an_error(data: bytes) -> None:
    whole = bounces.report({"bob@example.org": RCPT}).encode()
    for place in (b"Reporting-MTA", b"--=_part", b"Final-Recipient"):
        read_bounce(whole.replace(place, data + place))
