"""What the log of Postfix tells of refusals."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import Problem
from smtpscope.reading.mail_servers.postfix_log import PostfixLogReader
from smtpscope.reading.record import SmtpExchangeRecord
from support.mail_lines import OPTIONS, exchanges_of, told
from support.mail_logs import postfix_parts, sample
from support.memory_source import MemorySource, problems_of

CLIENT = "Nov 24 13:45:02 mail postfix/smtp[4711]: 4ABCDEF012: "
TO = f"{CLIENT}to=<j.smith@contoso.example>, relay=mx1.contoso.example[192.0.2.10]:25, delay=1.2, delays=0/0/1/0, "
SERVER = "Nov 24 13:45:02 mail postfix/smtpd[99]: NOQUEUE: "


def test_a_line_gives_an_exchange_with_all_that_it_says() -> None:
    line = (
        f"{TO}dsn=5.1.1, status=bounced (host mx1.contoso.example[192.0.2.10] said: 550 5.1.1 "
        "<j.smith@contoso.example>: Recipient address rejected (see list) (in reply to RCPT TO command))"
    )
    (exchange,) = exchanges_of(PostfixLogReader(MemorySource(f"else\n{line}\n".encode()), OPTIONS))
    assert exchange == SmtpExchangeRecord(
        file="memory.log",
        offset=5,
        time_ms=1795527902000,
        time_assumed=True,
        side="outbound",
        provider="postfix/smtp",
        computer="mail",
        connector=None,
        remote_host="mx1.contoso.example",
        logged_verb="RCPT",
        command="",
        reply="550 5.1.1 <j.smith@contoso.example>: Recipient address rejected (see list)",
        mailbox="j.smith@contoso.example",
    )


HOST = "host mx1.contoso.example[192.0.2.10]"


@pytest.mark.parametrize(
    ("reason", "given", "command", "reply"),
    [
        (f"{HOST} said: 451 4.7.1 Later (in reply to end of DATA command)", "DATA", ".", "451 4.7.1 Later"),
        (f"{HOST} said: 421 Busy (in reply to MAIL FROM command)", "MAIL", "", "421 Busy"),
        (f"{HOST} refused to talk to me: 421 4.3.2 Too many", "", "", "421 4.3.2 Too many"),
        (f"{HOST}:25 said: 502 No (in reply to EHLO command)", "EHLO", "", "502 No"),
        (
            "SASL authentication failed; server mx1.contoso.example[192.0.2.10] said: 535 5.7.8 Error: failed",
            "AUTH",
            "",
            "535 5.7.8 Error: failed",
        ),
    ],
)
@pytest.mark.parametrize("state", ["bounced", "deferred", "undeliverable"])
def test_the_command_stands_behind_the_reply(reason: str, given: str, command: str, reply: str, state: str) -> None:
    assert told(PostfixLogReader, f"{TO}dsn=4.7.1, status={state} ({reason})") == [
        ("outbound", "mx1.contoso.example", given, command, reply, "j.smith@contoso.example")
    ]


def test_several_lines_of_a_reply_stay_joined_by_blanks() -> None:
    reply = "550-5.7.26 One. 550-5.7.26 Two. 550 5.7.26 Three."
    ((*_, found, _mailbox),) = told(
        PostfixLogReader, f"{TO}dsn=5.7.26, status=bounced ({HOST} said: {reply} (in reply to end of DATA command))"
    )
    assert found == reply


def test_a_host_before_the_last_one_is_told_without_a_recipient() -> None:
    lines = (
        f"{CLIENT}{HOST} said: 450 4.2.0 Greylisted (in reply to RCPT TO command)",
        f"{CLIENT}{HOST} refused to talk to me: 554 Go away",
    )
    assert told(PostfixLogReader, *lines) == [
        ("outbound", "mx1.contoso.example", "RCPT", "", "450 4.2.0 Greylisted", None),
        ("outbound", "mx1.contoso.example", "", "", "554 Go away", None),
    ]


@pytest.mark.parametrize(("recipients", "mailbox"), [(1, "j.smith@contoso.example"), (2, None), (11, None)])
def test_before_the_next_host_the_only_recipient_is_in_the_lines_of_the_message(
    recipients: int, mailbox: str | None
) -> None:
    queue = CLIENT.replace("smtp[4711]", "qmgr[12]")
    lines = (
        f"{queue.replace('4ABC', '9ABC')}from=<ann@example.com>, size=379, nrcpt=1 (queue active)",
        f"{queue}from=<ann@example.com>, size=379, nrcpt={recipients} (queue active)",
        f"{CLIENT}{HOST} said: 451 4.3.0 Try later (in reply to RCPT TO command)",
        f"{TO.replace('4ABC', '9ABC').replace('j.smith', 'else')}dsn=2.0.0, status=sent (250 2.0.0 Ok)",
        f"{TO}dsn=2.0.0, status=sent (250 2.0.0 Ok)",
    )
    assert told(PostfixLogReader, *lines) == [
        ("outbound", "mx1.contoso.example", "RCPT", "", "451 4.3.0 Try later", mailbox)
    ]


def test_a_warning_that_repeats_a_reply_is_no_exchange() -> None:
    line = CLIENT.replace("4ABCDEF012", "warning") + "SASL authentication failed; server mx[192.0.2.10] said: 535 No"
    assert told(PostfixLogReader, line) == []


def test_a_local_delivery_over_lmtp_names_a_socket_beside_the_host() -> None:
    line = (
        "Nov 24 13:45:02 mail postfix/lmtp[5]: 4ABCDEF012: to=<info@example.com>, orig_to=<sales@example.com>, "
        "relay=mail.example.com[private/dovecot-lmtp], delay=0.1, dsn=5.1.1, status=bounced (host "
        "mail.example.com[private/dovecot-lmtp] said: 550 5.1.1 <info@example.com> User doesn't exist "
        "(in reply to RCPT TO command))"
    )
    assert told(PostfixLogReader, line) == [
        (
            "outbound",
            "mail.example.com",
            "RCPT",
            "",
            "550 5.1.1 <info@example.com> User doesn't exist",
            "info@example.com",
        )
    ]


def test_mail_that_failed_without_a_reply_is_counted_and_is_no_exchange() -> None:
    refused = "host mx1.contoso.example[192.0.2.10] refused to talk to me: 421 Busy"
    lines = (
        f"{TO}dsn=4.4.1, status=deferred (connect to mx1.contoso.example[192.0.2.10]:25: Connection timed out)",
        f"{TO}dsn=4.4.2, status=deferred (lost connection with mx1.contoso.example[192.0.2.10] while sending RCPT TO)",
        f"{TO.replace('smtp[', 'error[')}dsn=4.3.2, status=deferred (delivery temporarily suspended: {refused})",
        f'{TO.replace("smtp[", "local[")}dsn=5.1.1, status=bounced (unknown user: "j.smith")',
        f"{TO}dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 123 said: 550)",
    )
    reader = PostfixLogReader(MemorySource("\n".join(lines).encode()), OPTIONS)
    batches = list(reader.batches())
    assert [exchange for batch in batches for exchange in batch.exchanges] == []
    assert sum(batch.unrelated_records for batch in batches) == 5
    assert dict(reader.information().facts) == {
        "Encoding": "UTF-8 or Windows-1252",
        "Failed without a reply": "2",
        "Deferred without asking the remote host again": "1",
    }
    told = [problem for batch in batches for problem in batch.problems if problem.place == "whole file"]
    assert [(problem.reason.partition(" (")[0], problem.records) for problem in told] == [
        ("2 deliveries failed without a reply of the other side", 2)
    ]


ENVELOPE = "from=<s@isp.example> to=<info@example.com> proto=ESMTP helo=<friend>"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            f"{SERVER}reject: RCPT from unknown[203.0.113.99]: 554 5.7.1 Unavailable; Client host blocked; {ENVELOPE}",
            ("203.0.113.99", "RCPT", "", "554 5.7.1 Unavailable; Client host blocked", "info@example.com"),
        ),
        (
            f"{SERVER}milter-reject: END-OF-MESSAGE from out.partner.example[192.0.2.66]: 5.7.1 Blocked; {ENVELOPE}",
            ("out.partner.example", "DATA", ".", "5.7.1 Blocked", "info@example.com"),
        ),
        (
            f"{SERVER}reject: CONNECT from unknown[203.0.113.99]: 554 5.7.1 <unknown[203.0.113.99]>: no; proto=SMTP",
            ("203.0.113.99", "", "", "554 5.7.1 <unknown[203.0.113.99]>: no", None),
        ),
        (
            f"{SERVER}reject: MAIL from out.partner.example[192.0.2.66]: 452 4.3.1 No room; proto=ESMTP helo=<x>",
            ("out.partner.example", "MAIL", "", "452 4.3.1 No room", None),
        ),
        (
            "Nov 24 13:45:02 mail postfix/postscreen[8]: NOQUEUE: reject: RCPT from [203.0.113.99]:4711: 550 5.7.1 "
            "Service unavailable; client [203.0.113.99] blocked; from=<>, to=<info@example.com>, proto=ESMTP, helo=<f>",
            (
                "203.0.113.99",
                "RCPT",
                "",
                "550 5.7.1 Service unavailable; client [203.0.113.99] blocked",
                "info@example.com",
            ),
        ),
        (
            "Nov 24 13:45:02 mail postfix/cleanup[8]: 4ABCDEF012: reject: header Subject: News from us from "
            f"out.partner.example[192.0.2.66]; {ENVELOPE}: 5.7.1 message content rejected",
            ("out.partner.example", "DATA", ".", "5.7.1 message content rejected", "info@example.com"),
        ),
        (
            f"{SERVER}proxy-reject: END-OF-MESSAGE: 554 5.7.0 Reject; {ENVELOPE}",
            ("", "DATA", ".", "554 5.7.0 Reject", "info@example.com"),
        ),
    ],
)
def test_what_our_own_server_refused_is_inbound(line: str, expected: tuple[str | None, ...]) -> None:
    assert told(PostfixLogReader, line) == [("inbound", *expected)]


@pytest.mark.parametrize("action", ["reject_warning", "warn", "hold", "discard", "filter", "milter-hold"])
def test_an_action_that_lets_mail_in_is_no_refusal(action: str) -> None:
    assert told(PostfixLogReader, f"{SERVER}{action}: RCPT from unknown[203.0.113.99]: 554 5.7.1 No; {ENVELOPE}") == []


@pytest.mark.parametrize(
    "header",
    [
        "<22>1 2026-11-24T13:45:02.123456Z mail postfix/smtp 4711 - - 4ABCDEF012: ",
        '<22>1 2026-11-24T13:45:02Z mail postfix/smtp 4711 - [meta sequenceId="1"] 4ABCDEF012: ',
        "2026-11-24T13:45:02.123456Z mail postfix/smtp[4711]: 4ABCDEF012: ",
        "2026-11-24T13:45:02.123456789Z stderr F Nov 24 14:45:02 mail postfix/smtp[4711]: 4ABCDEF012: ",
        "2026-11-24T14:45:02+0100 mail postfix/smtp[4711]: 4ABCDEF012: ",
    ],
)
def test_other_headers_name_zone_computer_and_program_too(header: str) -> None:
    line = f"{header}to=<info@example.com>, relay=x, status=bounced ({HOST} said: 550 No (in reply to RCPT TO command))"
    (exchange,) = exchanges_of(PostfixLogReader(MemorySource(line.encode()), OPTIONS))
    assert (exchange.time_ms or 0) // 1000 == 1795527902
    assert not exchange.time_assumed
    assert (exchange.computer, exchange.provider) == ("mail", "postfix/smtp")
    assert (exchange.logged_verb, exchange.reply) == ("RCPT", "550 No")


@pytest.mark.parametrize(
    "line",
    [
        f"{TO}dsn=5.1.1, status=bounced (",
        f"{TO}dsn=5.1.1, status=bounced (host mx1.con",
        f"{TO}dsn=5.1.1, status=bounced (host mx1.contoso.example[192.0.2.10] said: ",
    ],
)
def test_a_line_that_is_cut_off_before_the_reply_is_a_problem(line: str) -> None:
    reader = PostfixLogReader(MemorySource(f"first\n{line}\nthird\n".encode()), OPTIONS)
    assert problems_of(reader)[-1] == Problem("memory.log", "line 2", "the line ends before the reply", "skipped", 1)


def test_a_line_that_is_cut_off_in_the_reply_gives_what_is_there() -> None:
    ((*_, reply, _mailbox),) = told(PostfixLogReader, f"{TO}dsn=5.1.1, status=bounced ({HOST} said: 550 5.1.1 No su")
    assert reply == "550 5.1.1 No su"


def test_a_log_of_another_program_is_none_of_ours() -> None:
    line = b"Nov 24 13:45:02 mail amavis[5]: (5-1) status=bounced (host mx said: 550 x), reject: y\n"
    assert not PostfixLogReader.sniff(line)
    assert exchanges_of(PostfixLogReader(MemorySource(line), OPTIONS)) == []


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=60)


@settings(max_examples=50, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(["status=bounced (host ", "reject: RCPT from ", "reject: header ", " said: 5"]))
def test_any_text_is_read_without_an_error(before: str, after: str, sign: str) -> None:
    line = f"{CLIENT}{before} {sign}{after}\n{SERVER}{sign}{after}\n{TO}{sign}{after}"
    reader = PostfixLogReader(MemorySource(line.encode()), OPTIONS)
    batches = list(reader.batches())
    problems = [each for batch in batches for each in batch.problems if each.outcome == "skipped"]
    assert sum(len(batch.exchanges) + batch.unrelated_records for batch in batches) + len(problems) == 3


@settings(max_examples=50, deadline=None)
@given(
    st.from_regex(r"\A[45][0-5][0-9][ -][^\r\n\0]{0,60}[^\s()]\Z"), st.sampled_from(["RCPT TO", "MAIL FROM", "DATA"])
)
def test_what_is_written_is_read_again(reply: str, command: str) -> None:
    line = f"{TO}dsn=5.1.1, status=bounced ({HOST} said: {reply} (in reply to {command} command))"
    ((*_, given, _full, found, mailbox),) = told(PostfixLogReader, line)
    assert (given, found, mailbox) == (command.partition(" ")[0], reply, "j.smith@contoso.example")


def test_a_busy_log_gives_the_refusals_that_its_writer_counted() -> None:
    data = sample(postfix_parts(7))
    count = data.count(b" reject: ") + data.count(b" said: ") + data.count(b"refused to talk")
    assert len(exchanges_of(PostfixLogReader(MemorySource(data), OPTIONS))) == count > 10


def server(text: str, daemon: str = "smtpd") -> str:
    return f"Nov 24 13:45:02 mail postfix/{daemon}[99]: {text}"


CONNECTED = server("connect from out.partner.example[192.0.2.66]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "proxy-reject: END-OF-MESSAGE: 554 5.7.0 Reject, id=1-2 - spam; from=<a@isp.example> to=<b@example.com> "
            "proto=ESMTP helo=<x>",
            ("DATA", ".", "554 5.7.0 Reject, id=1-2 - spam", "b@example.com"),
        ),
        (
            "warning: Connection concurrency limit exceeded: 51 from out.partner.example[192.0.2.66] for service smtp",
            ("", "", "421 4.7.0 Error: too many connections from 192.0.2.66", None),
        ),
        (
            "warning: Recipient address rate limit exceeded: 9 from out.partner.example[192.0.2.66] for service smtp",
            ("RCPT", "", "450 4.7.1 Error: too many recipients from 192.0.2.66", None),
        ),
        (
            "warning: out.partner.example[192.0.2.66]: SASL LOGIN authentication failed: UGFzc3dvcmQ6",
            ("AUTH", "", "SASL LOGIN authentication failed: UGFzc3dvcmQ6", None),
        ),
        (
            "warning: reject: ETRN example.net... from out.partner.example[192.0.2.66]",
            ("ETRN", "ETRN example.net", "459 <example.net>: service unavailable", None),
        ),
        (
            "too many errors after AUTH from out.partner.example[192.0.2.66]",
            ("AUTH", "", "421 4.7.0 Error: too many errors", None),
        ),
        (
            "warning: 4ABCDEF012: queue file size limit exceeded",
            ("DATA", ".", "552 5.3.4 Error: message file too big", None),
        ),
    ],
)
def test_what_a_server_warns_of_is_a_refusal_of_the_client_it_talks_to(text: str, expected: tuple[str, ...]) -> None:
    assert told(PostfixLogReader, CONNECTED, server(text)) == [("inbound", "out.partner.example", *expected)]


@pytest.mark.parametrize(
    "text",
    [
        "warning: hostname liar.example does not resolve to address 192.0.2.66",
        "warning: Unknown thing limit exceeded: 51 from out.partner.example[192.0.2.66] for service smtp",
        "NOQUEUE: reject_warning: RCPT from out.partner.example[192.0.2.66]: 550 no",
    ],
)
def test_other_warnings_are_no_refusals(text: str) -> None:
    assert told(PostfixLogReader, server(text)) == []


def test_a_host_that_refuses_tls_has_a_reply_and_a_command() -> None:
    line = (
        "Nov 24 13:45:02 mail postfix/smtp[4711]: 4ABCDEF012: to=<a@contoso.example>, relay=mx, status=bounced "
        "(TLS is required, but host mx1.contoso.example[192.0.2.10] refused to start TLS: 554 5.7.3 Not now)"
    )
    assert told(PostfixLogReader, line) == [
        ("outbound", "mx1.contoso.example", "STARTTLS", "STARTTLS", "554 5.7.3 Not now", "a@contoso.example")
    ]


def test_an_extension_that_is_refused_is_told_by_a_warning() -> None:
    line = server(
        "warning: host mx1.contoso.example[192.0.2.10]:25 said: 550 5.7.0 Not you (in reply to XFORWARD name/address "
        "command)",
        "smtp",
    )
    assert told(PostfixLogReader, line) == [
        ("outbound", "mx1.contoso.example", "XFORWARD", "", "550 5.7.0 Not you", None)
    ]


def test_a_reply_that_should_be_another_ends_a_delivery_too() -> None:
    line = (
        "Nov 24 13:45:02 mail postfix/smtp[4711]: 4ABCDEF012: to=<a@contoso.example>, relay=mx, status=bounced "
        "(host mx1.contoso.example[192.0.2.10] said: 354 go ahead (in reply to RCPT TO command))"
    )
    assert [found[4] for found in told(PostfixLogReader, line)] == ["354 go ahead"]


@pytest.mark.parametrize("tag", ["postfix: ", "info | "])
def test_a_line_whose_tag_was_cut_or_lost_is_still_of_postfix(tag: str) -> None:
    lines = (
        f"2026-11-24 13:45:02 {tag}NOQUEUE: reject: RCPT from unknown[192.0.2.66]: 504 5.5.2 <x>: Helo command "
        "rejected; from=<> to=<b@example.com> proto=ESMTP helo=<x>",
        f"2026-11-24 13:45:02 {tag}4ABCDEF012: to=<a@contoso.example>, relay=mx1.contoso.example[192.0.2.10]:25, "
        "status=bounced (host mx1.contoso.example[192.0.2.10] said: 550 no (in reply to RCPT TO command))",
    )
    assert PostfixLogReader.sniff("\n".join(lines).encode())
    assert told(PostfixLogReader, *lines) == [
        ("inbound", "192.0.2.66", "RCPT", "", "504 5.5.2 <x>: Helo command rejected", "b@example.com"),
        ("outbound", "mx1.contoso.example", "RCPT", "", "550 no", "a@contoso.example"),
    ]


def test_a_cell_of_a_page_has_its_line_breaks_as_second_blanks() -> None:
    row = (
        "19.11.2018, 13:04:14 | info | NOQUEUE:  reject: RCPT from [192.0.2.66]:54950: 550 5.7.1 Service unavailable;  "
        "client [192.0.2.66] blocked using list.example;  from=<x@fabrikam.example>, to=<bob@contoso.example>"
    )
    ((*_, reply, mailbox),) = told(PostfixLogReader, row)
    assert reply == "550 5.7.1 Service unavailable; client [192.0.2.66] blocked using list.example"
    assert mailbox == "bob@contoso.example"
