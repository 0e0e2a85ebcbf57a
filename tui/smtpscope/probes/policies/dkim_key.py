"""The DKIM key that a selector names: is it published, and can it be used (RFC 6376 section 3.6.1)?"""

from __future__ import annotations

import base64
import binascii

from smtpscope.knowledge.live.check_kinds import NO_ANSWER
from smtpscope.probes.consent import Gate
from smtpscope.probes.live_check import Announcement, DnsQuery, LiveCheck, LiveTarget, Verdict
from smtpscope.probes.policies.tagged_record import tags


def _name(target: LiveTarget) -> str:
    return f"{target.selector}._domainkey.{target.subject}"


def announce(target: LiveTarget) -> tuple[Announcement, ...]:
    """One question."""
    return (DnsQuery(_name(target), "TXT"),)


async def look(check: LiveCheck, gate: Gate) -> Verdict:
    """The key record, or what is wrong with it."""
    name = _name(check.target)
    answer = await gate.ask(name, "TXT")
    values = (("domain", check.target.subject), ("found", " | ".join(answer.records)))

    def verdict(finding: str, sentence: str) -> Verdict:
        return Verdict(finding, sentence, (answer.line,), values)

    if answer.untold:
        return verdict(NO_ANSWER, f"{answer.server} did not answer for {name}: {answer.detail or answer.status}.")
    keys = [tags(text) for text in answer.records if "p" in tags(text)]
    if not keys:
        return verdict("no-key", f"There is no DKIM key at {name}.")
    if len(keys) > 1:
        return verdict("broken", f"There are {len(keys)} DKIM keys at {name}; what a receiver does then is undefined.")
    (key,) = keys
    if key.get("v", "DKIM1") != "DKIM1":
        return verdict("broken", f"The DKIM key at {name} is of an unknown version.")
    written = "".join(key["p"].split())
    if not written:
        return verdict("revoked", f"The DKIM key at {name} is revoked (p= is empty).")
    try:
        bits = len(base64.b64decode(written, validate=True)) * 8
    except (binascii.Error, ValueError):
        return verdict("broken", f"The DKIM key at {name} is damaged: p= is not base64.")
    if "y" in key.get("t", "").lower().split(":"):
        return verdict("test-key", f"The DKIM key at {name} is there, in test mode (t=y): receivers may ignore it.")
    kind = key.get("k", "rsa")
    return verdict("key", f"The DKIM key at {name} is there ({kind}, {bits} bits with its header).")
