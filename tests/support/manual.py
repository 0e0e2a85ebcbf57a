"""The manual page man/smtpscope.1, made from the commands, the filter fields and the settings."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from smtpscope import __version__
from smtpscope.configuration.settings import SETTINGS
from smtpscope.store.filter.filter_fields import help_lines
from support.command_texts import CommandText, OptionText, command_texts

PATH: Final = Path(__file__).parents[2] / "man" / "smtpscope.1"

CHANGES: Final = Path(__file__).parents[2] / "CHANGELOG.md"

_NAME: Final = "browse refused mail in Windows event logs and mail server logs"
_WIDTH: Final = 78
_EXIT_CODES: Final = (
    ("0", "Success."),
    ("1", "Failure: something could not be done, or a log could not be read. summary: nothing matches the filter."),
    ("2", "Wrong usage: the command line, a filter or a setting is wrong, and nothing was done."),
    ("3", "compare: something new is for us to fix; check: unknown (0 OK, 1 WARNING, 2 CRITICAL)."),
    ("130", "Interrupted by ctrl+c."),
)


def text() -> str:
    """The page as troff with the macros of man(7)."""
    program, *commands = command_texts()
    lines = [
        '.\\" Made by make docs; do not edit.',
        f'.TH SMTPSCOPE 1 "{released()}" "smtpscope {__version__}" "User Commands"',
        ".SH NAME",
        f"smtpscope \\- {_NAME}",
        ".SH SYNOPSIS",
        ".B smtpscope",
        "[OPTIONS] [FILE]...",
        ".br",
        ".B smtpscope",
        "COMMAND [ARGUMENTS]...",
        ".SH DESCRIPTION",
        *_paragraphs(program.paragraphs),
        ".SH OPTIONS",
        "Options for browsing, which needs no command:",
        *_options(program.options),
        ".SH COMMANDS",
        *(line for command in commands for line in _command(command)),
        ".SH FILTERS",
        "The terms of a filter, and what they find:",
        *_pairs(help_lines()),
        ".SH EXIT STATUS",
        *_pairs(_EXIT_CODES),
        ".SH ENVIRONMENT",
        *_pairs((setting.environment, setting.meaning) for setting in SETTINGS.values()),
        *_pairs([("SMTPSCOPE_DEBUG", "1 shows the traceback of a defect, which may quote the log.")]),
        ".SH FILES",
        ".B smtpscope paths",
        "prints where settings, guidance of your own, marks, notes and caches are kept.",
        ".SH EXAMPLES",
        *list(_example(program.examples))[1:],
    ]
    return "\n".join(lines) + "\n"


def released() -> str:
    """The day of the newest release in the change log."""
    found = re.search(r"^## \[[0-9.]+\] - ([0-9-]+)$", CHANGES.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None, "CHANGELOG.md has no release"
    return found[1]


def _command(command: CommandText) -> Iterator[str]:
    yield f".SS {_roff(command.name)}"
    yield f".B {_roff(command.name)}"
    rest = command.usage.removeprefix(command.name).strip()
    if rest:
        yield _roff(rest)
    yield ".PP"
    yield from _paragraphs(command.paragraphs)
    yield from _options(command.options)
    yield from _example(command.examples)


def _options(options: tuple[OptionText, ...]) -> Iterator[str]:
    yield from _pairs((option.usage, option.help) for option in options)


def _pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, meaning in pairs:
        yield ".TP"
        yield f".B {_roff(term)}"
        yield _roff(meaning)


def _paragraphs(paragraphs: tuple[str, ...]) -> Iterator[str]:
    for number, paragraph in enumerate(paragraphs):
        if number:
            yield ".PP"
        yield _roff(paragraph)


def _example(lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield from (".PP", ".RS 4", ".nf", *map(_roff_line, lines), ".fi", ".RE")


def _roff(words: str) -> str:
    """Plain text with nothing in it that troff takes for a command, in lines that people can compare."""
    return "\n".join(map(_roff_line, textwrap.wrap(words, _WIDTH, break_on_hyphens=False, break_long_words=False)))


def _roff_line(words: str) -> str:
    escaped = words.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace('"', "\\(dq")
    escaped = escaped.replace("`", "\\(ga").replace("^", "\\(ha").replace("~", "\\(ti")
    return f"\\&{escaped}" if escaped.startswith(".") else escaped
