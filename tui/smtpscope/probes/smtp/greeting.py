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
    offered = ", ".join(dialogue.extensions) or "nothing"
    tls = "STARTTLS" in dialogue.extensions
    sentence = f"{host} answers: {banner.text}. It offers {offered}."
    found = (("found", offered), ("reason", banner.text))
    return Verdict("greets-with-tls" if tls else "greets", sentence, tuple(evidence), (*values, *found))
