"""Mail servers and their companions whose logs are known by sight and hold no replies that could be read here."""

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
"""Programs that stand beside a mail server: the server's own lines have the replies."""

_LOGS: Final = tuple(
    (re.compile(f"(?m)^{beginning}"), name)
    for beginning, name in (
        (r"\[\d\d/[A-Z][a-z]{2}/\d{4} [\d:]{8}\] (?:Recv|Sent): Queue-ID: ", "Kerio Connect"),
        (r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d(?: [AP]M)?  SMTP (?:Server|Client): ", "HCL Domino"),
    )
)
_REPORTS: Final = (
    (
        re.compile(r"(?m)^Postfix log summaries for |^message (?:deferral|bounce|reject) detail"),
        "a summary by pflogsumm, which counts replies and cuts them short",
        "Open the log that it was made from",
    ),
    (
        re.compile(r"\b(?:The server response was: |SmtpException\b|SmtpFailedRecipients?Exception\b)"),
        "an error of .NET (Send-MailMessage, SmtpClient), which leaves out the code of the reply",
        'Ask about its text: smtpscope explain "550 …", or take the log of the server that was spoken to',
    ),
)
"""What tells of refusals and yet holds no reply that could be counted, with the remedy."""
_TAG: Final = re.compile(rf"(?<!\S)(?P<program>{'|'.join(tag for tag, _ in _TAGS)})(?:\[\d{{1,10}}\])?: ")


def other_mail_server(text: str) -> tuple[str, str] | None:
    """What a log that begins with `text` is (with its article), and the remedy; None where no server is recognised."""
    for pattern, title, remedy in _REPORTS:
        if pattern.search(text) is not None:
            return title, remedy
    for pattern, name in _LOGS:
        if pattern.search(text) is not None:
            return f"a log of {name}, which can't be read here", "Open the log of the mail server that it delivers to"
    tag = _TAG.search(text)
    if tag is None:
        return None
    name = dict(_TAGS)[tag["program"]]
    return f"a log of {name}, which holds no replies", "Open the log of the mail server beside it (mail.log, maillog)"
