"""A text is measured bit by bit and coloured line by line, and is the same as if Textual had wrapped it at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content
from textual.style import Style

from smtpscope.app.widgets.prose.line_breaks import wrapped, wrapped_text
from smtpscope.app.widgets.prose.long_words import with_breaks
from smtpscope.app.widgets.prose.prose_blocks import FlowingColumns, ProseBlock, ProseParagraph
from smtpscope.app.widgets.prose.prose_layout import ProseLayout

_WORDS = st.lists(st.text(alphabet="ab.-/é郵", min_size=1, max_size=9), max_size=12)
_TEXTS = st.one_of(_WORDS.map(" ".join), st.text(alphabet="ab   -", max_size=60))
_CONTENTS = _TEXTS.map(Content)
_BLOCKS: st.SearchStrategy[ProseBlock] = st.one_of(
    st.builds(ProseParagraph, _CONTENTS, st.sampled_from(["", "- ", "reply      "]).map(Content), st.integers(0, 4)),
    st.builds(FlowingColumns, st.lists(_CONTENTS, max_size=5).map(tuple), st.integers(0, 4)),
)


@given(_TEXTS, st.integers(1, 30))
def test_lines_break_where_textual_breaks_them(words: str, width: int) -> None:
    content = Content(words)
    expected = [line.plain for line in with_breaks(content, width).wrap(width)] if words else [""]
    assert wrapped_text(content, width) == expected
    assert [line.plain for line in wrapped(content, width)] == expected


def test_spans_stay_on_their_words_when_a_line_breaks() -> None:
    content = Content.assemble("The reply ", ("550 5.7.1", "bold"), " means: no relay")
    first, second, *_ = wrapped(content, 16)
    assert [first.plain[span.start : span.end] for span in first.spans] == ["550"]
    assert [second.plain[span.start : span.end] for span in second.spans] == ["5.7.1"]


@given(st.lists(_BLOCKS, max_size=8).map(tuple), st.integers(1, 40))
def test_each_line_is_drawn_as_it_was_measured(blocks: tuple[ProseBlock, ...], width: int) -> None:
    layout = ProseLayout(blocks, width)
    drawn = [layout.strip(number, Style()).text for number in range(len(layout.lines))]
    assert drawn == layout.lines


def test_a_long_text_is_measured_bit_by_bit() -> None:
    blocks = tuple(ProseParagraph(Content(f"mx{n}.contoso.example refuses us")) for n in range(2_000))
    layout = ProseLayout(blocks, 20)
    assert not layout.measure(least=40, seconds=0)
    assert 40 <= layout.measured_lines < 100
    assert layout.strip(3, Style()).text == "refuses us"
    assert len(layout.lines) == 4_000
    assert layout.first_lines[-1] == 3_998
