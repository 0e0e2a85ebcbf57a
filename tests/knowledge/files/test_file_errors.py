"""Broken knowledge files, and the exact words that their author gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.own_files import ENTRY, HOST_RULE, note_in
from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.authoring.inspection import examined

LEAVE_OUT = "Correct the file, or skip its folder (--no-own-knowledge for your own)"

# Area, what is written there, and what comes out: place below the folder, what is wrong, the remedy.
GOLDEN = {
    "no value": (
        "notes",
        "[[rule]]\nid = \n",
        "notes/own.toml, line 2, column 6",
        "not TOML: invalid value",
        "Correct that line; text needs quotes, or ''' if it has several lines",
    ),
    "a text that does not end": (
        "rules",
        '[[rule]]\nid = "a"\nphrases = """\nno\n',
        "rules/own.toml, line 4",
        "not TOML: unterminated string",
        "Correct that line; text needs quotes, or ''' if it has several lines",
    ),
    "a backslash": (
        "rules",
        '[[rule]]\nid = "C:\\Mail"\n',
        "rules/own.toml, line 2, column 11",
        "not TOML: unescaped '\\' in a string",
        "Put text with backslashes in single quotes, or double each backslash",
    ),
    "a table that nobody knows": (
        "notes",
        "[[entrys]]\n",
        "notes/own.toml",
        "there is no field 'entrys'",
        "Did you mean entry?",
    ),
    "a table instead of a list of tables": (
        "entries",
        '[entry]\nid = "a"\n',
        "entries/own.toml, field entry",
        "found a table, expected a list in brackets",
        "Write a list of tables, each below its own [[...]]",
    ),
    "a field that nobody knows": (
        "notes",
        ENTRY + HOST_RULE.replace("confidence", "confidense"),
        "notes/own.toml, rule 'fabrikam'",
        "there is no field 'confidense'",
        "Did you mean confidence?",
    ),
    "a field that is missing": (
        "notes",
        ENTRY.replace('title = "Fabrikam: call Anna"\n', ""),
        "notes/own.toml, entry 'call-fabrikam'",
        "the field 'title' is missing",
        "Add it: text in quotes",
    ),
    "a choice that is missing": (
        "notes",
        ENTRY.replace('who_acts = "us"\n', ""),
        "notes/own.toml, entry 'call-fabrikam', field outbound",
        "the field 'who_acts' is missing",
        "Add it: one of us, them, sender, recipient, nobody",
    ),
    "a choice that does not exist": (
        "notes",
        ENTRY.replace('who_acts = "us"', 'who_acts = "thm"'),
        "notes/own.toml, entry 'call-fabrikam', field outbound.who_acts",
        "'thm' is not a valid value",
        "Did you mean them?",
    ),
    "a text instead of a list": (
        "notes",
        ENTRY.replace('causes = ["Their list."]', 'causes = "Their list."'),
        "notes/own.toml, entry 'call-fabrikam', field causes",
        "found text in quotes, expected a list in brackets",
        'Write a list of texts: ["...", "..."]',
    ),
    "a number in a list of texts": (
        "notes",
        ENTRY.replace('causes = ["Their list."]', 'causes = ["Their list.", 550]'),
        "notes/own.toml, entry 'call-fabrikam', field causes[2]",
        "found a number, expected text in quotes",
        "Write text in quotes",
    ),
    "an entry without a name": (
        "notes",
        ENTRY.replace('id = "call-fabrikam"\n', ""),
        "notes/own.toml, entry number 1",
        "the field 'id' is missing",
        "Add it: text in quotes",
    ),
    "a tool that does not exist": (
        "notes",
        ENTRY.replace("checks = []", 'checks = [{ what = "Look.", tool = "hammer" }]'),
        "notes/own.toml, entry 'call-fabrikam', field checks[1].tool",
        "'hammer' is not a valid value",
        "Use one of read, dns, powershell, telnet, openssl, exchange 2003, exchange 2007+, shell",
    ),
    "a cause that does not exist": (
        "notes",
        ENTRY + HOST_RULE.replace('category = "policy"', 'category = "polcy"'),
        "notes/own.toml, rule 'fabrikam', field category",
        "unknown category 'polcy'",
        "Did you mean policy?",
    ),
    "a rule to an entry that does not exist": (
        "notes",
        HOST_RULE.replace("call-fabrikam", "grey-listed"),
        "notes/own.toml, rule 'fabrikam'",
        "no entry 'grey-listed'",
        "Did you mean greylisted?",
    ),
    "a placeholder that does not exist": (
        "notes",
        ENTRY.replace("We know this host.", "We know {remote_hst}.") + HOST_RULE,
        "notes/own.toml, entry 'call-fabrikam'",
        "unknown placeholder {remote_hst}",
        "Did you mean remote_host?",
    ),
    "a word class that does not exist": (
        "notes",
        ENTRY + HOST_RULE + 'phrases = "@people unknown"\n',
        "notes/own.toml, rule 'fabrikam', field phrases",
        "'@people unknown': no word class is named '@people'",
        LEAVE_OUT,
    ),
    "no example": (
        "notes",
        ENTRY + HOST_RULE.replace('examples = "550 no"', 'examples = ""'),
        "notes/own.toml, rule 'fabrikam', field examples",
        "has no example",
        "Give it a reply that it must win",
    ),
    "a counter-example that wins": (
        "notes",
        ENTRY + HOST_RULE + 'counter_examples = "554 never"\n',
        "notes/own.toml, rule 'fabrikam', field counter_examples",
        "wins its counter-example '554 never'",
        "Change the rule's phrases, its place in the order, or the example",
    ),
    "the same entry twice": (
        "notes",
        ENTRY + ENTRY + HOST_RULE,
        "notes/own.toml, entry 'call-fabrikam'",
        "appears twice",
        "Rename one of them",
    ),
    "an example that a rule before it wins": (
        "notes",
        ENTRY + HOST_RULE + HOST_RULE.replace('"fabrikam"', '"again"'),
        "notes/own.toml, rule 'again'",
        "is never reached: own note: fabrikam wins all its examples",
        "Put it before that rule, change its phrases, or remove one of the two",
    ),
    "a provider's line without its parts": (
        "providers",
        '[[provider]]\nname = "X"\nsource = "x"\ncodes = "AB12"\n',
        "providers/own.toml, provider 'X'",
        "a line is: code, category, entry id (may be missing), not 'AB12'",
        LEAVE_OUT,
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_a_broken_file_is_told_with_place_mistake_and_remedy(tmp_path: Path, name: str) -> None:
    area, text, where, what, remedy = GOLDEN[name]
    note_in(tmp_path, text, "own.toml", area)
    mistake, *_ = examined(tmp_path).mistakes
    assert mistake.where.removeprefix(f"{tmp_path}/").replace("\\", "/") == where
    assert (mistake.what, mistake.remedy) == (what, remedy)


def test_a_mark_of_windows_editors_is_no_mistake(tmp_path: Path) -> None:
    note_in(tmp_path, "\ufeff" + ENTRY + HOST_RULE)
    assert examined(tmp_path).mistakes == ()


def test_tables_nested_beyond_reason_are_refused_with_a_sentence(tmp_path: Path) -> None:
    note_in(tmp_path, f"x = {'[' * 20_000}")
    (mistake,) = examined(tmp_path).mistakes
    assert isinstance(mistake, KnowledgeError)
    assert mistake.what.startswith("not TOML")


def test_a_word_class_without_words_is_named(tmp_path: Path) -> None:
    note_in(tmp_path)
    (tmp_path / "words.toml").write_text('[class]\nanimals = "tapirs| |elephants"\n', encoding="utf-8")
    (mistake,) = examined(tmp_path).mistakes
    assert mistake.where.endswith("words.toml, class 'animals'")
