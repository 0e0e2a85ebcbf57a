"""Replies labelled with their cause, to measure the knowledge base with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, get_args

from msgspec import Struct

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.entry import WhoActs
from smtpscope.knowledge.matching.similar import Example

_REMEDY: Final = (
    "A line is an object with reply and category; command, also_ok, who_acts, direction, family, language and seen are "
    "optional"
)


class LabelledReply(Struct, frozen=True):
    """A reply and the correct answer.

    `command` is the verb it answers, None if unknown. `also_right` are alternative causes, `who_acts` all acceptable
    actions (empty if not labelled). `family` is the mail server or provider, `language` that of the text, both "" if
    unknown. `seen` marks replies that the rules were written from.
    """

    reply: str
    command: str | None
    category: str
    also_right: tuple[str, ...] = ()
    family: str = ""
    who_acts: tuple[WhoActs, ...] = ()
    inbound: bool = False
    language: str = ""
    seen: bool = False


def of_example(example: Example) -> LabelledReply:
    """A bundled labelled reply, always marked as seen: the rules were written from these."""
    return LabelledReply(
        example.reply, example.command, example.category, example.also_right, example.origin, seen=True
    )


def read_labelled_replies(path: Path) -> list[LabelledReply]:
    """Reads JSON lines with `reply`, `category` and optional fields. Raises KnowledgeError, which names the line."""
    replies = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(where=str(path), what=f"can't be read: {error}", remedy="Name another file") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            replies.append(_labelled(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise KnowledgeError(
                where=f"{path}, line {number}", what=f"no labelled reply: {error!r}", remedy=_REMEDY
            ) from error
    return replies


def _labelled(data: Any) -> LabelledReply:
    known = get_args(WhoActs)
    who = tuple(data.get("who_acts") or ())
    unknown = [name for name in who if name not in known]
    if unknown:
        raise ValueError(f"who_acts {unknown[0]!r} is not one of {', '.join(known)}")
    command = data.get("command")
    return LabelledReply(
        reply=str(data["reply"]),
        command=None if command is None else str(command),
        category=str(data["category"]),
        also_right=tuple(map(str, data.get("also_ok") or ())),
        family=str(data.get("family") or data.get("origin") or ""),
        who_acts=who,
        inbound=str(data.get("direction") or "").startswith("in"),
        language=str(data.get("language") or ""),
        seen=bool(data.get("seen")),
    )
