"""What the header of a message tracking log says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.microsoft_exchange.tracking_rows import columns_by_count, header_of
from support.tracking_logs import COLUMNS, header


@pytest.mark.parametrize("version", COLUMNS)
def test_the_columns_of_each_version_are_found_by_name_and_by_number(version: str) -> None:
    names = COLUMNS[version]
    found = header_of(header(names, version))
    assert found.is_tracking
    assert found.values["version"] == version
    assert found.columns is not None
    assert found.columns.index == {name: number for number, name in enumerate(names)}
    by_count = columns_by_count(len(names))
    assert by_count is not None
    assert by_count.index == found.columns.index


def test_any_choice_of_columns_in_any_order_will_do() -> None:
    found = header_of("\n#Fields: Source, event-id ,recipient-address\nSMTP,FAIL,x\n")
    assert found.is_tracking
    assert found.columns is not None
    assert found.columns.index == {"source": 0, "event-id": 1, "recipient-address": 2}
    assert not found.columns.stamped


def test_the_first_of_two_columns_of_one_name_counts() -> None:
    found = header_of("#Fields: source,event-id,source\n").columns
    assert found is not None
    assert found.index["source"] == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#Log-type: SMTP Send Protocol Log\n#Fields: date-time,connector-id,session-id,event,data,context\n",
        "#Software: Microsoft Internet Information Services 6.0\n#Fields: date time c-ip sc-status\n",
        "# Message Tracking Log File\n# Date\tTime\n",
        "#Fields:\n",
        "Dear all,\n#Log-type: Message Tracking Log\n",
    ],
)
def test_other_headers_are_of_other_logs(text: str) -> None:
    assert not header_of(text).is_tracking


@settings(max_examples=50)
@given(st.text(alphabet="#Fields: ,\n\0\ufeffx-", max_size=60))
def test_any_header_is_read(text: str) -> None:
    header_of(text)
