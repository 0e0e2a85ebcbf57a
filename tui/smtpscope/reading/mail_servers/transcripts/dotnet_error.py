"""Errors of .NET's SmtpClient, also behind Send-MailMessage: words that stand for the code, then the reply's text.

The words are those of `SmtpException` in System.Net.Mail; each stands for a code of RFC 5321, section 4.2.
"""

from __future__ import annotations

import re
from typing import Final

from smtpscope.reading.mail_servers.mail_grammar import LoggedRefusal

SIGN: Final = "The server response was: "
_CODES: Final = {
    "Service not available, closing transmission channel": "421",
    "Error in processing": "451",
    "Insufficient system storage": "452",
    "Client does not have permission to submit mail to this server": "454",
    "Syntax error in parameters or arguments": "501",
    "Command not implemented": "502",
    "Bad sequence of commands": "503",
    "Command parameter not implemented": "504",
    "The SMTP server requires a secure connection or the client was not authenticated": "530",
    "User not local; please try a different path": "551",
    "Exceeded storage allocation": "552",
    "Mailbox name not allowed": "553",
    "Transaction failed": "554",
}
_MAILBOX: Final = "Mailbox unavailable"
"""Of 450 and of 550."""
_ANY: Final = "Syntax error, command unrecognized"
"""Of 500, and of every code that .NET does not know, such as 535."""
_ERROR = re.compile(
    rf"(?:(?P<kind>SmtpFailedRecipients?Exception)\b[^\n]{{0,200}}?)?"
    rf"(?P<words>{'|'.join(map(re.escape, (*_CODES, _MAILBOX, _ANY)))})\. {SIGN}"
    r"(?P<text>[^\n]{0,4000}?)(?= ---> | \(System\.|\)\.?\s*\Z|\s*\Z|\r?\n)"
)
_TEMPORARY = re.compile(r"#?4\.\d{1,3}\.\d{1,3}\b")
_MAILBOX_IN_TEXT = re.compile(r"(?P<to>[^\s<>'\";:,]{1,64}@[A-Za-z0-9.-]{1,255}[A-Za-z0-9])")


def refusal_of(text: str) -> LoggedRefusal | None:
    """The refusals in a line with such errors, inner exceptions included; None if it has none."""
    found = list(
        dict.fromkeys((_reply(each["words"], each["text"]), bool(each["kind"])) for each in _ERROR.finditer(text))
    )
    if not found:
        return None
    (reply, of_recipient), *others = found
    return LoggedRefusal(
        "outbound",
        "",
        "RCPT" if of_recipient else "",
        "",
        reply,
        _mailbox(reply),
        further_replies=tuple((_mailbox(other) or "", other) for other, _ in others),
    )


def _reply(words: str, text: str) -> str:
    """The reply: without a code where the words leave it open."""
    text = text.strip()
    code = _CODES.get(words, "")
    if words == _MAILBOX:
        code = "450" if _TEMPORARY.match(text) else "550"
    return f"{code} {text}".strip()


def _mailbox(reply: str) -> str | None:
    named = _MAILBOX_IN_TEXT.search(reply)
    return named["to"] if named else None
