"""The replies that administrators ask about: which guidance they get, and who has to act, on both sides."""

from __future__ import annotations

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from support.knowledge_exchanges import exchange

RCPT = "RCPT TO:<berta@fabrikam.example>"
MAIL = "MAIL FROM:<anna@contoso.example>"
NDR = "MAIL FROM:<>"

# Reply, command, entry, who acts when we got the reply.
OUTBOUND = [
    ("504 Need to authenticate first ", "XEXCH50 1028 2 ", "xexch50-refused", "nobody"),
    ("505 Authentication required", "XEXCH50 1028 2", "xexch50-exchange-55", "nobody"),
    ("500 5.5.2 Error processing XEXCH50 command  ", "XEXCH50 2336 3 ", "xexch50-damaged", "us"),
    ("451", "X-EXPS\n", "xexps-timeout", "us"),
    ("451 Timeout waiting for client input", "X-EXPS GSSAPI", "xexps-timeout", "us"),
    ("550 Requested action not taken: mailbox unavailable", RCPT, "recipient-unknown", "sender"),
    ("550 5.1.1 User unknown", RCPT, "recipient-unknown", "sender"),
    ("550 5.7.1 Unable to relay for berta@fabrikam.example", RCPT, "relay-denied", "us"),
    ("550 5.7.1 relaying denied from local server", RCPT, "cisco-fixup", "us"),
    ("500 5.3.3 Unrecognized command", "X-LINK2STATE FIRST CHUNK={00000020}", "x-link2state-refused", "nobody"),
    ("502 unimplemented (#5.5.1)", "EHLO mail.contoso.example", "ehlo-not-understood", "nobody"),
    ('500 5.5.1 Command unrecognized: "XXXX a.example"', "EHLO mail.contoso.example", "cisco-fixup", "us"),
    ("450 Client host rejected: cannot find your hostname", RCPT, "ptr-missing", "us"),
    ("450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.7]", RCPT, "ptr-missing", "us"),
    ("554 mx.fabrikam.example no DNS reverse for 192.0.2.7", "", "ptr-missing", "us"),
    ("554-Bad DNS PTR resource record.", "", "ptr-missing", "us"),
    ("504 5.5.2 <MAIL01>: Helo command rejected: need fully-qualified hostname", RCPT, "helo-not-fqdn", "us"),
    ("550 Please use your real hostname when saying HELO", RCPT, "helo-not-fqdn", "us"),
    ("501 syntactically invalid HELO argument(s)", "EHLO mail_01.contoso.example", "helo-invalid-characters", "us"),
    ("452 4.3.1 Out of memory", MAIL, "antigen-out-of-memory", "them"),
    ("452 4.3.1 Insufficient system resources", MAIL, "back-pressure", "them"),
    ("453 #4.1.8 Domain of sender address <> does not exist", NDR, "ndr-refused", "us"),
    ("451 4.1.8 Domain of sender address does not resolve", MAIL, "sender-domain", "us"),
    ("451 4.1.8 Domain of sender address does not resolve", NDR, "ndr-refused", "us"),
    ("501 anna@contoso.example... Sender domain must exist", MAIL, "sender-domain", "us"),
    ("421 Service Temporarily Unavailable", MAIL, "unavailable", "nobody"),
    ("421 4.7.0 Error: too many connections from 192.0.2.7", "EHLO mail.contoso.example", "rate-limited", "us"),
    (
        "421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel",
        "",
        "too-many-connections-exchange",
        "us",
    ),
    (
        "421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to user complaints",
        MAIL,
        "yahoo-tss",
        "us",
    ),
    ("554 5.7.1 Client host [192.0.2.7] blocked using zen.spamhaus.org", RCPT, "spamhaus-listed", "us"),
    ("554 5.7.1 Client host [192.0.2.7] blocked using bl.spamcop.net", RCPT, "spamcop-listed", "us"),
    ("450 4.2.0 Recipient address rejected: Greylisted", RCPT, "greylisted", "nobody"),
    ("450 Recipient address rejected greylisted for 300 seconds.....", RCPT, "greylisted", "nobody"),
    ("451 4.7.1 Please try again later", RCPT, "greylisted", "nobody"),
    ("550 Sender verify failed", RCPT, "sender-callout-failed", "us"),
    ("550 Could not complete sender verify callout", RCPT, "sender-callout-failed", "us"),
    ("421 Retiring - psmtp", MAIL, "postini-retiring", "nobody"),
    ("451 Can't connect to fabrikam.example - psmtp", RCPT, "postini-cannot-connect", "them"),
    ("451 Requested action aborted: local error in processing", "DATA", "server-error", "them"),
    ("454 4.7.0 Temporary authentication failure", "X-EXPS GSSAPI", "xexps-auth-failed", "us"),
    ("451 5.7.3 Cannot achieve Exchange Server authentication", MAIL, "exchange-authentication-missing", "us"),
    (
        "454 4.7.0 Failed to establish appropriate TLS channel: UntrustedRoot: Access Denied",
        "STARTTLS",
        "tls-untrusted-certificate",
        "us",
    ),
    ("530 5.7.0 Must issue a STARTTLS command first", MAIL, "tls", "us"),
    ("530 Authentication required", MAIL, "smart-host-login", "us"),
    ("552 5.3.4 Message size exceeds fixed maximum message size", MAIL, "too-large", "sender"),
    ("552 Too many recipients", RCPT, "too-many-recipients", "nobody"),
    ("503 5.5.2 Need mail command", RCPT, "need-mail-first", "nobody"),
    ("503 5.5.1 Error: need RCPT command", "DATA", "need-mail-first", "nobody"),
    (
        "421 4.4.0 Remote server response was not RFC conformant",
        "EHLO mail.contoso.example",
        "remote-not-rfc-conformant",
        "us",
    ),
    ("421 4.4.1 Connection timed out", "", "idle-timeout", "them"),
]


@pytest.mark.parametrize(("reply", "command", "entry", "who_acts"), OUTBOUND)
def test_a_reply_that_we_got_leads_to_its_entry(
    knowledge: KnowledgeBase, reply: str, command: str, entry: str, who_acts: str
) -> None:
    advice = knowledge.advice(exchange(reply, command))
    assert (advice.match.entry_id, advice.who_acts) == (entry, who_acts)


# Reply, command, entry, who acts when our server said it to a client.
INBOUND = [
    ("504 Need to authenticate first", "xexch50 1028 2", "xexch50-refused", "nobody"),
    ("550 5.1.1 User unknown", RCPT, "recipient-filtering-inbound", "nobody"),
    ("550 5.7.1 Unable to relay for berta@fabrikam.example", RCPT, "relay-attempt-inbound", "nobody"),
    ("501 5.5.4 Invalid Address", "HELO unix.fabrikam.example.", "helo", "them"),
    ("452 4.3.1 Out of memory", MAIL, "antigen-out-of-memory", "us"),
    ("452 4.3.1 Insufficient system resources", MAIL, "back-pressure", "us"),
    ("550 5.7.1 203.0.113.9 has been blocked by the administrator", RCPT, "local-block-list", "nobody"),
    ("554 5.1.0 Sender Denied", MAIL, "sender-rejected", "nobody"),
    ("503 5.5.2 Need rcpt command", "DATA", "need-mail-first", "nobody"),
]


@pytest.mark.parametrize(("reply", "command", "entry", "who_acts"), INBOUND)
def test_a_reply_of_our_own_server_leads_to_its_entry(
    knowledge: KnowledgeBase, reply: str, command: str, entry: str, who_acts: str
) -> None:
    advice = knowledge.advice(exchange(reply, command, inbound=True, host="203.0.113.9"))
    assert (advice.match.entry_id, advice.who_acts) == (entry, who_acts)


def test_xexch50_between_organisations_is_expected_and_mail_flows(knowledge: KnowledgeBase) -> None:
    advice = knowledge.advice(exchange("504 Need to authenticate first ", "XEXCH50 1028 2 "))
    assert advice.match.category == "verb-refused"
    assert advice.match.confidence == "sure"
    assert advice.temporary is False


def test_the_reverse_dns_that_is_missing_is_ours(knowledge: KnowledgeBase) -> None:
    advice = knowledge.advice(exchange("450 Client host rejected: cannot find your hostname, [192.0.2.7]", RCPT))
    assert advice.match.category == "rdns"
    assert advice.who_acts == "us"
    assert any("192.0.2.7" in check.command for check in advice.checks)


def test_a_refused_null_sender_is_our_non_delivery_report(knowledge: KnowledgeBase) -> None:
    advice = knowledge.advice(exchange("453 #4.1.8 Domain of sender address <> does not exist", NDR))
    assert advice.match.category == "sender-domain"
    assert advice.match.entry_id == "ndr-refused"
    assert advice.temporary is True


def test_a_bare_code_still_gets_an_answer(knowledge: KnowledgeBase) -> None:
    match = knowledge.match(exchange("550", RCPT))
    assert (match.category, match.step, match.confidence) == ("recipient-unknown", "code and command", "guess")
