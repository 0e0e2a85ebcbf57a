"""The knowledge files of live checks: which fit a cause, and what is known of block lists.

They are read when the first check is looked for, and never before: a report needs none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from smtpscope.knowledge.files.knowledge_files import BLOCK_LISTS_FILE, LIVE_CHECKS_FILE, read_file
from smtpscope.knowledge.live.block_lists import BlockListFacts, BlockListFile, BlockLists
from smtpscope.knowledge.live.live_rules import LiveCheckFile, LiveRule, LiveRules


def live_check_files(folder: Path) -> list[Path]:
    """All files with rules for live checks, in the order of their names."""
    own = folder / LIVE_CHECKS_FILE
    return [*([own] if own.is_file() else []), *sorted(folder.glob(f"causes/*/{LIVE_CHECKS_FILE}"))]


def placed_live_rules(folder: Path) -> Iterator[tuple[Path, LiveRule]]:
    """Each rule with its file. Raises KnowledgeError for a broken one."""
    for path in live_check_files(folder):
        for rule in read_file(path, LiveCheckFile).live_check:
            yield path, rule


def read_block_lists(folder: Path) -> tuple[BlockListFacts, ...]:
    """The lists that a folder knows. Raises KnowledgeError for a broken file."""
    path = folder / BLOCK_LISTS_FILE
    return read_file(path, BlockListFile).list if path.is_file() else ()


def live_rules(folders: Iterable[Path]) -> LiveRules:
    """The rules of all folders; those of the last folder win."""
    return LiveRules.of(rule for folder in reversed(tuple(folders)) for _, rule in placed_live_rules(folder))


def block_lists(folders: Iterable[Path]) -> BlockLists:
    """The lists of all folders; a row of a later folder wins."""
    found: dict[str, BlockListFacts] = {}
    for folder in reversed(tuple(folders)):
        for facts in read_block_lists(folder):
            found.setdefault(facts.zone, facts)
    return BlockLists.of(found.values())
