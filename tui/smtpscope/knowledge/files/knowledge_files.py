"""Knowledge files -> typed values; a broken file says which file, which table in it and which field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.entry import Entry
from smtpscope.knowledge.files.file_errors import REMEDY, broken_toml, wrong_value
from smtpscope.knowledge.matching.codes import CodeMeaning
from smtpscope.knowledge.matching.provider_codes import Provider
from smtpscope.knowledge.matching.rules import Rule
from smtpscope.knowledge.matching.similar import ExampleGroup
from smtpscope.knowledge.platform_filter import StandIn

AREAS = ("notes", "entries", "rules", "codes", "providers", "examples")
"""The folders of a knowledge base."""

WORDS_FILE = "words.toml"
STAND_INS_FILE = "stand-ins.toml"
FILES_BESIDE = (WORDS_FILE, STAND_INS_FILE)
"""The files beside them."""


class EntryFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    entry: list[Entry] = []


class RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: list[Rule] = []


class CodeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: list[CodeMeaning] = []


class ProviderFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    provider: list[Provider] = []


class ExampleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    group: list[ExampleGroup] = []


class NoteFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry and what leads to it in one file, as a note of one's own is."""

    entry: list[Entry] = []
    rule: list[Rule] = []


class WordFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`class` of the file: word class -> its words, divided by `|`."""

    classes: dict[str, str] = msgspec.field(name="class", default_factory=dict)


class StandInFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    stand_in: list[StandIn] = []


_File = TypeVar("_File", EntryFile, RuleFile, CodeFile, ProviderFile, ExampleFile, NoteFile, WordFile, StandInFile)


def bundled_folder() -> Path:
    """data/knowledge in the installed package, or in the checkout. Raises KnowledgeError when neither is there."""
    packaged = Path(__file__).resolve().parents[2] / "data" / "knowledge"
    if packaged.is_dir():
        return packaged
    checkout = Path(__file__).resolve().parents[4] / "data" / "knowledge"
    if checkout.is_dir():
        return checkout
    raise KnowledgeError(where=str(packaged), what="the knowledge base is missing", remedy="Install smtpscope again")


def area_files(folder: Path, area: str) -> list[Path]:
    """The TOML files of one of the `AREAS` in the order of their names."""
    return sorted((folder / area).glob("*.toml"))


def check_folder(folder: Path) -> None:
    """Raises KnowledgeError when `folder` holds nothing that could be knowledge."""
    if not folder.is_dir():
        raise KnowledgeError(where=str(folder), what="no such folder", remedy="Name a folder with knowledge files")
    beside = any((folder / name).is_file() for name in FILES_BESIDE)
    if not beside and not any(area_files(folder, area) for area in AREAS):
        raise KnowledgeError(
            where=str(folder),
            what="no knowledge files in it",
            remedy=f"Put TOML files into a folder in it named {', '.join(AREAS[:-1])} or {AREAS[-1]}",
        )


def read_file(path: Path, kind: type[_File]) -> _File:
    """One file. Raises KnowledgeError with file, line or table and field, and what is expected there."""
    import tomllib

    try:
        # Windows editors put a mark in front.
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(where=str(path), what=f"can't be read: {error}", remedy=REMEDY) from error
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise broken_toml(path, text, error) from error
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise wrong_value(path, data, kind, error) from error


def read_entries(folder: Path) -> Iterator[tuple[Path, Entry]]:
    for path in area_files(folder, "entries"):
        for entry in read_file(path, EntryFile).entry:
            yield path, entry
    for path in area_files(folder, "notes"):
        for entry in read_file(path, NoteFile).entry:
            yield path, entry


def read_rules(folder: Path) -> Iterator[tuple[Path, Rule]]:
    """In the order in which they are asked: a note is more precise than a rule."""
    for path in area_files(folder, "notes"):
        for rule in read_file(path, NoteFile).rule:
            yield path, rule
    for path in area_files(folder, "rules"):
        for rule in read_file(path, RuleFile).rule:
            yield path, rule


def read_codes(folder: Path) -> Iterator[tuple[Path, CodeMeaning]]:
    for path in area_files(folder, "codes"):
        for code in read_file(path, CodeFile).code:
            yield path, code


def read_providers(folder: Path) -> Iterator[tuple[Path, Provider]]:
    for path in area_files(folder, "providers"):
        for provider in read_file(path, ProviderFile).provider:
            yield path, provider


def read_examples(folder: Path) -> Iterator[tuple[Path, ExampleGroup]]:
    for path in area_files(folder, "examples"):
        for group in read_file(path, ExampleFile).group:
            yield path, group


def read_words(folders: Iterable[Path]) -> dict[str, str]:
    """The word classes of all folders; a later folder's class replaces one of the same name."""
    classes: dict[str, str] = {}
    for folder in folders:
        path = folder / WORDS_FILE
        if path.is_file():
            classes.update(read_file(path, WordFile).classes)
    return classes


def read_stand_ins(folder: Path) -> tuple[StandIn, ...]:
    """In the order in which they are asked."""
    path = folder / STAND_INS_FILE
    return tuple(read_file(path, StandInFile).stand_in) if path.is_file() else ()
