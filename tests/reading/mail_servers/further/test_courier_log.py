"""What the log of Courier tells of refusals."""

from __future__ import annotations

import pytest

from smtpscope.reading.mail_servers.further.courier_log import CourierLogReader
from support.mail_lines import told

AT = "Nov 24 13:45:02 mail "
OUT = f"{AT}courieresmtp: id=0000A1.0B.0C,from=<shop@example.com>,addr=<j.smith@contoso.example>"


def test_a_reply_of_several_lines_is_one_refusal() -> None:
    other = OUT.replace("0000A1", "0000B2")
    lines = (f"{OUT}: 550-5.7.1 first", f"{other}: 450 later", f"{OUT}: 550 5.7.1 last", f"{OUT},status: failure")
    assert told(CourierLogReader, *lines) == [
        ("outbound", "", "", "", "550-5.7.1 first\n550 5.7.1 last", "j.smith@contoso.example"),
        ("outbound", "", "", "", "450 later", "j.smith@contoso.example"),
    ]


def test_mail_that_was_taken_or_got_no_reply_is_no_refusal() -> None:
    closed = f"{OUT}: Connection unexpectedly closed by remote host."
    assert told(CourierLogReader, f"{OUT}: 250 2.0.0 Ok", closed, f"{OUT},status: deferred") == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "error,relay=::ffff:192.0.2.66,from=<ann@isp.example>,to=<bob@example.com>: 550 User unknown.",
            ("192.0.2.66", "RCPT", "", "550 User unknown.", "bob@example.com"),
        ),
        (
            "error,relay=::ffff:192.0.2.66,port=4711,from=<ann@isp.example>: 517 No such domain.",
            ("192.0.2.66", "MAIL", "", "517 No such domain.", None),
        ),
        (
            'error,relay=2001:db8::66,msg="535 Authentication failed.",cmd: c2VjcmV0',
            ("2001:db8::66", "AUTH", "", "535 Authentication failed.", None),
        ),
        (
            'error,relay=::ffff:192.0.2.66,msg="502 ESMTP command error",cmd: VRFY root',
            ("192.0.2.66", "VRFY", "VRFY root", "502 ESMTP command error", None),
        ),
    ],
)
def test_what_courier_refused_itself_is_inbound(line: str, expected: tuple[str, ...]) -> None:
    assert told(CourierLogReader, f"{AT}courieresmtpd: {line}") == [("inbound", *expected)]


def test_the_same_lines_without_a_program_are_the_same_refusals() -> None:
    text = "id=00000000000A1B2C.000000006567F0E1.00000812,from=<shop@example.com>,addr=<bob@contoso.example>"
    lines = [f"{text}: 550-5.7.1 first", f"{text}: 550 5.7.1 last", "error,relay=192.0.2.66,port=47: 517 No."]
    tagged = [f"{AT}{program}: {line}" for program, line in zip(_PROGRAMS, lines, strict=True)]
    bare = [f"Nov 24 13:45:02 mail {line}" for line in lines]
    assert told(CourierLogReader, *bare) == told(CourierLogReader, *tagged)
    assert len(told(CourierLogReader, *bare)) == 2


_PROGRAMS = ("courieresmtp", "courieresmtp", "courieresmtpd")
