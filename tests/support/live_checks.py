"""What tests of live checks share: zones of our own, a clock that needs no waiting, and a session on a stub."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from smtpscope.knowledge.files.knowledge_files import bundled_folder
from smtpscope.probes.live_check import LiveCheck, LiveResult
from smtpscope.probes.mail_connection import Connector, Trust, system_trust
from smtpscope.probes.planning import LiveOptions
from smtpscope.probes.safe_targets import Reach
from smtpscope.session.live.live_session import LiveSession
from support.dns_stub import DnsStub

NOON_MS = 1_774_180_800_000
"""2026-03-22 12:00 UTC."""

ListZone = Mapping[str, Mapping[str, str | list[str]]]


def list_zone(zone: str, **listed: str) -> dict[str, Mapping[str, str | list[str]]]:
    """A working block list with its test entries; `listed` are reversed IP addresses (`_` for a dot) with answers."""
    found: dict[str, Mapping[str, str | list[str]]] = {
        f"2.0.0.127.{zone}": {"A": "127.0.0.2", "TXT": '"Test entry"'},
        f"2.0.0.0.0.0.f.7.f.f.f.f.{'0.' * 20}{zone}": {"A": "127.0.0.2"},
        f"test.{zone}": {"A": "127.0.1.2"},
    }
    for name, answer in listed.items():
        reversed_name = name.strip("_").replace("_", ".")
        found[f"{reversed_name}.{zone}"] = {"A": answer, "TXT": f'"{reversed_name} sent spam"'}
    return found


@dataclass
class FakeClock:
    """Stands still, except that sleeping moves it; `slept` are the lengths."""

    time_ms: int = NOON_MS
    elapsed: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now_ms(self) -> int:
        return self.time_ms

    def monotonic(self) -> float:
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.elapsed += seconds
        await asyncio.sleep(0)


@dataclass
class LiveStage:
    """A session whose DNS is a stub and whose clock is fake."""

    session: LiveSession
    stub: DnsStub
    clock: FakeClock

    def run(self, *checks: LiveCheck) -> list[LiveResult]:
        return asyncio.run(self.session.engine.run_all(checks))

    def asked_since(self, before: int) -> list[str]:
        return self.stub.questions[before:]


@contextmanager
def live_stage(
    zones: Mapping[str, Mapping[str, str | list[str]]] | None = None,
    *,
    allow_private: bool = True,
    recipient: bool = False,
    journal: Path | None = None,
    connector: Connector | None = None,
    trust: Trust = system_trust,
    seconds: float = 0.3,
) -> Iterator[LiveStage]:
    """`allow_private` because our IP addresses are those of documentation, which are not public either."""
    clock = FakeClock()
    with DnsStub(dict(zones or {})) as stub:
        session = LiveSession(
            (bundled_folder(),),
            LiveOptions(Reach(allow_private), recipient),
            journal,
            resolver=stub.resolver,
            clock=clock,
            connector=connector,
            trust=trust,
            seconds=seconds,
        )
        yield LiveStage(session, stub, clock)
