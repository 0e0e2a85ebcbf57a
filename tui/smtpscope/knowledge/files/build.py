"""Folders of knowledge files -> the matcher; errors name the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.files.file_errors import REMEDY
from smtpscope.knowledge.files.knowledge_files import (
    WORDS_FILE,
    read_codes,
    read_examples,
    read_providers,
    read_rules,
    read_words,
)
from smtpscope.knowledge.matching.codes import CodeMeaning, CodeTable
from smtpscope.knowledge.matching.host_patterns import HostPatterns
from smtpscope.knowledge.matching.matcher import Matcher
from smtpscope.knowledge.matching.phrase import PhraseError, WordClasses, word_classes
from smtpscope.knowledge.matching.provider_codes import ProviderCode, ProviderCodes, codes_of
from smtpscope.knowledge.matching.rules import Rule, RuleBook, RuleError
from smtpscope.knowledge.matching.similar import Example, SimilarReplies, examples_of

NO_CODE = "neither a code (550, x.1.1) nor one ending with a range (x.7.606-649)"
_PlacedRules = Sequence[tuple[Path, Rule]]


def build_matcher(bundled: Path, own: Sequence[Path], *, names: bool = True) -> Matcher:
    """Builds the matcher for the bundled folder and the user's own folders, which are tried last to first.

    Without `names`, codes of providers and distinctive rules (Spamhaus, STOREDRV) are left out: the rest is independent
    of products, as for an unknown one.

    Raises KnowledgeError for a broken file, and for invalid phrases, ranges and lines.
    """
    every = (bundled, *own)
    classes = _word_classes(every)
    rules = [(path, rule) for path, rule in read_rules(bundled) if names or not rule.distinctive]
    providers = [code for folder in reversed(every) for code in _provider_codes(folder)] if names else []
    codes = _code_table([placed for folder in every for placed in read_codes(folder)])
    return Matcher(
        own=_rule_book([placed for folder in reversed(own) for placed in read_rules(folder)], classes),
        provider_codes=ProviderCodes(providers),
        phrases=_rule_book([(path, rule) for path, rule in rules if not rule.fallback], classes),
        fallback_phrases=_rule_book([(path, rule) for path, rule in rules if rule.fallback], classes),
        codes=codes,
        similar=SimilarReplies([example for folder in every for example in _examples(folder)]),
        code_hosts=HostPatterns(codes.remote_hosts),
    )


def extend_matcher(base: Matcher, bundled: Path, own: Sequence[Path]) -> Matcher:
    """The same as `build_matcher(bundled, own)`, from the matcher `base` of the bundled folder alone.

    The bundled rules are compiled again only if `own` changes their word classes, so a folder of notes costs little at
    each start. Raises KnowledgeError as `build_matcher` does.
    """
    if read_words(own):
        return build_matcher(bundled, own)
    classes = _word_classes((bundled,))
    providers = [code for folder in reversed(own) for code in _provider_codes(folder)]
    codes = _code_table([placed for folder in own for placed in read_codes(folder)], base.codes)
    return Matcher(
        own=_rule_book([placed for folder in reversed(own) for placed in read_rules(folder)], classes),
        provider_codes=ProviderCodes([*providers, *base.provider_codes.codes]),
        phrases=base.phrases,
        fallback_phrases=base.fallback_phrases,
        codes=codes,
        similar=SimilarReplies([*base.similar.examples, *(one for folder in own for one in _examples(folder))]),
        code_hosts=HostPatterns(codes.remote_hosts),
    )


def _word_classes(folders: Sequence[Path]) -> WordClasses:
    written = read_words(folders)
    try:
        return word_classes(written)
    except PhraseError as error:
        for folder in folders:
            _check_words(folder)
        raise KnowledgeError(where=WORDS_FILE, what=str(error), remedy=REMEDY) from error


def _check_words(folder: Path) -> None:
    for name, members in read_words([folder]).items():
        try:
            word_classes({name: members})
        except PhraseError as error:
            raise KnowledgeError(
                where=f"{folder / WORDS_FILE}, class {name!r}", what=str(error), remedy=REMEDY
            ) from error


def _rule_book(placed: _PlacedRules, classes: WordClasses) -> RuleBook:
    try:
        return RuleBook([rule for _, rule in placed], classes)
    except RuleError as error:
        path = next(path for path, rule in placed if rule.id == error.rule_id)
        raise KnowledgeError(
            where=f"{path}, rule {error.rule_id!r}, field {error.field}", what=error.what, remedy=REMEDY
        ) from error


def _code_table(placed: Sequence[tuple[Path, CodeMeaning]], before: CodeTable | None = None) -> CodeTable:
    for path, code in placed:
        try:
            CodeTable.of([code])
        except ValueError as error:
            raise KnowledgeError(
                where=f"{path}, code {code.code!r}",
                what=NO_CODE,
                remedy=REMEDY,
            ) from error
    return CodeTable.of((code for _, code in placed), before)


def _provider_codes(folder: Path) -> Iterator[ProviderCode]:
    for path, provider in read_providers(folder):
        try:
            yield from codes_of(provider)
        except ValueError as error:
            raise KnowledgeError(where=f"{path}, provider {provider.name!r}", what=str(error), remedy=REMEDY) from error


def _examples(folder: Path) -> Iterator[Example]:
    for path, group in read_examples(folder):
        try:
            yield from examples_of(group)
        except ValueError as error:
            raise KnowledgeError(where=f"{path}, group {group.origin!r}", what=str(error), remedy=REMEDY) from error
