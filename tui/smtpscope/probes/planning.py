"""From what is to be checked to live checks with everything that each may send; nothing is asked here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from smtpscope.errors import UsageError
from smtpscope.knowledge.live.block_lists import BlockLists
from smtpscope.knowledge.live.check_kinds import CHECK_GROUPS, KINDS, CheckGroup, CheckKind
from smtpscope.probes.dns import block_list, helo_name, mail_domain, reverse_lookup
from smtpscope.probes.live_check import Announcement, LiveCheck, LiveTarget
from smtpscope.probes.policies import (
    dane_records,
    dkim_key,
    dmarc_policy,
    spf_check,
    sts_policy_check,
    transport_policies,
)
from smtpscope.probes.safe_targets import Reach, UnsafeTargetError, host_name, is_address, mailbox_name
from smtpscope.probes.smtp import certificate_check, greeting, recipient_check
from smtpscope.probes.smtp.mail_dialogue import PORTS


class LiveOptions(msgspec.Struct, frozen=True):
    """What the user allows: private targets, and asking a mail server for a recipient."""

    reach: Reach = msgspec.field(default_factory=Reach)
    recipient: bool = False
    helo: str = ""


class Planner:
    """Makes checks; a target that must not be asked gives a check with its refusal, so that nothing is left out."""

    def __init__(self, lists: BlockLists, options: LiveOptions) -> None:
        self.lists = lists
        self._options = options

    def check(self, kind: CheckKind, target: LiveTarget) -> LiveCheck:
        """The check of `kind` about `target`, whose names and IP addresses are made canonical."""
        try:
            target = self._safe(kind, target)
            refusal, sends = self._announced(kind, target)
        except UnsafeTargetError as error:
            return LiveCheck(kind, target, (), refusal=str(error))
        return LiveCheck(kind, target, () if refusal else sends, refusal)

    def _safe(self, kind: CheckKind, target: LiveTarget) -> LiveTarget:
        reach = self._options.reach
        about_address = kind == "reverse-dns" or (
            kind == "block-list" and self.lists.facts(target.zone).lists == "addresses"
        )
        if about_address or (is_address(target.subject.strip("[]")) and kind in ("smtp", "tls", "recipient")):
            subject = reach.address(target.subject)
        elif kind == "helo":
            # A name that must not be asked for has its verdict without a question.
            subject = self._helo(target.subject)
        else:
            subject = reach.name(target.subject)
        host = target.host
        if host:
            # It only serves a comparison: one that must not be asked for is left out.
            try:
                host = reach.address(host) if is_address(host) else reach.name(host)
            except UnsafeTargetError:
                host = ""
        return replace(
            target,
            subject=subject,
            zone=reach.name(target.zone) if target.zone else "",
            address=reach.address(target.address) if target.address else "",
            host=host,
            helo=reach.name(target.helo) if target.helo else self._options.helo,
            selector=host_name(target.selector, "service") if target.selector else "",
            mailbox=mailbox_name(target.mailbox) if target.mailbox else "",
        )

    def _helo(self, written: str) -> str:
        try:
            return self._options.reach.name(written)
        except UnsafeTargetError:
            return written.strip()

    def _announced(self, kind: CheckKind, target: LiveTarget) -> tuple[str, tuple[Announcement, ...]]:
        if target.port not in PORTS:
            return f"port {target.port} is not one of {', '.join(map(str, PORTS))}", ()
        if kind == "recipient" and not self._options.recipient:
            return "the setting checks_recipient is off", ()
        if kind == "block-list":
            facts = self.lists.facts(target.zone)
            return block_list.hindrance(target.subject, facts), block_list.announce(target.subject, facts)
        announce: dict[CheckKind, Callable[[], tuple[Announcement, ...]]] = {
            "reverse-dns": lambda: reverse_lookup.announce(target.subject),
            "helo": lambda: helo_name.announce(target.subject, self._options.reach),
            "recipient-domain": lambda: mail_domain.announce(target.subject, target.host),
            "sender-domain": lambda: mail_domain.announce(target.subject),
            "spf": lambda: spf_check.announce(target.subject),
            "dkim": lambda: dkim_key.announce(target),
            "dmarc": lambda: dmarc_policy.announce(target.subject, target.host),
            "mta-sts": lambda: transport_policies.announce(kind, target.subject),
            "sts-policy": lambda: sts_policy_check.announce(target),
            "tls-rpt": lambda: transport_policies.announce(kind, target.subject),
            "dane": lambda: dane_records.announce(target.subject),
            "smtp": lambda: greeting.announce(target),
            "tls": lambda: certificate_check.announce(target),
            "recipient": lambda: recipient_check.announce(target),
        }
        return "", announce[kind]()


def verified_checks(
    planner: Planner, lists: BlockLists, written: str, groups: tuple[CheckGroup, ...] = ()
) -> tuple[LiveCheck, ...]:
    """The checks for an IP address, a domain or a host, of these groups. Raises UsageError for anything else.

    Mail servers are contacted only if a group says so: whoever wants to know about a domain means its DNS.
    """
    text = written.strip().strip("[]")
    if is_address(text):
        return of_groups(tuple(_for_address(planner, lists, text)), groups)
    try:
        Reach(allow_private=True).name(text)
    except UnsafeTargetError as error:
        raise UsageError(
            where="verify", what=str(error), remedy="Give an IP address, a domain or the name of a host"
        ) from None
    return of_groups(tuple(_for_name(planner, text, bool(groups))), groups)


def _for_address(planner: Planner, lists: BlockLists, address: str) -> Iterator[LiveCheck]:
    yield planner.check("reverse-dns", LiveTarget(address))
    for facts in lists.lists:
        if facts.lists == "addresses" and facts.usual:
            yield planner.check("block-list", LiveTarget(address, zone=facts.zone))


_OF_NAMES: Final[tuple[CheckKind, ...]] = ("recipient-domain", "spf", "dmarc", "mta-sts", "tls-rpt", "dane")
_OF_SERVERS: Final[tuple[CheckKind, ...]] = ("sts-policy", "smtp", "tls")


def _for_name(planner: Planner, name: str, servers: bool) -> Iterator[LiveCheck]:
    target = LiveTarget(name)
    wanted = {*_OF_NAMES, *(_OF_SERVERS if servers else ())}
    yield from (planner.check(kind, target) for kind in KINDS if kind in wanted)


def of_groups(checks: tuple[LiveCheck, ...], groups: tuple[CheckGroup, ...]) -> tuple[LiveCheck, ...]:
    """Those of `checks` that are in one of `groups`; all if none is named, except asking for a recipient."""
    named = groups or tuple(group for group in CHECK_GROUPS if group != "recipient")
    return tuple(check for check in checks if KINDS[check.kind].group in named)
