"""The test suite of RFC 7208 (rfc7208-tests.yml, in the source archive of pyspf), where it is on this computer.

SMTPSCOPE_SPF_SUITE=rfc7208-tests.yml python -m pytest tests/probes/policies/test_spf_suite.py
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from smtpscope.knowledge.live.block_lists import BlockLists
from smtpscope.probes.consent import AnswerMemory, Gate, Outside
from smtpscope.probes.live_check import LiveCheck, LiveTarget
from smtpscope.probes.mail_connection import DirectConnector
from smtpscope.probes.name_server import DnsAnswer
from smtpscope.probes.pacing import Pace
from smtpscope.probes.policies import spf_check
from smtpscope.probes.policies.spf_check import SpfEvaluation
from smtpscope.probes.policies.spf_record import SpfMacros
from smtpscope.probes.safe_targets import Reach
from support.live_checks import FakeClock

SUITE = os.environ.get("SMTPSCOPE_SPF_SUITE", "")


class SuiteResolver:
    """Answers from the zone data of one scenario, as drivers of the suite do: SPF stands for TXT where that is not."""

    servers = ("192.0.2.53",)

    def __init__(self, zones: Mapping[str, Sequence[Any]]) -> None:
        self._zones = {name.lower().rstrip("."): records for name, records in zones.items()}

    async def ask(self, name: str, record_type: str) -> DnsAnswer:
        wanted, rows = name, self._zones.get(name)
        while rows and (alias := next((row["CNAME"] for row in rows if isinstance(row, dict) and "CNAME" in row), "")):
            wanted, rows = alias.lower(), self._zones.get(alias.lower())
        if rows is None:
            return DnsAnswer(name, record_type, "no such name", server="192.0.2.53")
        kinds = {key for row in rows if isinstance(row, dict) for key in row}
        stored = "SPF" if record_type == "TXT" and "TXT" not in kinds else record_type
        values = [row[stored] for row in rows if isinstance(row, dict) and row.get(stored, "NONE") != "NONE"]
        if "TIMEOUT" in values or ("TIMEOUT" in rows and not values):
            return DnsAnswer(name, record_type, "no answer", server="192.0.2.53", detail="timeout")
        records = tuple(_record(record_type, value) for value in values)
        return DnsAnswer(name, record_type, "records" if records else "no data", records, wanted, server="192.0.2.53")


def _record(record_type: str, value: Any) -> str:
    if record_type == "TXT":
        return "".join(value) if isinstance(value, list) else str(value)
    if record_type == "MX":
        return f"{value[0]} {value[1]}."
    return str(ip_address(value)) if record_type == "AAAA" else f"{value}{'.' if record_type == 'PTR' else ''}"


def _result(zones: Mapping[str, Sequence[Any]], case: Mapping[str, Any]) -> str:
    clock = FakeClock()
    reach = Reach(allow_private=True)
    address = reach.address(case["host"])
    local, _, domain = (case["mailfrom"] or case["helo"]).rpartition("@")
    check = LiveCheck("spf", LiveTarget(domain, address=address), spf_check.announce(domain))
    outside = Outside(
        SuiteResolver(zones), DirectConnector(), clock, Pace(clock), AnswerMemory(clock), reach, BlockLists(())
    )
    macros = SpfMacros(address, f"{local or 'postmaster'}@{domain}", case["helo"])
    result, _ = asyncio.run(SpfEvaluation(Gate(check, outside), address, macros).result(domain))
    return result


def _cases() -> Iterator[tuple[str, Mapping[str, Sequence[Any]], Mapping[str, Any]]]:
    yaml = pytest.importorskip("yaml")
    for scenario in yaml.safe_load_all(Path(SUITE).read_text(encoding="utf-8")):
        for name, case in scenario["tests"].items():
            yield f"{scenario['description']}: {name}", scenario["zonedata"], case


@pytest.mark.skipif(not SUITE, reason="SMTPSCOPE_SPF_SUITE names no suite")
def test_each_case_of_the_suite() -> None:
    wrong = {}
    for name, zones, case in _cases():
        expected = case["result"] if isinstance(case["result"], list) else [case["result"]]
        result = _result(zones, case)
        if result not in expected:
            wrong[name] = (result, expected)
    assert wrong == {}
