"""From a reply to checks: each cause gets its own, about what the reply names, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.placeholders import values_of
from smtpscope.probes.incident_checks import FittingCheck, concluded, fitting_checks
from smtpscope.probes.live_check import LiveResult
from smtpscope.probes.live_subject import live_subject
from smtpscope.session import Explainer
from support.live_checks import LiveStage, live_stage

KNOWLEDGE = KnowledgeBase.load()


def fitting(
    stage: LiveStage, reply: str, command: str = "RCPT TO:<anna@fabrikam.com>", *, host: str = "mx1.fabrikam.com",
    direction: str = "outbound", our_address: str = "", senders: Iterable[str] = (),
) -> tuple[FittingCheck, ...]:  # fmt: skip
    exchange, advice = Explainer(KNOWLEDGE).explain(reply, command, direction, host)
    subject = live_subject(exchange, stage.session.lists, our_address=our_address, senders=senders)
    rules = stage.session.rules.fitting(advice.match.entry_id, advice.match.category, exchange.direction)
    return fitting_checks(rules, subject, stage.session.planner)


def told(found: Iterable[FittingCheck]) -> list[str]:
    return [f"{each.check.title}{' (not asked)' if each.check.refusal else ''}" for each in found]


CASES = {
    "550 5.7.1 Client host [192.0.2.25] blocked using zen.spamhaus.org": [
        "Block list zen.spamhaus.org: 192.0.2.25",
        "Reverse DNS: 192.0.2.25",
    ],
    "554 5.7.1 Service unavailable; Client host [192.0.2.25] blocked by SpamCop": [
        "Block list bl.spamcop.net: 192.0.2.25",
        "Reverse DNS: 192.0.2.25",
    ],
    "550 5.7.1 [192.0.2.25] messages from it weren't sent. (S3140)": [
        "Block list: 192.0.2.25 (not asked)",
        "Reverse DNS: 192.0.2.25",
    ],
    "450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.25]": ["Reverse DNS: 192.0.2.25"],
    "550 5.1.1 User unknown": [
        "Recipient's domain: fabrikam.com",
        "Recipient asked for: anna@fabrikam.com at mx1.fabrikam.com (not asked)",
    ],
    "550 5.7.1 Unable to relay": ["Recipient's domain: fabrikam.com"],
    "454 4.7.0 TLS not available due to local problem": [
        "MTA-STS policy: fabrikam.com",
        "DANE: fabrikam.com",
        "TLS certificate: mx1.fabrikam.com",
    ],
    "421 4.3.2 Service not available": ["Recipient's domain: fabrikam.com", "SMTP greeting: mx1.fabrikam.com"],
}


def test_each_reply_leads_to_its_checks() -> None:
    with live_stage() as stage:
        found = {reply: told(fitting(stage, reply)) for reply in CASES}
        assert found == CASES
        assert stage.stub.questions == []


def test_spf_and_dmarc_are_about_the_sender_and_the_domain_that_the_reply_names() -> None:
    reply = (
        "550-5.7.26 Unauthenticated email from contoso.com is not accepted due to domain's DMARC policy. [192.0.2.25]"
    )
    with live_stage() as stage:
        found = fitting(stage, reply, "MAIL FROM:<news@mailer.contoso.net>")
        assert told(found) == [
            "Reverse DNS: 192.0.2.25",
            "SPF: mailer.contoso.net",
            "DMARC: contoso.com",
        ]
        (dmarc,) = [each.check for each in found if each.check.kind == "dmarc"]
        assert dmarc.target.host == "mailer.contoso.net"


def test_a_remote_host_with_its_port_is_contacted_there() -> None:
    targets = {
        "mx1.fabrikam.com": ("mx1.fabrikam.com", 25, ""),
        "mx1.fabrikam.com:587": ("mx1.fabrikam.com", 587, ""),
        "[198.51.100.7]:465": ("198.51.100.7", 465, ""),
        "198.51.100.7:25": ("198.51.100.7", 25, ""),
        "2001:db8::7": ("2001:db8::7", 25, ""),
        "[2001:db8::7]:587": ("2001:db8::7", 587, ""),
        "mx1.fabrikam.com:22": ("mx1.fabrikam.com", 22, "port 22 is not one of 25, 465, 587"),
    }
    with live_stage() as stage:
        for host, expected in targets.items():
            (found,) = fitting(stage, "421 4.3.2 Service not available", "EHLO mail.contoso.com", host=host)
            check = found.check
            assert (check.target.subject, check.target.port, check.refusal) == expected


def test_a_selector_in_the_reply_is_asked_for() -> None:
    with live_stage() as stage:
        found = fitting(
            stage, "550 5.7.20 DKIM failed: no key for s1._domainkey.contoso.com", "MAIL FROM:<a@contoso.com>"
        )
        assert "DKIM key: s1 of contoso.com" in told(found)


def test_a_client_that_we_refuse_is_asked_about_and_never_contacted() -> None:
    with live_stage() as stage:
        reply = "550 5.7.1 Client host [198.51.100.7] blocked using zen.spamhaus.org"
        found = fitting(stage, reply, host="198.51.100.7", direction="inbound")
        assert told(found) == ["Block list zen.spamhaus.org: 198.51.100.7", "Reverse DNS: 198.51.100.7"]


def test_an_unknown_address_is_said_and_a_known_one_used() -> None:
    with live_stage() as stage:
        reply = "450 4.2.0 Greylisted"
        assert "Reverse DNS: IP address unknown (not asked)" in told(fitting(stage, reply))
        assert "Reverse DNS: 192.0.2.25" in told(fitting(stage, reply, our_address="192.0.2.25"))


def test_a_recipient_is_never_asked_for_where_we_are_blocked_or_too_fast() -> None:
    with live_stage(recipient=True) as stage:
        for reply in ("550 5.7.1 blocked using zen.spamhaus.org", "421 4.7.0 too many connections", "450 Greylisted"):
            assert not [each for each in fitting(stage, reply) if each.check.kind == "recipient"]
        assert [each for each in fitting(stage, "550 5.1.1 User unknown") if each.check.kind == "recipient"]


def test_a_finding_changes_the_sentence_with_the_values_of_the_refusal() -> None:
    with live_stage() as stage:
        reply = "550 5.7.1 Client host [192.0.2.25] blocked using zen.spamhaus.org"
        (first, *_) = fitting(stage, reply)
        exchange, _ = Explainer(KNOWLEDGE).explain(reply, "RCPT", "outbound", "mx1.fabrikam.com")
        values = (("address", "192.0.2.25"), ("list", "zen.spamhaus.org"))
        result = LiveResult(first.check, "not-listed", "general", (), (), 0, values)
        known = {**values_of(exchange), "last": "03-22 17:39"}
        assert concluded(result, first.rule, known).says.startswith(
            "192.0.2.25 is not listed on zen.spamhaus.org now; it was refused until 03-22 17:39."
        )
        unknown = LiveResult(first.check, "resolver-refused", "general", (), (), 0, values)
        assert concluded(unknown, first.rule, known).says == "general"
        assert "<last refusal>" in concluded(result, first.rule, {}).says


HOSTILE = (
    "550 5.7.1 [10.0.0.5] blocked using zen.spamhaus.org",
    "550 5.7.1 [127.0.0.1] blocked using dnsbl.corp.internal",
    "550 5.7.1 [169.254.169.254] blocked using zen.spamhaus.org; see http://169.254.169.254/latest/meta-data/",
    "550 blocked using dnsbl.local [192.168.1.1]",
    "550 listed at zen.spamhaus.org\r\nDATA\r\n [::ffff:10.0.0.5]",
    "450 4.7.1 Client host rejected: cannot find your hostname, [fe80::1]",
    "550 5.7.20 DKIM failed for s1._domainkey.dc01.contoso.local",
    "550-5.7.26 Unauthenticated email from dc01.local is not accepted",
    "421 4.3.2 Service not available",
    "454 4.7.0 TLS not available",
)


def test_no_reply_leads_to_a_private_name_or_address() -> None:
    with live_stage(allow_private=False) as stage:
        for reply in HOSTILE:
            for command, host in (
                ("RCPT TO:<a@dc01.contoso.local>", "exch01.contoso.local"),
                ("MAIL FROM:<a@intranet>", "10.0.0.9"),
                ("RCPT TO:<a@x.internal>", "[::1]:2525"),
                ("RCPT TO:<a@[10.0.0.1]>", "localhost"),
            ):
                for each in fitting(stage, reply, command, host=host):
                    assert each.check.refusal, (reply, each.check)
                    assert each.check.sends == ()
