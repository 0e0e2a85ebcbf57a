"""The explanation of one reply, as text for a terminal and as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec

from smtpscope.export.formats.json_text import harmless_json
from smtpscope.export.formats.text import draw
from smtpscope.export.summaries.content import Chapter, Line, SummaryOutline, plain, verbatim
from smtpscope.export.summaries.guidance import guidance_sections, meaning_section, our_note_sections
from smtpscope.knowledge.advice import Advice
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange

Explain = Callable[[str, str, str, str], tuple[SmtpExchange, Advice]]
"""Takes a reply, a command (verb or whole line), a direction ("outbound" or "inbound") and a remote host or ""."""

_DIRECTIONS: Final = {"outbound": "outbound", "out": "outbound", "inbound": "inbound", "in": "inbound"}


def direction_named(word: str) -> str | None:
    """ "outbound" or "inbound" for the word of a person or of a JSON line (`out`, `IN`); None for anything else."""
    return _DIRECTIONS.get(word.strip().lower())


class _Asked(msgspec.Struct):
    reply: str
    command: str | None = None
    direction: str | None = None
    remote_host: str | None = None


class ExplanationAnswer(msgspec.Struct, frozen=True):
    """One answer; the field names are stable. `temporary` is None if the reply has no 4yz or 5yz code."""

    reply: str
    command: str
    direction: str
    reply_code: int | None
    enhanced_code: str | None
    category: str
    entry: str
    title: str
    meaning: str
    reading: str
    who_acts: str
    temporary: bool | None
    matched_by: str
    confidence: str
    runner_up: str | None
    question: str | None
    perhaps_acts: str | None
    code_alone: str | None
    disagreement: str | None
    evidence: list[str]
    block_lists: list[str]
    addresses: list[str]
    urls: list[str]
    provider_codes: list[str]
    our_note: str | None


def explanation_text(exchange: SmtpExchange, advice: Advice) -> str:
    """The advice as plain text of 72 columns."""
    *sections, last = (
        meaning_section(advice, exchange.direction),
        *guidance_sections(advice, exchange.reply.verbatim),
    )
    chapter = Chapter(_asked(exchange), (*our_note_sections(advice), *sections))
    return draw(SummaryOutline(advice.title, (), (chapter,), last))


def _asked(exchange: SmtpExchange) -> Line:
    """The question, as a sentence."""
    given = exchange.command.full or exchange.command.logged_verb
    reply = verbatim(exchange.reply.verbatim.strip())
    command: Line = ()
    if exchange.direction is Direction.INBOUND:
        if given:
            command = (plain(" to the command "), verbatim(given), plain(" of a client"))
        return (plain("Our server answered "), reply, *command, plain("."))
    if given:
        command = (plain(" to our command "), verbatim(given))
    return (plain("A remote host answered "), reply, *command, plain("."))


def explanation_json(exchange: SmtpExchange, advice: Advice, *, indent: bool = False) -> str:
    """The answer as one JSON object, on one line or indented."""
    return _json(_answer(exchange, advice), indent=indent)


class Answers:
    """Answers JSON lines; `refused` counts invalid ones.

    `command` and `direction` ("outbound" or "inbound") are the defaults.
    """

    def __init__(self, explain: Explain, command: str, direction: str, remote_host: str = "") -> None:
        self._explain = explain
        self._command = command
        self._direction = direction
        self._remote_host = remote_host
        self.refused = 0

    def lines(self, questions: Iterable[str]) -> Iterator[str]:
        """For each JSON line {"reply", "command", "direction", "remote_host"} its answer as one, in the same order.

        Other fields and empty lines are ignored. An invalid line gets an answer too: `{"error": ..., "line": number}`.
        """
        for number, line in enumerate(questions, 1):
            if not line.strip("\ufeff \t\r\n"):
                continue
            try:
                answer: object = self._answer(line)
            # msgspec's own errors are ValueErrors, and nothing limits how deep a stranger's JSON is nested.
            except (ValueError, RecursionError) as error:
                self.refused += 1
                answer = {"error": f"not a valid line: {error}", "line": number}
            yield _json(answer, indent=False) + "\n"

    def _answer(self, line: str) -> ExplanationAnswer:
        asked = _question(line.lstrip("\ufeff"))
        # Unparsed events have the direction "unknown".
        is_given = asked.direction not in (None, "", "unknown")
        direction = direction_named(asked.direction or "") if is_given else self._direction
        if direction is None:
            raise ValueError(f"the direction {asked.direction!r} is neither outbound nor inbound")
        command, host = asked.command or self._command, asked.remote_host or self._remote_host
        return _answer(*self._explain(asked.reply, command, direction, host))


def _question(line: str) -> _Asked:
    """The question in a JSON line. Raises ValueError."""
    try:
        return msgspec.json.decode(line.encode("utf-8", "replace"), type=_Asked)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        if "\\u" not in line:
            raise
        # msgspec rejects lone surrogates, which our own exports may contain.
        return msgspec.convert(json.loads(line), _Asked)


def _answer(exchange: SmtpExchange, advice: Advice) -> ExplanationAnswer:
    match, reply = advice.match, exchange.reply
    return ExplanationAnswer(
        reply=reply.verbatim,
        command=exchange.command.verb,
        direction=exchange.direction.value,
        reply_code=reply.code,
        enhanced_code=reply.enhanced,
        category=match.category,
        entry=match.entry_id,
        title=advice.title,
        meaning=advice.meaning,
        reading=advice.reading,
        who_acts=advice.who_acts,
        temporary=advice.temporary,
        matched_by=match.matched_by,
        confidence=match.confidence,
        runner_up=match.runner_up,
        question=None if advice.other is None else advice.other.question,
        perhaps_acts=None if advice.other is None or advice.who_is_sure else advice.other.who_acts,
        code_alone=match.code_alone,
        disagreement=match.disagreement,
        evidence=[reply.verbatim[start:end] for start, end in match.evidence],
        block_lists=list(reply.values.block_lists),
        addresses=list(reply.values.addresses),
        urls=list(reply.values.urls),
        provider_codes=list(reply.values.provider_codes),
        our_note=advice.our_note or None,
    )


def _json(value: object, *, indent: bool) -> str:
    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:
        # UTF-8 can't encode a lone surrogate.
        plain_value = msgspec.to_builtins(value)
        encoded = msgspec.json.encode(
            {
                name: part.encode("utf-8", "replace").decode() if isinstance(part, str) else part
                for name, part in plain_value.items()
            }
        )
    return harmless_json((msgspec.json.format(encoded, indent=2) if indent else encoded).decode("utf-8"))
