"""What the mail log of Cisco's appliances tells of refusals."""

from __future__ import annotations

import pytest

from smtpscope.reading.mail_servers.further.ironport_log import IronportLogReader
from support.mail_lines import OPTIONS, exchanges_of, told
from support.memory_source import MemorySource

AT = "Tue Nov 24 13:45:02 2026 Info: "
BEFORE = (
    f"{AT}MID 77 ICID 5 RID 0 To: <ann@contoso.example>",
    f"{AT}MID 78 ICID 6 RID 0 To: <other@contoso.example>",
    f"{AT}New SMTP DCID 9 interface 192.0.2.1 address 192.0.2.10 port 25",
)


@pytest.mark.parametrize("how", ["Bounced: DCID 9 MID 77 to RID 0", "Delayed: DCID 9 MID 77 to RID 0"])
def test_host_and_recipient_are_in_earlier_lines(how: str) -> None:
    refused = f"{AT}{how} - 5.1.0 - Unknown address error ('550', ['5.1.1 Who?', \"5.1.1 it's the end\"]) []"
    assert told(IronportLogReader, *BEFORE, refused) == [
        ("outbound", "192.0.2.10", "", "", "550-5.1.1 Who?\n550 5.1.1 it's the end", "ann@contoso.example")
    ]


def test_a_bounce_log_names_the_recipient_itself() -> None:
    line = (
        f"{AT}Delayed: DCID 4 MID 5 From: <a@example.com> To: <bob@contoso.example> RID 0 - 4.3.2 - Not accepting "
        "messages at this time ('421', ['4.3.2 try again later'])"
    )
    assert told(IronportLogReader, line) == [
        ("outbound", "", "", "", "421 4.3.2 try again later", "bob@contoso.example")
    ]


def test_what_the_appliance_gave_up_itself_is_no_refusal() -> None:
    line = f"{AT}Bounced: DCID 0 MID 8 to RID 0 - 5.1.2 - Bad destination host ('000', ['DNS Hard Error']) []"
    reader = IronportLogReader(MemorySource(f"{line}\n".encode()), OPTIONS)
    assert exchanges_of(reader) == []
    assert ("Failed without a reply", "1") in reader.information().facts


def test_a_line_that_is_cut_off_tells_what_is_left_of_the_reply() -> None:
    line = f"{AT}Bounced: DCID 9 MID 77 to RID 0 - 5.1.0 - Unknown address error ('550', ['5.1.1 The mail"
    assert [found[4] for found in told(IronportLogReader, *BEFORE, line)] == ["550 5.1.1 The mail"]


def test_syslog_may_carry_the_lines() -> None:
    begin = "Nov 24 13:45:02 esa1 mail_logs: Info: "
    lines = [each.replace(AT, begin) for each in BEFORE]
    refused = f"{begin}Bounced: DCID 9 MID 77 to RID 0 - 5.1.0 - Unknown address error ('550', ['5.1.1 Who?']) []"
    (found,) = exchanges_of(IronportLogReader(MemorySource("\n".join([*lines, refused]).encode()), OPTIONS))
    assert (found.computer, found.mailbox, found.remote_host) == ("esa1", "ann@contoso.example", "192.0.2.10")
