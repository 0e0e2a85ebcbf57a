"""Makes the sample logs in data/samples: three weeks of a small company's two Exchange servers.

The story: XEXCH50 noise the whole time; a departed employee's address; greylisting at one partner; on 5 March a
partner's server is down for an afternoon (over); on 9 March the provider changes our address and forgets the reverse
name (still going on); from 17 March an infected machine puts us on a block list (still going on); spam bounces that
nobody takes; and on the 11th somebody tries to relay through us. All names are example names (RFC 2606), all
addresses documentation addresses (RFC 5737). The same bytes come out each time.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from smtpscope.parsing.events.event_message import render
from support.evtx_writer import WrittenEvent, evtx_bytes

START = datetime(2026, 3, 2, tzinfo=UTC)
END = datetime(2026, 3, 22, 18, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One event of the story. `verb` as the event gives it; reply and command with the blanks of the wire."""

    time: datetime
    event_id: int
    server: str
    connection: int
    host: str
    verb: str
    reply: str
    command: str

    @property
    def strings(self) -> tuple[str, ...]:
        return ("1", str(self.connection), self.host, self.verb, self.reply, self.command)

    @property
    def level(self) -> int:
        """7002 is a Warning, 7004 and 7010 are Errors."""
        return 3 if self.event_id == 7002 else 2


Text = str | Callable[[random.Random, int], str]


class Story:
    """Collects refusals; every choice comes from one seeded source."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.refusals: list[Refusal] = []

    def add(
        self,
        count: int,
        host: Text,
        verb: str,
        reply: Text,
        command: Text,
        *,
        since: datetime = START,
        until: datetime = END,
        servers: Sequence[str] = ("EXCH01", "EXCH01", "EXCH02"),
        inbound: bool = False,
    ) -> None:
        """`count` events spread over working hours between `since` and `until`."""
        for number in range(count):
            moment = self._moment(since, until)
            said = self._text(reply, number)
            event_id = 7010 if inbound else 7002 if said.startswith("4") else 7004
            self.refusals.append(
                Refusal(
                    moment,
                    event_id,
                    self._random.choice(servers),
                    self._random.randrange(3, 1400),
                    self._text(host, number),
                    verb,
                    said,
                    self._text(command, number),
                )
            )

    def _text(self, text: Text, number: int) -> str:
        return text if isinstance(text, str) else text(self._random, number)

    def _moment(self, since: datetime, until: datetime) -> datetime:
        length = int((until - since).total_seconds() * 1000)
        while True:
            moment = since + timedelta(milliseconds=self._random.randrange(length))
            # Most mail is sent while people are at work; short episodes are taken as they are.
            if until - since < timedelta(days=2) or 6 <= moment.hour < 19 or self._random.random() < 0.15:
                return moment


def one_of(*texts: str) -> Callable[[random.Random, int], str]:
    return lambda chance, _number: chance.choice(texts)


def recipients(*mailboxes: str) -> Callable[[random.Random, int], str]:
    return lambda chance, _number: f"RCPT TO:<{chance.choice(mailboxes)}>"


def day(number: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment in March 2026."""
    return datetime(2026, 3, number, hour, minute, tzinfo=UTC)


def refusals(seed: int = 7002) -> list[Refusal]:
    """The whole story in order of time."""
    story = Story(seed)
    story.add(
        130,
        one_of("mail.northwind.example", "exch.adatum.example"),
        "xexch50",
        "504 Need to authenticate first ",
        lambda chance, _n: f"XEXCH50 {chance.randrange(900, 4200)} {chance.choice('23')} ",
    )
    story.add(
        36,
        lambda _c, number: "MX1.contoso.example" if number % 7 == 3 else "mx1.contoso.example",
        "rcpt",
        "550 Requested action not taken: mailbox unavailable",
        recipients("j.smith@contoso.example", "j.smith@contoso.example", "old.sales@contoso.example"),
    )
    story.add(
        58,
        "mx.woodgrove.example",
        "rcpt",
        "450 4.2.0 Recipient address rejected: Greylisted, try again in 300 seconds",
        lambda chance, _n: f"RCPT TO:<customer{chance.randrange(1, 40)}@woodgrove.example>",
        since=day(3),
        until=day(13, 17),
    )
    story.add(
        74,
        "mx2.fourthcoffee.example",
        "ehlo",
        "421 Service Temporarily Unavailable",
        "EHLO exch01.ourcompany.example",
        since=day(5, 13, 2),
        until=day(5, 16, 40),
        servers=("EXCH01",),
    )
    story.add(
        62,
        one_of("mx3.litware.example", "mx3.litware.example", "mail.proseware.example"),
        "rcpt",
        "450 Client host rejected: cannot find your hostname, [192.0.2.25]",
        lambda chance, _n: f"RCPT TO:<team{chance.randrange(1, 9)}@litware.example>",
        since=day(9, 7),
    )
    story.add(
        64,
        "mail.fabrikam.example",
        "rcpt",
        "550 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using zen.dnsbl.example",
        recipients(
            "orders@fabrikam.example",
            "p.garcia@fabrikam.example",
            "support@fabrikam.example",
            "billing@fabrikam.example",
        ),
        since=day(17, 5, 40),
    )
    story.add(
        9,
        "gw.tailspin.example",
        "mail",
        "452 4.3.1 Out of memory",
        lambda chance, _n: f"MAIL FROM:<ops@ourcompany.example> SIZE={chance.randrange(2_000, 900_000)}",
        since=day(6),
        until=day(8),
    )
    story.add(
        27,
        "ironport.humongous.example",
        "mail",
        "453 #4.1.8 Domain of sender address <> does not exist",
        "MAIL FROM:<>",
    )
    story.add(
        5,
        "customer.psmtp.example",
        "rcpt",
        "421 Retiring - psmtp",
        recipients("info@alpineskihouse.example"),
        since=day(10),
        until=day(20),
    )
    story.add(
        11,
        "smtp.adventure.example",
        "mail",
        "451 Requested action aborted: local error in processing",
        "MAIL FROM:<newsletter@ourcompany.example>",
        since=day(12),
        until=day(20),
    )
    story.add(4, "", "x-exps", "451", "X-EXPS GSSAPI\n", since=day(14), until=day(18), servers=("EXCH02",))
    story.add(
        38,
        "203.0.113.77",
        "rcpt",
        lambda _c, number: f"550 5.7.1 Unable to relay for target{number % 19}@elsewhere.example",
        lambda _c, number: f"RCPT TO:<target{number % 19}@elsewhere.example>",
        since=day(11, 2, 10),
        until=day(11, 3, 5),
        servers=("EXCH01",),
        inbound=True,
    )
    story.add(
        7,
        "198.51.100.40",
        "xexch50",
        "504 Need to authenticate first",
        lambda chance, _n: f"XEXCH50 {chance.randrange(900, 4200)} 2",
        inbound=True,
    )
    return sorted(story.refusals, key=lambda each: (each.time, each.host, each.command))


def events_of_others(seed: int = 7009) -> list[WrittenEvent]:
    """What else stands in an Application log, some of it with our numbers."""
    chance = random.Random(seed)

    def moment() -> datetime:
        return START + timedelta(seconds=chance.randrange(int((END - START).total_seconds())))

    kinds = [
        (60, "MSExchangeIS Mailbox Store", 9539, ("First Storage Group",), 4, 6, 0x4004),
        (12, "Service Control Manager", 7002, ("IIS Admin Service", "%%0"), 2, 0, 0xC000),
        (8, "MSExchangeTransport", 7009, ("Component started", "1"), 4, 9, 0x4004),
    ]
    return [
        WrittenEvent(provider, number, strings, moment(), level, task, qualifiers, computer="EXCH01")
        for count, provider, number, strings, level, task, qualifiers in kinds
        for _ in range(count)
    ]


def event_log(server: str) -> bytes:
    """The Application log of one server as .evtx."""
    ours = [
        WrittenEvent(
            "MSExchangeTransport",
            each.event_id,
            each.strings,
            each.time,
            each.level,
            2,
            0x8004 if each.level == 3 else 0xC004,
            computer=server,
        )
        for each in refusals()
        if each.server == server
    ]
    return evtx_bytes(sorted([*ours, *events_of_others()], key=lambda event: event.time), first_record_id=41_207)


def log_lines(server: str) -> Iterator[str]:
    """One line an event, times in UTC and said so."""
    for each in refusals():
        if each.server == server:
            level = "Warning" if each.level == 3 else "Error"
            when = each.time.strftime("%Y-%m-%d %H:%M:%SZ")
            sentence = render(each.event_id, each.strings).replace("\n", " ")
            yield f"{when} {level} {server} MSExchangeTransport {each.event_id} {sentence}\n"


def copied_events(server: str, most: int = 3) -> str:
    """The last events as Event Viewer of Windows 2003 copies them (times are local and name no zone)."""
    last = [refusal for refusal in refusals() if refusal.server == server][-most:]
    return "\n".join(_copied_event(each, server) for each in last)


def _copied_event(each: Refusal, server: str) -> str:
    return (
        f"Event Type:\t{'Warning' if each.level == 3 else 'Error'}\n"
        "Event Source:\tMSExchangeTransport\n"
        "Event Category:\tSMTP Protocol \n"
        f"Event ID:\t{each.event_id}\n"
        f"Date:\t\t{each.time.month}/{each.time.day}/{each.time.year}\n"
        f"Time:\t\t{each.time.strftime('%I:%M:%S %p').lstrip('0')}\n"
        "User:\t\tN/A\n"
        f"Computer:\t{server}\n"
        f"Description:\n{render(each.event_id, each.strings)}\n\n"
        "For more information, click http://www.microsoft.com/contentredirect.asp.\n"
    )


def write_samples(folder: Path) -> list[Path]:
    """Writes all sample logs into `folder` and returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "EXCH01-Application.evtx": event_log("EXCH01"),
        "EXCH02-transport.log": "".join(log_lines("EXCH02")).encode(),
        "EXCH03-copied-events.txt": copied_events("EXCH02").replace("EXCH02", "EXCH03").encode("cp1252"),
    }
    paths = []
    for name, content in contents.items():
        paths.append(folder / name)
        paths[-1].write_bytes(content)
    return paths


if __name__ == "__main__":
    write_samples(Path(sys.argv[1]))
