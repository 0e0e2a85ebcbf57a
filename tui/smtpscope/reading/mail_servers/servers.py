"""The mail servers whose logs are read, one line each: the registry of readers and the search for lines follow from it.

Nothing is imported here but `re`: the registry reads this table at each start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple


class MailServer(NamedTuple):
    """A mail server; `module` (below this folder) holds `<name>Grammar` and `<name>LogReader`.

    `signs` are regular expressions for the text after a space: one of them matches in every line that may report a
    refusal, and in few others. A log that no other server writes to has none here, but `own_signs` in its reader.
    """

    name: str
    module: str
    signs: tuple[str, ...] = ()

    @property
    def reader(self) -> tuple[str, str]:
        """Module below `reading`, and class."""
        return f"mail_servers.{self.module}", f"{self.name}LogReader"


COMMON_SERVERS: Final = (
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
)

FURTHER_SERVERS: Final = (
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
    MailServer("Hmailserver", "further.hmailserver_log"),
    MailServer("Mailenable", "further.mailenable_log"),
    MailServer(
        "Haraka", "further.haraka_log", ("code=DENY", "retval=DENY", r"\[outbound\] ", "lr=", "Invalid (?:MAIL|RCPT) ")
    ),
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
    MailServer("Transcript", "transcripts.transcript_log"),
    MailServer("LibraryError", "transcripts.library_error_log"),
    MailServer("Delivery", "deliveries.delivery_log"),
)
"""Their logs are less common, and tried after the texts that hold messages of events."""

SERVERS: Final = (*COMMON_SERVERS, *FURTHER_SERVERS)
"""In the order in which their readers are tried on a file, and their grammars on a line."""


def _pattern(signs: Iterable[str]) -> re.Pattern[str]:
    """Any of `signs` after a space. Those with the same first letter share an alternative: `re` is faster that way."""
    by_letter: dict[str, list[str]] = {}
    for sign in signs:
        letter = sign[:2] if sign[0] == "\\" else sign[0]
        by_letter.setdefault(letter, []).append(sign[len(letter) :])
    alternatives = "|".join(f"{letter}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())
    return re.compile(f" (?:{alternatives})")


@cache
def any_sign() -> re.Pattern[str]:
    """Matches in every line that may report a refusal of any server, and in few others."""
    return _pattern(sign for server in SERVERS for sign in server.signs)


@cache
def signs_of(server: MailServer) -> re.Pattern[str] | None:
    """The same for one server, None where it has no signs."""
    return _pattern(server.signs) if server.signs else None
