"""Facts of an incident in plain English: who refuses whom, when, for how long, who has to act.

The result may contain text from the log; each format makes it harmless as its last step.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from msgspec import Struct

from smtpscope.harmless import Shown, shown_lines
from smtpscope.knowledge.advice import Confidence
from smtpscope.knowledge.entry import Tool, WhoActs
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.store.activity import state_words
from smtpscope.store.grouping.incident import Incident
from smtpscope.store.times import format_short, format_time, local_datetime

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

DIRECTION_WORDS: Final[dict[Direction, str]] = {
    Direction.OUTBOUND: "outbound: we sent, the remote host refused",
    Direction.INBOUND: "inbound: a client sent, our server refused",
    Direction.UNKNOWN: "unknown: the event could not be parsed",
}

CONFIDENCE_WORDS: Final[dict[Confidence, str]] = {
    "sure": "sure",
    "likely": "likely",
    "guess": "a guess: verify before you act on it",
}

TOOL_WORDS: Final[dict[Tool, str]] = {
    "read": "",
    "dns": "DNS",
    "powershell": "PowerShell",
    "telnet": "telnet",
    "openssl": "OpenSSL",
    "exchange 2003": "Exchange 2003",
    "exchange 2007+": "Exchange 2007 and later",
    "shell": "command line",
}


def who_acts_words(who: WhoActs, direction: Direction) -> str:
    """Who has to act, naming the side; knowledge/entry.py lists the five."""
    if who == "them":
        return "the other side (the client)" if direction is Direction.INBOUND else "the other side (the remote host)"
    return {
        "us": "us, the administrators of this server",
        "sender": "the sender",
        "recipient": "the recipient",
        "nobody": "none needed",
    }[who]


def times(count: int) -> str:
    """How often, in words: `once`, `12 times`, `1,204 times`."""
    return "once" if count == 1 else f"{count:,} times"


def counted(count: int, one: str, many: str) -> str:
    """`1 event`, `1,204 events`."""
    return f"{count:,} {one if count == 1 else many}"


def time_words(time_ms: int | None, zone: tzinfo) -> str:
    """`2026-11-18 22:47:03 +01:00` in `zone`."""
    if time_ms is None:
        return "no time in the log"
    offset = local_datetime(time_ms, zone).strftime("%z")
    return f"{format_time(time_ms, zone)} {offset[:3]}:{offset[3:5]}"


def utc_text(time_ms: int | None) -> str | None:
    """`2026-11-18T22:47:03.000Z` (ISO 8601, UTC, milliseconds), None for no time, or one outside the calendar."""
    if time_ms is None:
        return None
    try:
        moment = _EPOCH + timedelta(milliseconds=time_ms)
    except OverflowError:
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Calendar(Struct, frozen=True):
    """How times are shown: in `zone`, called `zone_name`."""

    zone: tzinfo
    zone_name: str

    def brief(self, time_ms: int | None) -> str:
        """The time with its offset, for tables that say the zone once."""
        return time_words(time_ms, self.zone)

    def full(self, time_ms: int | None, *, assumed: bool = False) -> str:
        """The time with offset and zone: `2026-11-18 22:47:03 +01:00 (Europe/Berlin)`; an assumed zone says so."""
        if time_ms is None:
            return "no time in the log"
        note = f"{self.zone_name}, zone assumed" if assumed else self.zone_name
        return f"{time_words(time_ms, self.zone)} ({note})"


def code_words(incident: Incident) -> str:
    """`550 5.7.1`: the reply code, and the enhanced code if all replies share one."""
    if incident.key.code is None:
        return "a reply without a code"
    codes = [code for code, _ in incident.enhanced_codes if code]
    return f"{incident.key.code} {codes[0]}" if len(codes) == 1 else str(incident.key.code)


def verb_words(incident: Incident) -> str:
    """The command verbs that were refused: `RCPT`, `MAIL and RCPT`, `RCPT and 3 others`; "" if there is none."""
    verbs = [verb for verb, _ in incident.verbs if verb]
    if len(verbs) <= 2:
        return " and ".join(verbs)
    return f"{verbs[0]} and {len(verbs) - 1} others"


def raw_lines(text: str) -> list[Shown]:
    """The lines of a record's raw text, harmless; tabs become spaces, as Event Viewer puts one after each label."""
    return shown_lines(text.rstrip("\r\n").expandtabs(8))


def when_log_ends(incident: Incident, zone: tzinfo) -> str:
    """Whether it is over: `quiet for 29 h (log ends 11-22 23:12)`; measured from the end of the log, not from today."""
    if incident.state is None:
        return "no times, so it is unknown whether this is over"
    words = state_words(incident.state, incident.quiet_ms)
    return words if incident.log_end_ms is None else f"{words} (log ends {format_short(incident.log_end_ms, zone)})"


def host_words(host: str, direction: Direction) -> str:
    """The remote host, or a phrase if the event names none."""
    if host:
        return host
    return "an unnamed client" if direction is Direction.INBOUND else "an unnamed remote host"


def sample_level(sample: SmtpExchange) -> str:
    """The level of the sample's record, with the level in its text if they differ."""
    if sample.level is None:
        return sample.text_level or "not in the log"
    if sample.text_level is not None and sample.text_level != sample.level:
        return f"{sample.level} (its text says {sample.text_level})"
    return sample.level
