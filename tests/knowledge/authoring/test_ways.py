"""What leads to an entry, and where it stands."""

from __future__ import annotations

from pathlib import Path

from knowledge.own_files import ENTRY, HOST_RULE, note_in
from smtpscope.knowledge.authoring.inspection import place_of, rules_leading_to
from smtpscope.knowledge.base import KnowledgeBase


def test_rules_codes_and_provider_codes_lead_to_an_entry(knowledge: KnowledgeBase) -> None:
    assert any(
        way.startswith("rule greylisting-named in greylisted/rules.toml")
        for way in rules_leading_to(knowledge, "greylisted")
    )
    assert any(way.startswith(("code 552: ", "code x.2.2: ")) for way in rules_leading_to(knowledge, "mailbox-full"))
    assert "code TSS0* of Yahoo and AOL" in rules_leading_to(knowledge, "yahoo-tss")


def test_a_rule_of_one_direction_says_so(knowledge: KnowledgeBase) -> None:
    ways = rules_leading_to(knowledge, "recipient-filtering-inbound")
    assert ways
    assert all("inbound only" in way for way in ways if way.startswith("rule"))


def test_an_entry_stands_where_its_last_words_are(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    base = KnowledgeBase.load(note_in(tmp_path, ENTRY.replace('"call-fabrikam"', '"greylisted"')))
    assert place_of(base, "greylisted") == tmp_path / "notes" / "fabrikam.toml"
    place = place_of(knowledge, "greylisted")
    assert place is not None
    assert place.parts[-3:] == ("causes", "greylisted", "entries.toml")
    assert place_of(base, "nowhere") is None


def test_the_hosts_of_a_rule_are_told(tmp_path: Path) -> None:
    base = KnowledgeBase.load(note_in(tmp_path, ENTRY + HOST_RULE))
    (way,) = rules_leading_to(base, "call-fabrikam")
    assert way == "rule fabrikam in notes/fabrikam.toml, for mx1.fabrikam.example, .Contoso.example."
