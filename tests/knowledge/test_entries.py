"""What some of the bundled entries say; that all are well written is told by the house rules."""

from __future__ import annotations

from smtpscope.knowledge.entry import Entry
from smtpscope.knowledge.files.knowledge_files import bundled_folder, read_entries

ENTRIES: dict[str, Entry] = {entry.id: entry for _, entry in read_entries(bundled_folder())}


def test_xexch50_between_organisations_is_noise_and_mail_flows() -> None:
    entry = ENTRIES["xexch50-refused"]
    assert (entry.outbound.who_acts, entry.inbound.who_acts) == ("nobody", "nobody")
    assert "expected" in entry.meaning
    assert "mail flows" in entry.outbound.reading


def test_a_missing_host_name_is_our_own_ptr_record() -> None:
    for entry_id in ("rdns", "ptr-missing"):
        entry = ENTRIES[entry_id]
        assert (entry.outbound.who_acts, entry.inbound.who_acts) == ("us", "them")
        assert "our own public IP address" in entry.outbound.reading


def test_an_empty_sender_means_that_our_ndr_is_refused() -> None:
    entry = ENTRIES["ndr-refused"]
    assert "our NDR" in entry.outbound.reading
    assert "empty (<>)" in entry.meaning


def test_out_of_memory_outbound_is_the_remote_servers_trouble() -> None:
    for entry_id in ("resources", "antigen-out-of-memory", "back-pressure", "mailroot-permissions"):
        entry = ENTRIES[entry_id]
        assert (entry.outbound.who_acts, entry.inbound.who_acts) == ("them", "us")


def test_a_refused_relay_attempt_is_good_news_and_nobody_acts() -> None:
    assert ENTRIES["relay-attempt-inbound"].inbound.who_acts == "nobody"
    assert "good news" in ENTRIES["relay-attempt-inbound"].meaning


def test_a_dead_block_list_is_not_ours_to_leave() -> None:
    entry = ENTRIES["sorbs-listed"]
    assert "shut down" in entry.meaning
    assert (entry.outbound.who_acts, entry.inbound.who_acts) == ("them", "us")
