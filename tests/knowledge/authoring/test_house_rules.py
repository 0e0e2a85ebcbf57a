"""How the bundled entries are written: all of them keep to it, and whoever does not is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from knowledge.own_files import ENTRY, HOST_RULE, note_in
from smtpscope.knowledge.authoring.house_rules import against_house_rules
from smtpscope.knowledge.authoring.inspection import examined
from smtpscope.knowledge.authoring.own_notes import entry_text
from smtpscope.knowledge.entry import Check, SourceReference
from smtpscope.knowledge.files.knowledge_files import bundled_folder, read_entries

GREYLISTED = next(entry for _, entry in read_entries(bundled_folder()) if entry.id == "greylisted")
LOOK = "Look at the queue."
SPAMHAUS = "nslookup {reversed_address}.zen.spamhaus.org"


def test_all_bundled_entries_keep_to_the_house_rules() -> None:
    assert [str(mistake) for mistake in against_house_rules(bundled_folder())] == []


def told(folder: Path, **changes: Any) -> list[str]:
    """Field and mistake of an entry that differs from a bundled one in `changes`."""
    entry = msgspec.structs.replace(GREYLISTED, **changes)
    note_in(folder, entry_text(entry), area="entries")
    return [f"{mistake.where.rpartition('field ')[2]}: {mistake.what}" for mistake in against_house_rules(folder)]


def side(**changes: Any) -> Any:
    return msgspec.structs.replace(GREYLISTED.outbound, **changes)


def checks(command: str, tool: Any = "dns", what: str = LOOK, **more: Any) -> tuple[Check, ...]:
    return (*GREYLISTED.checks, Check(what=what, tool=tool, command=command, **more))


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"id": "Grey_listed"}, "id: is not a name of words with hyphens"),
        ({"category": "policy"}, "category: the general entry of greylisted belongs to another cause"),
        ({"title": "Greylisting."}, "title: is a title with a full stop"),
        ({"title": "Greylisting, " * 5 + "well"}, "title: has 69 characters"),
        ({"meaning": "Too short."}, "meaning: has 10 characters"),
        ({"over_when": "It stops when TODO."}, "over_when: 'It stops when TODO.' is not finished: TODO"),
        ({"over_when": "It is **over**."}, "over_when: 'It is **over**.' contains markup: **"),
        (
            {"over_when": "It will be delivered."},
            "over_when: 'It will be delivered.' promises too much: will be delivered",
        ),
        ({"over_when": "It stops"}, "over_when: 'It stops' has no full stop"),
        ({"over_when": "It stops."[:0]}, "over_when: is empty or ends with a space"),
        ({"avoid": ("Caf\u00e9.",)}, "avoid: 'Caf\u00e9.' is not plain ASCII on one line with single spaces"),
        ({"causes": ("One.",)}, "causes: there are 1"),
        ({"causes": ("One.", "One.")}, "causes: 'One.' appears twice"),
        ({"outbound": side(reading="We wait.")}, "outbound.reading: has 8 characters"),
        ({"outbound": side(actions=("Wait.",))}, "outbound.actions: there are 1"),
        ({"checks": checks("dig x")}, "checks.command: 'dig x' is not a command for dns"),
        ({"checks": checks("")}, f"checks.command: the check {LOOK!r} has none"),
        (
            {"checks": checks("nslookup " + "x" * 110)},
            f"checks.command: {'nslookup ' + 'x' * 110!r} has 119 characters",
        ),
        (
            {"checks": checks("Get-Queue | Remove-Message", "powershell")},
            "checks.command: 'Get-Queue | Remove-Message' changes something: Remove-M",
        ),
        (
            {"checks": checks("nslookup {our_address}", applies_to="inbound")},
            "checks.command: 'nslookup {our_address}' is inbound and asks for {our_address}",
        ),
        (
            {"checks": checks("Get-SendConnector | fl MaxMessageSize", "powershell", applies_to="inbound")},
            "checks.command: 'Get-SendConnector | fl MaxMessageSize' is not at the connector of that direction",
        ),
        ({"checks": checks(SPAMHAUS)}, "checks.what: takes an error of Spamhaus for a listing"),
        (
            {"checks": checks("tail log", "shell")},
            "checks.platforms: 'tail log' is for one system only and does not say which",
        ),
        ({"sources": (SourceReference("Here"),)}, "sources.title: has 4 characters"),
        (
            {"sources": (SourceReference("A page of theirs", "www.fabrikam.example"),)},
            "sources.url: 'www.fabrikam.example' is not a full URL",
        ),
        (
            {"sources": (SourceReference("RFC 5321, section 4", "https://www.rfc-editor.org/rfc/rfc5322"),)},
            "sources.url: 'https://www.rfc-editor.org/rfc/rfc5322' is not what RFC 5321, section 4 says",
        ),
        (
            {"outbound": side(actions=("Wait.", "x" * 175 + "."))},
            "outbound.actions: one has 176 characters for outbound mail on postfix",
        ),
        ({"avoid": ("Postfix: do not restart it.",)}, "avoid: none for outbound mail on exim"),
    ],
)
def test_what_is_not_as_in_the_bundled_entries_is_told(tmp_path: Path, changes: dict[str, Any], mistake: str) -> None:
    assert mistake in told(tmp_path, **changes)


def test_an_entry_that_keeps_to_them_is_not_told(tmp_path: Path) -> None:
    assert told(tmp_path) == []


def test_notes_of_ones_own_have_to_keep_to_them_only_when_that_is_asked_for(tmp_path: Path) -> None:
    note_in(tmp_path, ENTRY + HOST_RULE)
    assert examined(tmp_path).mistakes == ()
    assert len(examined(tmp_path, strict=True).mistakes) >= 3
