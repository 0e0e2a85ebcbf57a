"""The one text of an event in a timeline, taken apart by its labels."""

from __future__ import annotations

from smtpscope.reading.event_exports.fields.labelled_text import labelled_event


def test_a_text_without_any_label_is_an_event_all_the_same() -> None:
    assert labelled_event("[7002 / 0x1b5a] nothing of interest") == {"event_id": 7002}


def test_the_last_label_of_a_name_counts() -> None:
    text = "[7002 / 0x1b5a] Hostname: first Source Name: X Hostname: second"
    assert labelled_event(text) == {"event_id": 7002, "Hostname": "second", "Source Name": "X"}
