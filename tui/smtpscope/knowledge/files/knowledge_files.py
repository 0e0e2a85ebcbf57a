"""Knowledge files -> typed values; errors name the file, table and field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.entry import Entry, Question
from smtpscope.knowledge.explaining_table import ExplainingKind
from smtpscope.knowledge.files.file_errors import REMEDY, broken_toml, wrong_value
from smtpscope.knowledge.matching.codes import CodeMeaning
from smtpscope.knowledge.matching.provider_codes import Provider
from smtpscope.knowledge.matching.rules import Rule
from smtpscope.knowledge.matching.similar import ExampleGroup
from smtpscope.knowledge.our_notes import OurNote
from smtpscope.knowledge.platform_filter import StandIn

OUR_NOTES = "our-notes"
"""The folder with what is above an entry and leads to none: nothing that is matched depends on it."""

AREAS = ("notes", OUR_NOTES, "causes", "entries", "rules", "codes", "providers", "examples")
"""The folders of a knowledge base; `causes` has one folder for each cause."""

WORDS_FILE = "words.toml"
ORDER_FILE = "order.toml"
ALTERNATIVES_FILE = "platform-alternatives.toml"
OLD_ALTERNATIVES_FILE = "stand-ins.toml"
QUESTIONS_FILE = "questions.toml"
EVENTS_FILE = "explaining-events.toml"
FILES_BESIDE = (
    WORDS_FILE,
    ORDER_FILE,
    QUESTIONS_FILE,
    EVENTS_FILE,
    ALTERNATIVES_FILE,
    OLD_ALTERNATIVES_FILE,
)
"""The files beside them."""

LIVE_CHECKS_FILE = "live-checks.toml"
BLOCK_LISTS_FILE = "block-lists.toml"
LIVE_FILES = (LIVE_CHECKS_FILE, BLOCK_LISTS_FILE)
"""Beside them or in the folder of a cause: what is known of live checks."""

_OLD_TABLES: Final = {"stand_in": "alternative"}
_OLD_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {"rule": {"weak": "fallback", "unmistakable": "distinctive"}}
"""Table -> field as it was called up to version 0.1 -> its name of today: folders of users have the old ones."""


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
    """An entry and its rules in one file, such as a note of the user's."""

    entry: list[Entry] = []
    rule: list[Rule] = []


class OurNoteFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    note: list[OurNote] = []


class WordFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`class` of the file: word class -> its words, as a list or divided by `|`."""

    classes: dict[str, str | tuple[str, ...]] = msgspec.field(name="class", default_factory=dict)


class AlternativesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alternative: list[StandIn] = []


class QuestionFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    question: list[Question] = []


class EventsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    event: list[ExplainingKind] = []


class RuleGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules tried in this order, by id, and why they are at this position."""

    name: str
    why: str
    rules: tuple[str, ...]


class OrderFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    group: list[RuleGroup] = []


_KIND_OF_AREA: Final[Mapping[str, type[msgspec.Struct]]] = {
    "notes": NoteFile,
    OUR_NOTES: OurNoteFile,
    "entries": EntryFile,
    "rules": RuleFile,
    "codes": CodeFile,
    "providers": ProviderFile,
    "examples": ExampleFile,
}
_KIND_IN_CAUSE: Final[Mapping[str, type[msgspec.Struct]]] = {"entries.toml": EntryFile, "rules.toml": RuleFile}
_KIND_OF_FILE: Final[Mapping[str, type[msgspec.Struct]]] = {
    WORDS_FILE: WordFile,
    ORDER_FILE: OrderFile,
    QUESTIONS_FILE: QuestionFile,
    EVENTS_FILE: EventsFile,
    ALTERNATIVES_FILE: AlternativesFile,
    OLD_ALTERNATIVES_FILE: AlternativesFile,
}

_File = TypeVar("_File", bound=msgspec.Struct)


def bundled_folder() -> Path:
    """data/knowledge in the installed package, or in the checkout. Raises KnowledgeError if neither exists."""
    packaged = Path(__file__).resolve().parents[2] / "data" / "knowledge"
    if packaged.is_dir():
        return packaged
    checkout = Path(__file__).resolve().parents[4] / "data" / "knowledge"
    if checkout.is_dir():
        return checkout
    raise KnowledgeError(where=str(packaged), what="the knowledge base is missing", remedy="Install smtpscope again")


def area_files(folder: Path, area: str) -> list[Path]:
    """The TOML files of one of the `AREAS` in the order of their names."""
    return sorted((folder / area).glob("*/*.toml" if area == "causes" else "*.toml"))


def kind_of(folder: Path, path: Path) -> type[msgspec.Struct] | None:
    """What the file at `path` in `folder` holds; None for a file outside the known folders."""
    parts = path.relative_to(folder).parts
    if path.name in LIVE_FILES:
        return _kind_of_live_file(path.name, parts)
    if len(parts) == 1:
        return _KIND_OF_FILE.get(path.name)
    if parts[0] == "causes":
        return _KIND_IN_CAUSE.get(path.name, NoteFile) if len(parts) == 3 else None
    return _KIND_OF_AREA.get(parts[0]) if len(parts) == 2 else None


def _kind_of_live_file(name: str, parts: tuple[str, ...]) -> type[msgspec.Struct] | None:
    # Not needed to explain a reply, so not loaded for it.
    from smtpscope.knowledge.live.block_lists import BlockListFile
    from smtpscope.knowledge.live.live_rules import LiveCheckFile

    in_cause = len(parts) == 3 and parts[0] == "causes"
    if name == LIVE_CHECKS_FILE:
        return LiveCheckFile if len(parts) == 1 or in_cause else None
    return BlockListFile if len(parts) == 1 else None


def knowledge_files(folder: Path) -> list[Path]:
    """All files of `folder` that are read."""
    paths = [path for area in AREAS for path in area_files(folder, area)]
    return paths + [folder / name for name in (*FILES_BESIDE, *LIVE_FILES) if (folder / name).is_file()]


def is_matched_with(folder: Path) -> bool:
    """Whether anything in `folder` could change which entry a reply leads to: more than our notes."""
    beside = any((folder / name).is_file() for name in FILES_BESIDE)
    return beside or any(area_files(folder, area) for area in AREAS if area != OUR_NOTES)


def check_folder(folder: Path) -> None:
    """Raises KnowledgeError if `folder` has no knowledge files."""
    if not folder.is_dir():
        raise KnowledgeError(where=str(folder), what="no such folder", remedy="Name a folder with knowledge files")
    beside = any((folder / name).is_file() for name in (*FILES_BESIDE, *LIVE_FILES))
    if not beside and not any(area_files(folder, area) for area in AREAS):
        raise KnowledgeError(
            where=str(folder),
            what="no knowledge files in it",
            remedy=f"Put TOML files into a subfolder named {', '.join(AREAS[:-1])} or {AREAS[-1]}",
        )


def read_file(path: Path, kind: type[_File]) -> _File:
    """One file. Raises KnowledgeError with file, line or table and field, and what is expected there."""
    data = read_tables(path)
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise wrong_value(path, data, kind, error) from error


def read_tables(path: Path) -> dict[str, Any]:
    """What a file has, whatever it is, under the names of today. Raises KnowledgeError where it is not TOML."""
    import tomllib

    try:
        # Windows editors put a byte order mark in front.
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(where=str(path), what=f"can't be read: {error}", remedy=REMEDY) from error
    try:
        return _with_names_of_today(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise broken_toml(path, text, error) from error


def _with_names_of_today(data: dict[str, Any]) -> dict[str, Any]:
    """`data` of a file with old names of tables and fields replaced; with both, the old one stays for the report."""
    renamed = {_OLD_TABLES.get(name, name) if _OLD_TABLES.get(name) not in data else name: data[name] for name in data}
    for table, fields in _OLD_FIELDS.items():
        rows = renamed.get(table)
        for row in rows if isinstance(rows, list) else ():
            for old, new in fields.items() if isinstance(row, dict) else ():
                if old in row and new not in row:
                    row[new] = row.pop(old)
    return renamed


def read_entries(folder: Path) -> Iterator[tuple[Path, Entry]]:
    return _rows(folder, "entry", ("causes", "entries", "notes"))


def read_rules(folder: Path) -> Iterator[tuple[Path, Rule]]:
    """In the order in which they are asked: that of the order file, else a note, as more precise, before a rule."""
    placed: list[tuple[Path, Rule]] = list(_rows(folder, "rule", ("notes", "causes", "rules")))
    places = {name: place for place, name in enumerate(name for group in read_order(folder) for name in group.rules)}
    if places:
        placed.sort(key=lambda pair: places.get(pair[1].id, len(places)))
    yield from placed


def read_our_notes(folder: Path) -> Iterator[tuple[Path, OurNote]]:
    return _rows(folder, "note", (OUR_NOTES,))


def read_codes(folder: Path) -> Iterator[tuple[Path, CodeMeaning]]:
    return _rows(folder, "code", ("codes",))


def read_providers(folder: Path) -> Iterator[tuple[Path, Provider]]:
    return _rows(folder, "provider", ("providers",))


def read_examples(folder: Path) -> Iterator[tuple[Path, ExampleGroup]]:
    return _rows(folder, "group", ("examples",))


def _rows(folder: Path, table: str, areas: Iterable[str]) -> Iterator[tuple[Path, Any]]:
    """The rows of one table with their files, area by area; files that never hold that table are not opened."""
    for area in areas:
        for path in area_files(folder, area):
            kind = kind_of(folder, path)
            if kind is not None and table in kind.__struct_fields__:
                for row in getattr(read_file(path, kind), table):
                    yield path, row


def read_order(folder: Path) -> list[RuleGroup]:
    """The groups of the order file; none where there is no such file."""
    path = folder / ORDER_FILE
    return read_file(path, OrderFile).group if path.is_file() else []


def read_questions(folder: Path) -> list[Question]:
    """What tells two causes apart; nothing where there is no such file."""
    path = folder / QUESTIONS_FILE
    return read_file(path, QuestionFile).question if path.is_file() else []


def read_explaining_events(folder: Path) -> list[ExplainingKind]:
    """Which events explain refusals; nothing where there is no such file."""
    path = folder / EVENTS_FILE
    return read_file(path, EventsFile).event if path.is_file() else []


def read_words(folders: Iterable[Path]) -> dict[str, str]:
    """The word classes of all folders; a later folder's class replaces one of the same name."""
    classes: dict[str, str] = {}
    for folder in folders:
        path = folder / WORDS_FILE
        if path.is_file():
            for name, words in read_file(path, WordFile).classes.items():
                classes[name] = words if isinstance(words, str) else "|".join(words)
    return classes


def read_stand_ins(folder: Path) -> tuple[StandIn, ...]:
    """In the order they are tried."""
    path = alternatives_file(folder)
    return tuple(read_file(path, AlternativesFile).alternative) if path.is_file() else ()


def alternatives_file(folder: Path) -> Path:
    """Where `folder` has its checks for other servers, under the name of today or the old one."""
    old = folder / OLD_ALTERNATIVES_FILE
    return old if old.is_file() and not (folder / ALTERNATIVES_FILE).is_file() else folder / ALTERNATIVES_FILE
