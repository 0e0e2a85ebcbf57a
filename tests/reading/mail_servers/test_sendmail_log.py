"""What the log of Sendmail tells of refusals."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.remote_host import parse_remote_host
from smtpscope.reading.mail_servers.postfix_log import PostfixLogReader
from smtpscope.reading.mail_servers.sendmail_log import SendmailLogReader
from smtpscope.reading.record import SmtpExchangeRecord
from support.mail_lines import OPTIONS, exchanges_of, told
from support.memory_source import MemorySource, problems_of

AT = "Nov 24 13:45:02 mail sm-mta[4711]: "
MESSAGE = f"{AT}3AODj2aB001234: "
TO = (
    f"{MESSAGE}to=<j.smith@contoso.example>, ctladdr=<shop@example.com> (1000/1000), delay=00:00:02, xdelay=00:00:01, "
    "mailer=esmtp, pri=122211, relay=mx1.contoso.example. [192.0.2.10], "
)


def test_a_line_gives_an_exchange_with_all_that_it_says() -> None:
    line = f"{TO}dsn=4.7.1, stat=Deferred: 451 4.7.1 Greylisted, please come back, stat=later"
    (exchange,) = exchanges_of(SendmailLogReader(MemorySource(line.encode()), OPTIONS))
    assert exchange == SmtpExchangeRecord(
        file="memory.log",
        offset=0,
        time_ms=1795527902000,
        time_assumed=True,
        side="outbound",
        provider="sm-mta",
        computer="mail",
        connector=None,
        remote_host="mx1.contoso.example",
        logged_verb="",
        command="",
        reply="451 4.7.1 Greylisted, please come back, stat=later",
        mailbox="j.smith@contoso.example",
    )


@pytest.mark.parametrize(
    ("end", "reply"),
    [
        ("dsn=5.1.1, stat=User unknown", "5.1.1 User unknown"),
        ("dsn=5.7.1, reply=550 5.7.1 Rejected, see us, stat=Service unavailable", "550 5.7.1 Rejected, see us"),
        ("dsn=5.0.0, stat=Service unavailable", "5.0.0 Service unavailable"),
    ],
)
def test_the_reply_is_as_whole_as_the_line_has_it(end: str, reply: str) -> None:
    assert [found for *_, found, _ in told(SendmailLogReader, f"{TO}{end}")] == [reply]


def test_a_relay_is_the_same_host_as_in_the_log_of_postfix() -> None:
    (by_sendmail,) = exchanges_of(
        SendmailLogReader(MemorySource(f"{TO}dsn=5.1.1, stat=User unknown".encode()), OPTIONS)
    )
    line = (
        "Nov 24 13:45:02 mail postfix/smtp[4711]: 4ABCDEF012: to=<a@contoso.example>, relay=none, status=bounced "
        "(host MX1.contoso.example[192.0.2.10] said: 550 5.1.1 no)"
    )
    (by_postfix,) = exchanges_of(PostfixLogReader(MemorySource(line.encode()), OPTIONS))
    keys = {parse_remote_host(exchange.remote_host).key for exchange in (by_sendmail, by_postfix)}
    assert keys == {"mx1.contoso.example"}


@pytest.mark.parametrize(
    "end",
    [
        "dsn=4.0.0, stat=Deferred: Connection timed out with mx1.contoso.example.",
        "dsn=5.1.2, stat=Host unknown (Name server: mx1.contoso.example: host not found)",
        "dsn=5.3.5, stat=Local configuration error",
    ],
)
def test_mail_that_failed_without_a_reply_is_counted_and_is_no_exchange(end: str) -> None:
    reader = SendmailLogReader(MemorySource(f"{TO}{end}\n".encode()), OPTIONS)
    assert exchanges_of(reader) == []
    assert ("Failed without a reply", "1") in reader.information().facts
    assert problems_of(reader)[-1].reason.startswith("1 delivery failed without a reply of the other side (")


@pytest.mark.parametrize(
    "line",
    [
        f"{TO}dsn=2.0.0, stat=Sent (ok 550 Message accepted)",
        f"{TO.replace('esmtp', 'local')}dsn=5.1.1, stat=User unknown",
        f"{MESSAGE}ruleset=tls_server, arg1=NONE, relay=mx1.contoso.example, reject=403 4.7.0 encryption too weak",
    ],
)
def test_what_no_smtp_server_refused_is_no_exchange(line: str) -> None:
    assert told(SendmailLogReader, line) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "ruleset=check_rcpt, arg1=<info@example.com>, relay=dyn-7.isp.example [198.51.100.77] (may be forged), "
            "reject=550 5.7.1 <info@example.com>... Relaying denied",
            (
                "dyn-7.isp.example",
                "RCPT",
                "",
                "550 5.7.1 <info@example.com>... Relaying denied",
                "info@example.com",
            ),
        ),
        (
            "ruleset=check_mail, arg1=<s@isp.example>, relay=[203.0.113.99], reject=553 5.1.8 Domain does not exist",
            ("203.0.113.99", "MAIL", "MAIL <s@isp.example>", "553 5.1.8 Domain does not exist", None),
        ),
        (
            "ruleset=check_relay, arg1=[203.0.113.99], arg2=203.0.113.99, relay=[203.0.113.99], reject=550 Blocked",
            ("203.0.113.99", "", "", "550 Blocked", None),
        ),
        (
            "Milter: to=<info@example.com>, reject=451 4.7.1 Greylisting in action",
            ("", "RCPT", "", "451 4.7.1 Greylisting in action", "info@example.com"),
        ),
        ("Milter: data, reject=554 5.7.1 Spam", ("", "DATA", ".", "554 5.7.1 Spam", None)),
        (
            "<nobody@example.com>... User unknown",
            ("", "RCPT", "", "<nobody@example.com>... User unknown", "nobody@example.com"),
        ),
    ],
)
def test_what_our_own_server_refused_is_inbound(text: str, expected: tuple[str | None, ...]) -> None:
    assert told(SendmailLogReader, f"{MESSAGE}{text}") == [("inbound", *expected)]


def test_each_of_several_recipients_in_a_line_is_an_exchange_of_its_own() -> None:
    recipients = "to=<a@contoso.example>,<b@contoso.example>,c@contoso.example,<a@contoso.example>, "
    begin, _, rest = TO.partition("to=<")
    line = f"{begin}{recipients}{rest.partition('>, ')[2]}dsn=5.7.1, stat=Service unavailable"
    assert [found[-1] for found in told(SendmailLogReader, line)] == [f"{name}@contoso.example" for name in "abc"]


def test_the_number_of_a_message_on_solaris_is_passed_over() -> None:
    line = f"{TO.replace(']: ', ']: [ID 801593 mail.info] ', 1)}dsn=5.1.1, reply=550 No, stat=User unknown"
    assert [reply for *_, reply, _ in told(SendmailLogReader, line)] == ["550 No"]


def test_a_line_that_is_cut_off_before_the_reply_is_a_problem() -> None:
    problems = problems_of(SendmailLogReader(MemorySource(f"{TO}dsn=5.1.1, stat=".encode()), OPTIONS))
    assert ("line 1", "the line ends before the reply") in [(each.place, each.reason) for each in problems]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=60)


@settings(max_examples=50, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from([", stat=", ", reject=5", ", reply=5", "<a@example.com>... User unknown"]))
def test_any_text_is_read_without_an_error(before: str, after: str, sign: str) -> None:
    text = f"{before}{sign}{after}"
    data = f"{MESSAGE}{text}\n{TO}{text}\n{MESSAGE}ruleset=check_{before}, {sign}{after}".encode()
    batches = list(SendmailLogReader(MemorySource(data), OPTIONS).batches())
    problems = [each for batch in batches for each in batch.problems if each.outcome == "skipped"]
    assert sum(len(batch.exchanges) + batch.unrelated_records for batch in batches) + len(problems) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "ruleset=check_relay, arg1=out.partner.example, arg2=192.0.2.66, relay=out.partner.example [192.0.2.66], "
            "reject=421 4.3.2 Too many open connections.",
            ("out.partner.example", "", "", "421 4.3.2 Too many open connections.", None),
        ),
        (
            "rejecting server EHLO from out.partner.example [192.0.2.66] due to traffic before response",
            ("out.partner.example", "EHLO", "", "traffic before response", None),
        ),
        (
            "rejecting commands from [192.0.2.66] [192.0.2.66] due to pre-greeting traffic after 5 seconds",
            ("192.0.2.66", "", "", "pre-greeting traffic after 5 seconds", None),
        ),
        (
            "NOQUEUE: tcpwrappers (out.partner.example, 192.0.2.66) rejection",
            ("out.partner.example", "", "", "tcpwrappers rejection", None),
        ),
        (
            "out.partner.example [192.0.2.66]: EXPN list [rejected]",
            ("out.partner.example", "EXPN", "EXPN list", "rejected", None),
        ),
    ],
)
def test_what_is_refused_before_a_message_needs_no_queue_id(text: str, expected: tuple[str, ...]) -> None:
    assert told(SendmailLogReader, f"{AT}{text}") == [("inbound", *expected)]


FROM = (
    f"{MESSAGE}from=<ann@isp.example>, size=0, class=0, nrcpts=0, proto=ESMTP, relay=out.partner.example [192.0.2.66]"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Milter: from=<ann@isp.example>, reject=550 5.7.1 No", ("MAIL", "", "550 5.7.1 No", None)),
        ("milter=greylist, action=rcpt, reject=451 4.7.1 Later", ("RCPT", "", "451 4.7.1 Later", None)),
        (
            "<bob@example.com>... no mail for you",
            ("RCPT", "", "<bob@example.com>... no mail for you", "bob@example.com"),
        ),
        (
            "to=<bob@example.com>, delay=00:00:00, pri=65514, stat=Message exceeds maximum fixed size (20000)",
            ("DATA", ".", "552 5.2.3 Message exceeds maximum fixed size (20000)", "bob@example.com"),
        ),
    ],
)
@pytest.mark.parametrize("after", [True, False])
def test_a_line_without_a_client_has_that_of_its_message(text: str, expected: tuple[str, ...], after: bool) -> None:
    lines = (f"{MESSAGE}{text}", FROM) if after else (FROM, f"{MESSAGE}{text}")
    assert told(SendmailLogReader, *lines) == [("inbound", "out.partner.example", *expected)]


def test_a_failed_login_is_a_refusal() -> None:
    text = "AUTH failure (LOGIN): no (-13) SASL(-13): no, user=ann, relay=out.partner.example [192.0.2.66]"
    assert [found[:4] for found in told(SendmailLogReader, f"{MESSAGE}{text}")] == [
        ("inbound", "out.partner.example", "AUTH", "AUTH LOGIN")
    ]


def test_a_reply_may_hold_what_looks_like_a_field() -> None:
    reply = "550 5.7.1 no, stat=Sent (ok), dsn=2.0.0, relay=mx9.example [192.0.2.9], reply=250 ok"
    final = f"{TO}dsn=5.7.1, reply={reply}, stat=User unknown"
    for_now = f"{TO}dsn=4.7.1, reply=4{reply[1:]}, stat=Deferred: 4{reply[1:]}"
    assert [found[4] for found in told(SendmailLogReader, final, for_now)] == [reply, f"4{reply[1:]}"]


def test_what_sendmail_escapes_is_shown_as_it_was() -> None:
    line = rf"{TO}dsn=5.1.1, reply=550 5.1.1 Empf\303\244nger\tin C:\\new, stat=User unknown"
    assert [found[4] for found in told(SendmailLogReader, line)] == ["550 5.1.1 Empfänger\tin C:\\new"]


def test_a_queue_id_that_counts_the_messages_of_a_session_is_one() -> None:
    line = (
        "Nov 24 13:45:02 mx sendmail[8121]: 3xabc01234-1: to=<ann@contoso.example>, delay=00:00:01, mailer=esmtp, "
        "tls_verify=OK, pri=31000, relay=mx1.contoso.example. [192.0.2.10], dsn=5.1.1, stat=User unknown"
    )
    assert told(SendmailLogReader, line) == [
        ("outbound", "mx1.contoso.example", "RCPT", "", "5.1.1 User unknown", "ann@contoso.example")
    ]
