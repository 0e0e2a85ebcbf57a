"""The six tasks and the headline: which keys, and whether every fact of the answer can be read at the end."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from smtpscope.knowledge.base import KnowledgeBase
from tasks.driver import Sitting, sitting
from tasks.messages import Cast
from tasks.screen import Screen
from tasks.truth import Truth

_NO_HOST: Final = "(no host)"
_NO_HOST_HEADLINE: Final = "an unnamed host"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`keys` that were pressed; `missing` are facts that the answer lacks or has wrong, none when it is right."""

    task: Task
    keys: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.missing and len(self.keys) <= self.task.most_keys


@dataclass(frozen=True, slots=True)
class Task:
    """`recipe` are the keys for a reader, `most_keys` how many there may be, `do` presses them and gives what lacks."""

    name: str
    question: str
    recipe: str
    most_keys: int
    do: Callable[[Sitting, Truth], Awaitable[list[str]]]


async def perform(task: Task, knowledge: KnowledgeBase, log: Path, truth: Truth) -> Outcome:
    """Does `task` on `log` in a fresh browser."""
    async with sitting(knowledge, log) as person:
        missing = await task.do(person, truth)
        return Outcome(task, tuple(person.keys), tuple(missing))


# T1


async def _who_refuses(person: Sitting, truth: Truth) -> list[str]:
    await person.show_code(truth.cast.code)
    return refusers_missing(person.screen, truth)


def refusers_missing(screen: Screen, truth: Truth) -> list[str]:
    """A name that the table has no room for may be spelled out, with its number, in the pane below."""
    rows = [row for row in screen.rows if row.code == str(truth.cast.code)]
    hosts = [row for row in rows if row.is_host]
    facts = screen.facts
    missing = []
    for each in truth.refusers:
        name = each.host or _NO_HOST
        spelled_out = f"{each.count:,} x {truth.cast.code} {name}:" in facts
        if not any(
            row.may_be(name)
            and (spelled_out or not row.is_cut)
            and row.count == each.count
            and is_time(row.first, each.first)
            for row in hosts
        ):
            missing.append(f"{name}: {each.count} since {each.first}")
    if len(hosts) != len(truth.refusers):
        missing.append(f"{len(truth.refusers)} hosts, not {len(hosts)}")
    if not any(not row.is_host and row.count == truth.refusals for row in rows):
        missing.append(f"{truth.refusals} in all")
    return missing


# T2


async def _which_recipients(person: Sitting, truth: Truth) -> list[str]:
    await person.go_to(truth.cast.code, truth.cast.mailbox_host)
    return await _read_recipients(person, truth)


async def _read_recipients(person: Sitting, truth: Truth) -> list[str]:
    host = truth.cast.mailbox_host
    read = person.screen.recipients if headline(host, truth.cast.code) in person.screen.facts else None
    if read is None:
        await person.press("c")
        window = "\n".join(person.screen.lines)
        read = person.screen.counted if f"{truth.cast.code} {host}" in window else {}
    return _differing(read, truth.mailboxes)


def _differing(read: dict[str, int], right: object) -> list[str]:
    return [] if read == right else [f"{right}, not {read}"]


# T3


async def _what_it_means(person: Sitting, truth: Truth) -> list[str]:
    await person.go_to(truth.cast.code, truth.cast.blocked_host)
    return guidance_missing(person.screen, truth)


def guidance_missing(screen: Screen, truth: Truth) -> list[str]:
    facts, guidance = screen.facts, screen.guidance
    wanted = {
        "the host and the code": headline(truth.cast.blocked_host, truth.cast.code) in facts,
        "the reply that names our address and the list": all(reply in facts for reply in truth.blocked_replies),
        "it is a block list": "block list" in guidance,
        "it is not about a mailbox": "mailbox" not in guidance.lower(),
        "permanent": "permanent" in guidance,
        "ours to fix": "Action: us" in guidance,
        "look the address up there": re.search(r"look .*\b(list|address)\b", guidance, re.IGNORECASE) is not None,
        "find the cause": re.search(r"source|infected|open relay|account", guidance, re.IGNORECASE) is not None,
        "ask for removal": "removal" in guidance,
        "another route meanwhile": re.search(r"smart host|other (route|address|way)", guidance) is not None,
    }
    return [fact for fact, is_there in wanted.items() if not is_there]


# T4


async def _is_it_over(person: Sitting, truth: Truth) -> list[str]:
    await person.show_code(truth.cast.outage_code)
    return outage_missing(person.screen, truth)


def outage_missing(screen: Screen, truth: Truth) -> list[str]:
    facts, outage = screen.facts, truth.outage
    days = {str(day): count for day, count in truth.outage_days.items()}
    wanted = {
        "the host and the code": headline(outage.host, truth.cast.outage_code) in facts,
        # There was a short one a week before, so a silence of a week is not the end yet.
        f"{outage.count} events, quiet": f"{outage.count:,} events, quiet for" in facts,
        f"first {outage.first}": f"first {outage.first:%Y-%m-%d %H:%M:%S}" in facts,
        f"last {outage.last}": f"last {outage.last:%Y-%m-%d %H:%M:%S}" in facts,
        f"by day {days}": screen.days == days,
        f"the burst began {truth.burst_start}": f"from {truth.burst_start:%Y-%m-%d %H:%M:%S} to" in facts,
    }
    return [fact for fact, is_there in wanted.items() if not is_there]


# T5


def temporary_filter(cast: Cast) -> str:
    """What is typed: the host without its domain, the server by the digits that tell it from the other."""
    company = cast.without_host.split(".")[-2]
    return f"4xx since:{cast.since:%m-%d} server:{cast.server[-2:]} -{company}"


async def _temporary_refusals(person: Sitting, truth: Truth) -> list[str]:
    await person.press("/", *temporary_filter(truth.cast))
    cut = [row for row in person.screen.rows if row.is_host and row.is_cut]
    if len(cut) == 1 and not _is_spelled_out(person.screen, cut[0].code, cut[0].name):
        await person.press("⏎")
        await person.uncover(cut[0])
    return temporary_missing(person.screen, truth)


def _is_spelled_out(screen: Screen, code: str, name: str) -> bool:
    return screen.facts.startswith(name[:-1]) and f"refuses us with {code}" in screen.facts


def temporary_missing(screen: Screen, truth: Truth) -> list[str]:
    hosts = [row for row in screen.rows if row.is_host]
    missing = [
        f"{code} {host}: {count}"
        for (code, host), count in truth.temporary.items()
        if not any(
            row.code == str(code)
            and row.count == count
            and row.may_be(host)
            and (not row.is_cut or headline(host, code) in screen.facts)
            for row in hosts
        )
    ]
    if len(hosts) != len(truth.temporary):
        missing.append(f"{len(truth.temporary)} hosts, not {len(hosts)}")
    total = sum(truth.temporary.values())
    if not any(f" {total:,} of " in line for line in screen.lines):
        missing.append(f"{total} in all")
    return missing


# T6


async def _summary(person: Sitting, truth: Truth) -> list[str]:
    await person.go_to(truth.cast.code, truth.cast.blocked_host)
    await person.press("Y")
    return summary_missing(person.copied, truth)


def summary_missing(summary: str, truth: Truth) -> list[str]:
    """The nine facts that a ticket needs."""
    blocked, code = truth.blocked, truth.cast.code
    replies = list(truth.blocked_replies)
    recipients = {found[2]: int(found[1]) for found in re.finditer(r"(\d+) × `([^`\s]+@[^`\s]+)`", summary)}
    wanted = {
        "code and enhanced code": all(f"`{code} {reply.split()[1]}`" in summary for reply in replies),
        "reply": all(f"`{reply}`" in summary for reply in replies),
        "host": f"`{blocked.host}`" in summary,
        f"{blocked.count} times": f"{blocked.count} times" in summary,
        f"first {blocked.first}": f"{blocked.first:%Y-%m-%d %H:%M:%S}" in summary,
        f"last {blocked.last}": f"{blocked.last:%Y-%m-%d %H:%M:%S}" in summary,
        f"recipients {truth.blocked_recipients}": recipients == truth.blocked_recipients,
        "a sample command": any(f"`{command}" in summary for command in truth.blocked_samples),
        "meaning and action": all(words in summary for words in ("block list", "What to do", "removal")),
    }
    return [fact for fact, is_there in wanted.items() if not is_there]


# The headline


async def _all_in_one_sitting(person: Sitting, truth: Truth) -> list[str]:
    await person.show_code(truth.cast.code)
    missing = refusers_missing(person.screen, truth)
    await person.go_to(truth.cast.code, truth.cast.blocked_host)
    missing += guidance_missing(person.screen, truth)
    await person.press("Y")
    missing += summary_missing(person.copied, truth)
    await person.go_to(truth.cast.code, truth.cast.mailbox_host)
    return missing + await _read_recipients(person, truth)


def headline(host: str, code: int) -> str:
    return f"{host or _NO_HOST_HEADLINE} refuses us with {code}"


def is_time(drawn: str, right: datetime) -> bool:
    """Whether `drawn`, with or without its year, is `right` to the second."""
    return drawn in (f"{right:%Y-%m-%d %H:%M:%S}", f"{right:%m-%d %H:%M:%S}")


TASKS: Final = (
    Task("T1", "Who refuses us with 550, how often, since when?", "5 5 0", 8, _who_refuses),
    Task("T2", "Which recipients does one of them refuse?", "5 5 0 j… c", 6, _which_recipients),
    Task("T3", "What does the 550 of another mean, and what do we do?", "j…", 3, _what_it_means),
    Task("T4", "The 421s: when, how many a day, still going on?", "4 2 1", 8, _is_it_over),
    Task(
        "T5",
        "Temporary refusals on one server in the last week, without one host, by code and host",
        "/ 4xx since:DAY server:NAME -HOST",
        45,
        _temporary_refusals,
    ),
    Task("T6", "A summary of that 550 for the ticket", "j… Y", 3, _summary),
    Task("H", "T1, T3, T6 and T2 in one sitting", "5 5 0 j… Y j… c", 20, _all_in_one_sitting),
)
