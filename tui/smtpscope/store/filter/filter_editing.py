"""Edits filter text: appends terms, and splits it into chips."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final

from msgspec import Struct

from smtpscope.errors import FilterError
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.store.filter.field_table import ANYWHERE
from smtpscope.store.filter.filter_fields import FIELDS
from smtpscope.store.filter.filter_grammar import Term, format_term, parse_filter
from smtpscope.store.filter.filter_values import CodeValue, EnhancedCode, FilterValueError, Text, Value
from smtpscope.store.filter.written_terms import written_terms

_MOST_PASTED: Final = 500
_LONGEST_PASTE: Final = 50_000
_BRACKETED: Final = re.compile(r"<([^<>\s@]*@[^<>\s]*)>")
_SEPARATORS: Final = re.compile(r"[\s,;]+")


class Chip(Struct, frozen=True):
    """One term of a filter: its position in the text (`end` exclusive), the text itself, and whether it excludes."""

    start: int
    end: int
    text: str
    excluded: bool


def terms(text: str) -> list[Chip]:
    """The terms of the filter `text`, even if it can't be parsed (yet)."""
    return [Chip(term.start, term.end, text[term.start : term.end], term.excluded) for term in written_terms(text)]


def add_term(text: str, field: str, value: str, exclude: bool = False, *, replace: bool = False) -> str:
    """`text` with one more term at its end: `field` (ANYWHERE for none) has `value`, or must not have it.

    `value` is the bare value, verbatim, quoted here where it must be; with an equals sign before it it means exactly
    this. An equal or opposite term is removed first; with `replace`, all non-excluding terms of the field are. A value
    the field can't have, such as a word for `code`, is searched as text instead, so a key always works.
    """
    term = Term(*_understood(field, value), exclude)
    wanted = format_term(term)
    same = wanted.removeprefix("-")
    kept = [
        chip.text
        for chip in terms(_closed(text))
        if _normal(chip) != same and not (replace and not chip.excluded and _field(chip) == term.field)
    ]
    return " ".join([*kept, wanted])


def term_of(exchange: SmtpExchange) -> tuple[str, str]:
    """The field and value (for `add_term`) that one event stands for: its recipient, its sender, else its verb."""
    command = exchange.command
    if exchange.problem is not None:
        return "dir", exchange.direction.value
    if command.recipient is not None:
        return "rcpt", f"={command.recipient}"
    if command.sender is not None:
        return "from", f"={command.sender}"
    return "cmd", f"={command.verb}"


def pasted_term(pasted: str, before: str) -> str | None:
    """Several lines, or a list of mailboxes or IP addresses, as one term: any of them; None for any other text.

    `before` is what comes before the place: a field there is theirs, else IP addresses are looked for as hosts.
    """
    lines = [line.strip() for line in pasted[:_LONGEST_PASTE].splitlines() if line.strip()]
    parts = [part for line in lines for part in _addresses(line) or [line]]
    if len(parts) < 2 or (len(lines) < 2 and not _addresses(lines[0])):
        return None
    values = list(dict.fromkeys(parts))[:_MOST_PASTED]
    written = written_terms(before)
    has_field = bool(written) and written[-1].end == len(before) and written[-1].field_word is not None
    texts = [format_term(Term(ANYWHERE, (Text(value),))) for value in values]
    return ("" if has_field or not all(map(_is_ip_address, values)) else "host:") + ",".join(texts)


def _addresses(line: str) -> list[str]:
    """The mailboxes and IP addresses of a line that is a list of them, names beside them left out; else nothing."""
    found = _BRACKETED.findall(line) or [part.strip("<>[]") for part in _SEPARATORS.split(line) if part]
    return found if found and all("@" in each or _is_ip_address(each) for each in found) else []


def _is_ip_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _understood(name: str, value: str) -> tuple[str, tuple[Value, ...]]:
    exact = value.startswith("=")
    value = value[exact:]
    chosen = None if name == ANYWHERE else FIELDS.named(name)
    if chosen is not None:
        try:
            return chosen.name, (chosen.column.read(chosen, value, exact=exact, quoted=exact),)
        except FilterValueError:
            pass
    return ANYWHERE, (Text(value),)


def _closed(text: str) -> str:
    """`text` with its last quote closed, so further text starts a new term."""
    written = written_terms(text)
    return f'{text}"' if written and written[-1].open_quote is not None else text


def _field(chip: Chip) -> str | None:
    """The field of a term, None if it can't be parsed; a bare reply code counts as the field `code`."""
    try:
        understood = parse_filter(chip.text).terms
    except FilterError:
        return None
    if len(understood) != 1:
        return None
    codes = all(isinstance(value, CodeValue | EnhancedCode) for value in understood[0].values)
    return "code" if codes else understood[0].field


def _normal(chip: Chip) -> str:
    """The simplest form of a term without its minus; the text itself if it can't be parsed."""
    try:
        understood = parse_filter(chip.text).terms
    except FilterError:
        return chip.text.removeprefix("-")
    return format_term(understood[0]).removeprefix("-") if understood else chip.text
