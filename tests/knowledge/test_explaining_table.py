"""The table of events that explain refusals: what the bundled one says, and what readers are told to hand out."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.own_files import note_in
from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.authoring.inspection import examined
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.explaining_table import ExplainingKind, ExplainingTable
from smtpscope.parsing.smtp_exchange import Direction

OWN = """
[[event]]
id = "gateway-restart"
name = "gateway restarted"
providers = ["Our Gateway"]
event_ids = [1]
explains = ["unavailable"]
within_minutes = 5
means = "Our gateway was restarted."
advice = ["Wait."]
source = { title = "Our wiki", url = "https://wiki.example/gateway" }
"""


def own(folder: Path, text: str = OWN) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "explaining-events.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def table() -> ExplainingTable:
    return KnowledgeBase.load().explaining


def test_at_least_twenty_events_are_known(table: ExplainingTable) -> None:
    numbers = {(kind.providers[0], number) for kind in table.kinds for number in kind.event_ids}
    assert len(numbers) >= 20
    assert len(table.kinds) >= 20


def test_each_is_short_plain_and_documented(table: ExplainingTable) -> None:
    for kind in table.kinds:
        assert 5 <= len(kind.name) <= 50, kind.id
        assert not kind.name.endswith("."), kind.id
        assert 40 <= len(kind.means) <= 250, kind.id
        assert kind.means.endswith("."), kind.id
        assert 1 <= len(kind.advice) <= 4, kind.id
        assert all(line.endswith(".") and len(line) <= 180 for line in kind.advice), kind.id
        assert kind.checked is not None, kind.id


@pytest.mark.parametrize(
    ("provider", "event_id", "category", "direction"),
    [
        ("MSExchangeTransport", 15004, "resources", Direction.INBOUND),
        ("MSExchangeTransport", 15007, "resources", Direction.INBOUND),
        ("MSExchangeFrontEndTransport", 12014, "tls", Direction.INBOUND),
        ("MSExchangeTransport", 12018, "tls", Direction.INBOUND),
        ("MSExchangeTransport", 1009, "rate-limited", Direction.INBOUND),
        ("MSExchangeTransport", 1035, "auth-failed", Direction.INBOUND),
        ("Service Control Manager", 7031, "unavailable", Direction.INBOUND),
        ("srv", 2013, "resources", Direction.INBOUND),
        ("ESE", 428, "resources", Direction.INBOUND),
        ("Microsoft-Windows-DNS-Client", 1014, "recipient-domain", Direction.OUTBOUND),
        ("NETLOGON", 5719, "auth-failed", Direction.INBOUND),
        ("MSExchange Extensibility", 1051, "server-error", Direction.INBOUND),
        ("FIPFS", 5300, "server-error", Direction.INBOUND),
    ],
)
def test_what_explains_what(
    table: ExplainingTable, provider: str, event_id: int, category: str, direction: Direction
) -> None:
    assert any(kind.is_one(provider, event_id) for kind in table.of_cause(category, direction))
    assert table.sources.wants(provider, event_id)


def test_our_own_back_pressure_explains_no_refusal_of_others(table: ExplainingTable) -> None:
    assert not [kind for kind in table.of_cause("resources", Direction.OUTBOUND) if kind.id.startswith("back-pressure")]
    assert not table.of_cause("resources", Direction.UNKNOWN)


def test_what_ends_something_is_handed_out_too(table: ExplainingTable) -> None:
    assert table.sources.wants("MSExchangeTransport", 15005)
    assert not any(kind.is_one("MSExchangeTransport", 15005) for kind in table.kinds)


def test_words_narrow_a_number_only_where_every_kind_has_some() -> None:
    def kind(name: str, words: tuple[str, ...], number: int = 7) -> ExplainingKind:
        known = KnowledgeBase.load().explaining.kinds[0]
        return ExplainingKind(
            id=name, name=name, providers=("A",), event_ids=(number,), explains=("tls",), within_minutes=1,
            means="", advice=(), source=known.source, words=words,
        )  # fmt: skip

    narrow = ExplainingTable([kind("one", ("stopped",)), kind("two", ("failed",))]).sources
    assert narrow.tells("a", 7, lambda: "it has FAILED")
    assert not narrow.tells("a", 7, lambda: "it runs")
    assert ExplainingTable([kind("one", ("stopped",)), kind("two", ())]).sources.tells("a", 7, lambda: "it runs")


def test_a_folder_of_ones_own_adds_and_replaces(tmp_path: Path) -> None:
    base = KnowledgeBase.load(own(tmp_path))
    assert base.explaining.sources.wants("our gateway", 1)
    assert len(base.explaining.kinds) == len(KnowledgeBase.load().explaining.kinds) + 1
    replaced = KnowledgeBase.load(own(tmp_path, OWN.replace("gateway-restart", "clock")))
    assert len(replaced.explaining.kinds) == len(KnowledgeBase.load().explaining.kinds)
    assert not examined(tmp_path).mistakes


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('"unavailable"', '"unavailible"', "Did you mean unavailable?"),
        ("[1]", "[]", "field event_ids"),
        ("[1]", "[70000]", "no event has"),
        ("[1]", "[1]\nended_by = [1]", "ends it"),
        ("= 5", "= 0", "Write 1 to 1440"),
        ("https://wiki", "wiki", "names no page"),
        ('["Wait."]', '[" "]', "empty text"),
        ("within_minutes", "within_minute", "there is no field 'within_minute'"),
        ('"Our gateway was restarted."', "7", "expected text"),
    ],
)
def test_a_mistake_is_told_with_its_field(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    own(tmp_path, OWN.replace(right, wrong, 1))
    found = examined(tmp_path).mistakes
    assert any(told in f"{mistake.where}: {mistake.what}. {mistake.remedy}" for mistake in found), found
    with pytest.raises(KnowledgeError):
        KnowledgeBase.load(tmp_path)


def test_the_same_id_twice_is_a_mistake(tmp_path: Path) -> None:
    (mistake,) = examined(own(tmp_path, OWN + OWN)).mistakes
    assert "is there twice" in mistake.what


def test_a_folder_with_notes_alone_keeps_the_bundled_table(tmp_path: Path) -> None:
    note_in(tmp_path, '[[note]]\ntext = "Call Anna."\n', area="our-notes")
    assert KnowledgeBase.load(tmp_path).explaining.kinds
