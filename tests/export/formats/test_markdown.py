"""Markdown, read back by a Markdown parser."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from export.documents import HOSTILE, advice, document, hostile_document, hostile_report, summary
from smtpscope.export.formats.markdown import code_block, escaped, inline_code, render, table
from smtpscope.export.report.report_formats import REPORT_FORMATS
from smtpscope.export.summaries.content import verbatim
from smtpscope.harmless import shown, shown_lines
from smtpscope.knowledge.entry import SourceReference

NASTY = st.text(alphabet="`|\\*_[]()<>!&#@ a\n\r\x1b~-+.1:/$\u202e", max_size=40)


def parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def tokens(text: str) -> list[Token]:
    found: list[Token] = []
    for token in parser().parse(text):
        found += [token, *(token.children or [])]
    return found


@settings(max_examples=100)
@given(NASTY)
def test_a_code_span_gives_back_the_text_and_nothing_else(text: str) -> None:
    safe = shown(text)
    (paragraph,) = (token for token in parser().parse(f"x {inline_code(text)} y") if token.type == "inline")
    kinds = [token.type for token in paragraph.children or []]
    if safe.strip():
        assert kinds == ["text", "code_inline", "text"]
        assert (paragraph.children or [])[1].content == safe
    else:
        assert kinds == ["text"]


@settings(max_examples=100)
@given(NASTY)
def test_a_code_block_gives_back_the_text_and_ends_where_it_should(text: str) -> None:
    fence, *_ = blocks = parser().parse("\n".join([*code_block(text), "", "after"]))
    assert fence.type == "fence"
    assert fence.content == "\n".join(shown_lines(text.rstrip("\r\n").expandtabs())) + "\n"
    assert [token.content for token in blocks if token.type == "inline"] == ["after"]


@settings(max_examples=100)
@given(NASTY)
def test_our_own_words_are_shown_as_they_are(text: str) -> None:
    inline = [token for token in parser().parse(f"x {escaped(text)}") if token.type == "inline"]
    assert len(inline) == 1
    children = inline[0].children or []
    assert {child.type for child in children} <= {"text", "code_inline", "text_special"}
    words = "".join(child.content for child in children).replace("\n", " ")
    # A word that a site would link is in code; its blanks and text are the same.
    assert words.split() == f"x {shown(text)}".split()


@settings(max_examples=100)
@given(NASTY, NASTY)
def test_no_text_breaks_out_of_its_table_cell(first: str, second: str) -> None:
    lines = table(("a", "b"), (((verbatim(first),), (verbatim(second),)),), frozenset())
    found = tokens("\n".join(lines))
    assert sum(token.type == "td_open" for token in found) == 2
    assert {token.type for token in found if token.type not in ("inline", "text", "code_inline")} <= {
        *("table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close"),
        *("tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close"),
    }


def test_a_pipe_in_a_cell_is_escaped_as_github_reads_it() -> None:
    (row,) = table(("a",), (((verbatim("a|b"),),),), frozenset())[2:]
    assert row == "| `a\\|b` |"


def test_an_address_in_our_words_is_neither_mention_nor_link() -> None:
    assert escaped("Ask bob@fabrikam.example, see https://a.example/x.") == (
        "Ask `bob@fabrikam.example`, see `https://a.example/x`."
    )
    assert escaped("see #12 and @admin") == "see `#12` and `@admin`"


@pytest.mark.parametrize("text", ["- item", "+ item", "1. item", "12) item", "# title", "> quote", "=", "    code"])
def test_a_sentence_never_begins_a_list_a_title_or_a_quote(text: str) -> None:
    def blocks(meaning: str) -> list[str]:
        told = advice(meaning=meaning, causes=(meaning,), avoid=(meaning,))
        return [token.type for token in parser().parse(render(document(summary(advice=told))))]

    assert blocks(text) == blocks("word")


@pytest.mark.parametrize("text", [render(hostile_document()), REPORT_FORMATS["markdown"].render(hostile_report())])
def test_hostile_text_makes_no_html_image_or_link(text: str) -> None:
    found = tokens(text)
    assert not {token.type for token in found} & {"html_inline", "html_block", "image", "code_block", "s_open"}
    links = [str(token.attrs["href"]) for token in found if token.type == "link_open"]
    assert all(target.startswith("#incident-") for target in links)


def test_hostile_text_stands_in_code_completely() -> None:
    found = tokens(render(hostile_document()))
    assert any(token.type == "code_inline" and token.content == shown(HOSTILE) for token in found)


def test_sources_are_links_and_only_to_the_web() -> None:
    sources = (SourceReference("good", "https://a.example/x"), SourceReference("bad", "javascript:alert(1)"))
    found = tokens(render(document(summary(advice=advice(sources=sources)))))
    assert [token.attrs["href"] for token in found if token.type == "link_open"] == ["https://a.example/x"]


def test_the_contents_lead_to_the_incidents() -> None:
    text = render(document(summary(), summary()))
    assert "1. [Incident 1](#incident-1): **Recipient unknown:**" in text
    assert "\n## Incident 2\n" in text
    assert text.index("## Contents") < text.index("## Incident 1")
