"""Event records -> exchanges: which records are ours, and what each of them says."""

from __future__ import annotations

from smtpscope.parsing.command import parse_command
from smtpscope.parsing.copied_sentence import has_opening
from smtpscope.parsing.exchange import Command, Direction, Exchange, RemoteHost, Reply
from smtpscope.parsing.remote_host import parse_remote_host
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.sentence import parse, parse_wording
from smtpscope.parsing.strings import parse_substitute, six_values, surely_ours
from smtpscope.parsing.wording import EVENT_IDS, Sentence, SixValues, Wording, event_number, wording_of
from smtpscope.reading.providers import is_ours
from smtpscope.reading.record import EventRecord

_NO_HOST = RemoteHost("", "", False)
_NO_COMMAND = Command("", "", "", "", None)
_NO_REPLY = Reply("", None, None, "")


class ExchangeParser:
    """Turns records into exchanges; each distinct host, command and reply text is parsed once and then shared."""

    def __init__(self) -> None:
        self._hosts: dict[str, RemoteHost] = {}
        self._commands: dict[tuple[str, str], Command] = {}
        self._replies: dict[str, Reply] = {}
        self._providers: dict[str | None, bool] = {}

    def parse(self, record: EventRecord) -> Exchange | None:
        """The exchange in `record`, or None: the record is not one of ours.

        Ours are events 7002, 7004 and 7010 of our providers, and texts with their sentence whose provider is not
        named. One of ours that can't be understood comes back with `problem` set. Never raises.
        """
        provider = record.provider
        if provider is not None and not provider.strip():
            provider = None
        ours = self._providers.get(provider)
        if ours is None:
            ours = self._providers[provider] = provider is not None and is_ours(provider.strip())
        if provider is not None and not ours:
            return None
        number = None if record.event_id is None else event_number(record.event_id)
        strings = record.strings
        if strings is not None and number in EVENT_IDS and (ours or surely_ours(strings)):
            values = six_values(strings)
            if values is not None:
                wording = parse_wording(record.message) if record.message else None
                return self._exchange(record, number, values, wording)
        return self._from_text(record, number, ours)

    def _from_text(self, record: EventRecord, number: int | None, ours: bool) -> Exchange | None:
        """Without usable strings: the sentence, or the substitute for it, out of whatever text there is."""
        texts = [text for text in (record.message, *(record.strings or ())) if text]
        for text in texts:
            sentence: Sentence | None = parse(text)
            if sentence is not None:
                return self._exchange(record, number, sentence.values, sentence.wording)
        for text in texts:
            substitute = parse_substitute(text)
            if substitute is None or not (ours or is_ours(substitute.source)):
                continue
            written = event_number(substitute.event_id)
            if written not in EVENT_IDS:
                return None
            values = six_values(substitute.strings)
            if values is not None:
                return self._exchange(record, written, values, None)
            return _unparsed(record, written, "the text lacks the message, and what it lists is not the six values")
        return _given_up(record, number, ours, texts)

    def _exchange(
        self, record: EventRecord, number: int | None, values: SixValues, wording: Wording | None
    ) -> Exchange:
        by_id = wording_of(number)
        words = wording or by_id
        server, connection, host_text, given, reply_text, full = values
        host = self._hosts.get(host_text)
        if host is None:
            host = self._hosts[host_text] = parse_remote_host(host_text)
        command = self._commands.get((given, full))
        if command is None:
            command = self._commands[given, full] = parse_command(given, full)
        reply = self._replies.get(reply_text)
        if reply is None:
            reply = self._replies[reply_text] = parse_reply(reply_text)
        return Exchange(
            record.file,
            record.place,
            record.time_ms,
            record.time_assumed,
            record.record_id,
            number,
            record.level,
            record.provider,
            record.channel,
            record.computer,
            words.direction,
            _number(server),
            _number(connection),
            host,
            command,
            reply,
            words.certainty or by_id.certainty,
            wording.level if wording else None,
        )


def _number(text: str) -> int | None:
    text = text.strip()
    # Ten digits hold every 32-bit number; int() raises on thousands of them.
    return int(text) if text.isdecimal() and len(text) <= 10 else None


def _given_up(record: EventRecord, number: int | None, ours: bool, texts: list[str]) -> Exchange | None:
    if any(has_opening(text) for text in texts):
        return _unparsed(record, number, "the sentence is cut off or changed: no remote host, command and reply in it")
    # Later versions of Exchange use numbers of the block 70xx for plain information.
    if not ours or record.level in ("information", "verbose"):
        return None
    if number is None and record.strings and surely_ours(record.strings):
        return _unparsed(record, None, "the event has no id, so its values do not tell who refused whom")
    if number not in EVENT_IDS:
        return None
    if record.strings:
        count = len(record.strings)
        values = "1 insertion string is" if count == 1 else f"{count} insertion strings are"
        return _unparsed(record, number, f"the {values} not the six of this event")
    if texts:
        return _unparsed(record, number, "the text is not the sentence of this event")
    return _unparsed(record, number, "the event has neither insertion strings nor a message")


def _unparsed(record: EventRecord, number: int | None, problem: str) -> Exchange:
    return Exchange(
        record.file,
        record.place,
        record.time_ms,
        record.time_assumed,
        record.record_id,
        number,
        record.level,
        record.provider,
        record.channel,
        record.computer,
        Direction.UNKNOWN,
        None,
        None,
        _NO_HOST,
        _NO_COMMAND,
        _NO_REPLY,
        None,
        problem=problem,
    )
