"""SMTP events without an exchange: which of them are shown anyway, and what is wrong with them."""

from __future__ import annotations

from smtpscope.parsing.events.insertion_strings import surely_ours
from smtpscope.parsing.events.message_wording import EVENT_IDS
from smtpscope.parsing.events.record_facts import facts_of
from smtpscope.parsing.smtp_exchange import Command, Direction, RemoteHost, Reply, SmtpExchange
from smtpscope.reading.record import EventRecord

_NO_HOST = RemoteHost("", "", False)
_NO_COMMAND = Command("", "", "", "", None)
_NO_REPLY = Reply("", None, None, "")


def given_up(record: EventRecord, number: int | None, ours: bool, texts: list[str]) -> SmtpExchange | None:
    """The exchange for a record in which none was found: one with its problem, or None.

    `number` are the lower 16 bits of its id, `ours` means that its provider is right.
    """
    from smtpscope.parsing.events.pasted_message import has_opening

    if any(has_opening(text) for text in texts):
        return unparsed(record, number, "the message is cut off or changed: no remote host, command and reply in it")
    # Later versions of Exchange use numbers of the block 70xx for plain information.
    if not ours or record.level in ("information", "verbose"):
        return None
    if number is None and record.strings and surely_ours(record.strings):
        return unparsed(record, None, "the event has no id, so its values can't show who refused whom")
    if number not in EVENT_IDS:
        return None
    if record.strings:
        count = len(record.strings)
        values = "1 insertion string is" if count == 1 else f"{count} insertion strings are"
        return unparsed(record, number, f"the {values} not the six of this event")
    if texts:
        return unparsed(record, number, "the text is not this event's message")
    return unparsed(record, number, "the event has neither insertion strings nor a message")


def unparsed(record: EventRecord, number: int | None, problem: str) -> SmtpExchange:
    """`record` as an exchange with nothing but its `problem`."""
    return SmtpExchange(
        *facts_of(record, number),
        Direction.UNKNOWN,
        None,
        None,
        _NO_HOST,
        _NO_COMMAND,
        _NO_REPLY,
        None,
        problem=problem,
        salvaged=record.salvaged,
    )
