"""The summary as JSON."""

from __future__ import annotations

import json

from export.documents import HOSTILE, REPLY, document, hostile_document, inbound_summary, summary
from smtpscope.export.formats.json_format import SCHEMA, render
from smtpscope.export.masking.masking import Mask


def test_it_names_its_schema_and_where_it_comes_from() -> None:
    value = json.loads(render(document()))
    assert value["schema"] == SCHEMA == "smtpscope.summary/1"
    assert value["files"] == ["/logs/Application.evtx"]
    assert value["filter"] == "code:550 host:mail.fabrikam.example"
    assert (value["events_in_view"], value["events_in_log"], value["skipped"]) == (12, 1204, 2)
    assert value["masked"] is False


def test_text_is_verbatim_with_its_trailing_blanks() -> None:
    (incident,) = json.loads(render(document()))["incidents"]
    assert incident["replies"][0] == {"value": REPLY, "count": 10}
    assert incident["sample"]["full_command"] == "RCPT TO:<bob@fabrikam.example> "
    assert incident["sample"]["reply"].endswith(" ")
    assert "\r\nEvent Source:\t" in incident["sample"]["raw"]


def test_times_are_given_in_utc_and_as_shown() -> None:
    (incident,) = json.loads(render(document()))["incidents"]
    assert incident["last"] == {"utc": "2026-11-18T21:47:03.000Z", "shown": "2026-11-18 22:47:03 +01:00"}


def test_numbers_are_numbers_and_unknown_is_null() -> None:
    (incident,) = json.loads(render(document(inbound_summary())))["incidents"]
    assert incident["reply_code"] == 504
    assert incident["sample"]["mailbox"] is None
    assert incident["sample"]["enhanced_code"] is None
    assert incident["ongoing"] is False
    assert (incident["state"], incident["quiet_ms"]) == ("quiet", 30 * 3_600_000)


def test_the_reasons_are_told() -> None:
    (incident,) = json.loads(render(document()))["incidents"]
    told = incident["advice"]
    assert told["matched_by"] == "phrase: user unknown"
    assert told["evidence"] == ["User unknown"]
    assert told["confidence"] == "sure"
    assert told["sources"][1] == {"title": "RFC 3463, section 3.2", "url": ""}


def test_days_are_in_order_of_time() -> None:
    (incident,) = json.loads(render(document(summary())))["incidents"]
    assert [day["day"] for day in incident["days"]] == ["2026-11-16", "2026-11-18"]


def test_hostile_text_comes_back_verbatim_from_bytes() -> None:
    first, _ = json.loads(render(hostile_document()).encode("utf-8"))["incidents"]
    assert first["remote_host"] == HOSTILE
    assert first["sample"]["reply"] == HOSTILE


def test_evidence_stays_the_same_words_under_a_mask() -> None:
    masked = Mask().document(document())
    (incident,) = json.loads(render(masked))["incidents"]
    assert incident["advice"]["evidence"] == ["User unknown"]
    assert json.loads(render(masked))["masked"] is True
