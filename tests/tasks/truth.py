"""The right answers to the six tasks, counted from the messages and not from anything that smtpscope says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tasks.messages import Cast, Message


@dataclass(frozen=True, slots=True)
class Refuser:
    """A remote host ("" when it is not named), how often it refused, and from when to when."""

    host: str
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Truth:
    """T1 `refusers`; T2 `mailboxes`; T3 and T6 the `blocked_…`; T4 the `outage_…`; T5 `temporary`.

    `burst_start` is when the outage began on its worst day.
    """

    cast: Cast
    refusers: tuple[Refuser, ...]
    mailboxes: Mapping[str, int]
    blocked: Refuser
    blocked_replies: Mapping[str, int]
    blocked_recipients: Mapping[str, int]
    blocked_samples: frozenset[str]
    outage: Refuser
    outage_days: Mapping[date, int]
    burst_start: datetime
    temporary: Mapping[tuple[int, str], int]

    @property
    def refusals(self) -> int:
        """How many refusals have the code of T1."""
        return sum(refuser.count for refuser in self.refusers)


def truth_of(messages: Sequence[Message], cast: Cast) -> Truth:
    """Counts the answers."""
    with_code = [message for message in messages if message.code == cast.code]
    by_host = {host: [m for m in with_code if m.host_key == host] for host in {m.host_key for m in with_code}}
    blocked = by_host[cast.blocked_host]
    outage = [m for m in messages if m.code == cast.outage_code and m.host_key == cast.outage_host]
    temporary = Counter(
        (m.code, m.host_key)
        for m in messages
        if 400 <= m.code < 500
        and m.server == cast.server
        and m.time.date() >= cast.since
        and m.host_key != cast.without_host
    )
    outage_days = Counter(message.time.date() for message in outage)
    burst_day = outage_days.most_common(1)[0][0]
    refusers = sorted((_refuser(host, found) for host, found in by_host.items()), key=lambda each: -each.count)
    return Truth(
        cast=cast,
        refusers=tuple(refusers),
        mailboxes=_recipients(by_host[cast.mailbox_host]),
        blocked=_refuser(cast.blocked_host, blocked),
        blocked_replies=Counter(message.reply for message in blocked),
        blocked_recipients=_recipients(blocked),
        blocked_samples=frozenset(message.command for message in blocked),
        outage=_refuser(cast.outage_host, outage),
        outage_days=outage_days,
        burst_start=min(message.time for message in outage if message.time.date() == burst_day),
        temporary=temporary,
    )


def _refuser(host: str, messages: Sequence[Message]) -> Refuser:
    times = [message.time for message in messages]
    return Refuser(host, len(messages), min(times), max(times))


def _recipients(messages: Sequence[Message]) -> dict[str, int]:
    return dict(Counter(message.recipient for message in messages if message.recipient is not None))


def differences(truth: Truth, file: Path) -> list[str]:
    """Where a truth.json that was written together with a log says something else than what was counted from it.

    Its keys: `550_hosts` and `421` as host -> n, first, last; `…_550_recipients` as pairs of mailbox and number;
    `…_421_by_day`; `T5` as n and triples of code, host and number. Other keys say nothing about the tasks.
    """
    found = json.loads(file.read_text(encoding="utf-8"))
    code, outage_code = truth.cast.code, truth.cast.outage_code
    blocked, mailboxes = dict(truth.blocked_recipients), dict(truth.mailboxes)
    expected: dict[str, object] = {
        f"{code}_hosts": {each.host: _numbers(each) for each in truth.refusers},
        f"{code}_total": truth.refusals,
        f"{_company(truth.cast.mailbox_host)}_{code}_recipients": mailboxes,
        f"{_company(truth.cast.blocked_host)}_{code}_recipients": blocked,
        f"{_company(truth.cast.outage_host)}_{outage_code}": _numbers(truth.outage),
        f"{_company(truth.cast.outage_host)}_{outage_code}_by_day": {
            str(day): count for day, count in truth.outage_days.items()
        },
        "T5": {"n": sum(truth.temporary.values()), "by": sorted([*key, n] for key, n in truth.temporary.items())},
    }
    told = {key: found.get(key) for key in expected}
    for key in [key for key in told if key.endswith("_recipients")]:
        told[key] = dict(told[key] or ())
    if isinstance(told["T5"], dict):
        told["T5"] = {**told["T5"], "by": sorted(told["T5"]["by"])}
    return [f"{key}: counted {expected[key]}, told {told[key]}" for key in expected if expected[key] != told[key]]


def _company(host: str) -> str:
    return host.split(".")[-2]


def _numbers(refuser: Refuser) -> dict[str, object]:
    return {
        "n": refuser.count,
        "first": f"{refuser.first:%Y-%m-%d %H:%M:%S}",
        "last": f"{refuser.last:%Y-%m-%d %H:%M:%S}",
    }
