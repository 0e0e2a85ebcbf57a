"""Converted exchanges as JSON lines, under our own names or those of the Elastic Common Schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, ClassVar, Final

import msgspec

from smtpscope.reading.converted.converted_lines import exchange_batches, line_at
from smtpscope.reading.converted.exchange_schema import (
    ECS_PREFIX,
    SCHEMA,
    EcsFields,
    NoExchangeError,
    OwnFields,
    checked,
    fields_of,
)
from smtpscope.reading.record import Batch, FileInformation, Format
from smtpscope.reading.text.broken_json import why_broken
from smtpscope.reading.text.encodings import head_text
from smtpscope.reading.text.text_kind import is_converted, is_text
from smtpscope.reading.text.text_log import TextLog, head_of

_BEGINNING: Final = re.compile(r"(?:\xef\xbb\xbf|\ufeff)?\s{0,64}\{")
_OWN = msgspec.json.Decoder(OwnFields)
_ECS = msgspec.json.Decoder(EcsFields)
_ECS_MARK: Final = f'"{ECS_PREFIX}schema"'


class ConvertedJsonReader(TextLog):
    """Reads the JSON lines of `smtpscope convert`, also if Elasticsearch nested or wrapped them."""

    format: ClassVar[Format] = Format(
        name="converted-json",
        title="Exchanges converted to JSON lines, own names or Elastic Common Schema",
        recognised_by=f'a field "schema" or "{ECS_PREFIX}schema" with the value {SCHEMA}',
        lacks=("records other than SMTP exchanges", "the raw record of the log that was converted"),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head):
            return False
        text = head_text(head)
        return _BEGINNING.match(text) is not None and is_converted(text)

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        return exchange_batches(self._source, self._text, fields_in_line, growing=self._options.growing)

    def raw(self, offset: int) -> str:
        """The line as written."""
        return line_at(self._text, offset)

    def information(self) -> FileInformation:
        ecs = ECS_PREFIX + "schema" in head_text(head_of(self._source)).partition("\n")[0]
        return self._described(("Schema", SCHEMA), ("Names", "Elastic Common Schema" if ecs else "own"))


def fields_in_line(line: str) -> OwnFields:
    """The fields of the exchange in one line. Raises NoExchangeError."""
    try:
        return checked(_ECS.decode(line) if _ECS_MARK in line else _OWN.decode(line))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        # Nested documents, and text with lone surrogates, which a strict decoder rejects.
        return fields_of(_own_values(_decoded(line)))


def _decoded(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line, strict=False)
    except RecursionError as error:
        raise NoExchangeError("Not an exchange: the JSON nests too deep") from error
    except ValueError as error:
        raise NoExchangeError(f"Not JSON, or cut off: {why_broken(error)}") from error
    if not isinstance(found, dict):
        raise NoExchangeError("Not a JSON object")
    return found


def _own_values(found: dict[str, Any]) -> dict[str, Any]:
    """Our fields in a document, under their own names."""
    # Answers of Elasticsearch to a search, and tools that copy an index, wrap each document this way.
    source = found.get("_source")
    if isinstance(source, dict):
        found = source
    nested = found.get(ECS_PREFIX[:-1])
    if isinstance(nested, dict):
        return nested
    if ECS_PREFIX + "schema" in found:
        return {name[len(ECS_PREFIX) :]: value for name, value in found.items() if name.startswith(ECS_PREFIX)}
    return found
