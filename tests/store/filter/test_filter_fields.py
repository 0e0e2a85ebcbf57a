"""One entry in the table of fields is all that a field needs."""

from __future__ import annotations

from datetime import UTC
from itertools import pairwise

import numpy as np
import pytest

from smtpscope.cli.candidates import filter_terms
from smtpscope.cli.program import cli
from smtpscope.errors import FilterError
from smtpscope.store.filter.field_columns import NumberColumn, TextColumn
from smtpscope.store.filter.field_table import Facet, Field
from smtpscope.store.filter.filter_editing import add_term
from smtpscope.store.filter.filter_evaluation import matching
from smtpscope.store.filter.filter_fields import FIELDS, help_lines
from smtpscope.store.filter.filter_grammar import format_filter, parse_filter
from smtpscope.store.filter.suggestions import WordsOfStore, complete, suggest
from smtpscope.store.grouping.facets import facets
from smtpscope.store.grouping.groups import GroupTree
from smtpscope.store.numbered_column import NumberedColumn
from store.events import exchange, store_of, three_weeks
from support import manual
from support.made_docs import PARTS

STORE = store_of(*three_weeks())

_PEERS = TextColumn(NumberedColumn(lambda columns: columns.host_key), lambda words: words.host_keys)
PEER = Field(
    name="peer",
    help="Part of the folded name of the other side",
    example="peer:fabrikam",
    column=_PEERS,
    aliases=("partner",),
    facets=(Facet("peers", _PEERS.counts, "(no peer)"),),
)
_RECORDS = NumberColumn(NumberedColumn(lambda columns: columns.record_id))
RECORD = Field(
    name="record",
    help="Number of the record",
    example="record:12",
    column=_RECORDS,
    facets=(Facet("records", _RECORDS.counts),),
)


def test_a_connector_can_be_looked_for_and_grouped_by() -> None:
    store = store_of(*(exchange(connector=name) for name in ("Internet", "Partner", None, "Internet")))
    filters = map(parse_filter, ("connector:inter", 'connector:""'))
    assert [np.flatnonzero(matching(store, each, UTC)).tolist() for each in filters] == [[0, 3], [2]]
    assert complete(store, "connector:", 10) == ["connector:Internet", "connector:Partner"]
    assert facets(store, None, "connectors") == (("Internet", 2), ("Partner", 1))
    tree = GroupTree(store, None, "connector", UTC)
    assert sorted(tree.group(0, index).label for index in range(3)) == ["", "Internet", "Partner"]


def filter_document() -> str:
    return PARTS["filter.md", "filter fields"]()


@pytest.fixture
def with_new_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FIELDS, "fields", (*FIELDS.fields, PEER, RECORD))


def count(text: str) -> int:
    return int(np.count_nonzero(matching(STORE, parse_filter(text), UTC)))


@pytest.mark.usefixtures("with_new_fields")
def test_one_entry_makes_a_field_of_text() -> None:
    assert count("peer:fabrikam") == count("partner:fabrikam") == count("host:fabrikam") > 0
    assert count("-peer:=mail.fabrikam.example") == len(STORE) - count("host:=mail.fabrikam.example")
    assert complete(STORE, "pee", 3) == ["peer:"]
    assert complete(STORE, "peer:fab", 8) == ["peer:mail.fabrikam.example"]
    assert suggest(WordsOfStore(STORE), "peer:fabrikan") == "peer:fabrikam"
    assert suggest(WordsOfStore(STORE), "peeer:fabrikam") == "peer:fabrikam"
    assert facets(STORE, None, "peers")[0] == facets(STORE, None, "hosts")[0]
    assert FIELDS.tabs()[-2:] == [(PEER, PEER.facets[0]), (RECORD, RECORD.facets[0])]
    assert add_term("550", "peer", "=mx") == "550 peer:=mx"
    assert ("peer:fabrikam", PEER.help) in help_lines()


@pytest.mark.usefixtures("with_new_fields")
def test_a_new_field_of_numbers_looks_at_its_own_column_and_no_other() -> None:
    store = store_of(*(exchange(offset=offset, event_id=offset + 1) for offset in (7, 7, 8)))
    found = [np.flatnonzero(matching(store, parse_filter(f"record:{number}"), UTC)).tolist() for number in (7, 8, 9)]
    assert found == [[0, 1], [2], []]
    assert complete(store, "record:", 7) == ["record:7", "record:8"]
    assert facets(store, None, "records") == (("7", 2), ("8", 1))
    with pytest.raises(FilterError, match="takes a number"):
        parse_filter("record:seven")


@pytest.mark.usefixtures("with_new_fields")
def test_a_new_field_is_in_the_documents_the_manual_and_the_shell() -> None:
    assert f"| `peer:fabrikam` | {PEER.help} |" in filter_document()
    assert PEER.help in manual.text()
    command = cli.commands["report"]
    found = filter_terms(command.make_context("report", [], resilient_parsing=True), command.params[0], "550 pee")
    assert [(each.value, each.help) for each in found] == [("550 peer:", PEER.help)]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_field_is_known_everywhere(field: Field) -> None:
    (term,) = parse_filter(field.example).terms
    assert term.field == field.name
    assert parse_filter(format_filter(parse_filter(field.example))) == parse_filter(field.example)
    assert matching(STORE, parse_filter(field.example), UTC).shape == (len(STORE),)
    assert suggest(WordsOfStore(STORE), field.example) is None or not count(field.example)
    for word in field.words:
        assert f"{field.name}:" in complete(STORE, word, len(word))
    for completion in complete(STORE, f"{field.name}:", len(field.name) + 1):
        assert all(term.field == field.name for term in parse_filter(completion).terms)
    for text in field.column.search_texts(STORE):
        assert all(isinstance(each, str) for each in text)
    for facet in field.facets:
        counts = [number for _, number in facets(STORE, None, facet.name)]
        assert all(before >= after for before, after in pairwise(counts))
        assert sum(counts) <= len(STORE)
    assert (field.example, field.help) in help_lines()
    assert field.example in filter_document()


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_what_a_field_completes_is_what_it_finds(field: Field) -> None:
    for completion in complete(STORE, f"{field.name}:", len(field.name) + 1):
        if field.column.choices or completion.endswith(("today", "yesterday", "24h", "7d")):
            continue
        assert count(completion) > 0


def test_no_facet_has_the_name_of_another_and_each_tab_is_one() -> None:
    names = [facet.name for facet in FIELDS.facets]
    assert len(names) == len(set(names))
    assert [facet.name for _, facet in FIELDS.tabs()][:3] == ["recipients", "senders", "hosts"]


def test_a_facet_that_no_field_has_is_named() -> None:
    with pytest.raises(KeyError, match="colours"):
        facets(STORE, None, "colours")
