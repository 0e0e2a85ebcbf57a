"""What the readers of mail server logs have in common, tried on Postfix."""

from __future__ import annotations

import pytest

from smtpscope.reading.mail_servers.postfix_log import PostfixLogReader
from smtpscope.reading.record import Batch, ReadOptions
from support.mail_lines import OPTIONS, exchanges_of
from support.mail_logs import postfix_parts, sample
from support.memory_source import MemorySource, problems_of

REFUSED = (
    "Nov 24 13:45:02 mail postfix/smtp[4711]: 4ABCDEF012: to=<bücher@contoso.example>, relay=mx, status=bounced "
    "(host mx1.contoso.example[192.0.2.10] said: 550 Kein Gruß (in reply to RCPT TO command))\n"
)
OTHER = "Nov 24 13:45:01 mail postfix/qmgr[5]: 4ABCDEF012: from=<shop@example.com>, size=5, nrcpt=1 (queue active)\n"


def counts(batches: list[Batch]) -> tuple[int, int]:
    return sum(len(batch.exchanges) for batch in batches), sum(batch.unrelated_records for batch in batches)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_every_encoding_of_a_text_is_read(encoding: str) -> None:
    data = f"{OTHER}{REFUSED}".encode(encoding)
    assert PostfixLogReader.sniff(data)
    reader = PostfixLogReader(MemorySource(data), OPTIONS)
    (exchange,) = exchanges_of(reader)
    assert (exchange.mailbox, exchange.reply) == ("bücher@contoso.example", "550 Kein Gruß")
    assert reader.raw(exchange.offset) == REFUSED.strip()


def test_every_line_counts_once() -> None:
    data = f"{OTHER}\n{REFUSED}{OTHER}{REFUSED}{OTHER}".strip().encode()
    assert counts(list(PostfixLogReader(MemorySource(data), OPTIONS).batches())) == (2, 4)


@pytest.mark.parametrize("block_size", [50, 1_000, 7_777])
def test_the_size_of_a_block_makes_no_difference(block_size: int) -> None:
    source = MemorySource(sample(postfix_parts(3), 20_000))
    whole = list(PostfixLogReader(source, OPTIONS).batches())
    parts = list(PostfixLogReader(source, OPTIONS, block_size=block_size).batches())
    assert counts(parts) == counts(whole)
    assert [each for batch in parts for each in batch.exchanges] == [
        each for batch in whole for each in batch.exchanges
    ]


def test_a_growing_log_is_read_on_where_it_ended() -> None:
    data = f"{OTHER}{REFUSED}".encode()
    source = MemorySource(data + REFUSED.encode()[:150])
    reader = PostfixLogReader(source, ReadOptions(newest=OPTIONS.newest, growing=True))
    assert counts(list(reader.batches())) == (1, 1)
    source.data = data + f"{REFUSED}{OTHER}".encode()
    more = list(reader.read_new())
    assert counts(more) == (1, 1)
    assert more[0].exchanges[0].offset == len(data)
    assert list(reader.read_new()) == []
    source.data = REFUSED.encode()
    assert counts(list(reader.read_new())) == (1, 0)


def test_the_lines_of_a_message_are_its_dialogue_from_arrival_to_removal() -> None:
    earlier = f"{OTHER}{OTHER.replace('from=', 'removed ')}".replace("13:45:01", "09:00:00")
    foreign = OTHER.replace("4ABCDEF012", "4FFFFFF012")
    later = OTHER.replace("from=<shop@example.com>, size=5, nrcpt=1 (queue active)", "removed")
    data = f"{earlier}{foreign}{OTHER}{foreign}{REFUSED}{later}{OTHER}".encode()
    reader = PostfixLogReader(MemorySource(data), OPTIONS)
    (exchange,) = exchanges_of(reader)
    smtp_session = reader.smtp_session(exchange.offset)
    assert smtp_session is not None
    assert [line.text for line in smtp_session.lines] == [
        line[len("Nov 24 13:45:01 mail ") :].strip() for line in (OTHER, REFUSED, later)
    ]
    assert [line.offset for line in smtp_session.lines] == sorted(line.offset for line in smtp_session.lines)
    assert smtp_session.lines[1].time_ms == exchange.time_ms
    assert (smtp_session.facts, smtp_session.guess, smtp_session.time_assumed) == (
        (("queue id", "4ABCDEF012"),),
        None,
        True,
    )


def test_the_lines_of_a_server_process_are_a_guess() -> None:
    def line(text: str, process: int = 99) -> str:
        return f"Nov 24 13:45:01 mail postfix/smtpd[{process}]: {text}\n"

    client = "unknown[203.0.113.99]"
    mine = (
        line(f"connect from {client}"),
        line(f"NOQUEUE: reject: RCPT from {client}: 554 5.7.1 No; from=<> to=<info@example.com> proto=ESMTP helo=<x>"),
        line(f"disconnect from {client} rcpt=0/1"),
    )
    data = f"{line('disconnect from x')}{mine[0]}{line('connect from y', 5)}{mine[1]}{mine[2]}{line('connect from z')}"
    reader = PostfixLogReader(MemorySource(data.encode()), OPTIONS)
    smtp_session = reader.smtp_session(data.index(mine[1]))
    assert smtp_session is not None
    assert [f"Nov 24 13:45:01 mail {each.text}\n" for each in smtp_session.lines] == list(mine)
    assert smtp_session.guess is not None
    assert reader.smtp_session(len(data) + 50) is None


def test_a_long_dialogue_leaves_lines_out_and_says_how_many() -> None:
    data = f"{OTHER * 400}{REFUSED}{OTHER * 300}".encode()
    smtp_session = PostfixLogReader(MemorySource(data), OPTIONS).smtp_session(len(OTHER) * 400)
    assert smtp_session is not None
    assert (len(smtp_session.lines), smtp_session.left_out) == (500, 201)
    assert sum("550 Kein" in line.text for line in smtp_session.lines) == 1


def test_hostile_values_are_kept_as_they_are() -> None:
    reply = "550 \x1b]52;c;x\x07 \0 [bold] =cmd() \u202e"
    data = REFUSED.replace("550 Kein Gruß", reply).encode()
    (exchange,) = exchanges_of(PostfixLogReader(MemorySource(data), OPTIONS))
    assert exchange.reply == reply


def test_a_line_of_megabytes_hides_nothing_behind_it() -> None:
    data = f"{REFUSED.strip()}{'x' * 5_000_000}\n{REFUSED}".encode()
    assert exchanges_of(PostfixLogReader(MemorySource(data), OPTIONS))[-1].reply == "550 Kein Gruß"


def test_a_log_without_refusals_or_lines_has_only_others() -> None:
    assert counts(list(PostfixLogReader(MemorySource(OTHER.encode()), OPTIONS).batches())) == (0, 1)
    assert counts(list(PostfixLogReader(MemorySource(b""), OPTIONS).batches())) == (0, 0)


def test_times_without_year_and_zone_are_told_once() -> None:
    reader = PostfixLogReader(MemorySource(REFUSED.encode() * 3), OPTIONS)
    assert [problem.reason.partition(":")[0] for problem in problems_of(reader)] == ["The times have no year"]
    assert reader.information().warnings == ("The times have no zone.",)


def test_a_zone_that_is_written_is_no_warning() -> None:
    data = REFUSED.replace("Nov 24 13:45:02", "2026-11-24T13:45:02+01:00").encode()
    reader = PostfixLogReader(MemorySource(data), OPTIONS)
    assert problems_of(reader) == []
    assert reader.information().warnings == ()
