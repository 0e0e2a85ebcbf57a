"""A refusal in a protocol log as it stands there: the row of the command, and the rows of the reply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from smtpscope.reading.exchange_dialogue import SessionLog, SessionRow
from smtpscope.reading.smtp_sessions import Answered, SmtpSession, is_reply
from smtpscope.reading.text_source import TextSource

_REACH: Final = 1 << 16
"""How many characters around a reply its command and its further rows are looked for."""


def exchange_rows(text: TextSource, log: SessionLog, place: int) -> str:
    """The rows of the refusal that begins at byte `place` of `log`; without its command where that is far away.

    Raises LogError when the log can't be read.
    """
    name = log.session_at(place)
    reach = _REACH * text.encoding.unit
    begin = max(place - reach, text.encoding.mark)
    if begin > text.encoding.mark:
        before = text.at(begin, _REACH)
        begin = before.offset(before.text.find("\n") + 1)
    # The reader passes over rows that are cut short, and so does this.
    found = log.rows(name, begin=begin, end=place + reach) if name else ()
    rows = [row for row in found if {"event", "data"} <= row.fields.keys()]
    refusal = next((row for row in rows if row.place == place), None)
    if refusal is None:
        return log.row_at(place)
    return "\n".join(row.text for row in _belonging(rows, refusal))


def _belonging(rows: Sequence[SessionRow], refusal: SessionRow) -> list[SessionRow]:
    """`refusal` with the rows that belong to it, of `rows` of its session."""
    before = [row for row in rows if row.place < refusal.place]
    session = SmtpSession(whole=any(row.fields["event"] == "+" for row in before))
    commands: list[SessionRow] = []
    sign = refusal.fields["event"]
    for row in before:
        event, line = row.fields["event"], row.fields["data"]
        if event == sign:
            if is_reply(line) and not session.continues(line):
                session.reply(line)
        elif event in ("<", ">"):
            session.command(line)
            commands.append(row)
    reply = refusal.fields["data"]
    answered = session.reply(reply) if is_reply(reply) else None
    if answered is None:
        return [refusal]
    found = [*_command_row(commands, answered), refusal]
    for row in rows[len(before) + 1 :]:
        if not session.unfinished(answered.lines):
            break
        if row.fields["event"] == sign and session.continues(row.fields["data"]):
            found.append(row)
    return found


def _command_row(commands: Sequence[SessionRow], answered: Answered) -> list[SessionRow]:
    if not answered.command:
        return []
    for row in reversed(commands):
        line = row.fields["data"]
        if line == answered.command or (answered.command == "." and line[:4].upper() == "DATA"):
            return [row]
    return []
