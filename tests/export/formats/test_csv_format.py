"""The summary as CSV."""

from __future__ import annotations

import csv
import io

from export.documents import document, hostile_document, inbound_summary, summary
from smtpscope.export.formats.csv_format import COLUMNS, render
from smtpscope.export.summaries.summary import SummaryDocument
from support.changed import replace


def rows(made: SummaryDocument) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render(made), newline="")))


def test_there_is_a_row_for_each_incident() -> None:
    first, second = rows(document(summary(), inbound_summary()))
    assert (first["direction"], first["remote_host"], first["reply_code"]) == (
        "outbound",
        "mail.fabrikam.example",
        "550",
    )
    assert (second["direction"], second["zone_assumed"], second["enhanced_codes"]) == ("inbound", "true", "")


def test_lists_have_a_line_for_each_value_in_their_cell() -> None:
    (row,) = rows(document())
    assert row["recipient_list"].split("\n") == ["bob@fabrikam.example", "Ann.Smith@fabrikam.example"]
    assert row["recipients"] == "2"
    assert row["sender_list"].split("\n") == ["news@contoso.example", "<>"]


def test_no_incident_gives_the_header_alone() -> None:
    assert render(replace(document(), incidents=())) == ",".join(COLUMNS) + "\r\n"


def test_there_is_no_byte_order_mark() -> None:
    assert render(document()).startswith("direction,")


def test_no_cell_of_hostile_text_is_a_formula() -> None:
    for row in rows(hostile_document("=HYPERLINK(1)")):
        for name in ("remote_host", "recipient_list", "cause", "reply", "files", "filter", "meaning"):
            assert row[name].startswith("'="), name
