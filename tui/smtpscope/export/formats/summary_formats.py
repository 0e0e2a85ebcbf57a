"""The formats of a summary, by the name that the command line and the export dialog use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from smtpscope.export.formats import csv_format, html, json_format, markdown, postmaster, text
from smtpscope.export.masking.masking import Mask
from smtpscope.export.summaries.summary import SummaryDocument


class SummaryFormat(Struct, frozen=True):
    """`title` is for people, `suffix` is the end of a file name with its dot."""

    name: str
    title: str
    suffix: str
    draw: Callable[[SummaryDocument], str]

    def render(self, document: SummaryDocument, *, mask: Mask | None = None) -> str:
        """`document` as text in this format, its people and hosts replaced with pseudonyms if there is a `mask`."""
        return self.draw(document if mask is None else mask.document(document))


_ALL: Final = (
    SummaryFormat("markdown", "Markdown, for GitHub and Jira", ".md", markdown.render),
    SummaryFormat("html", "HTML, one file", ".html", html.render),
    SummaryFormat("text", "Plain text, 72 columns", ".txt", text.render),
    SummaryFormat("json", "JSON, verbatim", ".json", json_format.render),
    SummaryFormat("csv", "CSV, one row per incident", ".csv", csv_format.render),
    SummaryFormat("postmaster", "Letter to the other side's postmaster", ".txt", postmaster.render),
)

SUMMARY_FORMATS: Final[Mapping[str, SummaryFormat]] = MappingProxyType({each.name: each for each in _ALL})
