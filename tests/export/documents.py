"""Made-up incidents and documents: one as it would be, one with everything a stranger could put into a reply."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from smtpscope.errors import Problem
from smtpscope.export.report.report import Report, ReportRow
from smtpscope.export.summaries.summary import IncidentSummary, SummaryDocument
from smtpscope.knowledge.advice import Advice, FilledCheck, Match
from smtpscope.knowledge.entry import SourceReference
from smtpscope.knowledge.explaining_table import ExplainingKind
from smtpscope.parsing.smtp_exchange import Command, Direction, RemoteHost, Reply, SmtpExchange
from smtpscope.store.grouping.explanations import Explanation
from smtpscope.store.grouping.incident import Counted, Episode, Incident, IncidentKey
from support.changed import replace

BERLIN = ZoneInfo("Europe/Berlin")
LAST_MS = int(datetime(2026, 11, 18, 21, 47, 3, tzinfo=UTC).timestamp() * 1000)
HOUR_MS = 3_600_000
REPLY = "550 5.1.1 <bob@fabrikam.example>: Recipient address rejected: User unknown "
RAW = (
    "Event Type:\tError\r\nEvent Source:\tMSExchangeTransport\r\nEvent ID:\t7004\r\nComputer:\tMAIL01\r\n"
    "Description:\r\nThis is an SMTP protocol error log for virtual server ID 1, connection #6. The remote host "
    '"mail.fabrikam.example", responded to the SMTP command "rcpt" with "550 5.1.1 <bob@fabrikam.example>: Recipient '
    'address rejected: User unknown ". The full command sent was "RCPT TO:<bob@fabrikam.example> ".  '
    "This will probably cause the connection to fail.\r\n"
)

HOSTILE = (
    "550 \x1b[31mred\x1b]52;c;aGk=\x07 \r\n[/] [TSS04] [b]bold[/b] <script>alert(1)</script> "
    "![x](https://evil.example/x.png) [click](javascript:alert(1)) @admin #12 www.evil.example "
    '`tick ``two ```three | pipe \\| slash \u202egnp.exe\u2066 \u200b\u2028 \x9b31m =HYPERLINK("http://a.example") '
    "&lt;b&gt; &#60; </code></pre> *star* _under_ ~~~ --> ]]> \ud800"
)
"""Terminal escapes, markup of Rich, Markdown and HTML, bidi signs, formulas, a lone surrogate."""

LEAKS = ("\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\u200b", "\u2028", "\ud800")
"""Characters that no format may pass on as they are."""


def exchange(text: str = REPLY, **changes: object) -> SmtpExchange:
    base = SmtpExchange(
        file="/logs/Application.evtx",
        offset=4096,
        time_ms=LAST_MS,
        time_assumed=False,
        record_id=120_345,
        event_id=7004,
        level="error",
        provider="MSExchangeTransport",
        channel="Application",
        computer="MAIL01",
        direction=Direction.OUTBOUND,
        virtual_server=1,
        connection=6,
        remote_host=RemoteHost("mail.fabrikam.example", "mail.fabrikam.example", address=False),
        command=Command(
            logged_verb="rcpt",
            full="RCPT TO:<bob@fabrikam.example> ",
            verb="RCPT",
            arguments="TO:<bob@fabrikam.example>",
            mailbox="bob@fabrikam.example",
        ),
        reply=Reply(text, 550, "5.1.1", text[10:].strip()),
        certainty="will probably",
        text_level="error",
    )
    return replace(base, **changes)


def incident(**changes: object) -> Incident:
    base = Incident(
        key=IncidentKey(Direction.OUTBOUND, "mail.fabrikam.example", 550, "recipient-unknown"),
        host="mail.fabrikam.example",
        spellings=("mail.fabrikam.example", "MAIL.fabrikam.example."),
        rows=np.arange(12, dtype=np.int64),
        count=12,
        first_ms=LAST_MS - 50 * HOUR_MS,
        last_ms=LAST_MS,
        log_start_ms=LAST_MS - 100 * HOUR_MS,
        log_end_ms=LAST_MS + 60_000,
        quiet_ms=60_000,
        state="ongoing",
        without_zone=0,
        first_assumed=False,
        last_assumed=False,
        episodes=(
            Episode(LAST_MS - 50 * HOUR_MS, LAST_MS - 49 * HOUR_MS, 9),
            Episode(LAST_MS - HOUR_MS, LAST_MS, 3),
        ),
        days=(("2026-11-16", 9), ("2026-11-18", 3)),
        recipients=(("bob@fabrikam.example", 10), ("Ann.Smith@fabrikam.example", 2)),
        senders=(("news@contoso.example", 11), ("", 1)),
        servers=(("MAIL01", 12),),
        verbs=(("RCPT", 12),),
        replies=((REPLY, 10), ("550 5.1.1 <Ann.Smith@fabrikam.example>: User unknown", 2)),
        enhanced_codes=(("5.1.1", 12),),
        event_ids=(("7004", 12),),
        files=(("/logs/Application.evtx", 12),),
        sample_row=11,
    )
    return replace(base, **changes)


def advice(**changes: object) -> Advice:
    base = Advice(
        match=Match(
            entry_id="recipient-unknown",
            category="recipient-unknown",
            step="phrase",
            rule="user unknown",
            confidence="sure",
            evidence=((62, 74),),
            runner_up="recipient-disabled",
            code_alone="550: the mailbox is unavailable",
            disagreement="The text says unknown, the code alone would fit policy too; the text is trusted.",
        ),
        title="Recipient unknown",
        meaning="There is no such mailbox at the remote side.",
        reading="mail.fabrikam.example knows no mailbox bob@fabrikam.example.",
        temporary=False,
        duration="permanent",
        duration_note="A mailbox that is being moved may come back.",
        who_acts="sender",
        who_note="The sender has to correct the address.",
        causes=("a typing error in the address", "the person has left"),
        checks=(
            FilledCheck("Look at the address in the full command", "read", ""),
            FilledCheck("Does the domain take mail at this host?", "dns", "nslookup -type=MX fabrikam.example"),
        ),
        actions=("Tell the sender the reply.", "Remove the address from lists."),
        ignore_when="It happens once and the sender knows.",
        avoid=("Do not retry by hand: the answer stays the same.",),
        over_when="No mail goes to this address any more.",
        sources=(
            SourceReference("RFC 5321, section 4.2.3", "https://www.rfc-editor.org/rfc/rfc5321#section-4.2.3"),
            SourceReference("RFC 3463, section 3.2"),
        ),
    )
    return replace(base, **changes)


def summary(**changes: object) -> IncidentSummary:
    return replace(IncidentSummary(incident(), advice(), exchange(), RAW), **changes)


def inbound_summary() -> IncidentSummary:
    """Our own server refuses a client that authenticated to nothing, once, in a log that names no zone."""
    reply = "504 Need to authenticate first "
    once: Counted = ((reply, 1),)
    return IncidentSummary(
        incident(
            key=IncidentKey(Direction.INBOUND, "192.0.2.17", 504, "verb-refused"),
            host="192.0.2.17",
            spellings=("192.0.2.17",),
            rows=np.array([40], dtype=np.int64),
            count=1,
            first_ms=LAST_MS,
            state="quiet",
            quiet_ms=30 * HOUR_MS,
            without_zone=1,
            first_assumed=True,
            last_assumed=True,
            episodes=(Episode(LAST_MS, LAST_MS, 1),),
            days=(("2026-11-18", 1),),
            recipients=(),
            senders=(),
            verbs=(("XEXCH50", 1),),
            replies=once,
            enhanced_codes=(),
            event_ids=(("7010", 1),),
        ),
        advice(title="Microsoft verb refused", who_acts="nobody", who_note="", temporary=False),
        exchange(
            reply,
            event_id=7010,
            direction=Direction.INBOUND,
            time_assumed=True,
            remote_host=RemoteHost("192.0.2.17", "192.0.2.17", address=True),
            command=Command("xexch50", "XEXCH50 1028 2 ", "XEXCH50", "1028 2", None),
            reply=Reply(reply, 504, None, "Need to authenticate first"),
        ),
        "504 Need to authenticate first",
    )


def explaining(**changes: object) -> Explanation:
    """Back pressure beside the refusal of `inbound_summary`."""
    base = Explanation(
        kind=ExplainingKind(
            id="back-pressure-disk",
            name="back pressure, disk full",
            providers=("MSExchangeTransport",),
            event_ids=(15006,),
            explains=("resources",),
            within_minutes=60,
            means="The drive of the mail queue is nearly full.",
            advice=("Free space on the drive that the event names.", "Find what filled it."),
            source=SourceReference("Back pressure in Exchange Server", "https://learn.example/back-pressure"),
        ),
        provider="MSExchangeTransport",
        event_id=15006,
        count=12,
        refusals=1,
        lead_ms=180_000,
        first_ms=LAST_MS - HOUR_MS,
        last_ms=LAST_MS - 180_000,
        computers=("MAIL01.fabrikam.example",),
        time_assumed=True,
    )
    return replace(base, **changes)


def document(*summaries: IncidentSummary, **changes: object) -> SummaryDocument:
    base = SummaryDocument(
        incidents=summaries or (summary(),),
        filter_text="code:550 host:mail.fabrikam.example",
        files=("/logs/Application.evtx",),
        zone=BERLIN,
        zone_name="Europe/Berlin",
        events_in_view=12,
        events_in_log=1_204,
        skipped=2,
        letter_anyway=True,
    )
    return replace(base, **changes)


def hostile_document(text: str = HOSTILE) -> SummaryDocument:
    """`text` in every place of a document where text of the log can stand, our sentences with values included."""
    many: Counted = ((text, 3), (f"{text}2", 1))
    sample = exchange(
        text,
        file=text,
        provider=text,
        channel=text,
        computer=text,
        remote_host=RemoteHost(text, text.lower(), address=False),
        command=Command(text, text, text, text, text, ((text, text),)),
        reply=Reply(text, 550, text, text),
    )
    source = SourceReference(text, text)
    kind = replace(explaining().kind, name=text, means=text, advice=(text, text), source=source)
    hostile = IncidentSummary(
        incident(
            key=IncidentKey(Direction.OUTBOUND, text.lower(), 550, text),
            host=text,
            spellings=(text, f"{text}."),
            days=(("2026-11-16", 9), (text, 3)),
            recipients=many,
            senders=many,
            servers=many,
            verbs=many,
            replies=many,
            enhanced_codes=many,
            event_ids=many,
            files=many,
        ),
        advice(
            match=Match("x", text, "own note", text, "guess", ((0, 9),), text, text, text),
            title=text,
            meaning=text,
            reading=text,
            duration_note=text,
            who_note=text,
            causes=(text,),
            checks=(FilledCheck(text, "telnet", text),),
            actions=(text,),
            ignore_when=text,
            avoid=(text,),
            over_when=text,
            sources=(SourceReference(text, text),),
        ),
        sample,
        f"{text}\n```\n~~~\n# heading\n{text}",
        (explaining(kind=kind, provider=text, computers=(text, text)),),
    )
    return document(hostile, hostile, filter_text=text, files=(text, text), zone_name=text)


def row(**changes: object) -> ReportRow:
    base = ReportRow(
        depth=0,
        code="550 5.1.1",
        host="mail.fabrikam.example",
        cause="Recipient unknown",
        category="recipient-unknown",
        direction=Direction.OUTBOUND,
        who_acts="sender",
        count=1_204,
        first_ms=LAST_MS - 50 * HOUR_MS,
        last_ms=LAST_MS,
        state="ongoing",
        quiet_ms=60_000,
        recipients=12,
        spark=(0, 0, 1, 4, 9, 3, 0, 0, 0, 2, 5, 1),
        reply_code=550,
        remote_host="mail.fabrikam.example",
    )
    return replace(base, **changes)


def report(*rows: ReportRow, **changes: object) -> Report:
    base = Report(
        files=("/logs/Application.evtx", "/logs/Old.evt"),
        first_ms=LAST_MS - 100 * HOUR_MS,
        last_ms=LAST_MS,
        events=1_241,
        events_in_view=1_205,
        unrelated_records=594_063,
        skipped=2,
        directions=(("outbound", 1_204), ("inbound", 1)),
        rows=rows
        or (
            row(),
            row(depth=1, code="550 5.1.1", host="mail.fabrikam.example", count=1_200),
            row(
                code="504",
                host="192.0.2.17",
                cause="Microsoft verb refused",
                category="verb-refused",
                direction=Direction.INBOUND,
                who_acts="nobody",
                count=1,
                first_ms=LAST_MS,
                state="over",
                quiet_ms=72 * HOUR_MS,
                recipients=0,
                spark=(0,) * 11 + (1,),
            ),
        ),
        filter_text="code:5*",
        zone=BERLIN,
        zone_name="Europe/Berlin",
        problems=(Problem("/logs/Old.evt", "byte 0x1000", "a record is cut off", "skipped", 2),),
    )
    return replace(base, **changes)


def hostile_report(text: str = HOSTILE) -> Report:
    hostile = row(code=text, host=text, cause=text, category=text, remote_host=text)
    return report(
        hostile,
        replace(hostile, depth=1),
        files=(text,),
        filter_text=text,
        zone_name=text,
        group_by=text,
        problems=(Problem(text, text, text, "skipped", 1),),
    )
