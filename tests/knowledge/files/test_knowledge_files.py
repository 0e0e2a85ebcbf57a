"""Knowledge files: broken ones say where and what, own ones add and override."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.authoring.inspection import examined
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.entry import Entry
from smtpscope.knowledge.files.knowledge_files import (
    EntryFile,
    area_files,
    bundled_folder,
    read_file,
    read_rules,
    read_stand_ins,
    read_words,
)
from support.knowledge_exchanges import matched

ENTRY = """
[[entry]]
id = "own-entry"
category = "policy"
title = "Own"
meaning = "Own words."
duration = "either"
duration_note = "Either."
causes = ["One."]
checks = []
ignore_when = "Never."
avoid = ["Nothing."]
over_when = "It stops."
sources = [{ title = "Own" }]
[entry.outbound]
reading = "They refused."
who_acts = "us"
who_note = "We act."
actions = ["Ask."]
[entry.inbound]
reading = "We refused."
who_acts = "them"
who_note = "They act."
actions = ["Wait."]
"""
RULE = """
[[rule]]
id = "own-rule"
category = "policy"
entry = "own-entry"
confidence = "sure"
phrases = "purple elephants"
examples = "550 we have purple elephants"
"""


def folder(tmp_path: Path, **areas: str) -> Path:
    for area, text in areas.items():
        (tmp_path / area).mkdir()
        (tmp_path / area / "own.toml").write_text(text, encoding="utf-8")
    return tmp_path


def failure(tmp_path: Path, **areas: str) -> KnowledgeError:
    with pytest.raises(KnowledgeError) as caught:
        KnowledgeBase.load(folder(tmp_path, **areas)).entries  # noqa: B018 - entries are read at their first use
    return caught.value


def test_the_bundled_knowledge_is_found_and_has_all_areas() -> None:
    assert all(area_files(bundled_folder(), area) for area in ("causes", "codes", "providers", "examples"))


def test_a_field_of_the_wrong_type_is_named_with_its_entry(tmp_path: Path) -> None:
    error = failure(tmp_path, entries=ENTRY.replace('who_acts = "us"', "who_acts = 5"))
    assert error.where.endswith("own.toml, entry 'own-entry', field outbound.who_acts")
    assert error.what == "found a number"
    assert error.remedy == "Use one of us, them, sender, recipient, nobody"


def test_a_field_that_nobody_knows_is_named(tmp_path: Path) -> None:
    error = failure(tmp_path, rules=RULE.replace("confidence", "confidense"))
    assert "confidense" in error.what
    assert "rule 'own-rule'" in error.where


def test_broken_toml_names_its_line(tmp_path: Path) -> None:
    assert failure(tmp_path, rules="[[rule]]\nid = \n").where.endswith("own.toml, line 2, column 6")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    own = folder(tmp_path, rules="")
    (own / "rules" / "own.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(KnowledgeError, match="can't be read"):
        KnowledgeBase.load(own)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("@", ""), ""),
        (('category = "policy"', 'category = "weather"'), "unknown category 'weather'"),
        (('entry = "own-entry"', 'entry = "nowhere"'), "no entry 'nowhere'"),
        (('examples = "550 we have purple elephants"', 'examples = ""'), "has no example"),
        (('examples = "550 we have purple elephants"', 'examples = "550 User unknown"'), "is won by phrase"),
        (("purple elephants", "@animals"), "no word class"),
        (('confidence = "sure"', 'counter_examples = "550 purple elephants"'), "wins its counter-example"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(tmp_path: Path, change: tuple[str, str], what: str) -> None:
    old, new = change
    text = RULE.replace(old, new, 1) if what else RULE
    own = folder(tmp_path, rules=text, entries=ENTRY)
    if not what:
        KnowledgeBase.load(own)
        return
    with pytest.raises(KnowledgeError) as caught:
        KnowledgeBase.load(own)
    assert what in caught.value.what


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    assert "appears twice" in failure(tmp_path, entries=ENTRY + ENTRY).what


def test_an_unknown_placeholder_is_refused(tmp_path: Path) -> None:
    error = failure(tmp_path, entries=ENTRY.replace("Own words.", "Own {word}."))
    assert "unknown placeholder {word}" in error.what


def test_a_provider_line_without_category_is_refused(tmp_path: Path) -> None:
    error = failure(tmp_path, providers='[[provider]]\nname = "X"\nsource = "x"\ncodes = "AB12"\n')
    assert "provider 'X'" in error.where


def test_an_example_line_without_its_parts_is_refused(tmp_path: Path) -> None:
    error = failure(tmp_path, examples='[[group]]\norigin = "x"\nreplies = "spam | 554 no"\n')
    assert "group 'x'" in error.where


def test_a_range_of_codes_that_is_none_is_refused(tmp_path: Path) -> None:
    text = '[[code]]\ncode = "x.7.a-b"\ncategory = "policy"\nwords = "w"\nsource = "s"\n'
    assert failure(tmp_path, codes=text).where.endswith("own.toml, code 'x.7.a-b'")


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_without_knowledge_is_refused(tmp_path: Path, exists: bool) -> None:
    own = tmp_path if exists else tmp_path / "nowhere"
    with pytest.raises(KnowledgeError, match="no knowledge files" if exists else "no such folder"):
        KnowledgeBase.load(own)


def test_own_rules_come_before_all_else(tmp_path: Path) -> None:
    base = KnowledgeBase.load(folder(tmp_path, rules=RULE, entries=ENTRY))
    match = matched(base, "550 5.1.1 User unknown, purple elephants", "RCPT TO:<b@fabrikam.example>")
    assert (match.entry_id, match.step, match.rule) == ("own-entry", "own note", "own-rule")


def test_an_own_entry_replaces_a_bundled_one(tmp_path: Path) -> None:
    own = folder(tmp_path, entries=ENTRY.replace('"own-entry"', '"policy"'))
    assert KnowledgeBase.load(own).entry("policy").title == "Own"
    assert KnowledgeBase.load().entry("policy").title != "Own"


def test_an_own_code_replaces_a_bundled_one(tmp_path: Path) -> None:
    text = '[[code]]\ncode = "x.1.1"\ncategory = "policy"\nwords = "own words"\nsource = "s"\n'
    code = KnowledgeBase.load(folder(tmp_path, codes=text)).matcher.codes.enhanced("5.1.1")
    assert code is not None
    assert code.words == "own words"


def test_own_rules_may_use_own_word_classes(tmp_path: Path) -> None:
    rule = RULE.replace("purple elephants", "purple @animals", 1)
    own = folder(tmp_path, rules=rule, entries=ENTRY)
    (own / "words.toml").write_text('[class]\nanimals = "elephants|tapirs"\n', encoding="utf-8")
    assert matched(KnowledgeBase.load(own), "550 purple tapirs").rule == "own-rule"


def test_a_file_is_decoded_into_typed_entries(tmp_path: Path) -> None:
    own = folder(tmp_path, entries=ENTRY)
    (entry,) = read_file(own / "entries" / "own.toml", EntryFile).entry
    assert isinstance(entry, Entry)
    assert entry.inbound.who_acts == "them"


def test_rules_are_asked_in_the_order_of_the_order_file(tmp_path: Path) -> None:
    rules = [RULE.replace("own-rule", name) for name in ("a", "b", "c")]
    own = folder(tmp_path, rules="".join(rules))
    assert [rule.id for _, rule in read_rules(own)] == ["a", "b", "c"]
    (own / "order.toml").write_text('[[group]]\nname = "one"\nwhy = "so"\nrules = ["c", "a"]\n', encoding="utf-8")
    assert [rule.id for _, rule in read_rules(own)] == ["c", "a", "b"]


def test_the_old_names_of_fields_and_files_are_still_understood(tmp_path: Path) -> None:
    own = folder(tmp_path, rules=RULE + "weak = true\nunmistakable = true\n")
    ((_, rule),) = read_rules(own)
    assert (rule.fallback, rule.distinctive) == (True, True)
    (own / "stand-ins.toml").write_text(
        '[[stand_in]]\nid = "queue"\ninstead_of = ["Get-Queue"]\n[[stand_in.checks]]\nwhat = "Look."\n',
        encoding="utf-8",
    )
    assert [stand_in.id for stand_in in read_stand_ins(own)] == ["queue"]
    assert examined(own).warnings == ()


def test_a_field_with_its_old_and_its_new_name_is_told(tmp_path: Path) -> None:
    error = failure(tmp_path, rules=RULE + "weak = true\nfallback = false\n")
    assert "'weak'" in error.what


def test_words_may_be_a_list_or_divided_by_bars(tmp_path: Path) -> None:
    own = folder(tmp_path)
    (own / "words.toml").write_text('[class]\na = ["mail box", "user"]\nb = "mail box|user"\n', encoding="utf-8")
    assert read_words([own]) == {"a": "mail box|user", "b": "mail box|user"}
