"""A thousand events give the same exchanges, groups and guidance whether they come as .evtx or as text."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from smtpscope.parsing.events.event_message import render
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.session import Analysis, open_analysis
from support.changed import replace
from support.evtx_writer import WrittenEvent, write_evtx

HOSTS = ("mx1.contoso.example", "MX1.contoso.example", "", "198.51.100.25", "[192.0.2.7]", "mail.fabrikam.example.")
REPLIES = (
    "550 5.1.1 User unknown ",
    "550 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using zen.dnsbl.example",
    '451 4.3.0 The reply says "try later", responded nobody',
    "453 #4.1.8 Domain of sender address <reports@internal.local> does not exist",
    "451",
    "550 Requested action not taken: mailbox unavailable  ",
    "504 Need to authenticate first ",
)
COMMANDS = (
    ("rcpt", "RCPT TO:<j.smith@contoso.example>"),
    ("mail", "MAIL FROM:<> SIZE=2550112"),
    ("xexch50", "XEXCH50 1028 2 "),
    ("x-exps", "X-EXPS\n"),
)


@dataclass(frozen=True, slots=True)
class Happened:
    time: datetime
    event_id: int
    strings: tuple[str, ...]

    @property
    def level(self) -> int:
        return 3 if self.event_id == 7002 else 2


def a_thousand(seed: int = 550) -> list[Happened]:
    chance = random.Random(seed)
    start = datetime(2026, 11, 2, tzinfo=UTC)
    happened = []
    for number in range(1000):
        verb, command = chance.choice(COMMANDS)
        strings = ("1", str(40 + number), chance.choice(HOSTS), verb, chance.choice(REPLIES), command)
        happened.append(Happened(start + timedelta(minutes=7 * number), chance.choice((7002, 7004, 7010)), strings))
    return happened


def log_line(event: Happened) -> str:
    level = "Warning" if event.level == 3 else "Error"
    when = event.time.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{when} {level} EXCH01 MSExchangeTransport {event.event_id} {render(event.event_id, event.strings)}\n"


def block(event: Happened) -> str:
    level = "Warning" if event.level == 3 else "Error"
    return (
        f"Event Type:\t{level}\nEvent Source:\tMSExchangeTransport\nEvent Category:\tSMTP Protocol \n"
        f"Event ID:\t{event.event_id}\nDate:\t\t{event.time:%Y-%m-%d}\nTime:\t\t{event.time:%H:%M:%S}\n"
        f"User:\t\tN/A\nComputer:\tEXCH01\nDescription:\n{render(event.event_id, event.strings)}\n\n"
    )


def read(path: Path) -> Analysis:
    analysis = open_analysis([str(path)], zone=UTC)
    analysis.read_all()
    assert not analysis.errors
    return analysis


def exchanges(analysis: Analysis) -> list[SmtpExchange]:
    """What each form can tell: where it stood, its record number and channel are the .evtx's own."""
    return [
        replace(
            analysis.store.exchange(row),
            file="",
            offset=0,
            record_id=None,
            channel=None,
            text_level=None,
            time_assumed=False,
        )
        for row in analysis.view(grouping="none").tree.order.tolist()
    ]


def groups(analysis: Analysis) -> Sequence[object]:
    return analysis.report(analysis.view()).rows


def test_evtx_log_lines_and_copied_events_give_the_same_exchanges(tmp_path: Path) -> None:
    happened = a_thousand()
    evtx = write_evtx(
        tmp_path / "Application.evtx",
        [
            WrittenEvent("MSExchangeTransport", each.event_id, each.strings, each.time, each.level, computer="EXCH01")
            for each in happened
        ],
    )
    lines, blocks = tmp_path / "transport.log", tmp_path / "copied.txt"
    lines.write_text("".join(map(log_line, happened)), encoding="utf-8", newline="")
    blocks.write_text("".join(map(block, happened)), encoding="utf-8", newline="")
    from_evtx, from_lines, from_blocks = read(evtx), read(lines), read(blocks)
    assert len(exchanges(from_evtx)) == 1000
    assert exchanges(from_lines) == exchanges(from_evtx)
    assert exchanges(from_blocks) == exchanges(from_evtx)
    assert groups(from_lines) == groups(from_evtx) == groups(from_blocks)
