"""Does the remote host accept a recipient now? MAIL with an empty sender, RCPT, RSET, QUIT; never DATA.

This looks like a directory harvest to the other side, so it is off by default, asked for each time, and never offered
where the other side blocks us or limits our rate.
"""

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

_SENDER = "MAIL FROM:<>"


def _recipient(target: LiveTarget) -> str:
    return f"RCPT TO:<{target.mailbox}>"


def announce(target: LiveTarget) -> tuple[Announcement, ...]:
    """One connection, on which no message is sent."""
    lines = (hello(target), _SENDER, _recipient(target), "RSET", "QUIT")
    return (*address_queries(target.subject), SmtpConnection(target.subject, target.port, lines))


async def look(check: LiveCheck, gate: Gate) -> Verdict:
    """The reply to RCPT."""
    target = check.target
    evidence: list[str] = []
    values = (("host", target.subject),)
    dialogue = MailDialogue(connection_of(check), gate, evidence)
    try:
        addresses = await addresses_of(target.subject, gate, evidence)
        for step in (None, hello(target), _SENDER):
            reply = await dialogue.open(addresses) if step is None else await dialogue.say(step)
            if not reply.positive:
                sentence = f"{target.subject} does not get as far as the recipient: {reply.text}"
                return Verdict("refuses", sentence, tuple(evidence), values)
        reply = await dialogue.say(_recipient(target))
        await dialogue.say("RSET")
    except DialogueError as error:
        return Verdict(error.finding, f"{error}.", tuple(evidence), values)
    finally:
        await dialogue.close("QUIT")
    finding = "accepted" if reply.positive else "deferred" if reply.code < 500 else "refused"
    words = {"accepted": "accepts", "deferred": "defers", "refused": "refuses"}[finding]
    sentence = f"{target.subject} {words} {target.mailbox} now: {reply.text}"
    return Verdict(finding, sentence, tuple(evidence), (*values, ("reason", reply.text)))
