"""Texts for users are written as docs/wording.md says: no phrase of its list is in any of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from support.command_texts import command_texts
from support.made_docs import DOCS, ROOT
from support.source_strings import source_strings
from support.word_list import WORD_LIST, Wording

SOURCES = sorted((ROOT / "tui/smtpscope").rglob("*.py"))
KNOWLEDGE = ROOT / "data/knowledge"
NOT_WRITTEN_BY_US = {"command", "url", "phrases", "unless", "examples", "counter_examples", "sources", "reply"}
"""Fields of the knowledge base that hold replies, commands, and the titles of other people's pages."""

Text = tuple[str, str]
"""Where a text is, and the text."""


def literals(path: Path) -> Iterator[Text]:
    """The string literals of a module without its docstrings; values in an f-string are `{}`."""
    name = path.relative_to(ROOT)
    for each in source_strings(path):
        if each.is_text and not each.alone:
            yield f"{name}, line {each.line}", each.with_values("{}")


def docstrings(path: Path) -> Iterator[Text]:
    """The docstrings of a module, line by line, without the code in them."""
    name = path.relative_to(ROOT)
    for each in source_strings(path):
        if each.is_text and each.alone:
            for number, line in enumerate(each.with_values("").splitlines(), each.line):
                yield f"{name}, line {number}", re.sub(r"`[^`]*`", "", line)


def knowledge_texts(value: object, where: str) -> Iterator[Text]:
    """Our own texts in a table of the knowledge base, at any depth."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in NOT_WRITTEN_BY_US:
                yield from knowledge_texts(inner, f"{where}, {name}")
    elif isinstance(value, list):
        for inner in value:
            yield from knowledge_texts(inner, where)


def program_texts() -> Iterator[Text]:
    for path in SOURCES:
        yield from literals(path)


def docstring_texts() -> Iterator[Text]:
    for path in SOURCES:
        yield from docstrings(path)


def knowledge_base_texts() -> Iterator[Text]:
    for path in sorted(KNOWLEDGE.rglob("*.toml")):
        if path.name not in ("rules.toml", "words.toml") and "examples" not in path.parts:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
            yield from knowledge_texts(tables, str(path.relative_to(KNOWLEDGE)))


def document_texts() -> Iterator[Text]:
    pages = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("findings/*.md"), ROOT / "man/smtpscope.1"]
    for path in pages:
        text = path.read_text(encoding="utf-8")
        if path == DOCS / "wording.md":
            text = text.partition("<!-- words: begin -->")[0]
        # Blocks of code hold replies and the output of other programs.
        text = re.sub(r"```.*?```", lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)
        name = path.relative_to(ROOT)
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{name}, line {number}", line


def help_texts() -> Iterator[Text]:
    for command in command_texts():
        for paragraph in command.paragraphs:
            yield f"{command.name} --help", paragraph
        for option in command.options:
            yield f"{command.name} --help, {option.usage}", option.help


AREAS = {
    "the program": program_texts,
    "docstrings": docstring_texts,
    "the knowledge base": knowledge_base_texts,
    "the documents": document_texts,
    "the help": help_texts,
}


@cache
def texts_of(area: str) -> tuple[Text, ...]:
    return tuple(AREAS[area]())


@pytest.mark.parametrize("area", AREAS)
def test_no_text_has_a_phrase_of_the_word_list(area: str) -> None:
    texts = texts_of(area)
    assert len(texts) > 40
    # One search for each phrase in all texts at once, then in each text those that are in one of them.
    together = "\0".join(text for _, text in texts)
    suspects = [wording for wording in WORD_LIST if "^" in wording.pattern or wording.found_in(together)]
    found = [
        f"{where}: {words!r}: write {wording.good!r} instead of {wording.bad!r} ({wording.why})"
        for where, text in texts
        for wording in suspects
        if (words := wording.found_in(text))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("wording", WORD_LIST, ids=lambda each: each.bad)
def test_a_phrase_of_the_list_is_found_and_what_to_write_instead_is_not(wording: Wording) -> None:
    assert wording.found_in(f"It says: {wording.bad}.") or wording.found_in(wording.bad)
    assert [each.bad for each in WORD_LIST if each.found_in(wording.good)] == []


_BARE_ADDRESS = re.compile(
    r"(?<!IP )(?<!mail )(?<!sender )(?<!recipient )(?<!From )(?<!'s )(?<!s' )\baddress(?:es)?\b(?!\}| as its primary)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("area", ["the program", "the knowledge base", "the help"])
def test_a_text_with_an_ip_address_says_of_each_address_which_it_is(area: str) -> None:
    found = [(where, text) for where, text in texts_of(area) if "IP address" in text and _BARE_ADDRESS.search(text)]
    assert found == []


def test_literals_are_found_and_docstrings_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("test_wording.ROOT", tmp_path)
    module = tmp_path / "a.py"
    module.write_text('"""A device of ours."""\n\nX = "3 of " + f"{1 + 1} of ours"\n', encoding="utf-8")
    assert sorted(text for _, text in literals(module)) == ["3 of ", "{} of ours"]
