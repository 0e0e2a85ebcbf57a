"""Finds out which Postfix program wrote a text, for logs whose tag does not say.

rsyslog's own template of RFC 5424 cuts the tag at its first slash (`postfix` for `postfix/smtp`), its forwarding cuts
it at 32 characters, and `journalctl -o cat` or a table of a web page leave it out.
"""

from __future__ import annotations

import re
from typing import Final

from smtpscope.reading.mail_servers.postfix_rejects import QUEUE_ID

BEGINNING: Final = (
    rf"{QUEUE_ID}: (?:to=|host \S|SASL authentication failed; server )"
    rf"|(?:NOQUEUE|{QUEUE_ID}): (?:milter-|proxy-)?reject: "
    rf"|warning: {QUEUE_ID}: queue file size limit exceeded"
    r"|warning: (?:[^\s\[]{0,300}\[[^\]\s]{1,64}\](?::\d{1,5})?: SASL |host \S|reject: "
    r"|[A-Z][A-Za-z ]{5,60} limit exceeded: )"
    r"|too many errors after "
)
"""A pattern for the beginning of each text that may report a refusal."""
ANYWHERE: Final = (
    r"(?<![^\s|])(?:NOQUEUE: (?:milter-|proxy-)?reject: [A-Z]|[0-9A-Za-z]{5,24}: (?:to=<?[^\n>, ]{0,512}>?, "
    r"(?:orig_to=<?[^\n>, ]{0,512}>?, )?relay=|from=<?[^\n>, ]{0,512}>?, size=\d{1,20}, nrcpt=\d{1,9} "
    r"\(queue active\)))"
)
"""A pattern for texts that no other program writes, whatever comes before them."""

_DAEMONS: Final = frozenset(
    """
    anvil bounce cleanup discard dnsblog error flush lmtp local master oqmgr pickup pipe postscreen proxymap qmgr retry
    scache showq smtp smtpd spawn tlsmgr tlsproxy trace trivial-rewrite verify virtual
    """.split()  # noqa: SIM905 - thirty words; a list would have one per line
)
_CUT: Final = 31
"""Characters of a tag that may be cut at 32, with its colon or bracket."""
_REJECT = re.compile(r"\w{5,24}: (?P<by>milter-|proxy-)?reject: ")
_RELAY = re.compile(
    r", relay=(?P<name>[^\s,\[]{1,300})"
    r"(?:\[(?:(?P<socket>/?[\w.-]{1,64}/[\w./-]{0,108})|(?P<address>[^\]]{1,108}))\])?"
)


def program_of(name: str, text: str) -> str | None:
    """See `syslog_line.Naming`: the program's name with its daemon, taken from the text if the name lacks it."""
    service, slash, daemon = name.rpartition("/")
    if name in _DAEMONS:
        return f"postfix/{name}"
    if name and not slash and "postfix" not in name:
        return None
    if slash and daemon in _DAEMONS and len(name) < _CUT:
        return name
    instance = service if slash else name.partition("@")[0] or "postfix"
    return f"{instance}/{_daemon_of(text)}"


def _daemon_of(text: str) -> str:
    reject = _REJECT.match(text)
    if reject is not None:
        rest = text[reject.end() :]
        of_milter = reject["by"] == "milter-" and rest.startswith("END-OF-MESSAGE")
        if of_milter or rest.startswith(("header ", "body ", "content ", "mime-")):
            return "cleanup"
        return "postscreen" if ", to=<" in rest and ", proto=" in rest else "smtpd"
    if text.startswith(("warning: ", "too many errors ")) and not text.startswith("warning: host "):
        return "smtpd"
    relay = _RELAY.search(text)
    if relay is None:
        return "smtp"
    if relay["socket"]:
        return "lmtp"
    if relay["address"] is None and relay["name"] != "none":
        return relay["name"] if relay["name"] in _DAEMONS else "pipe"
    # The text is the same for LMTP and SMTP servers.
    return "smtp"
