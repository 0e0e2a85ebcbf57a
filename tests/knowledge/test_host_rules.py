"""Rules for a remote host: by its name, its address, or a domain, for all it refuses or for some words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.own_files import ENTRY, HOST_RULE, note_in
from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.matching.host_patterns import HostPatterns, folded
from smtpscope.parsing.remote_host import parse_remote_host
from support.knowledge_exchanges import exchange


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    return KnowledgeBase.load(note_in(tmp_path_factory.mktemp("own")))


def rule_of(base: KnowledgeBase, host: str, reply: str = "550 5.1.1 User unknown") -> str:
    return base.match(exchange(reply, "RCPT TO:<a@fabrikam.example>", host=host)).rule


@pytest.mark.parametrize(
    "host",
    ["mx1.fabrikam.example", "MX1.Fabrikam.Example.", "contoso.example", "mx.contoso.example", "a.b.c.contoso.example"],
)
def test_a_rule_for_a_host_answers_whatever_that_host_refuses(base: KnowledgeBase, host: str) -> None:
    match = base.match(exchange("550 5.1.1 User unknown", host=host))
    assert (match.entry_id, match.step, match.evidence) == ("call-fabrikam", "own note", ())


@pytest.mark.parametrize("host", ["mx2.fabrikam.example", "notcontoso.example", "contoso.example.net", "", "example"])
def test_other_hosts_are_answered_as_before(base: KnowledgeBase, host: str) -> None:
    assert rule_of(base, host) != "fabrikam"


def test_what_went_well_is_no_refusal_of_a_known_host(base: KnowledgeBase) -> None:
    assert base.match(exchange("250 2.0.0 OK", host="mx1.fabrikam.example")).category == "not-a-refusal"
    assert rule_of(base, "mx1.fabrikam.example", "no code at all") == "fabrikam"


def test_an_address_is_named_in_any_spelling(tmp_path: Path) -> None:
    rule = HOST_RULE.replace('"mx1.fabrikam.example"', '"[192.0.2.25]", "2001:DB8::1"')
    base = KnowledgeBase.load(note_in(tmp_path, ENTRY + rule))
    assert rule_of(base, "192.0.2.25") == "fabrikam"
    assert rule_of(base, "[IPv6:2001:db8:0::1]") == "fabrikam"
    assert rule_of(base, "192.0.2.26") != "fabrikam"


def test_words_and_codes_narrow_a_rule_for_a_host(tmp_path: Path) -> None:
    narrow = 'codes = ["550"]\nphrases = "purple elephants"\nexamples = "550 purple elephants"'
    base = KnowledgeBase.load(note_in(tmp_path, ENTRY + HOST_RULE.replace('examples = "550 no"', narrow)))
    assert rule_of(base, "mx1.fabrikam.example", "550 5.7.1 Purple elephants!") == "fabrikam"
    assert rule_of(base, "mx1.fabrikam.example", "554 5.7.1 Purple elephants!") != "fabrikam"
    assert rule_of(base, "mx1.fabrikam.example", "550 5.1.1 User unknown") != "fabrikam"
    assert rule_of(base, "mx9.fabrikam.example", "550 5.7.1 Purple elephants!") != "fabrikam"


def test_hosts_of_the_same_patterns_share_one_answer(base: KnowledgeBase) -> None:
    first, second = exchange("550 no", host="a.contoso.example"), exchange("550 no", host="b.contoso.example")
    assert base.host_patterns("a.contoso.example") == (".contoso.example",)
    assert base.match(first) is base.match(second)


def test_a_bundled_rule_may_be_for_the_hosts_of_one_provider(knowledge: KnowledgeBase) -> None:
    denied = "554 5.7.1 <ann@example.com>: Relay access denied"
    assert knowledge.match(exchange(denied, host="mx1.titan.email")).category == "recipient-unknown"
    assert knowledge.match(exchange(denied, host="mx1.example.com")).category == "relay-denied"


@pytest.mark.parametrize(
    ("rule", "field", "what"),
    [
        (HOST_RULE.replace("remote_hosts = [", "codes = ["), "phrases", "can never apply"),
        (HOST_RULE.replace('"mx1.fabrikam.example"', '" . "'), "remote_hosts", "names no host"),
    ],
)
def test_a_rule_that_asks_for_nothing_is_refused(tmp_path: Path, rule: str, field: str, what: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        KnowledgeBase.load(note_in(tmp_path, ENTRY + rule))
    assert caught.value.where.endswith(f"fabrikam.toml, rule 'fabrikam', field {field}")
    assert what in caught.value.what


def test_the_precise_pattern_comes_first() -> None:
    patterns = HostPatterns(["mx.example.com", ".example.com", ".com", ".mx.example.com"])
    assert patterns.fitting("mx.example.com") == ("mx.example.com", ".mx.example.com", ".example.com", ".com")


def test_a_host_name_of_many_labels_costs_little() -> None:
    assert HostPatterns([".a"]).fitting("a." * 100_000 + "a") == ()


@given(st.text(max_size=60))
def test_a_host_fits_its_own_name_whatever_it_is(text: str) -> None:
    key = parse_remote_host(text).key
    fitting = HostPatterns([folded(text)]).fitting(key)
    assert fitting == ((folded(text),) if key and not text.strip().startswith(".") else fitting)
    assert set(fitting) <= {folded(text)}
