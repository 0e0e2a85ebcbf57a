"""Exchanges for the tests of the store, and a stand-in for the knowledge base."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime

from smtpscope.knowledge.advice import Match
from smtpscope.knowledge.entry import Entry, Side, WhoActs
from smtpscope.parsing.smtp_exchange import Command, Direction, RemoteHost, Reply, SmtpExchange
from smtpscope.reading.record import Level
from smtpscope.store.event_store import EventStore


def ms(text: str) -> int:
    """Milliseconds of an ISO time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def entry(category: str, outbound: WhoActs, inbound: WhoActs) -> Entry:
    def side(who: WhoActs) -> Side:
        return Side(reading="", who_acts=who, who_note="", actions=())

    return Entry(
        id=category,
        category=category,
        title="",
        meaning="",
        duration="either",
        duration_note="",
        outbound=side(outbound),
        inbound=side(inbound),
        causes=(),
        checks=(),
        ignore_when="",
        avoid=(),
        over_when="",
        sources=(),
    )


ENTRIES = {
    "recipient-unknown": entry("recipient-unknown", "sender", "them"),
    "blocked": entry("blocked", "us", "them"),
    "greylisted": entry("greylisted", "nobody", "nobody"),
    "unavailable": entry("unavailable", "nobody", "us"),
    "verb-refused": entry("verb-refused", "nobody", "nobody"),
}


class WordMatcher:
    """Knows a cause by one word of the reply, and greylisting by the remote host; counts how often it was asked."""

    def __init__(self, *known_hosts: str) -> None:
        self.known_hosts = known_hosts
        self.asked = 0

    @property
    def entries(self) -> Mapping[str, Entry]:
        return ENTRIES

    @property
    def names_hosts(self) -> bool:
        return bool(self.known_hosts)

    def host_patterns(self, host_key: str) -> tuple[str, ...]:
        return (host_key,) if host_key in self.known_hosts else ()

    def match_parts(self, reply: Reply, command: Command, direction: Direction, hosts: tuple[str, ...] = ()) -> Match:
        self.asked += 1
        if hosts:
            return Match("greylisted", "greylisted", "own note", hosts[0], "sure")
        words = {
            "greylisted": "greylisted",
            "dnsbl": "blocked",
            "authenticate": "verb-refused",
            "unknown": "recipient-unknown",
        }
        text = reply.verbatim.lower()
        category = next((category for word, category in words.items() if word in text), "unavailable")
        entry_id = "xexch50-refused" if category == "verb-refused" else category
        return Match(entry_id, category, "phrase", "one word", "likely", ((0, 3),))


def command(full: str) -> Command:
    verb, _, arguments = full.strip().partition(" ")
    mailbox = None
    if verb.upper() in ("MAIL", "RCPT") and "<" in full:
        mailbox = full[full.index("<") + 1 : full.rindex(">")]
    return Command(verb.lower(), full, verb.upper(), arguments.strip(), mailbox)


def reply(verbatim: str) -> Reply:
    words = verbatim.split()
    code = int(words[0][:3]) if words and words[0][:3].isdigit() else None
    enhanced = words[1] if len(words) > 1 and words[1].replace(".", "").isdigit() and "." in words[1] else None
    return Reply(verbatim, code, enhanced, " ".join(words[(code is not None) + (enhanced is not None) :]))


def exchange(
    *,
    time: str | int | None = "2026-11-10 12:00:00",
    host: str = "mx1.contoso.example",
    said: str = "550 5.1.1 User unknown ",
    sent: str = "RCPT TO:<sales@contoso.example> ",
    direction: Direction = Direction.OUTBOUND,
    server: str | None = "EXCH01",
    event_id: int | None = 7002,
    level: Level | None = "warning",
    connection: int | None = 6,
    file: str = "application.evtx",
    offset: int = 0,
    time_assumed: bool = False,
    problem: str | None = None,
    connector: str | None = None,
) -> SmtpExchange:
    """One event; `said` is the reply and `sent` the full command."""
    return SmtpExchange(
        file=file,
        offset=offset,
        time_ms=ms(time) if isinstance(time, str) else time,
        time_assumed=time_assumed,
        record_id=offset or None,
        event_id=event_id,
        level=level,
        provider="MSExchangeTransport",
        channel="Application",
        computer=server,
        direction=direction,
        virtual_server=1,
        connection=connection,
        remote_host=RemoteHost(host, host.lower().rstrip("."), host[:1].isdigit()),
        command=command(sent),
        reply=reply(said),
        certainty="may",
        problem=problem,
        connector=connector,
    )


def unparsed() -> SmtpExchange:
    """An event of ours that could not be taken apart."""
    return exchange(host="", said="", sent="", direction=Direction.UNKNOWN, problem="no sentence")


def store_of(*exchanges: SmtpExchange, batch: int = 1000) -> EventStore:
    """A store that got `exchanges` in batches."""
    store = EventStore(WordMatcher())
    for start in range(0, len(exchanges), batch):
        store.append(store.encode(exchanges[start : start + batch]))
    return store


def three_weeks() -> list[SmtpExchange]:
    """Some 1,000 events of 2026-11-02 to 2026-11-22, always the same, in order of time.

    In them: one host in two spellings, an event without a host, one reply code with several causes, 550 in mailboxes
    and connection numbers, an outage on one afternoon, and a list that began to block us on 11-18 at 22:47:03.
    """
    source = random.Random(20261102)
    made: list[SmtpExchange] = []

    def add(count: int, start: str, end: str, host: str, said: str, sent: list[str], server: str | None = None) -> None:
        first, last = ms(start), ms(end)
        times = [first, last, *(source.randrange(first, last) for _ in range(count - 2))]
        for number, moment in enumerate(sorted(times)):
            spelt = host.upper() if host.startswith("mx1") and number % 9 == 4 else host
            made.append(
                exchange(
                    time=moment,
                    host=spelt,
                    said=said,
                    sent=sent[number % len(sent)],
                    server=server or source.choice(["EXCH01", "EXCH02"]),
                    connection=550 if number % 40 == 0 else 1000 + number,
                )
            )

    whole = ("2026-11-02 00:10:00", "2026-11-22 23:50:00")
    users = [f"RCPT TO:<{name}@contoso.example>" for name in ("sales", "info", "user550", "sales")]
    lists = [f"RCPT TO:<{name}@fabrikam.example>" for name in ("orders", "support")]
    outage = ("2026-11-14 13:02:05", "2026-11-14 16:39:58")
    add(120, "2026-11-09 06:12:41", whole[1], "mx1.contoso.example", "550 5.1.1 User unknown", users)
    blocked = "550 5.7.1 Client host [192.0.2.25] blocked using zen.dnsbl.example"
    add(64, "2026-11-18 22:47:03", "2026-11-22 23:12:44", "mail.fabrikam.example", blocked, lists)
    add(3, *whole, "", "550 5.4.1 Access denied", ["RCPT TO:<hr@adatum.example>"])
    add(190, *outage, "mx2.northwind.example", "421 4.3.2 Not available", ["EHLO mail.example.com"], "EXCH01")
    add(6, "2026-11-05 01:00:00", "2026-11-06 20:00:00", "mx2.northwind.example", "421 4.3.2 Not available", ["EHLO a"])
    later = [f"RCPT TO:<guest{number}@woodgrove.example>" for number in range(60)]
    add(140, *whole, "mx.woodgrove.example", "450 4.2.0 Greylisted, try again", later)
    add(
        50, *whole, "mx3.litware.example", "450 Cannot find your hostname", ["RCPT TO:<team@litware.example>"], "EXCH02"
    )
    add(
        40,
        "2026-11-17 00:00:00",
        whole[1],
        "smtp.adventure.example",
        "451 4.7.1 Try later",
        ["MAIL FROM:<n@example.com>"],
    )
    add(30, *whole, "mail.proseware.example", "452 4.3.1 Out of memory", ["MAIL FROM:<> SIZE=2550112"])
    add(203, *whole, "legacy.partner.example", "504 Need to authenticate first ", ["XEXCH50 1028 2 "])
    add(33, *whole, "mx1.contoso.example", "554 5.7.1 Content restrictions", ["DATA"])
    add(121, *whole, "198.51.100.25", "550 Not here", ["RCPT TO:<a@example.com>"])
    return sorted(made, key=lambda each: each.time_ms or 0)
