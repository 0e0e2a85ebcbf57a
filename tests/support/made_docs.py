"""The parts of the documents that are made from the program: keys, filter fields, formats, commands, settings, servers.

`make docs` writes them, the manual page, the picture of the imports and the schemas of knowledge files; a test fails
where they are not what the program says.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from textual.keys import format_key

from smtpscope.app.default_keys import OWNERS, own_bindings
from smtpscope.configuration.settings import KEYS, SETTINGS
from smtpscope.export.events_format import FIELDS
from smtpscope.knowledge.files.knowledge_files import bundled_folder
from smtpscope.knowledge.platform import PLATFORM_WORDS
from smtpscope.reading.registry import readers
from smtpscope.session import known_formats
from smtpscope.store.filter.filter_fields import help_lines
from support import import_picture, knowledge_schema, manual, public_words
from support.command_texts import CommandText, command_texts
from support.word_list import WORD_LIST

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"

PLACES: Final = {
    "browse": "In the browser",
    "table": "In the table",
    "filter": "In the filter",
    "detail": "In the detail",
    "prose": "In any text that scrolls",
    "timeline": "In the timeline",
    "bins": "In the timeline's list",
    "counts": "In the counts",
    "export": "In the export dialog",
    "knowledge": "In the knowledge base",
    "views": "In the saved views",
    "zone": "In the time zones",
    "note": "In a note",
    "reading": "In a record, a session or the list of files",
    "check": "In Check now",
    "address": "Where our IP address is asked for",
    "link": "Before a link is opened",
    "compare": "In the comparison",
    "columns": "In the choice of columns",
    "grouping": "In the choice of a grouping",
    "search": "While words are searched in a text",
    "help": "In the help",
    "confirm": "Where you are asked",
    "app": "Everywhere",
}
"""The headings of the keys, by the first word of their action ids."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar inside a cell would end it, so it is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def keys_by_place() -> dict[str, dict[str, tuple[list[str], str]]]:
    """Place -> action id -> the keys as people press them, and what they do."""
    places: dict[str, dict[str, tuple[list[str], str]]] = {place: {} for place in PLACES}
    for owner in OWNERS:
        for binding in own_bindings(owner):
            assert binding.id is not None, "every key of ours has one"
            keys, _ = places[binding.id.partition(".")[0]].setdefault(binding.id, ([], binding.description))
            for key in binding.key.split(","):
                shown = {"enter": "Enter", "escape": "Esc", "tab": "Tab"}.get(key, format_key(key))
                if shown not in keys:
                    keys.append(shown)
    return places


def keys_text() -> str:
    """A table of keys for each place."""
    parts = []
    for place, actions in keys_by_place().items():
        rows = [(" ".join(f"`{key}`" for key in keys), does, f"`{action}`") for action, (keys, does) in actions.items()]
        parts.append(f"### {PLACES[place]}\n\n{table(('Key', 'Does', 'Action'), rows)}")
    return "\n\n".join(parts)


def commands_text() -> str:
    """Each command with its usage, what it does, examples and options."""
    return "\n\n".join(map(_command, command_texts()))


def _command(command: CommandText) -> str:
    parts = [f"### {command.name}", f"```text\n{command.usage}\n```", *map(_inline, command.paragraphs)]
    if command.examples:
        parts.append("```sh\n" + "\n".join(command.examples) + "\n```")
    if command.options:
        rows = [(f"`{option.usage}`", _inline(option.help)) for option in command.options]
        parts.append(table(("Option", "Meaning"), rows))
    return "\n\n".join(parts)


def _inline(words: str) -> str:
    """Text of a terminal in Markdown, where angle brackets and stars would mean something."""
    return re.sub(r"(?<![`\w])([<*_])", r"\\\1", words)


def formats_text() -> str:
    head = ("Format", "Name", "Recognised by", "Can't tell")
    return table(
        head,
        [
            (each.title, f"`{each.name}`", each.recognised_by, "; ".join(each.lacks) or "nothing is missing")
            for each in known_formats()
        ],
    )


def settings_markdown() -> str:
    """All settings as a Markdown table: name, values, default, variable, meaning."""
    rows = [("Setting", "Values", "Default", "Variable", "Meaning"), ("---",) * 5]
    for setting in SETTINGS.values():
        default = "" if setting.name == KEYS else f"`{setting.kind.toml(setting.default)}`"
        cells = (f"`{setting.name}`", setting.kind.expected, default, f"`{setting.environment}`", setting.meaning)
        rows.append(cells)
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in rows)


def _filled(words: str, indent: str = "") -> str:
    return textwrap.fill(words, 120, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)


def mail_servers_text() -> str:
    """The item of the README's list that names the mail servers."""
    names = [reader.format.name for reader in readers() if ".mail_servers." in reader.__module__]
    words = {str(platform): words for platform, words in PLATFORM_WORDS.items()}
    named = [
        f"`{name}`" + ("" if words[name].casefold() == name else f" ({words[name]})") for name in names if name in words
    ]
    return _filled(f"- **Other servers**: {', '.join(named)}", "  ")


def platforms_text() -> str:
    """What a check can name as its platform, with the server that it means."""
    return _filled(", ".join(f"`{platform}` ({words})" for platform, words in PLATFORM_WORDS.items()) + ".")


def words_text() -> str:
    """What not to write, what to write instead, and why."""
    return table(("Not", "But", "Why"), ((each.bad, each.good, each.why) for each in WORD_LIST))


PARTS: Final[Mapping[tuple[str, str], Callable[[], str]]] = {
    ("keys.md", "keys"): keys_text,
    ("filter.md", "filter fields"): lambda: table(
        ("Write", "to find"), [(f"`{example}`", meaning) for example, meaning in help_lines()]
    ),
    ("formats.md", "formats"): formats_text,
    ("settings.md", "settings"): lambda: settings_markdown().strip(),
    ("../README.md", "mail servers"): mail_servers_text,
    ("knowledge.md", "platforms"): platforms_text,
    ("wording.md", "words"): words_text,
    ("command-line.md", "commands"): commands_text,
    ("command-line.md", "event fields"): lambda: ", ".join(f"`{field}`" for field in FIELDS) + ".",
}
"""Each made part by its file, relative to docs/, and the name in its marks."""


def with_part(text: str, name: str, body: str) -> str:
    """`text` with `body` between the marks of `name`. Raises ValueError when the marks are missing."""
    marks = re.compile(rf"(<!-- {re.escape(name)}: begin -->\n).*?(<!-- {re.escape(name)}: end -->)", re.DOTALL)
    if not marks.search(text):
        raise ValueError(f"there are no marks for {name}")
    return marks.sub(lambda found: f"{found[1]}{body}\n{found[2]}", text)


def made(file: str, text: str) -> str:
    """`text` of a file in docs/ with all made parts as they should be."""
    for (each, name), body in PARTS.items():
        if each == file:
            text = with_part(text, name, body())
    return text


def _page(file: str) -> str:
    return made(file, (DOCS / file).read_text(encoding="utf-8"))


def _schema(name: str) -> str:
    return knowledge_schema.schemas()[name]


MADE_FILES: Final[Mapping[Path, Callable[[], str]]] = {
    **{(DOCS / file).resolve(): partial(_page, file) for file, _ in PARTS},
    **{bundled_folder() / "schema" / name: partial(_schema, name) for name in knowledge_schema.schemas()},
    manual.PATH: manual.text,
    import_picture.PATH: import_picture.picture,
}
"""What makes the text of each file that is made, wholly or in part."""


if __name__ == "__main__":
    for path, make in MADE_FILES.items():
        path.write_text(make(), encoding="utf-8", newline="\n")
    # Not held word for word by a test: a new message must not need this step.
    public_words.WORDS.write_text(public_words.text(), encoding="utf-8", newline="\n")
