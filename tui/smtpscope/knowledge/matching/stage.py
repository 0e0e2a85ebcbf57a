"""The stage of the SMTP session that a reply belongs to: the same words mean different things after EHLO and after
DATA.
"""

from __future__ import annotations

from typing import Literal

Stage = Literal["greeting", "hello", "mail", "rcpt", "content", "starttls", "auth", "microsoft", "other", "unknown"]

MICROSOFT_VERBS = frozenset(
    {
        "XEXCH50",
        "X-LINK2STATE",
        "X-EXPS",
        "XADR",
        "XSTAT",
        "XGEN",
        "X-ADAT",
        "X-DRCP",
        "XPROXY",
        "X-ANONYMOUSTLS",
        "XEXPS",
        "XLINK2STATE",
    }
)
"""Verbs that only Microsoft's servers speak; XEXPS and XLINK2STATE are how some tools write two of them."""

_STAGES: dict[str, Stage] = {
    "CONN": "greeting",
    "CONNECT": "greeting",
    "BANNER": "greeting",
    "EHLO": "hello",
    "HELO": "hello",
    "LHLO": "hello",
    "MAIL": "mail",
    "SEND": "mail",
    "SAML": "mail",
    "SOML": "mail",
    "RCPT": "rcpt",
    "VRFY": "rcpt",
    "EXPN": "rcpt",
    "DATA": "content",
    "DOT": "content",
    ".": "content",
    "BDAT": "content",
    "XBDAT": "content",
    "STARTTLS": "starttls",
    "TLS": "starttls",
    "AUTH": "auth",
    "": "unknown",
}


def stage_of(verb: str) -> Stage:
    """The stage of a command verb in upper case; "other" for QUIT, RSET and unknown verbs."""
    if verb in MICROSOFT_VERBS:
        return "microsoft"
    return _STAGES.get(verb, "other")
