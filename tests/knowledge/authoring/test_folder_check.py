"""All that is wrong in a folder at once, and what is merely odd."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.own_files import ENTRY, HOST_RULE, note_in
from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.authoring.inspection import examined
from smtpscope.knowledge.files.file_errors import wrong_values
from smtpscope.knowledge.files.knowledge_files import NoteFile, bundled_folder


def test_a_good_folder_is_counted(tmp_path: Path) -> None:
    report = examined(note_in(tmp_path))
    assert (report.mistakes, report.warnings, report.replaced) == ((), (), ())
    assert (report.files, report.entries, report.rules) == (1, 1, 1)


def test_each_file_tells_its_mistake(tmp_path: Path) -> None:
    note_in(tmp_path, "[[rule]\n", "a.toml")
    note_in(tmp_path, "[[entry]]\nid = 5\n", "b.toml")
    note_in(tmp_path, name="c.toml")
    told = [Path(mistake.where.split(",")[0]).name for mistake in examined(tmp_path).mistakes]
    assert list(dict.fromkeys(told)) == ["a.toml", "b.toml"]


def test_all_that_is_wrong_in_a_table_is_told_at_once(tmp_path: Path) -> None:
    text = ENTRY.replace('title = "Fabrikam: call Anna"\n', 'titel = "Anna"\n').replace('"us"', '"thm"')
    rule = HOST_RULE.replace('"sure"', '"certain"').replace('["mx1', '[25, "mx1')
    told = [mistake.what for mistake in examined(note_in(tmp_path, text + rule)).mistakes]
    assert told == [
        "there is no field 'titel'",
        "'thm' is not a valid value",
        "the field 'title' is missing",
        "'certain' is not a valid value",
        "found a number, expected text in quotes",
    ]


def test_all_phrases_and_lines_that_say_nothing_are_told_at_once(tmp_path: Path) -> None:
    rules = (
        HOST_RULE
        + """phrases = '''
@people unknown
a||b is it
fine words
'''
unless = "( open"
"""
    )
    note_in(tmp_path, ENTRY + rules)
    note_in(tmp_path, '[[provider]]\nname = "X"\nsource = "x"\ncodes = "A\\nB blocked\\nC"\n', "x.toml", "providers")
    note_in(
        tmp_path, '[[code]]\ncode = "x.1.a-b"\ncategory = "policy"\nwords = "no"\nsource = "x"\n', "x.toml", "codes"
    )
    fields = [mistake.where.partition(f"{tmp_path}/")[2] for mistake in examined(tmp_path).mistakes]
    assert fields == [
        "notes/fabrikam.toml, rule 'fabrikam', field phrases",
        "notes/fabrikam.toml, rule 'fabrikam', field phrases",
        "notes/fabrikam.toml, rule 'fabrikam', field unless",
        "codes/x.toml, code 'x.1.a-b'",
        "providers/x.toml, provider 'X'",
        "providers/x.toml, provider 'X'",
    ]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=8))
def test_whatever_stands_in_a_field_is_told_and_ends(value: object) -> None:
    written = {"rule": [{"id": deepcopy(value), "stages": deepcopy(value)}], "entry": deepcopy(value)}
    told = list(wrong_values(Path("a.toml"), written, NoteFile))
    assert 1 <= len(told) < 200


def test_each_table_tells_its_mistake(tmp_path: Path) -> None:
    text = ENTRY.replace("policy", "weather") + HOST_RULE.replace('category = "policy"', 'category = "moon"')
    whats = [mistake.what for mistake in examined(note_in(tmp_path, text)).mistakes]
    assert whats == ["unknown category 'weather'", "unknown category 'moon'"]


def test_an_entry_that_nothing_leads_to_is_a_warning(tmp_path: Path) -> None:
    report = examined(note_in(tmp_path, ENTRY))
    assert report.mistakes == ()
    (warning,) = report.warnings
    assert warning.where.endswith("fabrikam.toml, entry 'call-fabrikam'")
    assert "no rule and no code leads to it" in warning.what


def test_a_file_in_a_place_where_nobody_looks_is_a_warning(tmp_path: Path) -> None:
    note_in(tmp_path)
    (tmp_path / "stray.toml").write_text("", encoding="utf-8")
    note_in(tmp_path, "", "b.toml", "rule")
    assert [Path(warning.where).name for warning in examined(tmp_path).warnings] == ["b.toml", "stray.toml"]
    assert {warning.what for warning in examined(tmp_path).warnings} == {"is never read"}


def test_an_entry_instead_of_a_bundled_one_is_told(tmp_path: Path) -> None:
    report = examined(note_in(tmp_path, ENTRY.replace('"call-fabrikam"', '"greylisted"')))
    assert report.replaced == ("greylisted",)
    assert report.warnings == ()


def test_the_bundled_folder_is_checked_as_what_it_is() -> None:
    report = examined(bundled_folder())
    assert report.replaced == ()
    assert report.rules >= 50
    assert [str(mistake) for mistake in report.mistakes] == []


QUESTION = """
[[question]]
yes = "blocked"
no = "spam"
ask = "Is a plain test message refused too?"
"""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (QUESTION.replace("spam", "weather"), "unknown category 'weather'"),
        (QUESTION.replace("too?", "too."), "is not a question"),
        (QUESTION + QUESTION, "appears twice"),
        (QUESTION.replace("plain", "{plane}"), "unknown placeholder {plane}"),
    ],
)
def test_a_question_between_two_causes_is_checked(tmp_path: Path, text: str, what: str) -> None:
    note_in(tmp_path).joinpath("questions.toml").write_text(text, encoding="utf-8")
    assert [mistake.what for mistake in examined(tmp_path).mistakes] == [what]


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_folder_without_knowledge_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(KnowledgeError):
        examined(tmp_path / name)


@pytest.mark.parametrize(
    ("order", "whats"),
    [
        (["fabrikam"], []),
        ([], []),
        (["fabrikam", "fabrikan"], ["there is no such rule"]),
        (["fabrikam", "fabrikam"], ["appears twice"]),
        (["contoso"], ["there is no such rule", "the rule has no place in the order"]),
    ],
)
def test_an_order_names_each_rule_once(tmp_path: Path, order: list[str], whats: list[str]) -> None:
    note_in(tmp_path)
    names = ", ".join(f'"{name}"' for name in order)
    group = f'[[group]]\nname = "ours"\nwhy = "So."\nrules = [{names}]\n' if order else ""
    (tmp_path / "order.toml").write_text(group, encoding="utf-8")
    assert [mistake.what for mistake in examined(tmp_path).mistakes] == whats


def test_an_entry_read_more_than_two_years_ago_is_a_warning(tmp_path: Path) -> None:
    folder = note_in(
        tmp_path, ENTRY.replace('id = "call-fabrikam"', 'id = "call-fabrikam"\nchecked = 2026-01-01', 1) + HOST_RULE
    )
    assert examined(folder, date(2027, 12, 1)).warnings == ()
    (warning,) = examined(folder, date(2028, 2, 1)).warnings
    assert "last read on 2026-01-01" in warning.what
