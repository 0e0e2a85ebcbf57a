"""Converted exchanges as text, one per line: JSON with our own or ECS names, and CSV."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Final, Literal

import msgspec

from smtpscope.export.conversion.convert_columns import (
    COLUMNS,
    PARTS,
    Cell,
    ConvertedColumn,
    DiagnosedExchange,
    Part,
    own_numbers,
    part_keys,
)
from smtpscope.export.conversion.convert_ecs import CONSTANT, ecs_own, ecs_part
from smtpscope.export.formats.json_text import JsonValue, harmless_json
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.converted.converted_csv import written_cell
from smtpscope.reading.converted.exchange_schema import SCHEMA

ConvertedText = Literal["jsonl", "ecs", "csv"]
_REMEMBERED: Final = 32_768
_LINES_A_PIECE: Final = 500
# In some locales, spreadsheets treat a semicolon as a separator.
_QUOTED: Final = re.compile('[",;]')
_SIMPLE_CELL: Final = re.compile(r"[A-Za-z0-9<>\[({#.][ !#-+\--:<-\[\]-~]*")

_OwnText = Callable[[SmtpExchange], str]
_PartText = Callable[[Part, DiagnosedExchange], str]


def converted_text(rows: Iterable[DiagnosedExchange], name: ConvertedText) -> Iterator[str]:
    """Each exchange as a line with its line end, many lines a piece; CSV begins with a row of names.

    The output is safe to show in a terminal, and valid UTF-8.
    """
    if name == "csv":
        yield ",".join(column.name for column in COLUMNS) + "\r\n"
        yield from _pieces(rows, SCHEMA + ",", ",", "\r\n", _csv_own, _csv_part)
    elif name == "ecs":
        opening = _json_members({**CONSTANT, "smtpscope.schema": SCHEMA})
        yield from _pieces(rows, "{" + opening + ",", ",", "}\n", ecs_own, _ecs_part_text)
    else:
        opening = _json_members({"schema": SCHEMA})
        yield from _pieces(rows, "{" + opening + ",", ",", "}\n", _json_own, _json_part)


def _pieces(
    rows: Iterable[DiagnosedExchange], start: str, between: str, end: str, own: _OwnText, part_text: _PartText
) -> Iterator[str]:
    remembered = [_Remembered(part, part_text) for part in PARTS]
    piece: list[str] = []
    for row in rows:
        fields = [own(row[0])]
        for known, key in zip(remembered, part_keys(row), strict=True):
            found = known.get(key)
            fields.append(known.added(key, row) if found is None else found[0])
        piece.append(f"{start}{between.join(fields)}{end}")
        if len(piece) == _LINES_A_PIECE:
            yield "".join(piece)
            piece.clear()
    yield "".join(piece)


class _Remembered(dict[Hashable, tuple[str, DiagnosedExchange]]):
    """Caches the text of one part, by distinct value; see `part_keys`."""

    __slots__ = ("_part", "_text")

    def __init__(self, part: Part, text: _PartText) -> None:
        super().__init__()
        self._part = part
        self._text = text

    def added(self, key: Hashable, row: DiagnosedExchange) -> str:
        """Adds the text of a new part."""
        if len(self) >= _REMEMBERED:
            self.clear()
        text = self._text(self._part, row)
        self[key] = text, row
        return text


_ENCODE = msgspec.json.Encoder().encode
_ENCODE_ANY = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _json_members(values: Mapping[str, JsonValue]) -> str:
    """The members of a JSON object, without its braces."""
    try:
        encoded = _ENCODE(values).decode()
    except UnicodeEncodeError:
        # Lone surrogates: each gets an escape.
        encoded = _ENCODE_ANY(values)
    return (encoded if encoded.isascii() and "\x7f" not in encoded else harmless_json(encoded))[1:-1]


def _json_own(exchange: SmtpExchange) -> str:
    time, time_ms, place, record_id, connection = own_numbers(exchange)
    return (
        f'"time":{_number(None if time is None else chr(34) + time + chr(34))},"time_ms":{_number(time_ms)},'
        f'"origin_place":{place},"record_id":{_number(record_id)},"connection":{_number(connection)}'
    )


def _number(value: int | str | None) -> int | str:
    return "null" if value is None else value


def _json_part(part: Part, row: DiagnosedExchange) -> str:
    return _json_members({column.name: cell for column, cell in zip(part.columns, part.cells(row), strict=True)})


def _ecs_part_text(part: Part, row: DiagnosedExchange) -> str:
    return _json_members(ecs_part(part, row))


def _csv_own(exchange: SmtpExchange) -> str:
    return ",".join("" if value is None else str(value) for value in own_numbers(exchange))


def _csv_part(part: Part, row: DiagnosedExchange) -> str:
    return ",".join(_csv_cell(column, cell) for column, cell in zip(part.columns, part.cells(row), strict=True))


def _csv_cell(column: ConvertedColumn, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int):
        return str(cell)
    if _SIMPLE_CELL.fullmatch(cell):
        return cell
    text = written_cell(cell, may_be_none=column.may_be_none)
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text
