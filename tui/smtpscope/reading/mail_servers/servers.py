"""The mail servers whose logs are read: one line for each, and which of their grammars a line is asked with.

A grammar is imported when the first line that may be its own comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Final, NamedTuple, cast

from smtpscope.reading.mail_servers.mail_grammar import MailGrammar


class MailServer(NamedTuple):
    """`signs` are regular expressions of what stands behind a blank in lines that tell a refusal, and in few others.

    `module` holds the grammar and the reader, both called after `name`: `PostfixGrammar`, `PostfixLogReader`.
    """

    name: str
    module: str
    signs: tuple[str, ...]


SERVERS: Final = (
    MailServer(
        "Postfix",
        "postfix_log",
        (
            "status=[bdu]",
            "said: [345]",
            "refused to talk",
            "reject: ",
            "milter-reject: ",
            "proxy-reject: ",
            "limit exceeded",
            "authentication failed: ",
            "too many errors ",
        ),
    ),
    MailServer(
        "Exim",
        "exim_log",
        (
            "rejected[: ]",
            "error from remote mail",
            'error in "',
            "error after ",
            "== ",
            r"\*\* ",
            "authenticator (?:failed|cancelled) ",
            "dropped(?: by |: )",
            "refused(?: connection |: | [(])",
            "VRFY failed ",
            "PRDR ",
            r"local_scan\(\) function ",
            "Remote host closed connection in response to .{1,1000} response was: ",
            "Malformed SMTP reply ",
        ),
    ),
    MailServer(
        "Sendmail",
        "sendmail_log",
        (
            "stat=(?!Sent|queued)",
            "reject=",
            "reply=[345]",
            r"<[^>\s]{1,512}>\.\.\. ",
            "AUTH failure ",
            "rejecting ",
            "tcpwrappers ",
            r"\[rejected\]",
        ),
    ),
    MailServer(
        "OpenSmtpd",
        "further.opensmtpd_log",
        ('result="[PT]', "failed-command ", "mta error ", "relay: [PT]", "Failed command "),
    ),
    MailServer("Msmtp", "further.msmtp_log", ("smtpstatus=", "errormsg=")),
    MailServer(
        "Courier",
        "further.courier_log",
        ("courieresmtp", r"id=[0-9A-F]{4,16}\.[0-9A-F]{4,16}\.[0-9A-F]{4,16},from=<", "error,relay="),
    ),
    MailServer("Dma", "further.dma_log", ("remote delivery ", "could not perform ", "Could not perform ")),
    MailServer("Qmail", "further.qmail_log", (r"delivery \d{1,10}: [df]", "rblsmtpd: ")),
    MailServer("Ssmtp", "further.ssmtp_log", (r"sSMTP(?:\[|: )",)),
    MailServer(
        "Stalwart",
        "further.stalwart_log",
        (
            r"code = [345]\d\d,",
            r"error \(delivery",
            r"exist \(smtp",
            r"allowed \(smtp",
            r"rejected \((?:smtp|delivery)",
            r"failed \(delivery",
        ),
    ),
    MailServer(
        "Ironport",
        "further.ironport_log",
        (r"DCID:? \d{1,12} (?:MID|Message|interface) ", r"MID \d{1,12} ICID \d{1,12} RID "),
    ),
    MailServer("Nullmailer", "further.nullmailer_log", ("smtp: Failed: ",)),
    MailServer(
        "Haraka", "further.haraka_log", ("code=DENY", "retval=DENY", r"\[outbound\] ", "lr=", "Invalid (?:MAIL|RCPT) ")
    ),
)
"""In the order in which they are asked about a line."""


def _pattern(signs: Iterable[str]) -> re.Pattern[str]:
    """Any of `signs` behind a blank; those with the same first letter are tried together, or `re` would take longer."""
    by_letter: dict[str, list[str]] = {}
    for sign in signs:
        letter = sign[:2] if sign[0] == "\\" else sign[0]
        by_letter.setdefault(letter, []).append(sign[len(letter) :])
    alternatives = "|".join(f"{letter}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())
    return re.compile(f" (?:{alternatives})")


@cache
def any_sign() -> re.Pattern[str]:
    """Finds each line that may tell a refusal of any server, and few others."""
    return _pattern(sign for server in SERVERS for sign in server.signs)


@cache
def _signs_of(server: MailServer) -> re.Pattern[str]:
    return _pattern(server.signs)


class Grammars:
    """The grammars of one file, the one of the server whose log it is first; each is made when it is needed.

    With `alone` no other server writes to the log.
    """

    def __init__(self, own: type[MailGrammar], *, alone: bool = False) -> None:
        self._own = own
        self._first = own()
        self._alone = alone
        self._others: dict[str, MailGrammar] = {}

    def of(self, text: str) -> Iterator[MailGrammar]:
        """Those that may know the line `text`."""
        yield self._first
        for server in () if self._alone else SERVERS:
            if _signs_of(server).search(text) is not None:
                grammar = self._others.get(server.name)
                if grammar is None:
                    made = _grammar(server)
                    grammar = self._others[server.name] = self._first if made is self._own else made()
                if grammar is not self._first:
                    yield grammar


def _grammar(server: MailServer) -> type[MailGrammar]:
    module = import_module(f"smtpscope.reading.mail_servers.{server.module}")
    return cast("type[MailGrammar]", getattr(module, f"{server.name}Grammar"))
