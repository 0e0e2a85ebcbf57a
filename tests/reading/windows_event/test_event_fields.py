"""Where an event says what, however a tool spells the names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.windows_event.event_fields import Fact, fields_of


@pytest.mark.parametrize(
    "event",
    [
        {"System": {"Provider": {"#attributes": {"Name": "X"}}}},
        {"Event": {"System": {"Provider": {"@Name": "X"}}}},
        {"Event": {"System": [{"Provider": [{"$": {"Name": "X"}}]}]}},
        {"Event": {"System": {"Provider": {"_attributes": {"Name": "X"}}}}},
        {"Event": {"System": {"Provider_attributes": {"Name": "X"}}}},
        {"data": {"win": {"system": {"providerName": "X"}}}},
        {"winlog.provider_name": ["X"]},
        {"winlog": {"provider_name": "X"}},
        {"Provider_Name": "X"},
        {"System_Provider_Name": "X"},
        {"log": '{"ProviderName": "X", "EventID": 1}'},
        {"Source Name": "X"},
        {"Origen del suceso": "X"},
    ],
)
def test_the_source_is_found_in_every_spelling(event: dict[str, Any]) -> None:
    assert fields_of(event).word("provider") == "X"


@pytest.mark.parametrize(
    ("event", "fact", "value"),
    [
        ({"rule": {"level": 5}, "data": {"win": {"system": {"level": "2"}}}}, "level", "2"),
        ({"level": "high", "document": {"Event": {"System": {"Level": 3}}}}, "level", "3"),
        ({"RecordNumber": 9, "EventRecordId": 1}, "record_id", "1"),
        ({"_id": "0", "_source": {"event_id": 7002}}, "event_id", "7002"),
        ({"EventID": {"Value": 7004, "Qualifiers": 1}}, "event_id", "7004"),
        ({"Execution": {"ProcessID": 4}}, "event_id", None),
    ],
)
def test_names_of_the_event_come_before_those_around_it(event: dict[str, Any], fact: Fact, value: str | None) -> None:
    assert fields_of(event).word(fact) == value


def test_a_zone_in_the_name_of_a_time_counts() -> None:
    (found,) = fields_of({"TimeGenerated [UTC]": "3/2/2026, 5:16:56 AM"}).values("time")
    assert found.utc
    (found,) = fields_of({"TimeGenerated": "3/2/2026, 5:16:56 AM"}).values("time")
    assert not found.utc


@settings(max_examples=30)
@given(st.dictionaries(st.text(), st.recursive(st.none() | st.text(), lambda x: st.dictionaries(st.text(), x))))
def test_nothing_raises(event: dict[str, Any]) -> None:
    fields_of(event)
