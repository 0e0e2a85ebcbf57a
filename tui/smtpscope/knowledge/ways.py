"""What can lead to an entry, and which file it stands in: for the person who reads or changes the knowledge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.load import read_codes, read_entries, read_providers, read_rules
from smtpscope.knowledge.provider_codes import codes_of
from smtpscope.knowledge.rules import Rule
from smtpscope.parsing.exchange import Direction


def place_of(base: KnowledgeBase, entry_id: str) -> Path | None:
    """The file with the entry in force: the last folder that has it wins."""
    for folder in reversed(base.folders):
        for path, entry in read_entries(folder):
            if entry.id == entry_id:
                return path
    return None


def ways_to(base: KnowledgeBase, entry_id: str) -> list[str]:
    """Rules, codes and provider codes that lead to the entry, in words."""
    return [way for folder in base.folders for way in _ways(folder, entry_id)]


def _ways(folder: Path, entry_id: str) -> Iterator[str]:
    for path, rule in read_rules(folder):
        leads = {rule.leads_to(Direction.OUTBOUND): "outbound", rule.leads_to(Direction.INBOUND): "inbound"}
        if entry_id in leads:
            only = "" if len(leads) == 1 else f", {leads[entry_id]} only"
            yield f"rule {rule.id} in {path.parent.name}/{path.name}{only}{_conditions(rule)}"
    for _, code in read_codes(folder):
        if code.leads_to == entry_id:
            yield f"code {code.code}: {code.words}"
    for _, provider in read_providers(folder):
        for provider_code in codes_of(provider):
            if provider_code.leads_to == entry_id:
                yield f"code {provider_code.code} of {provider.name}"


def _conditions(rule: Rule) -> str:
    return f", for {', '.join(rule.remote_hosts)}" if rule.remote_hosts else ""
