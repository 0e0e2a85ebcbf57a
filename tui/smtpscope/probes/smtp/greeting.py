"""Does a mail server answer, what does it say, and what does it offer?"""

from __future__ import annotations

from smtpscope.probes.consent import Gate
from smtpscope.probes.live_check import Announcement, LiveCheck, LiveTarget, SmtpConnection, Verdict
from smtpscope.probes.smtp.mail_dialogue import (
    DialogueError,
    MailDialogue,
    address_queries,
    addresses_of,
    connection_of,
    hello,
)


def announce(target: LiveTarget) -> tuple[Announcement, ...]:
    """One connection with EHLO and QUIT."""
    lines = (hello(target), "QUIT")
    return (*address_queries(target.subject), SmtpConnection(target.subject, target.port, lines))


def _offer(keyword: str, values: str) -> str:
    """An extension as an administrator reads it: the limit of SIZE in MB, the ways of AUTH, else only its keyword."""
    if keyword == "SIZE" and values.isascii() and values.isdigit() and len(values) < 16:
        # RFC 1870 section 3: 0 is no fixed limit.
        return f"SIZE {values} ({int(values) / 2**20:.1f} MB)" if int(values) else "SIZE (no fixed limit)"
    return f"AUTH {values}".rstrip() if keyword == "AUTH" else keyword


async def look(check: LiveCheck, gate: Gate) -> Verdict:
    """The banner, and what EHLO offers."""
    host = check.target.subject
    evidence: list[str] = []
    values = (("host", host),)
    dialogue = MailDialogue(connection_of(check), gate, evidence)
    try:
        addresses = await addresses_of(host, gate, evidence)
        banner = await dialogue.open(addresses)
        if not banner.positive:
            return Verdict("refuses", f"{host} refuses the connection: {banner.text}", tuple(evidence), values)
        offer = await dialogue.greet(hello(check.target))
        if not offer.positive:
            return Verdict("refuses", f"{host} refuses our EHLO: {offer.text}", tuple(evidence), values)
    except DialogueError as error:
        return Verdict(error.finding, f"{error}.", tuple(evidence), values)
    finally:
        await dialogue.close("QUIT")
    offered = ", ".join(_offer(*each) for each in dialogue.extensions.items()) or "nothing"
    tls = "STARTTLS" in dialogue.extensions
    sentence = f"{host} answers: {banner.text}. It offers {offered}."
    found = (("found", offered), ("reason", banner.text))
    return Verdict("greets-with-tls" if tls else "greets", sentence, tuple(evidence), (*values, *found))
