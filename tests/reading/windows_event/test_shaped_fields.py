"""Looking the facts of an event up by its shape finds what reading it name by name finds."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import example, given
from hypothesis import strategies as st

from smtpscope.reading.windows_event.event_fields import Fact, fields_of
from smtpscope.reading.windows_event.shaped_fields import ShapedFields, shaped_fields

_NAMES = st.sampled_from([
    "winlog", "event", "event_data", "Event", "System", "EventData", "Data", "provider_name", "ProviderName",
    "Provider", "code", "EventID", "id", "param1", "param2", "Data_1", "Data[1]", "message", "Message", "log", "level",
    "@timestamp", "TimeCreated", "SystemTime", "#text", "Value", "#attributes", "host", "name", "tags", "strings",
    "computer_name", "record_id", "ChunkNumber", "macb", "TimeGenerated [UTC]", "x", "",
])  # fmt: skip
_TEXTS = st.sampled_from(["", "7002", "MSExchangeTransport", "2026-11-03T10:00:00Z", "550 no", "None", " ", "-"])
_LEAVES = _TEXTS | st.none() | st.integers(0, 9_000) | st.booleans() | st.just(0.5)
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5), max_leaves=20
)
_EVENTS = st.dictionaries(_NAMES, _VALUES, max_size=8)


def _with_other_texts(value: Any, texts: list[str]) -> Any:
    """The same shape with other values: each text is the next of `texts`."""
    if isinstance(value, str):
        return texts[len(value) % len(texts)]
    if isinstance(value, dict):
        return {name: _with_other_texts(inner, texts) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_other_texts(inner, texts) for inner in value]
    return value


@example({"event": [None]}, [""])
@given(_EVENTS, st.lists(_TEXTS, min_size=1, max_size=4))
def test_a_known_shape_has_the_facts_of_each_of_its_events(event: dict[str, Any], texts: list[str]) -> None:
    shaped_fields(event)
    shaped_fields(event)
    for each in (event, _with_other_texts(event, texts)):
        found, expected = shaped_fields(each), fields_of(each)
        for fact in get_args(Fact):
            assert found.values(fact) == expected.values(fact), fact
            assert found.word(fact) == expected.word(fact), fact
        assert found.numbered == expected.numbered
        assert found.empty == expected.empty
        assert (found.in_utc, found.month_first) == (expected.in_utc, expected.month_first)


def test_the_third_event_of_a_shape_is_looked_up() -> None:
    events = [{"winlog": {"provider_name": f"Source {number}", "record_id": number}} for number in range(3)]
    found = [shaped_fields(each) for each in events]
    assert [isinstance(each, ShapedFields) for each in found] == [False, True, True]
    assert [each.word("provider") for each in found] == ["Source 0", "Source 1", "Source 2"]
