"""HTML, read back by an HTML parser."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.documents import HOSTILE, document, hostile_document, hostile_report, incident, summary
from smtpscope.export.formats.html import code, render, text
from smtpscope.export.report.report_formats import REPORT_FORMATS
from smtpscope.export.report.report_html import SCRIPT
from smtpscope.harmless import shown

ALLOWED_TAGS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "h3",
        "article",
        "section",
        "nav",
        "p",
        "strong",
        "code",
        "pre",
        "dl",
        "dt",
        "dd",
        "ul",
        "ol",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "a",
        "svg",
        "rect",
        "text",
    ]
)
VOID = ("meta",)


class Reader(HTMLParser):
    """Tags, attributes and text of a page; notes tags that are not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.broken: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.broken.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.broken.append(f"comment {data}")


PAGES = [
    pytest.param(render(hostile_document()), id="hostile summary"),
    pytest.param(REPORT_FORMATS["html"].render(hostile_report()), id="hostile report"),
    pytest.param(render(document(summary(), summary())), id="summary"),
]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_our_tags_only_and_all_are_closed(page: str) -> None:
    reader = Reader(page)
    assert reader.tags - {"title", "script", "span"} <= ALLOWED_TAGS
    assert reader.broken == []
    assert reader.open == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fetches_nothing_and_runs_nothing(page: str) -> None:
    reader = Reader(page)
    names = {name for _, name, _ in reader.attributes}
    assert not {name for name in names if name.startswith("on")} | (names & {"src", "style", "srcset", "data"})
    targets = [value for _, name, value in reader.attributes if name == "href"]
    assert all(target.startswith(("#incident-", "https://www.rfc-editor.org/")) for target in targets)
    assert "url(" not in page.split("</style>")[0]
    assert "@import" not in page.split("</style>")[0]


@pytest.mark.parametrize("page", PAGES)
def test_the_policy_forbids_everything_but_the_styles_and_the_one_script_of_the_page(page: str) -> None:
    policy = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
    expected = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    if scripts:
        assert scripts == [SCRIPT]
        expected += f"; script-src 'sha256-{base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()}'"
    assert policy == [expected]


def test_hostile_text_is_shown_completely() -> None:
    assert shown(HOSTILE) in Reader(render(hostile_document())).texts


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_any_text_is_read_back_as_it_is_shown(words: str) -> None:
    reader = Reader(f"<p>{text(words)}</p>")
    assert "".join(reader.texts) == shown(words)
    assert reader.tags == {"p"}


def test_an_empty_value_is_told_in_words() -> None:
    assert code("") == "(empty)"


def test_lists_are_complete_where_markdown_ends_them() -> None:
    recipients = tuple((f"user{index}@fabrikam.example", 1) for index in range(200))
    page = render(document(summary(incident=incident(recipients=recipients))))
    assert "user199@fabrikam.example" in page


def test_the_timeline_has_a_bar_for_each_day_with_events() -> None:
    page = render(document())
    assert page.count("<rect ") == 2
    assert "<title>2026-11-16: 9</title>" in page


def test_it_is_made_for_light_and_dark_and_paper() -> None:
    page = render(document())
    assert "color-scheme: light dark" in page
    assert "@media print" in page
