"""Insertion strings by position, and out of the texts that stand for a missing message."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.events.insertion_strings import joined_values, parse_substitute, six_values, surely_ours
from smtpscope.parsing.events.message_wording import SixValues

VALUES = ("1", "6", "mx1.example.com", "rcpt", "550 5.1.1 User unknown", "RCPT TO:<a@example.com>")
AWKWARD = ("1", "6", "", "rcpt", "550 Sorry, no; such user, here", "RCPT TO:<a@example.com>")

EVENT_VIEWER_2003 = (
    "The description for Event ID ( {id} ) in Source ( {source} ) cannot be found. The local computer may not have the "
    "necessary registry information or message DLL files to display messages from a remote computer. You may be able "
    "to use the /AUXSOURCE= flag to retrieve this description; see Help and Support for details. The following "
    "information is part of the event: {values}"
)
GET_EVENTLOG = (
    "The description for Event ID '{id}' in Source '{source}' cannot be found.  The local computer may not have the "
    "necessary registry information or message DLL files to display the message, or you may not have permission to "
    "access them.  The following information is part of the event:{values}"
)
EVENT_VIEWER_VISTA = (
    "The description for Event ID {id} from source {source} cannot be found. Either the component that raises this "
    "event is not installed on your local computer or the installation is corrupted. You can install or repair the "
    "component on the local computer.\n\nIf the event originated on another computer, the display information had to "
    "be saved with the event.\n\nThe following information was included with the event: \n\n{values}\n\n"
    "the message resource is present but the message is not found in the string/message table\n"
)
NT_4 = (
    "The description for Event ID ( {id} ) in Source ( {source} ) could not be found. It contains the following "
    "insertion string(s): {values}."
)


def written(form: str, values: tuple[str, ...], joint: str, *, quote: str = "", event_id: str = "7002") -> str:
    listed = joint.join(f"{quote}{value}{quote}" for value in values)
    return form.format(id=event_id, source="MSExchangeTransport", values=listed)


@pytest.mark.parametrize("values", [VALUES, AWKWARD])
@pytest.mark.parametrize(
    ("form", "joint", "quote"),
    [
        (EVENT_VIEWER_2003, ", ", ""),
        (GET_EVENTLOG, ", ", "'"),
        (EVENT_VIEWER_VISTA, "\n", ""),
        (EVENT_VIEWER_2003, "; ", ""),
        (NT_4, ", ", ""),
    ],
    ids=["event-viewer-2003", "get-eventlog", "event-viewer-vista", "zabbix", "nt-4"],
)
def test_a_text_for_a_missing_message_gives_its_six_values(
    form: str, joint: str, quote: str, values: tuple[str, ...]
) -> None:
    substitute = parse_substitute(written(form, values, joint, quote=quote))
    assert substitute is not None
    assert substitute.strings == values
    assert (substitute.event_id, substitute.source) == (7002, "MSExchangeTransport")


def test_windows_line_ends_between_the_values_are_understood() -> None:
    substitute = parse_substitute(written(EVENT_VIEWER_VISTA, AWKWARD, "\n").replace("\n", "\r\n"))
    assert substitute is not None
    assert substitute.strings == AWKWARD


@pytest.mark.parametrize("event_id", ["2147752794", "-1073472676"])
def test_the_id_is_given_as_it_is_written(event_id: str) -> None:
    substitute = parse_substitute(written(GET_EVENTLOG, VALUES, ", ", quote="'", event_id=event_id))
    assert substitute is not None
    assert substitute.event_id == int(event_id)


def test_the_full_command_begins_where_its_verb_follows_a_comma() -> None:
    values = (*VALUES[:4], "550 bad, rcpt refused, sorry", "RCPT TO:<a@example.com>")
    substitute = parse_substitute(written(EVENT_VIEWER_2003, values, ", "))
    assert substitute is not None
    assert substitute.strings == values


def test_a_reply_of_several_lines_is_kept_among_values_one_a_line() -> None:
    values = (*VALUES[:4], "550-first\n550 second", VALUES[5])
    substitute = parse_substitute(written(EVENT_VIEWER_VISTA, values, "\n"))
    assert substitute is not None
    assert substitute.strings == values


def test_a_full_command_without_its_verb_is_the_last_value() -> None:
    values = (*VALUES[:3], "data", "554 rejected", ".x")
    substitute = parse_substitute(written(EVENT_VIEWER_2003, values, ", "))
    assert substitute is not None
    assert substitute.strings == values


@pytest.mark.parametrize("values", [(), ("1",), ("1", "6"), ("1", "6", "host")])
def test_fewer_values_are_given_as_they_are(values: tuple[str, ...]) -> None:
    substitute = parse_substitute(written(EVENT_VIEWER_2003, values, ", "))
    assert substitute is not None
    assert substitute.strings == values


def test_without_a_list_there_are_no_strings() -> None:
    substitute = parse_substitute("The description for Event ID 7002 from source X cannot be found.")
    assert substitute is not None
    assert substitute.strings == ()


@pytest.mark.parametrize("text", ["", "The description of the service", "cannot be found"])
def test_other_texts_stand_for_nothing(text: str) -> None:
    assert parse_substitute(text) is None


def test_strings_are_taken_by_position() -> None:
    assert six_values(VALUES) == SixValues(*VALUES)
    assert six_values((*VALUES, "more")) == SixValues(*VALUES)


def test_a_dropped_empty_full_command_is_put_back() -> None:
    assert six_values(VALUES[:5]) == SixValues(*VALUES[:5], "")


@pytest.mark.parametrize(
    ("strings", "ours"),
    [
        (VALUES, True),
        (("1", "", *VALUES[2:]), True),
        (("1", "6", "", "", "", ""), True),
        (("1", "", "", "", "", ""), False),
        (("", "", *VALUES[2:]), False),
        (("a", "b", "c", "d", "e", "f"), False),
        (VALUES[:4], False),
        ((), False),
    ],
)
def test_the_shape_tells_whether_strings_may_be_ours(strings: tuple[str, ...], ours: bool) -> None:
    assert (six_values(strings) is not None) is ours


def test_the_shape_alone_is_proof_only_when_it_is_complete() -> None:
    assert surely_ours(VALUES)
    assert not surely_ours(VALUES[:5])
    assert not surely_ours((*VALUES[:4], "no code", VALUES[5]))


@given(
    host=st.from_regex(r"[a-z0-9.-]{0,20}", fullmatch=True),
    reply=st.from_regex(r"[2-5][0-9]{2} [A-Za-z0-9.; ,']{0,30}[a-z]", fullmatch=True),
    argument=st.from_regex(r"[A-Za-z<>@:=.]{1,20}", fullmatch=True),
)
@settings(max_examples=50)
def test_random_values_survive_each_form(host: str, reply: str, argument: str) -> None:
    values = ("1", "77", host, "zzmail", reply, f"ZZMAIL {argument}>")
    for form, joint, quote in [
        (EVENT_VIEWER_2003, ", ", ""),
        (GET_EVENTLOG, ", ", "'"),
        (EVENT_VIEWER_VISTA, "\n", ""),
    ]:
        substitute = parse_substitute(written(form, values, joint, quote=quote))
        assert substitute is not None
        assert substitute.strings == values


@given(
    st.lists(
        st.sampled_from(["The description for Event ID", " 7002", " in Source (X", ") cannot be found", "'", ","])
        | st.text(max_size=5)
    )
)
@settings(max_examples=50)
def test_no_text_raises(pieces: list[str]) -> None:
    parse_substitute("".join(pieces))
    parse_substitute(EVENT_VIEWER_2003.format(id=7002, source="X", values="".join(pieces)))


def test_joined_strings_are_cut_by_the_first_four_and_the_last() -> None:
    reply, command = "550 5.1.1 <ann@example.org>, sorry", "RCPT TO:<ann@example.org>"
    text = f"1, 1428, mail.example.org, rcpt, {reply}, {command}"
    assert joined_values(text) == ("1", "1428", "mail.example.org", "rcpt", reply, command)
    assert joined_values("1, 0, ehlo, 504 No , EHLO x ") == ("1", "0", "", "ehlo", "504 No ", "EHLO x ")
    assert joined_values("Components, x") is None
    assert joined_values("1, 2") is None
