"""Events as text logs hold them: the sentence, the line, the blocks of both Event Viewers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

CLOSINGS = {7002: "This may cause the connection to fail.", 7004: "This will probably cause the connection to fail."}


@dataclass(frozen=True)
class TextEvent:
    """What an event says, whatever the form; `time` is naive, in the zone of the log."""

    time: datetime
    level: str = "Error"
    computer: str = "EXCH01"
    event_id: int = 7004
    connection: int = 43
    host: str = "mx1.example.com"
    verb: str = "rcpt"
    reply: str = "550 5.1.1 User unknown "
    command: str = "RCPT TO:<a@example.com> "

    @property
    def sentence(self) -> str:
        word = "warning" if self.event_id == 7002 else "error"
        return (
            f"This is an SMTP protocol {word} log for virtual server ID 1, connection #{self.connection}. "
            f'The remote host "{self.host}", responded to the SMTP command "{self.verb}" with "{self.reply}". '
            f'The full command sent was "{self.command}".  {CLOSINGS[self.event_id]}'
        )

    @property
    def strings(self) -> tuple[str, ...]:
        return ("1", str(self.connection), self.host, self.verb, self.reply, self.command)


def american(time: datetime) -> tuple[str, str]:
    """Date and time as Windows writes them in the United States."""
    half = "AM" if time.hour < 12 else "PM"
    return f"{time.month}/{time.day}/{time.year}", f"{time.hour % 12 or 12}:{time:%M:%S} {half}"


def log_line(event: TextEvent) -> str:
    return f"{event.time} {event.level} {event.computer} MSExchangeTransport {event.event_id} {event.sentence}\n"


def csv_line(event: TextEvent) -> str:
    date, clock = american(event.time)
    cell = event.sentence.replace('"', '""')
    return f'{event.level},{date} {clock},MSExchangeTransport,{event.event_id},SMTP Protocol,"{cell}"\n'


def block_2003(event: TextEvent, *, source: str = "MSExchangeTransport") -> str:
    date, clock = american(event.time)
    return (
        f"Event Type:\t{event.level}\nEvent Source:\t{source}\nEvent Category:\tSMTP Protocol \n"
        f"Event ID:\t{event.event_id}\nDate:\t\t{date}\nTime:\t\t{clock}\nUser:\t\tN/A\n"
        f"Computer:\t{event.computer}\nDescription:\n{event.sentence}\n\n"
        "For more information, click http://www.microsoft.com/contentredirect.asp.\n"
        "Data:\n0000: 05 00 07 80               ...\x80    \n"
    )


def block_2008(event: TextEvent, *, record_id: int | None = None) -> str:
    """With `record_id` the XML of the event follows, its time the same as in the text (a server in UTC)."""
    date, clock = american(event.time)
    text = (
        f"Log Name:      Application\nSource:        MSExchangeTransport\nDate:          {date} {clock}\n"
        f"Event ID:      {event.event_id}\nTask Category: SMTP Protocol\nLevel:         {event.level}\n"
        f"Keywords:      Classic\nUser:          N/A\nComputer:      {event.computer}\nDescription:\n{event.sentence}\n"
    )
    if record_id is None:
        return text
    data = "\n".join(f"    <Data>{escape(value) if value else chr(10) + '    '}</Data>" for value in event.strings)
    return (
        f'{text}Event Xml:\n<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">\n  <System>\n'
        f'    <Provider Name="MSExchangeTransport" />\n    <EventID Qualifiers="49156">{event.event_id}</EventID>\n'
        f'    <TimeCreated SystemTime="{event.time:%Y-%m-%dT%H:%M:%S}.000000000Z" />\n'
        f"    <EventRecordID>{record_id}</EventRecordID>\n  </System>\n"
        f"  <EventData>\n{data}\n  </EventData>\n</Event>\n"
    )
