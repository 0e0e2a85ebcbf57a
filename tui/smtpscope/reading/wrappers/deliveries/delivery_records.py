"""Files of delivery records: JSON from mail services and queues, the same as tables, and listings of queues."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Final

from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.table_rows import DELIMITERS
from smtpscope.reading.wrappers.deliveries.delivery_fields import are_of_deliveries, delivery_lines
from smtpscope.reading.wrappers.deliveries.known_forms import KnownForms
from smtpscope.reading.wrappers.deliveries.queue_listings import QueueListings
from smtpscope.reading.wrappers.inner_header import Labels
from smtpscope.reading.wrappers.json_records import JsonRecords
from smtpscope.reading.wrappers.message_tables import MessageTables, fields_of
from smtpscope.reading.wrappers.value_pairs import pairs_in
from smtpscope.reading.wrappers.wrapper import InnerLine, Unwrapped, Wrapper, line_bounds

_LINES_BEFORE: Final = 8
_FIELDS: Final = "#Fields:"
_OF_SERVERS: Final = frozenset(("relay", "mailer", "evpid", "exitcode", "smtpmsg"))
"""Names in the lines of mail servers, which have readers of their own."""
_NO_NAME: Final = re.compile(r"[{}:@]|.{65}")


class DeliveryJson(JsonRecords):
    """See `Wrapper`. Objects may be one per line, in arrays, in answers, or as text in another object."""

    name = "delivery-json"
    title = "JSON"
    recognised_by = "objects of JSON with a recipient and a reply, by the names that mail services give them"

    def __init__(self) -> None:
        self._forms = KnownForms()

    def _known(self, text: str, begin: int) -> tuple[int, str] | None:
        return self._forms.line(text, begin) if begin == 0 or text[begin - 1] == "\n" else None

    def _learn(self, record: str, value: Mapping[str, object]) -> None:
        self._forms.learn(record, value)

    def _line_of(self, value: Mapping[str, object]) -> tuple[str, Labels] | None:
        return None

    def _records_of(self, value: Mapping[str, object]) -> list[list[str]]:
        return []

    def _lines_of(self, value: Mapping[str, object], prefix: str) -> list[str]:
        return delivery_lines(value, prefix)


class DeliveryTables(MessageTables):
    """See `Wrapper`. The header may come after comments, or be a comment (`#Fields:`)."""

    name = "delivery-csv"
    title = "a table (CSV)"
    recognised_by = "a header with a recipient and a reply, by the names that mail services give them"

    def _columns(self, head: str) -> tuple[str, list[str]] | None:
        for line in islice(head.lstrip("\ufeff\r\n").removeprefix("\xef\xbb\xbf").split("\n"), _LINES_BEFORE):
            names = line.strip("\r").removeprefix(_FIELDS).strip()
            delimiter = max(DELIMITERS, key=names.count)
            if delimiter in names and not names.startswith("#"):
                columns = [name.strip() for name in fields_of(names, delimiter)]
                are_names = not any(_NO_NAME.search(name) for name in columns)
                return (delimiter, columns) if are_names and are_of_deliveries(columns) else None
        return None

    def _lines_of(self, record: dict[str, object]) -> list[str]:
        return delivery_lines(record) or [""]


class DeliveryPairs:
    """See `Wrapper`. One line per record."""

    name = "delivery-pairs"
    title = "lines of names with values"
    recognised_by = "lines of name=value with a recipient and a reply, by the names that mail services give them"

    def fits(self, head: str) -> bool:
        """See `Wrapper`."""
        lines = head.split("\n", _LINES_BEFORE)[:_LINES_BEFORE]
        names = [pairs_in(line.rstrip("\r"))[1].keys() for line in lines if "=" in line]
        return any(map(are_of_deliveries, names)) and not any(map(_OF_SERVERS.intersection, names))

    def unwrap(self, block: TextBlock, head: str, *, final: bool) -> Unwrapped:
        """See `Wrapper`."""
        text = block.text
        end = len(text) if final else text.rfind("\n") + 1
        lines: list[InnerLine] = []
        for start, stop in line_bounds(text, end):
            before, values = pairs_in(block.cut(start, stop).rstrip("\r\n"))
            found = delivery_lines(values, before.rstrip()) if values else []
            lines += [InnerLine(start, stop, line) for line in found or [""]]
        return Unwrapped(lines, [], end)


_FORMS: Final[tuple[Wrapper, ...]] = (QueueListings(), DeliveryTables(), DeliveryPairs(), DeliveryJson())
"""In the order in which they are tried; JSON is recognised by the content of its objects."""


class DeliveryRecords:
    """See `Wrapper`, for any of the forms."""

    name = "deliveries"
    title = "records of deliveries"
    recognised_by = "; ".join(form.recognised_by for form in _FORMS)

    def fits(self, head: str) -> bool:
        """See `Wrapper`."""
        return any(form.fits(head) for form in _FORMS)

    def unwrap(self, block: TextBlock, head: str, *, final: bool) -> Unwrapped:
        """See `Wrapper`."""
        # Asked for by name, the file may have none of the forms: then it has no record.
        return next((form for form in _FORMS if form.fits(head)), _FORMS[-1]).unwrap(block, head, final=final)
