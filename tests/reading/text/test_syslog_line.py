"""The beginning of a line that a syslog daemon wrote."""

from __future__ import annotations

import pytest

from smtpscope.reading.text.syslog_line import LogLine, split, tag

TAG = tag(r"prog/\w{1,9}")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Nov 24 13:45:02 host prog/a[12]: text: x", LogLine("Nov 24 13:45:02 host ", "prog/a", "12", "text: x")),
        ("Nov 24 13:45:02 host prog/a: text", LogLine("Nov 24 13:45:02 host ", "prog/a", "", "text")),
        (
            "<22>1 2026-11-24T13:45:02Z host prog/a - - - text",
            LogLine("<22>1 2026-11-24T13:45:02Z host ", "prog/a", "", "text"),
        ),
        ("host other[1]: said prog/a", None),
        ("host notprog/a[1]: text", None),
        ("x" * 400 + " prog/a[1]: text", None),
        ("", None),
    ],
)
def test_a_line_is_taken_apart_at_the_tag(line: str, expected: LogLine | None) -> None:
    assert split(line, TAG) == expected
