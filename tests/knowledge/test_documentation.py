"""docs/knowledge.md says what is true: its rule passes the check, its lists are complete."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from knowledge.own_files import ENTRY, note_in
from smtpscope.cli.kb import kb
from smtpscope.knowledge.authoring.inspection import examined
from smtpscope.knowledge.categories import CATEGORIES
from smtpscope.knowledge.entry import Entry, Tool, WhoActs
from smtpscope.knowledge.files.knowledge_files import AREAS, EVENTS_FILE
from smtpscope.knowledge.matching.rules import Rule
from smtpscope.knowledge.matching.stage import Stage
from smtpscope.knowledge.placeholders import PLACEHOLDERS

TEXT = (Path(__file__).parents[2] / "docs" / "knowledge.md").read_text(encoding="utf-8")


def _blocks() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


def test_the_rule_in_it_passes_the_check(tmp_path: Path) -> None:
    (rule,) = (block for block in _blocks() if block.startswith("[[rule]]"))
    report = examined(note_in(tmp_path, ENTRY + rule))
    assert (report.mistakes, report.warnings, report.rules) == ((), (), 1)


@pytest.mark.parametrize(("key", "file"), [("[[note]]", "our-notes/some.toml"), ("[[event]]", EVENTS_FILE)])
def test_the_examples_of_other_files_pass_it(tmp_path: Path, key: str, file: str) -> None:
    (block,) = (block for block in _blocks() if block.startswith(key))
    place = tmp_path / file
    place.parent.mkdir(exist_ok=True)
    place.write_text(block, encoding="utf-8")
    report = examined(tmp_path)
    assert (report.mistakes, report.warnings) == ((), ())


def test_all_placeholders_are_named() -> None:
    listed = TEXT.partition("<!-- placeholders: begin -->")[2].partition("<!-- placeholders: end -->")[0]
    assert re.findall(r"`\{(\w+)\}`", listed) == list(PLACEHOLDERS)


def test_all_commands_are_named() -> None:
    assert [name for name in kb.commands if f"`smtpscope kb {name}" not in TEXT] == []


def test_all_folders_fields_and_choices_are_named() -> None:
    stages = [stage for stage in get_args(Stage) if stage not in ("other", "unknown")]
    fields = [*Entry.__struct_fields__, *Rule.__struct_fields__]
    names = [*AREAS, *fields, *stages, *get_args(Tool), *get_args(WhoActs)]
    assert [name for name in names if name not in TEXT] == []


def test_it_counts_the_causes_right() -> None:
    assert f"the {len(CATEGORIES)} causes" in TEXT
