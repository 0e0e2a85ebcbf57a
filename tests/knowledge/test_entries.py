"""The guidance in data/knowledge/causes: complete, plain, and safe to paste."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import msgspec
import pytest

from smtpscope.knowledge.entry import Entry, Side
from smtpscope.knowledge.platform import Platform
from smtpscope.knowledge.platform_filter import AdviceContext
from smtpscope.parsing.smtp_exchange import Direction

FOLDER = Path(__file__).parents[2] / "data" / "knowledge" / "causes"

CATEGORIES = [
    "recipient-unknown",
    "recipient-disabled",
    "recipient-restricted",
    "recipient-domain",
    "mailbox-full",
    "relay-denied",
    "auth-required",
    "auth-failed",
    "tls",
    "sender-rejected",
    "sender-domain",
    "email-auth",
    "rdns",
    "helo",
    "blocked",
    "spam",
    "virus-attachment",
    "malformed",
    "too-large",
    "too-many-recipients",
    "rate-limited",
    "greylisted",
    "unavailable",
    "resources",
    "server-error",
    "loop",
    "protocol",
    "verb-refused",
    "policy",
]
NOT_REFUSALS = ("unparsed", "not-a-refusal")

PLACEHOLDERS = frozenset(
    [
        "remote_host",
        "remote_domain",
        "reply",
        "reply_text",
        "code",
        "enhanced",
        "recipient",
        "recipient_domain",
        "sender",
        "sender_domain",
        "our_address",
        "client_address",
        "block_list",
        "reversed_address",
        "url",
        "provider_code",
        "helo",
        "server",
        "message_size",
    ]
)
# What an administrator types into each tool; a tool that is not here has no fixed beginning.
BEGINNINGS = {
    "dns": ("nslookup ",),
    "telnet": ("telnet ",),
    "openssl": ("openssl s_client ",),
    "powershell": ("Get-", "Test-", "Resolve-"),
    "exchange 2007+": ("Get-", "Test-"),
    "exchange 2003": ("Servers > ", "Exchange System Manager > ", "Active Directory Users and Computers > ", "Event "),
    "read": ("https://", "http://"),
}


class EntryFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the folder."""

    entry: tuple[Entry, ...]


def load() -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for path in sorted(FOLDER.glob("*/entries.toml")):
        for entry in msgspec.toml.decode(path.read_bytes(), type=EntryFile).entry:
            assert entry.id not in entries, f"{path.name}: {entry.id} stands twice"
            entries[entry.id] = entry
    return entries


ENTRIES = load()
SIDES = [(entry_id, name) for entry_id in ENTRIES for name in ("outbound", "inbound")]
every_entry = pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())
every_side = pytest.mark.parametrize(("entry_id", "direction"), SIDES)


def side_of(entry_id: str, direction: str) -> Side:
    entry = ENTRIES[entry_id]
    return entry.outbound if direction == "outbound" else entry.inbound


def texts(entry: Entry) -> Iterator[str]:
    yield from (entry.title, entry.meaning, entry.duration_note, entry.ignore_when, entry.over_when)
    yield from (*entry.causes, *entry.avoid)
    for side in (entry.outbound, entry.inbound):
        yield from (side.reading, side.who_note, *side.actions)
    for check in entry.checks:
        yield check.what
    for source in entry.sources:
        yield source.title


def commands(entry: Entry) -> Iterator[str]:
    yield from (check.command for check in entry.checks if check.command)


def test_every_category_has_its_general_entry() -> None:
    assert len(CATEGORIES) == 29
    assert [name for name in (*CATEGORIES, *NOT_REFUSALS) if name not in ENTRIES] == []


@every_entry
def test_the_category_is_known(entry: Entry) -> None:
    assert entry.category in (*CATEGORIES, *NOT_REFUSALS)
    if entry.id in (*CATEGORIES, *NOT_REFUSALS):
        assert entry.category == entry.id


@every_entry
def test_an_id_is_a_name_of_words_with_hyphens(entry: Entry) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.id)


@every_entry
def test_title_and_meaning_are_short(entry: Entry) -> None:
    assert 10 <= len(entry.title) <= 60
    assert 80 <= len(entry.meaning) <= 350
    assert 20 <= len(entry.duration_note) <= 320


@every_entry
def test_nothing_is_left_empty_or_open(entry: Entry) -> None:
    for text in texts(entry):
        assert text.strip() == text != ""
        assert not re.search(r"\b(TODO|TBD|FIXME|XXX|lorem)\b", text)


@every_entry
def test_the_text_is_plain_ascii_on_one_line(entry: Entry) -> None:
    for text in (*texts(entry), *commands(entry)):
        assert text.isascii()
        assert text.isprintable()
        assert "  " not in text


@every_entry
def test_the_text_holds_no_markup(entry: Entry) -> None:
    for text in texts(entry):
        assert not re.search(r"\*\*|__|`|</?[a-z]+>|\[/", text), text


@every_entry
def test_sentences_end_with_a_full_stop(entry: Entry) -> None:
    sentences = [entry.meaning, entry.duration_note, entry.ignore_when, entry.over_when, *entry.causes, *entry.avoid]
    for side in (entry.outbound, entry.inbound):
        sentences += [side.reading, side.who_note, *side.actions]
    assert [text for text in sentences if not text.endswith((".", "?"))] == []
    assert not entry.title.endswith(".")


@every_entry
def test_the_lists_have_a_length_that_fits_five_minutes(entry: Entry) -> None:
    assert 2 <= len(entry.causes) <= 5
    assert 2 <= len(entry.checks) <= 6
    assert 1 <= len(entry.avoid) <= 3
    assert 1 <= len(entry.sources) <= 4
    for parts in (entry.causes, entry.avoid, [check.what + check.command for check in entry.checks]):
        assert [part for part, count in Counter(parts).items() if count > 1] == []


@every_side
def test_each_direction_says_what_happened_and_who_acts(entry_id: str, direction: str) -> None:
    side = side_of(entry_id, direction)
    assert 20 <= len(side.reading) <= 240
    assert 10 <= len(side.who_note) <= 200
    assert 2 <= len(side.actions) <= 5
    assert max(len(action) for action in side.actions) <= 420
    for platform in get_args(Platform):
        shown = AdviceContext(Direction(direction), platform).texts(side.actions)
        assert max(map(len, shown)) <= 170


@every_side
def test_each_direction_has_something_to_check(entry_id: str, direction: str) -> None:
    assert [check for check in ENTRIES[entry_id].checks if check.applies_to in ("both", direction)]


@every_entry
def test_only_known_placeholders_are_used(entry: Entry) -> None:
    for text in (*texts(entry), *commands(entry)):
        names = re.findall(r"\{([^{}]*)\}", text)
        assert set(names) <= PLACEHOLDERS, text
        assert text.count("{") == text.count("}") == len(names), text


@every_entry
def test_a_command_fits_its_tool_and_one_line(entry: Entry) -> None:
    for check in entry.checks:
        assert len(check.command) <= 110, check.command
        if check.command and check.tool in BEGINNINGS:
            assert check.command.startswith(BEGINNINGS[check.tool]), (check.tool, check.command)
        if check.tool != "read":
            assert check.command, check.what


@every_entry
def test_the_checks_change_nothing_but_logging(entry: Entry) -> None:
    for command in commands(entry):
        assert not re.search(r"\b(Remove|Restart|Stop|New|Clear|Disable)-\w", command), command
        assert not re.search(r"^(del|rd|erase|iisreset|shutdown|net stop|reg (add|delete))\b", command), command
        if "Set-" in command:
            assert command.endswith("-ProtocolLoggingLevel Verbose"), command


@every_entry
def test_inbound_checks_do_not_ask_for_our_own_outbound_values(entry: Entry) -> None:
    for check in entry.checks:
        if check.applies_to == "inbound":
            assert "{our_address}" not in check.command
        if check.applies_to == "outbound":
            assert "{client_address}" not in check.command


@every_entry
def test_size_limits_are_looked_up_at_the_connector_that_the_mail_takes(entry: Entry) -> None:
    directions = {"Get-SendConnector": "outbound", "Get-ReceiveConnector": "inbound"}
    for check in entry.checks:
        if "MaxMessageSize" in check.command:
            assert check.applies_to == directions[check.command.split()[0]]


@every_entry
def test_a_look_up_at_spamhaus_says_that_an_error_is_no_listing(entry: Entry) -> None:
    # Asked by a public resolver it answers 127.255.255.254, which is easily taken for a listing.
    for check in entry.checks:
        if check.command == "nslookup {reversed_address}.zen.spamhaus.org":
            assert "127.255.255.x is an error, no listing" in check.what


@every_entry
def test_sources_are_named_and_their_addresses_are_whole(entry: Entry) -> None:
    for source in entry.sources:
        assert len(source.title) >= 10
        if source.url:
            parts = urlsplit(source.url)
            assert parts.scheme in ("http", "https")
            assert "." in parts.netloc
            assert " " not in source.url


@every_entry
def test_an_rfc_source_points_to_the_rfc_it_names(entry: Entry) -> None:
    for source in entry.sources:
        named = re.match(r"RFC (\d+)(?:, section ([\d.]+))?", source.title)
        if named and "rfc-editor" in source.url:
            number, section = named.groups()
            assert f"/rfc{number}" in source.url
            if "#" in source.url:
                assert source.url.endswith(f"#section-{section}")


@every_side
def test_each_server_gets_words_and_checks(entry_id: str, direction: str) -> None:
    entry = ENTRIES[entry_id]
    for platform in get_args(Platform):
        given = AdviceContext(Direction(direction), platform)
        assert given.checks(entry.checks, ())
        for text in (entry.meaning, entry.duration_note, entry.ignore_when, entry.over_when):
            assert len(given.text(text)) >= 5
        for listed in (entry.causes, entry.avoid, side_of(entry_id, direction).actions):
            assert given.texts(listed), listed


@every_entry
def test_a_command_of_one_system_says_so(entry: Entry) -> None:
    for check in entry.checks:
        if check.tool == "shell":
            assert check.platforms, check.command


@every_entry
def test_nothing_promises_that_mail_arrives_or_is_lost(entry: Entry) -> None:
    for text in texts(entry):
        assert not re.search(r"\b(will be delivered|will be lost|is guaranteed|simply)\b", text), text


def test_xexch50_between_organisations_is_noise_and_mail_flows() -> None:
    entry = ENTRIES["xexch50-refused"]
    assert (entry.outbound.who_acts, entry.inbound.who_acts) == ("nobody", "nobody")
    assert "expected" in entry.meaning
    assert "mail flows" in entry.outbound.reading


def test_a_missing_host_name_is_our_own_ptr_record() -> None:
    for entry_id in ("rdns", "ptr-missing"):
        entry = ENTRIES[entry_id]
        assert (entry.outbound.who_acts, entry.inbound.who_acts) == ("us", "them")
        assert "our own public address" in entry.outbound.reading


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
