"""Finds every syntax error in a knowledge folder, not just the first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.files.build import NO_CODE
from smtpscope.knowledge.files.file_errors import REMEDY, wrong_values
from smtpscope.knowledge.files.knowledge_files import (
    WORDS_FILE,
    bundled_folder,
    kind_of,
    knowledge_files,
    read_codes,
    read_examples,
    read_providers,
    read_rules,
    read_tables,
    read_words,
)
from smtpscope.knowledge.matching.codes import CodeTable
from smtpscope.knowledge.matching.phrase import PhraseError, WordClasses, phrase_mistakes, word_classes
from smtpscope.knowledge.matching.provider_codes import codes_of
from smtpscope.knowledge.matching.rules import Rule, RuleBook, RuleError
from smtpscope.knowledge.matching.similar import examples_of


def unreadable(folder: Path) -> Iterator[KnowledgeError]:
    """Invalid TOML, unknown or missing fields and invalid values, in all files."""
    for path in knowledge_files(folder):
        kind = kind_of(folder, path)
        assert kind is not None
        try:
            yield from wrong_values(path, read_tables(path), kind)
        except KnowledgeError as error:
            yield error


def not_understood(folder: Path) -> Iterator[KnowledgeError]:
    """Invalid phrases, words, codes and lines in files that are valid otherwise."""
    classes: dict[str, tuple[str, ...]] = {}
    for name, members in read_words([bundled_folder(), folder]).items():
        try:
            classes |= word_classes({name: members})
        except PhraseError as error:
            classes[name] = ()
            yield _mistake(folder / WORDS_FILE, f"class {name!r}", str(error))
    for path, rule in read_rules(folder):
        for field, what in _in_rule(rule, classes):
            yield _mistake(path, f"rule {rule.id!r}, field {field}", what)
    yield from _in_codes(folder)
    yield from _in_lines(folder)


def _in_rule(rule: Rule, classes: WordClasses) -> Iterator[tuple[str, str]]:
    """Pairs of a field and its error."""
    found = [("phrases", what) for what in phrase_mistakes(rule.phrases, classes)]
    found += [("unless", what) for what in phrase_mistakes(rule.unless, classes)]
    yield from found
    if not found:
        try:
            RuleBook([rule], classes)
        except RuleError as error:
            yield error.field, error.what


def _in_codes(folder: Path) -> Iterator[KnowledgeError]:
    for path, code in read_codes(folder):
        try:
            CodeTable.of([code])
        except ValueError:
            yield _mistake(path, f"code {code.code!r}", NO_CODE)


def _in_lines(folder: Path) -> Iterator[KnowledgeError]:
    """The errors in lines of provider codes and of labelled replies, line by line."""
    for path, provider in read_providers(folder):
        for line in provider.codes.splitlines():
            try:
                list(codes_of(msgspec.structs.replace(provider, codes=line)))
            except ValueError as error:
                yield _mistake(path, f"provider {provider.name!r}", str(error))
    for path, group in read_examples(folder):
        for line in group.replies.splitlines():
            try:
                examples_of(msgspec.structs.replace(group, replies=line))
            except ValueError as error:
                yield _mistake(path, f"group {group.origin!r}", str(error))


def _mistake(path: Path, place: str, what: str) -> KnowledgeError:
    return KnowledgeError(where=f"{path}, {place}", what=what, remedy=REMEDY)
