"""Deliveries reported by mail services and queues; `delivery_fields` turns their records into lines."""

from __future__ import annotations

import re
from typing import ClassVar, Final

import msgspec

from smtpscope.reading.mail_servers.mail_grammar import (
    FAILED,
    Around,
    Damaged,
    Found,
    LoggedRefusal,
    MailGrammar,
    NoReply,
)
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.postfix_log import said_in
from smtpscope.reading.record import Format, LogReader, Side
from smtpscope.reading.text.syslog_line import LogLine
from smtpscope.reading.text.text_kind import is_text
from smtpscope.reading.wrappers.deliveries.delivery_fields import DELIVERED, SIGN
from smtpscope.reading.wrappers.deliveries.delivery_records import DeliveryRecords
from smtpscope.reading.wrappers.wrapped_log import WrappedLog
from smtpscope.reading.wrappers.wrapped_text import inner_head
from smtpscope.reading.wrappers.wrapper import Wrapper

PROGRAM: Final = "delivery record"
_LINE = re.compile(rf"(?P<header>.{{0,64}}?){re.escape(SIGN)}(?P<record>\{{.*)", re.DOTALL)
_PROGRAM = re.compile(r"\{\"program\": \"(?P<program>[a-z/]{1,32})\"")
_SAID = re.compile(r"(?:host |TLS is required|SASL authentication failed)")
_IS_REPLY = re.compile(r"[45]\d\d(?:[ \-]|\Z)")
_SOMEWHERE = re.compile(r"(?<![\w.])[45]\d\d[ \-][45]\.\d{1,3}\.\d{1,3}(?![\w.])")
_COMMAND = re.compile(r"(?P<verb>EHLO|HELO|LHLO|MAIL|RCPT|DATA|BDAT|STARTTLS|AUTH|QUIT)(?![A-Za-z])", re.IGNORECASE)
_QUEUED: Final = "The queue tells when the message came in, not when it was refused"


class Delivery(msgspec.Struct, frozen=True):
    """The facts of a record on one recipient; `reply` may be quoted in other words, and is "" if there is none."""

    to: str
    reply: str = ""
    failed: bool = False
    host: str = ""
    command: str = ""
    queued: bool = False
    inbound: bool = False


_DECODER = msgspec.json.Decoder(Delivery)


class DeliveryGrammar(MailGrammar):
    """Each line is a record on one recipient."""

    def line(self, text: str) -> LogLine | None:
        found = _LINE.match(text)
        if found is None:
            return None
        program = _PROGRAM.match(found["record"])
        return LogLine(found["header"], program["program"] if program else PROGRAM, "", found["record"])

    def refusal(self, line: LogLine, around: Around) -> Found:
        try:
            delivery = _DECODER.decode(line.text)
        except msgspec.MsgspecError:
            return Damaged("the record is cut off")
        if not delivery.reply:
            return NoReply(FAILED) if delivery.failed else None
        return _refused(delivery)


_FORMAT: Final = Format(
    name="delivery",
    service=True,
    title="Deliveries of a mail service or a queue",
    recognised_by="JSON or a table with a recipient and a reply, by the names that mail services give them; mailq",
    lacks=(
        "usually which command a remote host refused",
        "usually the name of the remote host",
        "the moment of a refusal, in the listing of a queue",
    ),
)


class DeliveryLineReader(MailLog):
    """Reads the lines made from the records."""

    format: ClassVar[Format] = _FORMAT
    grammar: ClassVar[type[MailGrammar]] = DeliveryGrammar
    own_signs: ClassVar[re.Pattern[str] | None] = re.compile(rf"{re.escape(SIGN)}(?!{{\"{next(iter(DELIVERED))}\")")
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(re.escape(SIGN))


class DeliveryLogReader(WrappedLog):
    """Reads reports of deliveries, as JSON, as a table or as the listing of a queue."""

    format: ClassVar[Format] = _FORMAT
    wrapper: ClassVar[Wrapper] = DeliveryRecords()
    inner: ClassVar[type[LogReader]] = DeliveryLineReader

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return is_text(head) and SIGN.encode() in inner_head(head, cls.wrapper)


def _refused(delivery: Delivery) -> Found:
    guess = _QUEUED if delivery.queued else None
    if _SAID.match(delivery.reply):
        said = said_in(delivery.reply, delivery.to)
        return said._replace(guess=guess) if isinstance(said, LoggedRefusal) else said
    reply = delivery.reply
    if _IS_REPLY.match(reply) is None:
        quoted = _SOMEWHERE.search(reply)
        if quoted is None:
            return NoReply(FAILED)
        reply = reply[quoted.start() :]
    command = _COMMAND.match(delivery.command)
    full = delivery.command if ":" in delivery.command else ""
    verb = command["verb"].upper() if command else ""
    side: Side = "inbound" if delivery.inbound else "outbound"
    return LoggedRefusal(side, delivery.host, verb, full if verb else "", reply, delivery.to, guess)
