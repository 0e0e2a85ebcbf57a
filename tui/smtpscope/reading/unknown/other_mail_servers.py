"""Mail servers and related programs whose logs are recognised, but have no replies to read."""

from __future__ import annotations

import re
from typing import Final

_TAGS: Final = (
    ("dovecot", "Dovecot"),
    ("amavis", "amavis"),
    ("rspamd", "Rspamd"),
    ("spamd", "SpamAssassin"),
    ("opendkim", "OpenDKIM"),
    ("opendmarc", "OpenDMARC"),
    ("postgrey", "Postgrey"),
    ("policyd-spf", "policyd-spf"),
    ("clamd", "ClamAV"),
    ("master", "Cyrus"),
    ("lmtpunix", "Cyrus"),
)
"""Programs that work with a mail server: the server's own lines have the replies."""

_LOGS: Final = tuple(
    (re.compile(f"(?m)^{beginning}"), name)
    for beginning, name in (
        (r"\[\d\d/[A-Z][a-z]{2}/\d{4} [\d:]{8}\] (?:Recv|Sent): Queue-ID: ", "Kerio Connect"),
        (r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d(?: [AP]M)?  SMTP (?:Server|Client): ", "HCL Domino"),
        (r"[^\n]{0,64}\bmaddy(?:\[\d{1,10}\])?: \w{1,20}: ", "maddy"),
        (
            r"\d{4}-\d\d-\d\d [\d:]{8},\d{3} [A-Z]{4,5} {1,2}\[[^\]\n]{1,80}\] \[(?:name|ip|mid|oip)=[^\]\n]{0,200}\] ",
            "Zimbra's mailbox server",
        ),
        (r"[^\n]{0,200}\borg\.apache\.james\.", "Apache James"),
    )
)
_REPORTS: Final = (
    (
        re.compile(r"(?m)^Postfix log summaries for |^message (?:deferral|bounce|reject) detail"),
        "a summary by pflogsumm, which counts replies and cuts them short",
        "Open the log that it was made from",
    ),
    (
        re.compile(r"\b(?:Smtp(?:Command|Protocol)?Exception|SmtpFailedRecipients?Exception)\b"),
        "an error of .NET (Send-MailMessage, SmtpClient, MailKit) without the server's reply",
        'Ask about its text: smtpscope explain "550 …", or take the log of the server that was spoken to',
    ),
)
"""What tells of refusals and yet holds no reply that could be counted, with the remedy."""
_TAG: Final = re.compile(rf"(?<!\S)(?P<program>{'|'.join(tag for tag, _ in _TAGS)})(?:\[\d{{1,10}}\])?: ")


_WHAT_IS_READ: Final = (
    "Replies with two codes (550 5.1.1) are found in any text; smtpscope formats lists the servers whose logs are "
    "read, smtpscope explain takes a single reply"
)
_OF_READ: Final = tuple(
    (re.compile(rf"(?<!\S)(?:{tags})(?:\[[\w.]{{1,40}}\])?: "), name)
    for tags, name in (
        (r"postfix[\w-]{0,16}/[\w./-]{1,24}", "Postfix"),
        (r"exim4?|exim_\w{1,8}", "Exim"),
        (r"sendmail|sm-mta|sm-msp-queue", "Sendmail"),
        (r"smtpd", "OpenSMTPD"),
        (r"courier\w{1,12}", "Courier"),
        (r"dma", "dma"),
        (r"qmail", "qmail"),
        (r"nullmailer", "nullmailer"),
    )
)
"""Servers whose logs are read: but the file has too little of them."""


def other_mail_server(text: str) -> tuple[str, str] | None:
    """The kind of a log that begins with `text` (with its article), and the remedy; None if no server is recognised."""
    for pattern, title, remedy in _REPORTS:
        if pattern.search(text) is not None:
            return title, remedy
    for pattern, name in _LOGS:
        if pattern.search(text) is not None:
            return f"a log of {name}, which is not supported", _WHAT_IS_READ
    for pattern, name in _OF_READ:
        if pattern.search(text) is not None:
            return (
                f"a log of {name}, of which no line tells of a mail",
                "Open more of it: the lines before and after these, or the whole log",
            )
    tag = _TAG.search(text)
    if tag is None:
        return None
    name = dict(_TAGS)[tag["program"]]
    return f"a log of {name}, which has no replies", "Open the log of the mail server beside it (mail.log, maillog)"
