"""The tables of live checks and block lists: those of ours are right, and what is wrong in one's own is named."""

from __future__ import annotations

from pathlib import Path

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.files.check_live import in_live_checks
from smtpscope.knowledge.files.knowledge_files import bundled_folder
from smtpscope.knowledge.files.live_files import block_lists, live_rules
from smtpscope.parsing.smtp_exchange import Direction

BROKEN = """
[[live_check]]
entry = "blockd"
check = "block-list"
[[live_check.conclusion]]
finding = "listd"
says = "{adress} is listed"
[[live_check.conclusion]]
finding = "listed"
says = " "
[[live_check.conclusion]]
finding = "listed"
says = "{address} is listed on {list} since {last}; {our_address}"
"""
BROKEN_LISTS = """
[[list]]
zone = "ZEN.example"
name = " "
called = ["Zen"]
removal = "zen.example"
asking = "closed"
usual = true
answers = [{answer = "10.0.0.1", means = "x"}]
"""


def test_our_own_tables_are_right(knowledge: KnowledgeBase) -> None:
    assert list(in_live_checks(bundled_folder(), knowledge.entries)) == []


def test_that_a_list_is_closed_or_answers_only_some_has_a_source() -> None:
    lists = block_lists((bundled_folder(),)).lists
    assert [facts.zone for facts in lists if facts.asking != "open" and facts.source is None] == []


def test_each_mistake_is_named_with_its_place(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    (tmp_path / "live-checks.toml").write_text(BROKEN)
    (tmp_path / "block-lists.toml").write_text(BROKEN_LISTS)
    said = "\n".join(
        f"{each.where}: {each.what}. {each.remedy}" for each in in_live_checks(tmp_path, knowledge.entries)
    )
    for words in (
        "live-checks.toml, live check 'block-list' of 'blockd', field entry: no entry 'blockd'",
        "block-list never finds 'listd'",
        "unknown placeholder {adress}",
        "has an empty text",
        "appears twice",
        "block-lists.toml, list 'ZEN.example', field zone",
        "field name",
        "field called",
        "field removal",
        "a list that is closed",
        "'10.0.0.1' is not an answer of a block list",
    ):
        assert words in said


def test_one_s_own_tables_win_over_ours(tmp_path: Path) -> None:
    (tmp_path / "block-lists.toml").write_text('[[list]]\nzone = "zen.spamhaus.org"\nname = "Ours"\n')
    (tmp_path / "live-checks.toml").write_text('[[live_check]]\nentry = "blocked"\ncheck = "helo"\n')
    folders = (bundled_folder(), tmp_path)
    assert block_lists(folders).facts("zen.spamhaus.org").name == "Ours"
    assert "helo" in {rule.check for rule in live_rules(folders).fitting("x", "blocked", Direction.OUTBOUND)}
