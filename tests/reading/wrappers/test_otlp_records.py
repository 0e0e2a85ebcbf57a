"""Log records within an export of OpenTelemetry."""

from __future__ import annotations

from typing import Any

import pytest

from smtpscope.reading.wrappers.otlp_records import log_bodies


def exported(*bodies: Any) -> dict[str, Any]:
    records = [{"body": body} for body in bodies]
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": records[:1]}, {"logRecords": records[1:]}]}]}


def pairs(**values: Any) -> dict[str, Any]:
    return {"kvlistValue": {"values": [{"key": key, "value": value} for key, value in values.items()]}}


def test_values_of_each_kind_become_plain_ones() -> None:
    body = pairs(
        a={"stringValue": "x"},
        b={"intValue": "7004"},
        c={"boolValue": True},
        d={"arrayValue": {"values": [{"doubleValue": 0.5}, pairs(e={"stringValue": ""})]}},
    )
    assert list(log_bodies(exported(body))) == [{"a": "x", "b": "7004", "c": True, "d": [0.5, {"e": ""}]}]


def test_bodies_keep_their_order() -> None:
    first, second = pairs(a={"stringValue": "1"}), pairs(a={"stringValue": "2"})
    assert list(log_bodies(exported(first, None, second))) == [{"a": "1"}, {"a": "2"}]


def test_a_body_of_text_comes_with_all_that_the_record_says() -> None:
    attribute = {"key": "host.name", "value": {"stringValue": "exch01"}}
    body = {"body": {"stringValue": "text"}, "timeUnixNano": "1769432674000000000", "severityText": "Error"}
    record = {**body, "attributes": [{"key": "event_id", "value": {"intValue": "7004"}}]}
    export = {"resourceLogs": [{"resource": {"attributes": [attribute]}, "scopeLogs": [{"logRecords": [record]}]}]}
    assert list(log_bodies(export)) == [
        {
            "host.name": "exch01",
            "event_id": "7004",
            "severity": "Error",
            "@timestamp": "1769432674.000000000",
            "message": "text",
        }
    ]


@pytest.mark.parametrize(
    "odd", [{}, {"resourceLogs": {}}, {"resourceLogs": [1]}, exported({"kvlistValue": 1, "x": 2}), exported(1)]
)
def test_what_is_not_as_it_should_be_is_passed_over(odd: dict[str, Any]) -> None:
    assert list(log_bodies(odd)) == []


def test_pairs_without_a_name_are_left_out() -> None:
    assert list(log_bodies(exported({"kvlistValue": {"values": [{}, 1, {"key": "a"}]}}))) == [{"a": None}]
