"""Transcripts of SMTP sessions, as tools print them and servers log them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from smtpscope.reading.mail_servers.transcripts.transcript_log import TranscriptLogReader
from smtpscope.reading.registry import open_log
from support.mail_lines import OPTIONS, exchanges_of, told
from support.memory_source import MemorySource

SESSION = (
    ("", "220 mx1.contoso.example ESMTP"),
    ("EHLO relay.example.com", "250-mx1.contoso.example\n250 SIZE 10240000"),
    ("MAIL FROM:<shop@example.com>", "250 2.1.0 Ok"),
    ("RCPT TO:<bob@contoso.example>", "250 2.1.5 Ok"),
    ("RCPT TO:<ann@contoso.example>", "550-5.1.1 Nobody of that name\n550 5.1.1 is here"),
    ("DATA", "354 Go on"),
    (".", "554 5.7.1 Spam"),
    ("QUIT", "221 2.0.0 Bye"),
)
RCPT = ("RCPT", "RCPT TO:<ann@contoso.example>", "550-5.1.1 Nobody of that name\n550 5.1.1 is here", None)
DATA = ("DATA", ".", "554 5.7.1 Spam", "bob@contoso.example")
FORMS = {
    "swaks": (" -> ", "<-  ", "=== Connected to mx1.contoso.example."),
    "swaks over TLS": (" ~> ", "<~  ", "=== Trying mx1.contoso.example:25..."),
    "curl": ("> ", "< ", "* Connected to mx1.contoso.example (192.0.2.10) port 25"),
    "msmtp": ("--> ", "<-- ", "host = mx1.contoso.example"),
    "client and server": ("C: ", "S: ", ""),
    "PHPMailer": (
        "CLIENT -> SERVER: ",
        "SERVER -> CLIENT: ",
        "Connection: opening to mx1.contoso.example:25, timeout=3",
    ),
    "older PHPMailer": ("CLIENT -> SERVER: ", "SMTP -> FROM SERVER:", ""),
    "Perl": ("Net::SMTP=GLOB(0x55d0)>>> ", "Net::SMTP=GLOB(0x55d0)<<< ", ""),
    "Domino": (
        "24/12/2026 18:04:33 [0A44:000F-080C] SMTPClient: SendCommand: ",
        "24/12/2026 18:04:33 [0A44:000F-080C] SMTPClient: ReceiveResponse: ",
        "24/12/2026 18:04:33 [0A44:000F-080C] SMTPClient: Attempting to connect to host mx1.contoso.example",
    ),
    "Axigen": (
        "2026-11-24 13:45:01 +0000 08 mail SMTP-OUT:0000004A: >> ",
        "2026-11-24 13:45:01 +0000 08 mail SMTP-OUT:0000004A: << ",
        "",
    ),
    "telnet": ("", "", "Connected to mx1.contoso.example."),
    "sendmail -v": (">>> ", "", "ann@contoso.example... Connecting to mx1.contoso.example. via esmtp..."),
    "quoted": ("> ", "> ", "> Connected to mx1.contoso.example."),
}


def transcript(sent: str, received: str, connected: str, session: tuple[tuple[str, str], ...] = SESSION) -> list[str]:
    lines = [connected] if connected else []
    for command, reply in session:
        lines += [f"{sent}{command}"] if command else []
        lines += [f"{received}{line}" for line in reply.split("\n")]
    return lines


@pytest.mark.parametrize("form", FORMS)
def test_each_reply_is_paired_with_its_command_whatever_marks_the_sides(form: str) -> None:
    lines = transcript(*FORMS[form])
    assert told(TranscriptLogReader, *lines) == [
        ("outbound", "mx1.contoso.example", *refused) for refused in (RCPT, DATA)
    ]
    assert isinstance(open_log(MemorySource("\n".join(lines).encode()), OPTIONS), TranscriptLogReader)


def test_what_python_prints_has_quotes_around_it() -> None:
    lines = ["connect: to ('mx1.contoso.example', 25) None"]
    for command, reply in SESSION[:5]:
        lines += [f"send: '{command.lower()}\\r\\n'"] if command else []
        lines += [f"reply: b'{line}\\r\\n'" for line in reply.split("\n")]
        lines.append(f"reply: retcode ({reply[:3]}); Msg: {reply[4:].encode()!r}")
    (found,) = told(TranscriptLogReader, *lines)
    assert found == ("outbound", "mx1.contoso.example", "RCPT", "rcpt to:<ann@contoso.example>", RCPT[2], None)


def test_what_a_server_sends_as_a_reply_it_refused_itself() -> None:
    begin = "Tue 2026-11-24 13:45:02.123: [4711:2] "
    connected = f"{begin}Accepting SMTP connection from 198.51.100.77:4711 to 192.0.2.1:25"
    lines = transcript(f"{begin}<-- ", f"{begin}--> ", connected)
    assert [found[:3] for found in told(TranscriptLogReader, *lines)] == [
        ("inbound", "198.51.100.77", "RCPT"),
        ("inbound", "198.51.100.77", "DATA"),
    ]


def test_sessions_that_mix_are_kept_apart_by_what_names_them() -> None:
    first, second = (f"13:45:01.120 [198.51.100.{number}][8123{number}] " for number in (7, 8))
    lines = [
        f"{first}connected at 11/24/2026 1:45:01 PM",
        f"{first}cmd: MAIL FROM:<a@isp.example>",
        f"{second}cmd: RCPT TO:<bob@example.com>",
        f"{first}rsp: 250 OK Sender ok250-and more in one line",
        f"{first}cmd: RCPT TO:<ann@example.com>",
        f"{second}rsp: 451 Later",
        f"{first}rsp: 550 No such user here",
    ]
    assert told(TranscriptLogReader, *lines) == [
        ("inbound", "198.51.100.8", "RCPT", "RCPT TO:<bob@example.com>", "451 Later", None),
        ("inbound", "198.51.100.7", "RCPT", "RCPT TO:<ann@example.com>", "550 No such user here", None),
    ]
    times = [
        each.time_ms for each in exchanges_of(TranscriptLogReader(MemorySource("\n".join(lines).encode()), OPTIONS))
    ]
    assert times == [int(datetime(2026, 11, 24, 13, 45, 1, 120_000, tzinfo=UTC).timestamp() * 1000)] * 2


def test_a_clock_alone_takes_the_date_of_the_files_name_and_says_so() -> None:
    line = "192.0.2.10 [1A2C] 13:45:01 <<< 550 5.1.1 Who?"
    reader = TranscriptLogReader(MemorySource(f"{line}\n".encode(), "logs/s20261124-00.log"), OPTIONS)
    batches = list(reader.batches())
    (found,) = (each for batch in batches for each in batch.exchanges)
    assert found.time_ms == int(datetime(2026, 11, 24, 13, 45, 1, tzinfo=UTC).timestamp() * 1000)
    assert any("file name" in problem.reason for batch in batches for problem in batch.problems)


def test_the_host_that_is_in_the_name_of_a_session_is_taken() -> None:
    begin = "13:45:01.19 4 SMTP-00123(contoso.example) "
    lines = (f"{begin}cmd: RCPT TO:<ann@contoso.example>", f"{begin}rsp: 550 5.1.1 Who?")
    assert [found[:3] for found in told(TranscriptLogReader, *lines)] == [("outbound", "contoso.example", "RCPT")]


def test_commands_that_were_sent_ahead_are_answered_in_their_order() -> None:
    lines = [
        "<-- 220 mx ESMTP",
        "--> MAIL FROM:<shop@example.com>",
        "--> RCPT TO:<ann@contoso.example>",
        "--> DATA",
        "<-- 250 2.1.0 Ok",
        "<-- 550 5.1.1 Who?",
        "<-- 554 5.5.1 No valid recipients",
    ]
    assert [found[2:5] for found in told(TranscriptLogReader, *lines)] == [
        ("RCPT", "RCPT TO:<ann@contoso.example>", "550 5.1.1 Who?"),
        ("DATA", "DATA", "554 5.5.1 No valid recipients"),
    ]


def test_text_of_a_message_is_neither_command_nor_reply() -> None:
    lines = [
        " -> DATA",
        "<-  354 Go on",
        " -> RCPT TO:<nobody@example.com> was what I typed",
        " -> 550 was the answer",
        " -> .",
        "<-  250 2.0.0 Ok",
    ]
    assert told(TranscriptLogReader, *lines) == []


def test_a_password_is_no_part_of_the_command() -> None:
    lines = ["> AUTH PLAIN AGFubgBzZWNyZXQ=", "< 535 5.7.8 Bad credentials", "> AUTH LOGIN", "< 334 VXNlcm5hbWU6"]
    (found,) = told(TranscriptLogReader, *lines, "< 535 5.7.8 Again")[:1]
    assert found[2:5] == ("AUTH", "AUTH PLAIN", "535 5.7.8 Bad credentials")


def test_a_refusal_of_the_connection_answers_no_command() -> None:
    lines = ["=== Connected to mx1.contoso.example.", "<** 554 5.7.1 You are on a list", " -> QUIT", "<** 421 Bye"]
    assert told(TranscriptLogReader, *lines) == [
        ("outbound", "mx1.contoso.example", "", "", "554 5.7.1 You are on a list", None),
        ("outbound", "mx1.contoso.example", "QUIT", "QUIT", "421 Bye", None),
    ]


def test_replies_that_were_picked_out_are_recognised() -> None:
    lines = ("2026.11.24 13:45:02.123 [192.0.2.66][4711] rsp: 550 No", "Tue 2026-11-24 13:45:02: <-- 450 no")
    assert all(TranscriptLogReader.sniff(line.encode()) for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        "550 people came, 250 of them by train\nHELP wanted\n",
        "Dear all,\n> DATA is what we need\nregards\n",
        "  100   512    0   512    0     0   1024\n",
        "< 550 5.7.1 is what they say",
    ],
)
def test_other_texts_are_no_transcripts(text: str) -> None:
    assert not TranscriptLogReader.sniff(text.encode())


def test_the_session_of_a_refusal_is_shown() -> None:
    lines = transcript(*FORMS["swaks"])
    reader = TranscriptLogReader(MemorySource("\n".join(lines).encode()), OPTIONS)
    first, _ = exchanges_of(reader)
    session = reader.smtp_session(first.offset)
    assert session is not None
    assert "RCPT TO:<ann@contoso.example>" in " ".join(line.text for line in session.lines)
