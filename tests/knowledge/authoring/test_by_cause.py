"""`kb new` in a folder by cause, such as the bundled one: entry, rule and place in the order, or nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.authoring.inspection import examined
from smtpscope.knowledge.authoring.own_notes import write_note
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.files.knowledge_files import bundled_folder, read_order, read_rules
from support.knowledge_exchanges import exchange

REPLY = "451 4.7.1 Zork deferred, please try again later"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder like the bundled one, with one of its causes: all of them would take a second to check."""
    made = tmp_path / "knowledge"
    shutil.copytree(bundled_folder() / "causes" / "greylisted", made / "causes" / "greylisted")
    names = [rule.id for _, rule in read_rules(made)]
    rules = "".join(f'    "{name}",\n' for name in names)
    (made / "order.toml").write_text(f'[[group]]\nname = "all"\nwhy = "So."\nrules = [\n{rules}]\n', encoding="utf-8")
    return made


def write(folder: Path, **changes: object) -> Path:
    values: dict[str, object] = {
        "entry_id": "zork-defers",
        "remote_host": "",
        "example": REPLY,
        "leads_to": "greylisted",
        **changes,
    }
    return write_note(folder, **values)  # type: ignore[arg-type]


def order(folder: Path) -> list[str]:
    return [rule for group in read_order(folder) for rule in group.rules]


def test_a_rule_goes_to_its_cause_before_the_one_that_answers_today_and_wins_its_reply(folder: Path) -> None:
    today = KnowledgeBase.load().advice(exchange(REPLY)).match.rule
    assert write(folder, counter_examples=["451 4.7.1 Zork"]) == folder / "causes" / "greylisted" / "rules.toml"
    rules = order(folder)
    assert rules[rules.index("zork-defers") + 1] == today
    assert examined(folder).mistakes == ()
    advice = KnowledgeBase.load(folder).advice(exchange(REPLY))
    assert (advice.match.rule, advice.match.entry_id) == ("zork-defers", "greylisted")


def test_its_place_may_be_named(folder: Path) -> None:
    write(folder, before="greylisting-named")
    rules = order(folder)
    assert rules[rules.index("zork-defers") + 1] == "greylisting-named"


def test_a_reply_that_no_rule_answers_is_asked_last(folder: Path) -> None:
    write(folder, example="550 Zork frobnicates mumble")
    assert order(folder)[-1] == "zork-defers"


def test_an_entry_of_its_own_comes_with_it(folder: Path) -> None:
    write(folder, leads_to="", category="greylisted", title="Zork: wait", text="They delay by hand.")
    assert examined(folder).mistakes == ()
    assert KnowledgeBase.load(folder).advice(exchange(REPLY)).title == "Zork: wait"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"before": "greylisting-nmed"}, "no rule 'greylisting-nmed'"),
        ({"leads_to": "graylisted"}, "there is no entry 'graylisted'"),
        ({"entry_id": "greylisting-named"}, "appears twice"),
        ({"counter_examples": [REPLY]}, "wins its counter-example"),
    ],
)
def test_where_something_is_wrong_then_all_files_are_as_before(
    folder: Path, changes: dict[str, object], what: str
) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*.toml")}
    with pytest.raises(KnowledgeError, match=what):
        write(folder, **changes)
    assert {path: path.read_bytes() for path in folder.rglob("*.toml")} == before
