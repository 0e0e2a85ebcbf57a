"""Lines of a log that a mail or a page broke: the refusals are those of the lines as they were."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.mail_servers.exim_log import EximLogReader
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.postfix_log import PostfixLogReader
from smtpscope.reading.mail_servers.sendmail_log import SendmailLogReader
from support.mail_lines import OPTIONS, exchanges_of, told
from support.memory_source import MemorySource, problems_of

POSTFIX = (
    "Nov 24 13:45:01 mail postfix/qmgr[5]: 4ABCDEF012: from=<shop@example.com>, size=5, nrcpt=1 (queue active)",
    "Nov 24 13:45:02 mail postfix/smtp[47]: 4ABCDEF012: to=<ann@contoso.example>, "
    "relay=mx1.contoso.example[192.0.2.10]:25, delay=0.5, dsn=5.1.1, status=bounced (host mx1.contoso.example"
    "[192.0.2.10] said: 550 5.1.1 User unknown here, sorry (in reply to RCPT TO command))",
    "Nov 24 13:45:03 mail postfix/smtpd[48]: NOQUEUE: reject: RCPT from mx.fabrikam.example[192.0.2.9]: 554 5.7.1 "
    "<bob@contoso.example>: Relay access denied; from=<x@fabrikam.example> to=<bob@contoso.example> proto=ESMTP",
    "Nov 24 13:45:04 mail postfix/qmgr[5]: 4ABCDEF012: removed",
)
EXIM = (
    "2026-11-24 13:45:02 1abcde-000abc-3D ** j.smith@contoso.example R=dnslookup T=remote_smtp H=mx1.contoso.example "
    "[192.0.2.10]: SMTP error from remote mail server after RCPT TO:<j.smith@contoso.example>: 550 5.1.1 No such user",
    "2026-11-24 13:45:03 1abcde-000abc-3D Completed",
)
SENDMAIL = (
    "Nov 24 13:45:02 mail sendmail[47]: xAOd1: to=<ann@contoso.example>, delay=00:00:01, mailer=esmtp, "
    "relay=mx1.contoso.example. [192.0.2.10], dsn=5.1.1, stat=User unknown",
    "Nov 24 13:45:03 mail sendmail[47]: xAOd1: done",
)


def _broken(line: str, widths: list[int], indent: str) -> list[str]:
    """`line` in several, each broken at a blank before its width."""
    pieces, rest = [], line
    for width in widths:
        at = rest.rfind(" ", 30, width)
        if at < 0:
            break
        pieces.append(rest[:at])
        rest = indent + rest[at + 1 :]
    return [*pieces, rest]


@settings(max_examples=60)
@given(
    st.sampled_from([(PostfixLogReader, POSTFIX), (EximLogReader, EXIM), (SendmailLogReader, SENDMAIL)]),
    st.lists(st.integers(90, 200), min_size=1, max_size=4),
    st.sampled_from(["", " ", "    ", "\t"]),
    st.sampled_from([400, 1_000, 1 << 16]),
)
def test_what_a_broken_line_tells_is_what_it_told_whole(
    log: tuple[type[MailLog], tuple[str, ...]], widths: list[int], indent: str, block_size: int
) -> None:
    reader, lines = log
    data = "".join(f"{piece}\n" for line in lines for piece in _broken(line, widths, indent)).encode()
    found = exchanges_of(reader(MemorySource(data), OPTIONS, block_size=block_size))
    whole = told(reader, *lines)
    assert [(each.side, each.remote_host, each.logged_verb, each.mailbox) for each in found] == [
        (side, host, verb, mailbox) for side, host, verb, _, _, mailbox in whole
    ]
    assert [each.reply[:12] for each in found] == [reply[:12] for *_, reply, _ in whole]


def test_the_whole_reply_is_put_together_and_the_break_is_told() -> None:
    data = "\n".join((POSTFIX[0], *_broken(POSTFIX[1], [120, 130], "  "), POSTFIX[3])).encode()
    reader = PostfixLogReader(MemorySource(data), OPTIONS)
    batches = list(reader.batches())
    (exchange,) = (each for batch in batches for each in batch.exchanges)
    assert exchange.reply == "550 5.1.1 User unknown here, sorry"
    assert data[exchange.offset :].startswith(b"Nov 24 13:45:02")
    assert sum(batch.unrelated_records for batch in batches) == 2
    (problem,) = (each for each in problems_of(PostfixLogReader(MemorySource(data), OPTIONS)) if each.place != "dates")
    assert problem.outcome == "recovered"
    assert "joined" in problem.reason


def test_letters_beyond_ascii_stay_what_they_are() -> None:
    line = POSTFIX[1].replace("ann@", "bücher@").replace("User unknown here", "Empfänger unbekannt")
    for widths in ([120, 130], [100], [150, 90]):
        ((*_, reply, mailbox),) = told(PostfixLogReader, POSTFIX[0], *_broken(line, widths, "  "))
        assert (reply, mailbox) == ("550 5.1.1 Empfänger unbekannt, sorry", "bücher@contoso.example")


def test_a_refusal_whose_line_has_no_beginning_is_told() -> None:
    data = f"{POSTFIX[0]}\n\n{POSTFIX[1][100:]}\n".encode()
    (problem,) = (each for each in problems_of(PostfixLogReader(MemorySource(data), OPTIONS)) if each.place != "dates")
    assert problem.place == "line 3"


@pytest.mark.parametrize(
    "following",
    ["Envelope-from: <x@fabrikam.example>", "P Received: from x (host said: 550 no)", "  Subject: rejected x"],
)
def test_lines_below_a_refusal_are_not_a_second_one(following: str) -> None:
    line = "2026-11-24 13:45:02 H=mx [192.0.2.9] F=<x@fabrikam.example> rejected RCPT <bob@contoso.example>: no"
    assert len(told(EximLogReader, line, following, "")) == 1
