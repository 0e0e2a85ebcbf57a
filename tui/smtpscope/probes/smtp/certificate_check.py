"""STARTTLS, and the certificate that comes with it: chain, names, dates, protocol.

First the handshake is done as a careful client would, with the root certificates of this computer. If that fails, a
second connection looks at the certificate without trusting it, to say what is wrong; nothing is sent over it but EHLO
and QUIT.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from smtpscope.probes.consent import Gate
from smtpscope.probes.live_check import Announcement, LiveCheck, LiveTarget, SmtpConnection, Verdict
from smtpscope.probes.smtp.certificate_facts import CertificateFacts, certificate_facts, moment
from smtpscope.probes.smtp.mail_dialogue import (
    IMPLICIT_TLS,
    DialogueError,
    MailDialogue,
    address_queries,
    addresses_of,
    connection_of,
    hello,
)

_SELF_SIGNED: Final = (18, 19)
_SOON_DAYS: Final = 14


def announce(target: LiveTarget) -> tuple[Announcement, ...]:
    """At most two connections; port 465 begins with TLS, the others with STARTTLS (RFC 3207, RFC 8314)."""
    greeting = hello(target)
    lines = (greeting, "QUIT") if target.port == IMPLICIT_TLS else (greeting, "STARTTLS", greeting, "QUIT")
    return (*address_queries(target.subject), SmtpConnection(target.subject, target.port, lines, most=2))


class _TlsLook:
    """The steps of one check."""

    def __init__(self, target: LiveTarget, announced: SmtpConnection, gate: Gate) -> None:
        self._target = target
        self._gate = gate
        self._announced = announced
        self.evidence: list[str] = []

    def verdict(self, finding: str, sentence: str, found: str = "") -> Verdict:
        values = (("host", self._target.subject), ("found", found), ("reason", sentence))
        return Verdict(finding, sentence, tuple(self.evidence), values)

    async def run(self) -> Verdict:
        host = self._target.subject
        addresses = await addresses_of(host, self._gate, self.evidence)
        try:
            facts, protocol = await self._handshake(addresses, self._gate.trust())
        except ssl.SSLCertVerificationError as error:
            return await self._distrusted(addresses, error)
        until = "" if facts is None else f", valid until {facts.not_after:%Y-%m-%d}"
        sentence = f"{host} offers TLS ({protocol}) with a valid certificate{until}."
        if facts is not None and (facts.not_after - moment(self._gate.now_ms)).days < _SOON_DAYS:
            sentence += " It expires soon."
        return self.verdict("valid", sentence, protocol)

    async def _distrusted(self, addresses: list[str], error: ssl.SSLCertVerificationError) -> Verdict:
        """What is wrong with a certificate that was not accepted."""
        host = self._target.subject
        self.evidence.append(f"not accepted: {error.verify_message}")
        facts, protocol = await self._handshake(addresses, self._gate.trust(verified=False))
        if facts is None:
            return self.verdict("untrusted", f"The certificate of {host} can't be read: {error.verify_message}.")
        faults = list(_faults(facts, host, moment(self._gate.now_ms), error.verify_code)) or [
            ("untrusted", f"is not trusted: {error.verify_message}")
        ]
        what = ", and it ".join(words for _, words in faults)
        sentence = f"The certificate of {host} {what}. TLS itself works ({protocol})."
        return self.verdict(faults[0][0], sentence, protocol)

    async def _handshake(self, addresses: list[str], context: ssl.SSLContext) -> tuple[CertificateFacts | None, str]:
        """Raises DialogueError, and SSLCertVerificationError for a certificate that is not accepted."""
        implicit = self._target.port == IMPLICIT_TLS
        dialogue = MailDialogue(self._announced, self._gate, self.evidence)
        greeting = hello(self._target)
        try:
            banner = await dialogue.open(addresses, context if implicit else None)
            if not banner.positive:
                raise DialogueError("refuses", f"{self._target.subject} refuses the connection: {banner.text}")
            if not implicit:
                await self._to_tls(dialogue, greeting, context)
            facts, protocol = _negotiated(dialogue.tls, self.evidence)
            await dialogue.greet(greeting)
            return facts, protocol
        except ssl.SSLCertVerificationError:
            raise
        except ssl.SSLError as error:
            why = error.reason or str(error)
            raise DialogueError(
                "no-handshake", f"TLS with {self._target.subject} does not come about: {why}"
            ) from error
        finally:
            await dialogue.close("QUIT")

    async def _to_tls(self, dialogue: MailDialogue, greeting: str, context: ssl.SSLContext) -> None:
        offer = await dialogue.greet(greeting)
        if not offer.positive:
            raise DialogueError("refuses", f"{self._target.subject} refuses our EHLO: {offer.text}")
        if "STARTTLS" not in dialogue.extensions:
            raise DialogueError("no-starttls", f"{self._target.subject} does not offer STARTTLS")
        reply = await dialogue.say("STARTTLS")
        if reply.code != 220:
            raise DialogueError(
                "starttls-refused", f"{self._target.subject} offers STARTTLS and refuses it: {reply.text}"
            )
        await dialogue.start_tls(context)


def _negotiated(tls: ssl.SSLObject, evidence: list[str]) -> tuple[CertificateFacts | None, str]:
    cipher = tls.cipher()
    protocol = tls.version() or "unknown"
    evidence.append(f"{protocol}, {cipher[0] if cipher else 'no cipher'}")
    der = tls.getpeercert(binary_form=True)
    facts = None if der is None else certificate_facts(der)
    if facts is not None:
        evidence += facts.lines
    return facts, protocol


def _faults(facts: CertificateFacts, host: str, now: datetime, code: int) -> Iterator[tuple[str, str]]:
    """Finding and words for each thing that is wrong, the one to mend first in front."""
    if facts.not_after < now:
        yield "expired", f"expired on {facts.not_after:%Y-%m-%d}"
    if facts.not_before > now:
        yield "not-yet-valid", f"is valid only from {facts.not_before:%Y-%m-%d}"
    if not facts.is_for(host):
        yield "wrong-name", f"is not for this name, but for {', '.join(facts.names[:5]) or facts.subject or 'no host'}"
    if code in _SELF_SIGNED or facts.self_signed:
        yield "self-signed", "is self-signed"
    elif code in (2, 20, 21, 27):
        yield "untrusted", "leads to no root certificate of this computer, perhaps because the chain is incomplete"


async def look(check: LiveCheck, gate: Gate) -> Verdict:
    """The certificate of a mail server."""
    return await certificate_of(check.target, connection_of(check), gate)


async def certificate_of(target: LiveTarget, announced: SmtpConnection, gate: Gate) -> Verdict:
    """The same for a check that looks at a certificate among other things; it has announced the connection."""
    steps = _TlsLook(target, announced, gate)
    try:
        return await steps.run()
    except DialogueError as error:
        return steps.verdict(error.finding, f"{error}.")
