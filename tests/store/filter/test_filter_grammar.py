"""A filter's text becomes a tree or a FilterError that shows the place; a tree becomes the text that means it."""

from __future__ import annotations

import time
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import FilterError
from smtpscope.store.filter.filter_fields import FIELDS, help_lines
from smtpscope.store.filter.filter_grammar import Filter, Term, format_filter, parse_filter
from smtpscope.store.filter.filter_values import ChoiceValue, CodeValue, EnhancedCode, Moment, Number, Text
from smtpscope.store.filter.written_terms import written_terms


def only(text: str) -> Term:
    (term,) = parse_filter(text).terms
    return term


@pytest.mark.parametrize("text", ["550", "code:550", "CODE:550", " \t550\n", 'code:"550"'])
def test_a_number_of_three_digits_is_a_reply_code(text: str) -> None:
    assert only(text).values == (CodeValue(550, 550),)


@pytest.mark.parametrize("text", ["4xx", "4XX", "code:4xx", "4yz", "4**"])
def test_a_class_of_reply_codes_is_its_hundred(text: str) -> None:
    assert only(text).values == (CodeValue(400, 499),)


@pytest.mark.parametrize("text", ['"550"', "5500", "55", "650", "user550", "=550", "1xx"])
def test_what_is_not_a_bare_reply_code_is_text(text: str) -> None:
    assert isinstance(only(text).values[0], Text)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("5.7.1", (5, 7, 1)), ("5.7.x", (5, 7)), ("5.7.", (5, 7)), ("5.x.x", (5,)), ("4.", (4,)), ("#4.1.8", (4, 1, 8))],
)
def test_an_enhanced_status_code_may_be_cut_short(text: str, numbers: tuple[int, ...]) -> None:
    assert only(f"code:{text}").values == (EnhancedCode(numbers),)


def test_replies_without_a_code_can_be_asked_for() -> None:
    assert only("code:none").values == only('code:""').values == (CodeValue(None, None),)


def test_a_minus_leaves_out() -> None:
    assert only("-host:mx1").excluded
    assert only("-550") == Term("", (CodeValue(550, 550),), excluded=True)
    assert not only("host:-x").excluded


def test_a_comma_means_or() -> None:
    assert only("code:550,554").values == (CodeValue(550, 550), CodeValue(554, 554))
    assert only('host:"a b",c').values == (Text("a b"), Text("c"))
    assert only("550,").values == (CodeValue(550, 550),)


@pytest.mark.parametrize(
    "text", ['"two words"', "“two words”", "„two words“", "”two words“", '“two words"', "＂two words＂"]
)
def test_quotes_of_all_kinds_hold_a_phrase_together(text: str) -> None:
    assert only(text).values == (Text("two words"),)


def test_a_quote_inside_a_phrase_is_written_twice() -> None:
    assert only('reply:"say ""no"" now"').values == (Text('say "no" now'),)
    assert only('reply:"say “no” now"').values == (Text("say “no” now"),)
    assert only('reply:5"disk').values == (Text('5"disk'),)


def test_empty_quotes_are_the_empty_host() -> None:
    assert only('host:""').values == (Text("", exact=True),)


def test_angle_brackets_hold_a_mailbox() -> None:
    assert only("from:<>").values == only('from:""').values == (Text("", exact=True),)
    assert only("to:<a@example.com>") == Term("rcpt", (Text("a@example.com", exact=True),))


def test_an_equals_sign_means_exactly() -> None:
    assert only("host:=mx1.contoso.example").values == (Text("mx1.contoso.example", exact=True),)
    assert only('server:="a b"').values == (Text("a b", exact=True),)


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("192.0.2.7/24", "192.0.2.0/24"),
        ("192.0.2.", "192.0.2.0/24"),
        ("192.0", "192.0.0.0/16"),
        ("10.", "10.0.0.0/8"),
        ("192.0.2.25", "192.0.2.25/32"),
        ("[192.0.2.25]", "192.0.2.25/32"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("2001:db8::1", "2001:db8::1/128"),
    ],
)
def test_an_address_or_its_beginning_is_a_network(text: str, network: str) -> None:
    assert only(f"host:{text}").values == (Text(text, network=ip_network(network)),)


@pytest.mark.parametrize("text", ["host:192.0.2.0/99", "host:192.0.2.300/24", "host:2001:db8::/200"])
def test_what_was_meant_as_a_network_and_is_none_is_a_mistake(text: str) -> None:
    assert "is not a network" in error(text).what


def test_a_status_code_with_an_x_needs_no_field() -> None:
    assert only("5.7.x").values == (EnhancedCode((5, 7)),)
    assert only("5.7.1").values == (Text("5.7.1"),)


@pytest.mark.parametrize(("spoken", "word"), [("who:we", "us"), ("who:they", "them")])
def test_the_words_of_the_table_name_who_has_to_act(spoken: str, word: str) -> None:
    assert only(spoken).values == (ChoiceValue(word),)


def test_a_day_that_no_year_has_is_told_without_a_year() -> None:
    assert error("since:99-99").what == "there is no month 99 with a day 99"


@pytest.mark.parametrize("text", ["mx1", "10", "999.1.1.1", "192.0.2.0/a", "a/b", '"192.0.2.1"'])
def test_a_host_that_is_no_address_is_text(text: str) -> None:
    value = only(f"host:{text}").values[0]
    assert isinstance(value, Text)
    assert value.network is None


@pytest.mark.parametrize(
    ("text", "word"), [("dir:in", "inbound"), ("dir:OUT", "outbound"), ("level:err", "error"), ("who:us", "us")]
)
def test_a_word_of_a_field_may_be_cut_short(text: str, word: str) -> None:
    assert only(text).values == (ChoiceValue(word),)


def test_numbers_and_times_are_read() -> None:
    assert only("id:7002").values == (Number(7002),)
    assert only("connection:#550").values == (Number(550),)
    value = only('since:"2026-11-16 13:00"').values[0]
    assert isinstance(value, Moment)
    assert value.word.day == 16


@pytest.mark.parametrize("alias", [alias for field in FIELDS for alias in field.aliases])
def test_an_alias_names_its_field(alias: str) -> None:
    field = FIELDS.named(alias.upper())
    assert field is not None
    assert alias in field.aliases


def test_each_word_names_one_field() -> None:
    assert len(FIELDS.words) == len(set(FIELDS.words)) == sum(1 + len(field.aliases) for field in FIELDS)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_the_example_of_each_field_is_of_that_field(field: object) -> None:
    assert field in FIELDS
    for each in FIELDS:
        assert only(each.example).field == each.name


def test_each_example_of_the_help_can_be_read() -> None:
    for example, explanation in help_lines():
        assert parse_filter(example).terms
        assert explanation


def tried(text: str) -> tuple[Filter, FilterError | None]:
    try:
        return parse_filter(text), None
    except FilterError as caught:
        return Filter(), caught


def error(text: str) -> FilterError:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "place", "suggestion"),
    [
        ("550 hots:mx1 4xx", "hots", "550 host:mx1 4xx"),
        ("-sevrer:EXCH01", "sevrer", "-server:EXCH01"),
        ("https://contoso.example/x", "https", '"https://contoso.example/x"'),
        ("550 dir:inbuond", "inbuond", "550 dir:inbound"),
        ("level:eror host:x", "eror", "level:error host:x"),
        ('host:x reply:"user unk', '"user unk', 'host:x reply:"user unk"'),
        ('"a"b', "b", '"a" b'),
        ("550 - x", "-", "550 x"),
        ('550 ""', '""', "550"),
        ("550 host:mx*.contoso", "mx*.contoso", "550 host:mx host:.contoso"),
        ("mx*.contoso 550", "mx*.contoso", "mx .contoso 550"),
    ],
)
def test_an_error_shows_its_place_and_what_was_meant(text: str, place: str, suggestion: str) -> None:
    found = error(text)
    assert text[found.start : found.end] == place
    assert found.suggestion == suggestion
    parse_filter(suggestion)
    assert found.where == f"filter, column {found.start + 1}"


@pytest.mark.parametrize(
    "text",
    ["code:abc", "code:55", "since:soon", "id:seven", "host:", "host: x", "from:,", "code:5.7.1.1", "who:me", "dir:"],
)
def test_a_value_that_does_not_fit_is_an_error_with_a_remedy(text: str) -> None:
    found = error(text)
    assert found.what
    assert found.remedy
    assert 0 <= found.start < found.end <= len(text)


def test_no_terms_are_a_filter_too() -> None:
    assert parse_filter("  ") == Filter()
    assert format_filter(Filter()) == ""


_text_values = st.builds(Text, st.text(max_size=12), st.booleans())
_anywhere = st.builds(Text, st.text(min_size=1, max_size=12), st.booleans())
_codes = st.sampled_from([CodeValue(550, 550), CodeValue(400, 499), CodeValue(450, 459)])
_enhanced = st.builds(EnhancedCode, st.lists(st.integers(0, 999), max_size=2).map(lambda rest: (5, *rest)))
_terms = st.one_of(
    st.builds(Term, st.just(""), st.lists(_anywhere | _codes, min_size=1, max_size=3).map(tuple), st.booleans()),
    st.builds(
        Term,
        st.sampled_from(["reply", "server", "file", "cause"]),
        st.lists(_text_values, min_size=1, max_size=3).map(tuple),
        st.booleans(),
    ),
    st.builds(
        Term,
        st.just("code"),
        st.lists(_codes | _enhanced | st.just(CodeValue(None, None)), min_size=1, max_size=3).map(tuple),
    ),
    st.builds(
        Term,
        st.just("dir"),
        st.sampled_from([ChoiceValue("inbound"), ChoiceValue("unknown")]).map(lambda value: (value,)),
    ),
    st.builds(Term, st.just("id"), st.integers(0, 10**12).map(lambda number: (Number(number),))),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_terms, max_size=4))
def test_a_tree_written_and_read_again_is_the_same(terms: list[Term]) -> None:
    once = parse_filter(format_filter(Filter(tuple(terms))))
    # An empty value of a field means "exactly nothing" however it was written.
    expected = tuple(
        Term(
            term.field,
            tuple(
                Text(value.text, exact=bool(term.field)) if isinstance(value, Text) and not value.text else value
                for value in term.values
            ),
            term.excluded,
        )
        for term in terms
    )
    assert once.terms == expected
    assert parse_filter(format_filter(once)) == once


_pieces = st.sampled_from(
    [
        "host:",
        "from:",
        "since:",
        "code:",
        "-",
        "=",
        '"',
        '""',
        "“",
        "”",
        ",",
        " ",
        "550",
        "4xx",
        "<>",
        "5.7.",
        "11-16",
        "192.0.2.",
        "a",
        "é",
        "\x1b",
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_pieces, max_size=10).map("".join) | st.text(max_size=30))
def test_any_text_is_a_filter_or_a_filter_error(text: str) -> None:
    tree, caught = tried(text)
    if caught is not None:
        assert 0 <= caught.start <= caught.end <= len(text)
        return
    assert parse_filter(format_filter(tree)) == tree
    assert [text[term.start : term.end] for term in tree.terms] == [text[t.start : t.end] for t in written_terms(text)]


@pytest.mark.parametrize("piece", ['"', "-", "a:", ",", "=", "1.", "“"])
def test_a_long_text_takes_no_longer_than_its_length(piece: str) -> None:
    start = time.perf_counter()
    tried(piece * 50_000)
    assert time.perf_counter() - start < 5
