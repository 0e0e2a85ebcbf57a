"""Checks a knowledge folder for its author, and lists the rules that lead to an entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.authoring.file_mistakes import not_understood, unreadable
from smtpscope.knowledge.authoring.house_rules import against_house_rules
from smtpscope.knowledge.base import KnowledgeBase, bundled_entries
from smtpscope.knowledge.categories import ALL_CATEGORIES
from smtpscope.knowledge.files.check import contradictions
from smtpscope.knowledge.files.knowledge_files import (
    AREAS,
    bundled_folder,
    check_folder,
    kind_of,
    knowledge_files,
    read_codes,
    read_entries,
    read_providers,
    read_rules,
)
from smtpscope.knowledge.matching.provider_codes import codes_of
from smtpscope.knowledge.matching.rules import Rule
from smtpscope.parsing.smtp_exchange import Direction

_SOURCES_KEEP = timedelta(days=2 * 365)
"""How long what an entry's sources say is trusted without another look."""


def place_of(base: KnowledgeBase, entry_id: str) -> Path | None:
    """The file of the entry in force: the last folder that has it wins."""
    for folder in reversed(base.folders):
        for path, entry in read_entries(folder):
            if entry.id == entry_id:
                return path
    return None


def rules_leading_to(base: KnowledgeBase, entry_id: str) -> list[str]:
    """Descriptions of the rules, codes and provider codes that lead to the entry."""
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


class FolderReport(Struct, frozen=True):
    """The result of a check. `mistakes` make the folder unusable, `warnings` don't. `replaced` are the ids of bundled
    entries that the folder overrides.
    """

    folder: Path
    mistakes: tuple[KnowledgeError, ...]
    warnings: tuple[KnowledgeError, ...]
    files: int
    entries: int
    rules: int
    replaced: tuple[str, ...]


def examined(folder: Path, today: date | None = None, *, strict: bool = False) -> FolderReport:
    """Checks `folder` as loaded after the bundled knowledge, or as the bundled knowledge itself.

    With `strict`, entries must follow the style rules; bundled entries always must.

    Raises KnowledgeError if the folder is missing or holds no knowledge files.
    """
    check_folder(folder)
    files = knowledge_files(folder)
    mistakes = list(unreadable(folder)) or list(not_understood(folder))
    warnings = list(_never_read(folder))
    if mistakes:
        # References to the contents of an unreadable file would be reported as errors too.
        return FolderReport(folder, tuple(mistakes), tuple(warnings), len(files), 0, 0, ())
    bundled = bundled_folder()
    is_bundled = folder.resolve() == bundled.resolve()
    try:
        base = KnowledgeBase.load() if is_bundled else KnowledgeBase.unchecked(folder)
        mistakes += base.problems() if is_bundled else contradictions(folder, base.matcher, base.entries)
    except KnowledgeError as error:
        mistakes.append(error)
    if strict or is_bundled:
        mistakes += against_house_rules(folder)
    warnings += _read_long_ago(folder, today or datetime.now(UTC).date()) if not mistakes else ()
    entries = [entry for _, entry in read_entries(folder)]
    known = frozenset[str]() if is_bundled else frozenset(bundled_entries())
    if not is_bundled and not mistakes:
        warnings += _leads_nowhere(folder, known)
    return FolderReport(
        folder=folder,
        mistakes=tuple(mistakes),
        warnings=tuple(warnings),
        files=len(files),
        entries=len(entries),
        rules=len(list(read_rules(folder))),
        replaced=tuple(entry.id for entry in entries if entry.id in known),
    )


def _never_read(folder: Path) -> Iterator[KnowledgeError]:
    """TOML files in places from which nothing is loaded."""
    for path in sorted(folder.rglob("*.toml")):
        if kind_of(folder, path) is None:
            yield KnowledgeError(
                where=str(path),
                what="is never read",
                remedy=f"Move it to a folder named {', '.join(AREAS[:-1])} or {AREAS[-1]} in {folder}",
            )


def _leads_nowhere(folder: Path, bundled: frozenset[str]) -> Iterator[KnowledgeError]:
    """Entries of `folder` that no reply can lead to."""
    reached = {*bundled, *ALL_CATEGORIES}
    for _, rule in read_rules(folder):
        reached |= {rule.leads_to(Direction.OUTBOUND), rule.leads_to(Direction.INBOUND)}
    reached |= {code.leads_to for _, code in read_codes(folder)}
    reached |= {code.leads_to for _, provider in read_providers(folder) for code in codes_of(provider)}
    for path, entry in read_entries(folder):
        if entry.id not in reached:
            yield KnowledgeError(
                where=f"{path}, entry {entry.id!r}",
                what="no rule and no code leads to it, so it is never shown",
                remedy=f'Write a rule with entry = "{entry.id}"',
            )


def _read_long_ago(folder: Path, today: date) -> Iterator[KnowledgeError]:
    """Entries whose sources were last read more than two years before `today`; sources without a date are skipped."""
    for path, entry in read_entries(folder):
        if entry.checked is not None and today - entry.checked > _SOURCES_KEEP:
            yield KnowledgeError(
                where=f"{path}, entry {entry.id!r}",
                what=f"its sources were last read on {entry.checked}, over two years ago",
                remedy="Read them again, correct the entry, and set checked to today",
            )
