"""Makes the log of the six tasks: a thousand refusals of three weeks, seeded, with the traps that a quick search meets.

The traps: "550" stands in mailboxes, sizes and connection numbers of other lines too; one host is spelled in two ways;
one host is not named at all; five causes stand behind one code; a reply has two lines; a code is marked with a number
sign; the host with the most 550s answers with another code as well. Names are those of RFC 2606, addresses of RFC 5737.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from support.evtx_writer import WrittenEvent, evtx_bytes
from tasks.messages import Cast, Message

SEEDS: Final = (1, 2)
"""The logs on which the tasks are done."""
TOTAL: Final = 1_000
_DAYS: Final = 21
_SERVERS: Final = ("EXCH01", "EXCH02")
_COMPANIES: Final = (
    *("adatum", "coho", "fineartschool", "graphicdesign", "lucerne", "margiestravel", "northwindtraders", "proseware"),
    *("relecloud", "southridge", "tailspintoys", "thephone", "treyresearch", "vanarsdel", "wideworld", "wingtip"),
    *("bellows", "contosopharma", "fourthcoffee", "lamna"),
)
_PEOPLE: Final = ("a.weber", "b.okafor", "c.rossi", "d.lind", "e.novak", "f.haas", "g.silva", "k.ito", "l.moreau")
_OFFICES: Final = ("orders", "support", "billing", "press", "office", "jobs")

Text = str | Callable[[int], str]


@dataclass(frozen=True, slots=True)
class TaskLog:
    """`messages` in order of time, and who plays which part in the tasks."""

    seed: int
    messages: tuple[Message, ...]
    cast: Cast


class _Story:
    """Collects refusals; every choice comes from one seeded source."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.start = datetime(2027, self.random.randint(1, 11), self.random.randint(1, 7), tzinfo=UTC)
        self.end = self.start + timedelta(days=_DAYS) - timedelta(seconds=1)
        self.companies = self.random.sample(_COMPANIES, 12)
        self.messages: list[Message] = []

    def day(self, number: int, hour: int = 0) -> datetime:
        return self.start + timedelta(days=number, hours=hour)

    def about(self, count: int) -> int:
        """`count`, give or take a tenth."""
        return count + self.random.randint(-count // 10, count // 10)

    def moments(self, count: int, since: datetime, until: datetime) -> list[datetime]:
        seconds = int((until - since).total_seconds())
        return sorted(since + timedelta(seconds=self.random.randint(0, seconds)) for _ in range(count))

    def add(
        self,
        count: int,
        host: Text,
        verb: str,
        reply: str,
        command: Text,
        since: datetime | None = None,
        until: datetime | None = None,
        server: str = "",
    ) -> None:
        """`count` refusals between `since` and `until` (the whole log when left out)."""
        moments = self.moments(count, since or self.start, until or self.end)
        for number, moment in enumerate(moments):
            self.messages.append(
                Message(
                    time=moment,
                    server=server or self.random.choice(_SERVERS),
                    connection=0,
                    host=host if isinstance(host, str) else host(number),
                    verb=verb,
                    reply=reply,
                    command=command if isinstance(command, str) else command(number),
                )
            )

    def weighted(self, mailboxes: Sequence[str]) -> Callable[[int], str]:
        """Recipients, the first ones far more often than the last."""
        weights = [2 ** (len(mailboxes) - place) for place in range(len(mailboxes))]
        return lambda _: f"RCPT TO:<{self.random.choices(mailboxes, weights)[0]}>"


def _in_turn(mailboxes: Sequence[str]) -> Callable[[int], str]:
    return lambda number: f"RCPT TO:<{mailboxes[number % len(mailboxes)]}>"


def make_log(seed: int) -> TaskLog:
    """The log that belongs to `seed`, the same each time."""
    story = _Story(seed)
    mailbox_host, blocked_host = _refusals_with_550(story)
    outage_host, greylister = _temporary_refusals(story)
    _other_refusals(story, mailbox_host)
    story.messages.sort(key=lambda message: (message.time, message.host, message.command))
    cast = Cast(
        code=550,
        mailbox_host=mailbox_host,
        blocked_host=blocked_host,
        outage_code=421,
        outage_host=outage_host,
        since=(story.end - timedelta(days=6)).date(),
        server="EXCH02",
        without_host=greylister,
    )
    return TaskLog(seed, tuple(_with_connections(story.messages)), cast)


def _with_connections(messages: Iterable[Message]) -> Iterable[Message]:
    for number, message in enumerate(messages):
        yield message.on_connection(550 if number % 50 == 0 else 60 + 2 * number)


def _refusals_with_550(story: _Story) -> tuple[str, str]:
    """Five causes behind one code; gives the host without the mailboxes and the one with the block list."""
    mailboxes, blocked, vague, unsigned = (f"{name}.example" for name in story.companies[:4])
    people = [f"{name}@{mailboxes}" for name in [*story.random.sample(_PEOPLE, 6), "user550"]]
    mailbox_host = f"mx1.{mailboxes}"

    def two_spellings(number: int) -> str:
        return f"MX1.{mailboxes}" if number % 9 == 4 else mailbox_host

    story.add(
        story.about(115), two_spellings, "rcpt", "550 5.1.1 User unknown", story.weighted(people), story.day(7, 6)
    )
    offices = [f"{name}@{blocked}" for name in story.random.sample(_OFFICES, 4)]
    address, block_list = (
        f"192.0.2.{story.random.randint(20, 90)}",
        story.random.choice(("zen.dnsbl.example", "bl.list.example")),
    )
    story.add(
        4 * story.about(16),
        f"mail.{blocked}",
        "rcpt",
        f"550 5.7.1 Service unavailable; Client host [{address}] blocked using {block_list}",
        _in_turn(offices),
        story.day(16, 22),
    )
    old = [f"old.customer@{vague}", f"ceo@{vague}"]
    story.add(
        story.about(23), f"gw.{vague}", "rcpt", "550 Requested action not taken: mailbox unavailable", _in_turn(old)
    )
    story.add(
        story.about(10),
        f"198.51.100.{story.random.randint(10, 90)}",
        "data",
        f"550-5.7.26 Unauthenticated email from {unsigned} is not accepted due to domain's DMARC policy. "
        "550 5.7.26 Please contact the administrator",
        ".",
        story.day(14, 10),
        story.day(19, 12),
    )
    story.add(
        3,
        "",
        "rcpt",
        "550 5.4.1 Recipient address rejected: Access denied",
        f"RCPT TO:<hr@{story.companies[4]}.example>",
        story.day(8),
        story.day(18),
    )
    return mailbox_host, f"mail.{blocked}"


def _temporary_refusals(story: _Story) -> tuple[str, str]:
    """Codes 421 to 453; gives the host with an outage and the one that greylists."""
    outage, greylister, nameless, busy, full, strict = (f"{name}.example" for name in story.companies[5:11])
    outage_host, hello = f"mx2.{outage}", "EHLO exch01.ourdomain.example"
    busy_reply = "421 4.3.2 Service temporarily unavailable"
    day, hour = story.random.randint(10, 13), story.random.randint(8, 17)
    story.add(
        story.about(185),
        outage_host,
        "ehlo",
        busy_reply,
        hello,
        story.day(day, hour),
        story.day(day, hour + 4),
        "EXCH01",
    )
    earlier = story.random.randint(2, 5)
    story.add(6, outage_host, "ehlo", busy_reply, hello, story.day(earlier), story.day(earlier + 3), "EXCH01")
    story.add(
        story.about(140),
        f"mx.{greylister}",
        "rcpt",
        "450 4.2.0 Recipient address rejected: Greylisted, try again in 5 minutes",
        lambda number: f"RCPT TO:<cust{500 + number % 60}@{greylister}>",
    )
    story.add(
        story.about(48),
        f"mx3.{nameless}",
        "rcpt",
        "450 Client host rejected: cannot find your hostname, [192.0.2.26]",
        lambda number: f"RCPT TO:<team{number % 9}@{nameless}>",
        server="EXCH02",
    )
    letter = "MAIL FROM:<newsletter@ourdomain.example>"
    story.add(story.about(37), f"smtp.{busy}", "mail", "451 4.7.1 Please try again later", letter, story.day(15))
    big = "MAIL FROM:<ops@ourdomain.example> SIZE=2550112"
    story.add(story.about(29), f"mail.{full}", "mail", "452 4.3.1 Out of memory", big)
    internal = "reports@internal.local"
    story.add(
        story.about(31),
        f"ironport.{strict}",
        "mail",
        f"453 #4.1.8 Domain of sender address <{internal}> does not exist",
        f"MAIL FROM:<{internal}>",
    )
    return outage_host, f"mx.{greylister}"


def _other_refusals(story: _Story, mailbox_host: str) -> None:
    """The rest up to the thousand; the host without the mailboxes answers with 554 too."""
    story.add(
        story.about(200),
        "exch-legacy.partner.example",
        "xexch50",
        "504 Need to authenticate first",
        lambda number: f"XEXCH50 {1000 + 25 * (number % 80)} 2",
    )
    relay = "relay.isp.example"
    story.add(
        story.about(22),
        relay,
        "mail",
        "530 5.7.0 Must issue a STARTTLS command first",
        "MAIL FROM:<it@ourdomain.example>",
    )
    story.add(story.about(18), relay, "auth", "535 5.7.8 Authentication credentials invalid", "AUTH LOGIN")
    large = "MAIL FROM:<design@ourdomain.example> SIZE=55012345"
    story.add(story.about(14), "mx.bigfiles.example", "mail", "552 5.3.4 Message size exceeds fixed limit", large)
    content = "554 5.7.1 Message rejected due to content restrictions"
    story.add(story.about(33), mailbox_host, "data", content, ".")
    last = story.companies[11]
    story.add(
        TOTAL - len(story.messages),
        f"mx.{last}.example",
        "rcpt",
        "501 5.1.3 Bad recipient address syntax",
        f"RCPT TO:<info@@{last}.example>",
    )


def log_text(messages: Sequence[Message]) -> str:
    """One event a line: time, level, server, source, event id, sentence."""
    return "".join(f"{message.line}\n" for message in messages)


def evtx_log(messages: Sequence[Message]) -> bytes:
    """The same events as a Windows event log, which holds insertion strings and no sentence."""
    return evtx_bytes(
        WrittenEvent(
            event_id=7002,
            strings=(
                "1",
                str(message.connection),
                message.host,
                message.verb,
                f"{message.reply}  ",
                f"{message.command}  ",
            ),
            time=message.time,
            level=2 if message.permanent else 3,
            computer=message.server,
        )
        for message in messages
    )
