"""A row in the log of the IIS SMTP service: a command, a reply, or both, the same for all three formats.

The service writes spaces as `+` in all of them. A command from a client is in one row with the code of our reply; our
commands and the replies to them are in two rows, marked by a word in place of the client's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final, Literal, NamedTuple, Protocol

COMMAND_OF_OURS: Final = "OutboundConnectionCommand"
REPLY_TO_US: Final = "OutboundConnectionResponse"
SMTP_VERBS: Final = frozenset({"EHLO", "HELO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "QUIT", "XEXCH50", "STARTTLS"})

TurnKind = Literal["command", "reply", "answered", "other"]
"""A command that we sent, the reply to one, a command of a client with our reply code, or neither."""


class Turn(NamedTuple):
    """One row, its texts as in the log: "-" if the log says that there is none, "" if it lacks the column.

    `peer` is the IP address of the other side, `client` the name it gave. `reply` is the code alone if `kind` is
    "answered". `time_ms` counts milliseconds since 1970-01-01 UTC.
    """

    kind: TurnKind
    peer: str
    service: str
    computer: str
    client: str
    verb: str
    argument: str
    reply: str
    time_ms: int | None


_Values = tuple[TurnKind, str, str, str, str, str, str, str, int | None]
turn_of: Final[Callable[[_Values], Turn]] = partial(tuple.__new__, Turn)
"""Makes a turn of its values: one is made of each row, and this takes half the time of `Turn(...)`."""
OTHER: Final = Turn("other", "", "", "", "", "", "", "", None)


class RowForm(Protocol):
    """How the rows of one file are written; one for each pass, since it keeps headings."""

    @property
    def provider(self) -> str | None:
        """What wrote the log, in its own words."""
        ...

    @property
    def time_assumed(self) -> bool:
        """Whether the times name no zone."""
        ...

    def turn(self, line: str) -> Turn | str | None:
        """The row in `line` (without its line end), a reason why it can't be understood, or None if it is not a row."""
        ...

    def moment(self, line: str) -> int | None:
        """The time of the row in `line`, the last one given to `turn`; see `Turn.time_ms`."""
        ...

    def next_row(self, line: str) -> tuple[int, int] | None:
        """Where the first of two rows in `line` ends and where the second begins; None if there are no two."""
        ...


JOINED: Final = "two rows in one line: the line end between them is lost"
"""Why `turn` does not take the first of them alone."""


def turns_in(form: RowForm, line: str) -> list[tuple[int, Turn | str | None]]:
    """The row in `line`, or both where it holds two, each with the index at which it begins."""
    turn = form.turn(line)
    parts = form.next_row(line) if isinstance(turn, str) else None
    if parts is None:
        return [(0, turn)]
    end, begin = parts
    return [(0, form.turn(line[:end])), (begin, form.turn(line[begin:]))]


# Only in a mailbox can the service's `+` for a space be distinguished from a real one.
_PLUS: Final = re.compile(r"<[^<>@]*@[^<>]*>|\+")


def with_blanks(text: str) -> str:
    """`text` with spaces where the service wrote `+`; one inside `<local-part@domain>` is kept."""
    if "+" not in text or " " in text:
        return text
    return _PLUS.sub(lambda found: " " if found[0] == "+" else found[0], text)


# If a client's command has no argument, the service logs a message id or the client's name instead.
_WITHOUT_ARGUMENT: Final = frozenset({"DATA", "QUIT", "RSET", "STARTTLS"})


def command_line(verb: str, argument: str) -> str:
    """The command as it went over the wire, "" if the log has no arguments at all."""
    if not argument or verb in ("", "-"):
        return ""
    name = verb.upper()
    if argument == "-" or name in _WITHOUT_ARGUMENT or (name == "BDAT" and argument.lstrip("+").startswith("<")):
        return verb
    text = with_blanks(argument)
    return verb + text if text.startswith(" ") else f"{verb} {text}"


def mailbox_in(argument: str) -> str | None:
    """The mailbox in the argument of RCPT, without a source route (RFC 5321 section 4.1.1.3); None without brackets."""
    _, bracket, rest = argument.partition("<")
    path, closing, _ = rest.partition(">")
    if not bracket or not closing or not path:
        return None
    return path.rpartition(":")[2] if path.startswith("@") else path


def is_refusal(code: str) -> bool:
    """Whether `code` begins with a negative reply code (RFC 5321 section 4.2.1)."""
    return code[:1] in ("4", "5") and len(code) >= 3 and code[1:3].isascii() and code[1:3].isdigit()
