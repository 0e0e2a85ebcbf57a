"""What the log of dma tells of refusals."""

from __future__ import annotations

import pytest

from smtpscope.reading.mail_servers.further.dma_log import DmaLogReader
from support.mail_lines import OPTIONS, exchanges_of, told
from support.memory_source import MemorySource

AT = "Nov 24 13:45:02 mail dma[2a02ac.5632d92a6eb0]: "
TRYING = (
    f"{AT}<j.smith@contoso.example> trying delivery",
    f"{AT}trying remote delivery to mx.example [192.0.2.9] pref 1",
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "remote delivery to mx1.contoso.example [192.0.2.10] failed after RCPT TO: 550 5.1.1 No#015#012550 end",
            ("mx1.contoso.example", "RCPT", "", "550 5.1.1 No\n550 end"),
        ),
        (
            "remote delivery deferred: mx1.contoso.example [192.0.2.10] failed after MAIL FROM: 451 later",
            ("mx1.contoso.example", "MAIL", "", "451 later"),
        ),
        (
            "remote delivery to mx1.contoso.example [192.0.2.10] failed after final DATA: 550 ticket #1234",
            ("mx1.contoso.example", "DATA", ".", "550 ticket #1234"),
        ),
        (
            "Could not perform server greeting at mx1.contoso.example [192.0.2.10]: 550 no reverse DNS",
            ("mx1.contoso.example", "EHLO", "", "550 no reverse DNS"),
        ),
    ],
)
def test_a_line_names_host_command_and_reply(line: str, expected: tuple[str, ...]) -> None:
    assert told(DmaLogReader, *TRYING, f"{AT}{line}") == [("outbound", *expected, "j.smith@contoso.example")]


def test_a_recipient_of_another_queue_file_is_not_taken() -> None:
    other = AT.replace("2a02ac", "2a02ad")
    assert told(DmaLogReader, *TRYING, f"{other}remote delivery to mx [192.0.2.1] failed after DATA: 554 no") == [
        ("outbound", "mx", "DATA", "DATA", "554 no", None)
    ]


def test_without_its_tag_a_line_is_told_by_its_text_and_the_recipient_is_a_guess() -> None:
    bare = [line.replace(AT, "Nov 24 13:45:02 mail ") for line in TRYING]
    line = "Nov 24 13:45:02 mail remote delivery to mx.example [192.0.2.9] failed after RCPT TO: 550 5.1.1 No"
    data = "\n".join([*bare, line]).encode()
    (found,) = exchanges_of(DmaLogReader(MemorySource(data), OPTIONS))
    assert (found.remote_host, found.mailbox, found.reply) == ("mx.example", "j.smith@contoso.example", "550 5.1.1 No")
    assert found.guess is not None
    assert DmaLogReader.sniff(data)
