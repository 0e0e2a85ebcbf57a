"""Replies whose cause is only a guess: a list with a command to write a note on each, and data to share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from smtpscope.export.formats.json_text import JsonValue, json_text
from smtpscope.export.formats.text_columns import wrapped
from smtpscope.export.masking.masking import Mask
from smtpscope.export.summaries.incident_wording import counted
from smtpscope.harmless import shown
from smtpscope.knowledge.advice import Match
from smtpscope.knowledge.authoring.own_notes import note_id
from smtpscope.knowledge.categories import ALL_CATEGORIES
from smtpscope.parsing.smtp_exchange import SmtpExchange

_WIDTH: Final = 80
_MARGIN: Final = " " * 8
_NO_SHELL_READS: Final = frozenset(" .,:;<>@_()[]/-+=#&?*'|{}")
"""Besides letters and digits: safe in double quotes in sh, cmd and PowerShell."""


class UnknownReply(Struct, frozen=True):
    """Replies with one wording to one command, with the most frequent one as a sample and its assumed cause.

    `hosts` is the number of remote hosts, `count` the number of events.
    """

    sample: SmtpExchange
    match: Match
    count: int
    hosts: int


def masked_replies(replies: Iterable[UnknownReply], mask: Mask) -> list[UnknownReply]:
    """`replies` with everything not known to be public replaced with pseudonyms."""
    return [
        replace(
            reply,
            sample=mask.exchange(reply.sample),
            match=replace(reply.match, rule=mask.text(reply.match.rule)),
        )
        for reply in replies
    ]


def unknown_text(
    replies: Sequence[UnknownReply], events: int, *, most: int | None = None, masked: bool = False
) -> Iterator[str]:
    """A list of the first `most`, in 80 columns. `events` is the number of events examined.

    Notes on `masked` replies apply to every host, since a pseudonym is not a host.
    """
    guessed = sum(reply.count for reply in replies)
    wordings = counted(len(replies), "wording", "wordings")
    yield f"The cause is a guess for {guessed:,} of {counted(events, 'event', 'events')}, in {wordings}.\n"
    taken: set[str] = set()
    for reply in replies[:most]:
        host = "" if masked or reply.hosts > 1 else _harmless(reply.sample.remote_host.key)
        words = _harmless(reply.sample.reply.verbatim)
        name = note_id(taken, host, *words.split()[: 1 if host else 4])
        taken.add(name)
        yield "".join(f"{line}\n" for line in ("", *_block(reply), _MARGIN + _new_note(name, reply, host, words)))
    if most is not None and len(replies) > most:
        yield f"\n{len(replies) - most:,} more not shown because of --most.\n"


def _block(reply: UnknownReply) -> Iterator[str]:
    text = str(shown(_one_line(reply.sample.reply.verbatim)))
    yield from wrapped(text, _WIDTH, first=f"{f'{reply.count:,} x':>6}  ", rest=_MARGIN)
    facts = [
        f"to {reply.sample.command.verb}" if reply.sample.command.verb else "",
        f"from {_host_words(reply)}",
        f"treated as: {ALL_CATEGORIES.get(reply.match.category, reply.match.category)} ({reply.match.matched_by})",
    ]
    yield from wrapped(str(shown("; ".join(filter(None, facts)))), _WIDTH, rest=_MARGIN, first=_MARGIN)


def _host_words(reply: UnknownReply) -> str:
    name = reply.sample.remote_host.verbatim.strip()
    others = reply.hosts - bool(name)
    if not name:
        return counted(reply.hosts, "host", "hosts")
    return name if not others else f"{name} and {counted(others, 'other host', 'other hosts')}"


def _new_note(name: str, reply: UnknownReply, host: str, words: str) -> str:
    """The command to write a note, on one line, for copying."""
    options = (f"--category {reply.match.category}", f'--host "{host}"' if host else "", f'--reply "{words}"')
    return " ".join(("smtpscope kb new", name, *filter(None, options)))


def unknown_lines(replies: Iterable[UnknownReply]) -> Iterator[str]:
    """JSON lines. With `category` and `who_acts` filled in, `kb evaluate --replies` reads them."""
    for reply in replies:
        host = reply.sample.remote_host
        line: JsonValue = {
            "count": reply.count,
            "hosts": reply.hosts,
            "remote_host": host.verbatim if reply.hosts == 1 else None,
            "command": reply.sample.command.verb,
            "direction": reply.sample.direction.value,
            "reply": reply.sample.reply.verbatim,
            "taken_for": reply.match.category,
            "matched_by": reply.match.matched_by,
            "runner_up": reply.match.runner_up,
        }
        yield json_text(line, indent=None) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _harmless(text: str) -> str:
    """`text` with spaces for anything a shell might interpret: a log can contain anything."""
    return _one_line("".join(sign if sign.isalnum() or sign in _NO_SHELL_READS else " " for sign in text))
