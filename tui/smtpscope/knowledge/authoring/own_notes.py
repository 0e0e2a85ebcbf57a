"""Writes a user's own entry and rule as a knowledge file that loads back unchanged."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import msgspec

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.authoring.by_cause import is_by_cause, put_into_cause
from smtpscope.knowledge.base import KnowledgeBase, bundled_entries
from smtpscope.knowledge.categories import CATEGORIES
from smtpscope.knowledge.entry import Entry, SourceReference
from smtpscope.knowledge.files.file_errors import nearest
from smtpscope.knowledge.files.knowledge_files import read_entries
from smtpscope.knowledge.matching.host_patterns import folded
from smtpscope.knowledge.matching.phrase import PhraseError, holds_script_without_blanks, parse_phrase
from smtpscope.knowledge.matching.reply_tokens import SIGNS, words_of
from smtpscope.knowledge.matching.rules import Rule
from smtpscope.knowledge.our_notes import OurNote
from smtpscope.knowledge.placeholders import PLACEHOLDERS
from smtpscope.parsing.reply import parse_reply

_ESCAPED = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_BLOCKS = frozenset({"phrases", "unless", "examples", "counter_examples", "text"})


def entry_text(entry: Entry) -> str:
    """One `[[entry]]`. Its lists of tables come last, as TOML requires."""
    return "\n".join(_table("[[entry]]", "entry", entry)) + "\n"


def rule_text(rule: Rule) -> str:
    """One `[[rule]]`, without fields that have their default value."""
    return _differing("[[rule]]", rule, Rule(id="", category="", examples=""), ("id", "category", "examples"))


def note_text(note: OurNote) -> str:
    """One `[[note]]`, without fields that have their default value."""
    return _differing("[[note]]", note, OurNote(text=""), ("text",))


def _differing(heading: str, table: msgspec.Struct, defaults: msgspec.Struct, always: Sequence[str]) -> str:
    lines = [heading]
    for name in table.__struct_fields__:
        value = getattr(table, name)
        if name in always or value != getattr(defaults, name):
            lines.append(f"{name} = {_block(value) if name in _BLOCKS else _value(value)}")
    return "\n".join(lines) + "\n"


def _table(heading: str, path: str, table: msgspec.Struct) -> Iterator[str]:
    yield heading
    below: list[tuple[str, Any]] = []
    for name in table.__struct_fields__:
        value = getattr(table, name)
        if _is_table(value) or (isinstance(value, tuple) and value and all(map(_is_table, value))):
            below.append((name, value))
        elif value is not None:
            yield f"{name} = {_value(value)}"
    for name, value in below:
        for each in value if isinstance(value, tuple) else (value,):
            yield ""
            heading = f"[[{path}.{name}]]" if isinstance(value, tuple) else f"[{path}.{name}]"
            yield from _table(heading, f"{path}.{name}", each)


def _is_table(value: object) -> bool:
    return isinstance(value, msgspec.Struct)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return toml_string(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    assert isinstance(value, tuple)
    return _list(value)


def _list(values: Iterable[str]) -> str:
    items = [toml_string(each) for each in values]
    if sum(map(len, items)) < 80:
        return f"[{', '.join(items)}]"
    return "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def _block(text: str) -> str:
    """A multi-line string with one item a line."""
    lines = [toml_string(line)[1:-1] for line in text.strip("\n").split("\n")]
    return '"""\n' + "".join(f"{line}\n" for line in lines) + '"""'


def toml_string(text: str) -> str:
    """`text` as a TOML string. Lone surrogates become U+FFFD, as TOML can't represent them."""
    # TOML has JSON's escapes. Characters that JSON allows but TOML does not, or that are invisible in an editor,
    # are escaped here.
    return _ESCAPED.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    return "\\uFFFD" if 0xD800 <= number <= 0xDFFF else f"\\u{number:04X}"


MOST_WORDS = 10


def phrase_of(reply: str) -> str:
    """The longest usable run of words in `reply`, without numbers that differ in each message; "" if there is none.

    The phrase always matches the reply.
    """
    words = words_of(reply)
    for candidate in _candidates(words.line.split()):
        try:
            if parse_phrase(candidate, {}).occurs(words, reply):
                return candidate
        except PhraseError:
            continue
    return ""


def _candidates(words: list[str]) -> Iterator[str]:
    """The longest run first, then single words, the longest first."""
    rows: list[list[str]] = [[]]
    for word in words:
        if word.isalpha():
            rows[-1].append(word)
        else:
            rows.append([])
    longest = max(rows, key=_weight)[:MOST_WORDS]
    while longest and longest[-1] in SIGNS:
        longest.pop()
    if _weight(longest):
        yield " ".join(longest)
    yield from sorted((word for word in set(words) if word.isalpha() and word not in SIGNS), key=lambda w: (-len(w), w))


def _weight(row: list[str]) -> int:
    return sum(word not in SIGNS for word in row)


_ID = re.compile(r"[a-z0-9]{1,40}(?:-[a-z0-9]{1,40}){0,8}")
_BRACES = re.compile(r"\{([a-z_]+)\}")
_FEWEST_WORDS: Final = 3
"""With fewer words and no remote host, a note would match unrelated replies."""

_HEADER: Final = """\
# A note of our own. Title and meaning are ours, the rest is the general guidance for this cause: edit as you like.
# The rule below says which replies the note is for. `smtpscope kb check` checks it.

"""


def write_note(
    folder: Path,
    *,
    entry_id: str,
    title: str = "",
    text: str = "",
    remote_host: str,
    category: str = "",
    example: str,
    more_examples: Sequence[str] = (),
    counter_examples: Sequence[str] = (),
    leads_to: str = "",
    before: str = "",
) -> Path:
    """Writes `notes/<entry_id>.toml` in `folder`, which is created if missing, and returns its path.

    The entry has the user's `title`, their `text` as its meaning, and the guidance of `category` for the rest. Its rule
    matches replies like `example` and `more_examples` (verbatim, with codes) but not `counter_examples`, and only from
    `remote_host` unless that is "". With `leads_to`, only a rule is written, for that existing entry. In a folder
    organised by cause, such as the bundled one, entry and rule are added to the files of the cause, with the rule
    before `before`. Files are written atomically and pass `kb check`.

    Raises KnowledgeError if the file or the entry id exists, if a value is invalid, if another note in the folder
    already matches the examples, or if the folder is broken or can't be written.
    """
    entries = {known.id: known for known in _entries(folder)}
    _check_id(entry_id, entries)
    if leads_to and leads_to not in entries:
        raise _refused("entry", f"there is no entry {leads_to!r}", nearest(leads_to, entries))
    category = category or (entries[leads_to].category if leads_to else "policy")
    if category not in CATEGORIES:
        raise _refused("category", f"unknown category {category!r}", nearest(category, CATEGORIES))
    host = folded(remote_host)
    if remote_host.strip() and not host:
        raise _refused("remote host", f"{remote_host!r} names no host", "Leave it empty, or name a host")
    examples = [line for reply in (example, *more_examples) if (line := _one_line(reply))]
    entry = None if leads_to else _entry(entry_id, category, _words("title", title), _words("text", text))
    rule = msgspec.structs.replace(
        _rule(entry_id, category, host, examples),
        entry=leads_to or entry_id,
        counter_examples="\n".join(filter(None, map(_one_line, counter_examples))),
    )
    if is_by_cause(folder):
        return put_into_cause(folder, rule, rule_text(rule), "" if entry is None else entry_text(entry), before)
    if entry is None:
        _publish(folder, entry_id, rule_text(rule))
    else:
        entry = msgspec.structs.replace(entry, sources=(SourceReference("A note of our own"), *entry.sources))
        _publish(folder, entry_id, _HEADER + entry_text(entry) + "\n" + rule_text(rule))
    path = _place(folder, entry_id)
    try:
        KnowledgeBase.load(folder)
    except KnowledgeError:
        with suppress(OSError):
            path.unlink()
        raise
    return path


def note_id(taken: Container[str], *words: str) -> str:
    """An id made from `words` that is not in `taken`."""
    plain = unicodedata.normalize("NFKD", "-".join(words)).encode("ascii", "ignore").decode().lower()
    parts = [part[:40] for part in re.findall(r"[a-z0-9]+", plain)][:7]
    stem = "-".join(["note", *parts])
    number = 1
    name = stem
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name


def _entries(folder: Path) -> Iterable[Entry]:
    yield from bundled_entries().values()
    for _, entry in read_entries(folder):
        yield entry


def _check_id(entry_id: str, entries: Container[str]) -> None:
    if not _ID.fullmatch(entry_id):
        raise _refused(
            "id", f"{entry_id!r} is not a valid id", "Use small letters, digits and hyphens, as in call-fabrikam"
        )
    if entry_id in entries:
        raise _refused("id", f"there is an entry {entry_id!r} already", "Choose another id, or change that entry")


def _entry(entry_id: str, category: str, title: str, text: str) -> Entry:
    return msgspec.structs.replace(bundled_entries()[category], id=entry_id, title=title, meaning=text, checked=None)


def _rule(entry_id: str, category: str, host: str, examples: Sequence[str]) -> Rule:
    phrases = {example: phrase_of(example) for example in examples}
    worded = [example for example in examples if phrases[example]] or (list(examples) if host else [])
    if not worded or (not host and not all(_says_enough(phrases[example]) for example in worded)):
        raise _refused(
            "example",
            "too few words to recognise the reply",
            "Name the remote host" if examples else "Give a reply that the note is for",
        )
    codes = dict.fromkeys(str(code) for line in worded if (code := parse_reply(line).code) is not None)
    return Rule(
        id=entry_id,
        category=category,
        entry=entry_id,
        confidence="sure",
        phrases="\n".join(dict.fromkeys(filter(None, phrases.values()))),
        codes=tuple(codes) if all(parse_reply(line).code is not None for line in worded) else (),
        remote_hosts=(host,) if host else (),
        examples="\n".join(dict.fromkeys(worded)),
    )


def _says_enough(phrase: str) -> bool:
    return len(phrase.split()) >= _FEWEST_WORDS or holds_script_without_blanks(phrase)


def _words(name: str, written: str) -> str:
    """Typed text as one line without control characters. Braces become brackets unless they enclose a placeholder."""
    line = _one_line(written)
    if not line:
        raise _refused(name, "it is empty", "Write what you know")
    return _BRACES.sub(lambda found: found[0] if found[1] in PLACEHOLDERS else f"({found[1]})", line)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return "".join(letter for letter in line if unicodedata.category(letter) not in ("Cc", "Cs"))


def _refused(name: str, what: str, remedy: str) -> KnowledgeError:
    return KnowledgeError(where=f"note, {name}", what=what, remedy=remedy)


def _place(folder: Path, entry_id: str) -> Path:
    return folder / "notes" / f"{entry_id}.toml"


def _publish(folder: Path, entry_id: str, text: str) -> None:
    """Writes a file atomically and never replaces one."""
    path = _place(folder, entry_id)
    temporary = path.with_name(f".{entry_id}-{token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            _link(temporary, path)
        finally:
            with suppress(OSError):
                temporary.unlink()
    except FileExistsError as error:
        raise _refused("id", f"{path} already exists", "Choose another id, or change that file") from error
    except OSError as error:
        raise KnowledgeError(
            where=str(path),
            what=f"can't be written: {error.strerror or error}",
            remedy="Check permissions and free space",
        ) from error


def _link(temporary: Path, path: Path) -> None:
    try:
        # A link fails if the file was created in the meantime; a rename would replace it.
        os.link(temporary, path)
    except FileExistsError:
        raise
    except (OSError, AttributeError):
        # Without hard links, the earlier existence check is the only guard.
        if os.path.lexists(path):
            raise FileExistsError(str(path)) from None
        temporary.replace(path)
