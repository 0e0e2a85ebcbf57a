"""The examples that a rule carries: the replies it must win, with the command where the line names one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from smtpscope.parsing.command import parse_command
from smtpscope.parsing.exchange import Command, Reply
from smtpscope.parsing.reply import parse_reply

_COMMAND = re.compile(r"([A-Z.][A-Z0-9-]*(?: FROM:<>)?)> ")


@dataclass(frozen=True, slots=True)
class RuleExample:
    """One line: the reply and the command it answers (verb "" where the line names none)."""

    reply: Reply
    command: Command


def rule_examples(block: str) -> Iterator[RuleExample]:
    """The lines of `examples` or `counter_examples`: `550 ...`, `RCPT> 550 ...`, `MAIL FROM:<>> 550 ...`."""
    for line in block.splitlines():
        written = line.strip()
        if not written:
            continue
        named = _COMMAND.match(written)
        full = named[1] if named is not None else ""
        reply = written[named.end() :] if named is not None else written
        yield RuleExample(parse_reply(reply), parse_command(full.partition(" ")[0], full))
