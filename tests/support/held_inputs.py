"""Small inputs as people post them, with what each of them tells: the shapes are real, all names and values are made.

What is not named in a row is not compared; `cause` is the entry of the knowledge base, or several that are right.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True)
class Held:
    """One input: its text and what each of its refusals says, in the order of the file."""

    text: str
    rows: tuple[dict[str, Any], ...]
    told: tuple[str, ...] = field(default=())
    """Words that the problems of the file hold."""


def row(side: str, host: str, verb: str, reply: str, cause: str = "", **more: Any) -> dict[str, Any]:
    """`reply` begins with its code, "- " stands for none."""
    code, _, rest = reply.partition(" ")
    enhanced = rest.partition(" ")[0]
    has = enhanced.count(".") == 2 and enhanced.replace(".", "").isdecimal()
    row: dict[str, Any] = {"side": side, "host": host, "verb": verb, "reply": rest if code == "-" else reply}
    row |= {"code": None if code == "-" else int(code), "enhanced": enhanced if has else None}
    return row | ({"cause": cause} if cause else {}) | more


def sentence(word: str, number: int, host: str, reply: str, command: str) -> str:
    may = "will probably" if word == "error" else "may"
    return (
        f'This is an SMTP protocol {word} log for virtual server ID 1, connection #{number}. The remote host "{host}", '
        f'responded to the SMTP command "rcpt" with "{reply} ". The full command sent was "{command}  ".  '
        f"This {may} cause the connection to fail."
    )


FULL: Final = sentence("error", 311, "mx.fabrikam.example", "550 5.1.1 <h.koch@fabrikam.example> unknown",
                         "RCPT TO:<h.koch@fabrikam.example>")  # fmt: skip
FULL_ROW: Final = row(
    "outbound", "mx.fabrikam.example", "RCPT", "550 5.1.1 <h.koch@fabrikam.example> unknown", "recipient-unknown",
    mailbox="h.koch@fabrikam.example",
)  # fmt: skip
LATER: Final = sentence("warning", 312, "mx.fabrikam.example", "451 4.7.1 Greylisted, come back in 5 minutes",
                          "RCPT TO:<i.lang@fabrikam.example>")  # fmt: skip
LATER_ROW: Final = row(
    "outbound", "mx.fabrikam.example", "RCPT", "451 4.7.1 Greylisted, come back in 5 minutes", "greylisted",
    mailbox="i.lang@fabrikam.example",
)  # fmt: skip


def _postfix(reply: str, mailbox: str, host: str = "mx2.fabrikam.example[203.0.113.20]") -> str:
    return (
        f"4cQz9k1V2dz3xB: to=<{mailbox}>, relay={host}:25, delay=0.9, delays=0.1/0/0.6/0.2, dsn=5.1.1, status=bounced "
        f"(host {host} said: {reply} (in reply to RCPT TO command))"
    )


MAIL_SERVERS: Final[dict[str, Held]] = {
    "Postfix before a content filter": Held(
        "Jun 11 07:15:20 relay2 postfix/smtpd[611]: connect from out.isp.example[198.51.100.61]\n"
        "Jun 11 07:15:22 relay2 postfix/smtpd[611]: proxy-reject: END-OF-MESSAGE: 554 5.7.0 Reject, id=07733-11 - spam;"
        " from=<g@isp.example> to=<h.koch@fabrikam.example> proto=ESMTP helo=<out.isp.example>\n"
        "Jun 11 07:20:01 relay2 postfix/smtpd[612]: proxy-reject: END-OF-MESSAGE: 451 4.3.0 Error: queue file write"
        " error; from=<k@isp.example> to=<h.koch@fabrikam.example> proto=ESMTP helo=<out.isp.example>\n"
        "Jun 11 07:21:01 relay2 postfix/smtpd[613]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as 7AC01; "
        "from=<k@isp.example> to=<h.koch@fabrikam.example> proto=ESMTP helo=<out.isp.example>\n",
        (
            row("inbound", "out.isp.example", "DATA", "554 5.7.0 Reject, id=07733-11 - spam", "spam", full=".",
                 mailbox="h.koch@fabrikam.example"),
            row("inbound", "", "DATA", "451 4.3.0 Error: queue file write error", "server-error", full=".",
                 mailbox="h.koch@fabrikam.example"),
        ),
    ),
    "Sendmail at the connection": Held(
        "Aug  2 11:00:44 relay2 sm-mta[811]: ruleset=check_relay, arg1=pool7.isp.example, arg2=198.51.100.70, "
        "relay=pool7.isp.example [198.51.100.70], reject=421 4.3.2 Connection rate limit exceeded.\n"
        "Aug  2 11:01:07 relay2 sm-mta[812]: ruleset=check_relay, arg1=[198.51.100.71], arg2=127.0.0.2, "
        "relay=[198.51.100.71], reject=550 5.7.1 Rejected: 198.51.100.71 listed at bl.lists.example\n"
        "Aug  2 11:02:07 relay2 sm-mta[813]: ruleset=check_relay, arg1=pool8.isp.example, arg2=198.51.100.72, "
        "relay=pool8.isp.example [198.51.100.72] (may be forged), reject=421 4.3.2 Too many open connections.\n",
        (
            row("inbound", "pool7.isp.example", "", "421 4.3.2 Connection rate limit exceeded.", "rate-limited"),
            row("inbound", "198.51.100.71", "", "550 5.7.1 Rejected: 198.51.100.71 listed at bl.lists.example",
                 "blocked"),
            row("inbound", "pool8.isp.example", "", "421 4.3.2 Too many open connections.", "rate-limited"),
        ),
    ),
    "Sendmail with a milter": Held(
        "Sep  9 03:07:19 relay2 sm-mta[77]: w8937Jab000077: Milter: from=<g@isp.example>, reject=550 5.7.1 Command "
        "rejected\n"
        "Sep  9 03:07:19 relay2 sm-mta[77]: w8937Jab000077: from=<g@isp.example>, size=0, class=0, nrcpts=0, "
        "proto=ESMTP, daemon=MTA, relay=out.isp.example [198.51.100.61]\n"
        "Sep  9 03:08:20 relay2 sm-mta[78]: w8938Kab000078: Milter: to=<h.koch@fabrikam.example>, reject=451 4.7.1 "
        "Greylisting in action, please come back in 00:10:00\n"
        "Sep  9 03:08:21 relay2 sm-mta[78]: w8938Kab000078: from=<k@other.example>, size=0, class=0, nrcpts=0, "
        "proto=ESMTP, daemon=MTA, relay=mail.other.example [203.0.113.44]\n",
        (
            row("inbound", "out.isp.example", "MAIL", "550 5.7.1 Command rejected"),
            row("inbound", "mail.other.example", "RCPT",
                 "451 4.7.1 Greylisting in action, please come back in 00:10:00", "greylisted",
                 mailbox="h.koch@fabrikam.example"),
        ),
    ),
    "what Exim itself refuses": Held(
        "2025-05-06 10:00:30 rejected EHLO from (MY_PC) [198.51.100.10]:50001: syntactically invalid argument(s): "
        "MY_PC\n"
        "2025-05-06 10:00:31 rejected MAIL from (pc) [198.51.100.11]:50002: no HELO/EHLO given\n"
        "2025-05-06 10:00:32 rejected MAIL FROM:<g@isp.example> SIZE=70000000 H=out.isp.example [198.51.100.61]:50003: "
        "message too big: size=70000000 max=20971520\n"
        "2025-05-06 10:00:33 1uCaaa-000001-1A rejected from <g@isp.example> H=out.isp.example [198.51.100.61]:50003: "
        "message too big: read=20971700 max=20971520\n"
        "2025-05-06 10:00:34 SMTP protocol synchronization error (input sent without waiting for greeting): rejected "
        'connection from H=[198.51.100.13]:50004 I=[192.0.2.1]:25 input="\\026\\003\\001"\n'
        "2025-05-06 10:00:35 SMTP call from [198.51.100.14]:50005 dropped: too many syntax or protocol errors (last "
        'command was "AUTH PLAIN",  C=EHLO,AUTH)\n'
        '2025-05-06 10:00:36 SMTP protocol error in "AUTH PLAIN" H=(pc) [198.51.100.15]:50006 I=[192.0.2.1]:25 AUTH '
        "command used when not advertised\n"
        "2025-05-06 10:00:37 H=[198.51.100.16]:50007 dropped by 'connect' ACL: Network is banned\n"
        "2025-05-06 10:00:38 refused connection from [198.51.100.17] (host_reject_connection)\n"
        "2025-05-06 10:00:39 1uCaaa-000002-1B F=<g@isp.example> H=out.isp.example [198.51.100.61] P=smtp rejected by "
        "local_scan(): Rejected: hits=9.1 required=5.0\n"
        "2025-05-06 10:00:40 H=out.isp.example [198.51.100.61]:50009 F=<g@isp.example> rejected RCPT "
        "<nobody@fabrikam.example>: Unrouteable address\n",
        (
            row("inbound", "198.51.100.10", "EHLO", "- syntactically invalid argument(s): MY_PC", "helo"),
            row("inbound", "198.51.100.11", "MAIL", "- no HELO/EHLO given", "protocol"),
            row("inbound", "out.isp.example", "MAIL", "- message too big: size=70000000 max=20971520", "too-large"),
            row("inbound", "out.isp.example", "DATA", "- message too big: read=20971700 max=20971520", "too-large",
                 full="."),
            row("inbound", "198.51.100.13", "",
                 "- SMTP protocol synchronization error (input sent without waiting for greeting)", "protocol"),
            row("inbound", "198.51.100.14", "AUTH", "- too many syntax or protocol errors", "protocol"),
            row("inbound", "198.51.100.15", "AUTH", "- AUTH command used when not advertised",
                 "protocol auth-failed"),
            row("inbound", "198.51.100.16", "", "- Network is banned", "policy blocked"),
            row("inbound", "198.51.100.17", "", "- host_reject_connection", "policy blocked"),
            row("inbound", "out.isp.example", "DATA", "- Rejected: hits=9.1 required=5.0", "spam", full="."),
            row("inbound", "out.isp.example", "RCPT", "- Unrouteable address", "recipient-unknown recipient-domain",
                 mailbox="nobody@fabrikam.example"),
        ),
    ),
    "the login of Exim at its smart host": Held(
        "2025-05-06 10:10:37 1uCbbb-000001-1A plain_login authenticator failed H=smtp.isp.example [198.51.100.90] "
        "535 5.7.8 Error: authentication failed: another password, please\n"
        "2025-05-06 10:10:37 1uCbbb-000001-1A == i.lang@other.example R=smarthost T=remote_smtp_smarthost defer (-42) "
        "H=smtp.isp.example [198.51.100.90]: authentication required but authentication attempt(s) failed\n"
        "2025-05-06 10:11:37 1uCbbb-000002-1A login authenticator failed H=smtp.isp.example [198.51.100.90] "
        "535-5.7.8 Username and Password not accepted.\\n535 5.7.8 See https://isp.example/login\n",
        (
            row("outbound", "smtp.isp.example", "AUTH",
                 "535 5.7.8 Error: authentication failed: another password, please", "auth-failed", who="us"),
            {"side": "outbound", "host": "smtp.isp.example", "verb": "AUTH", "code": 535, "enhanced": "5.7.8",
             "reply": "535-5.7.8 Username and Password not accepted.\n535 5.7.8 See https://isp.example/login",
             "cause": "auth-failed", "who": "us"},
        ),
    ),
    "Exim while it sent the message": Held(
        "2025-05-06 10:20:58 1uCccc-000001-1A ** i.lang@other.example R=smarthost T=remote_smtp_smarthost "
        "H=smtp.isp.example [198.51.100.90]: SMTP error from remote mail server after pipelined sending data block: "
        "550 Error\n"
        "2025-05-06 10:21:58 1uCccc-000002-1A ** h.koch@other.example R=smarthost T=remote_smtp_smarthost "
        "H=smtp.isp.example [198.51.100.90]: SMTP error from remote mail server after sending data block: "
        "530 5.7.0 Authentication Required\n",
        (
            row("outbound", "smtp.isp.example", "DATA", "550 Error", "spam policy content", full=".",
                 mailbox="i.lang@other.example"),
            row("outbound", "smtp.isp.example", "DATA", "530 5.7.0 Authentication Required", "auth-required",
                 full=".", mailbox="h.koch@other.example"),
        ),
    ),
    "Exim on standard error": Held(
        "    1 LOG: MAIN\n"
        "    1   exim 4.97 daemon started: pid=1, -q30m, listening for SMTP on port 25 (IPv4)\n"
        "   21 LOG: MAIN REJECT\n"
        "   21   H=(shop) [198.51.100.21] F=<shop@fabrikam.example> rejected RCPT <i.lang@other.example>: relay not "
        "permitted\n"
        "   22 LOG: MAIN\n"
        "   22   ** h.koch@other.example R=dnslookup T=remote_smtp H=mx.other.example [203.0.113.44]: SMTP error from "
        "remote mail server after RCPT TO:<h.koch@other.example>: 550 5.1.1 no such person\n",
        (
            row("inbound", "198.51.100.21", "RCPT", "- relay not permitted", "relay-denied", time=None,
                 mailbox="i.lang@other.example"),
            row("outbound", "mx.other.example", "RCPT", "550 5.1.1 no such person", "recipient-unknown", time=None,
                 mailbox="h.koch@other.example"),
        ),
        ("no time",),
    ),
    "months of other languages": Held(
        "".join(
            f"{stamp} relay2 postfix/smtp[55]: {_postfix(f'550 5.1.1 <{who}@other.example>: unknown', f'{who}@other.example')}\n"  # noqa: E501
            for stamp, who in (("Mär 21 06:07:08", "a"), ("Okt 03 06:07:08", "b"), ("févr. 14 06:07:08", "c"))
        ),
        tuple(
            row("outbound", "mx2.fabrikam.example", "RCPT", f"550 5.1.1 <{who}@other.example>: unknown",
                 "recipient-unknown", time=time, mailbox=f"{who}@other.example")
            for who, time in (("a", "03-21 06:07:08"), ("b", "10-03 06:07:08"), ("c", "02-14 06:07:08"))
        ),
        ("no year",),
    ),
    "Docker's json-file": Held(
        '{"log": "Jul  4 20:00:01 relay2 postfix/smtp[55]: '
        + _postfix("550 5.1.1 <b@other.example>: unknown", "b@other.example")
        + '\\n", "stream": "stdout", "time": "2025-07-04T20:00:01.250000001Z"}\n',
        (
            row("outbound", "mx2.fabrikam.example", "RCPT", "550 5.1.1 <b@other.example>: unknown",
                 "recipient-unknown", time="2025-07-04 20:00:01.250", computer="relay2"),
        ),
    ),
    "the table of a web page": Held(
        "7/4/2025, 8:00:29 PM | info | NOQUEUE: reject: RCPT from unknown[198.51.100.77]: 504 5.5.2 <pc>: Helo command "
        "rejected: need fully-qualified hostname; from=<g@isp.example> to=<h.koch@fabrikam.example> proto=ESMTP "
        "helo=<pc>\n-- | -- | --\n"
        "7/4/2025, 8:00:28 PM | info | connect from unknown[198.51.100.77]\n"
        f"14.07.2025, 19:31:48 | info | {_postfix('550 5.1.1 <b@other.example>: unknown', 'b@other.example')}\n",
        (
            row("inbound", "198.51.100.77", "RCPT",
                 "504 5.5.2 <pc>: Helo command rejected: need fully-qualified hostname", "helo",
                 time="2025-07-04 20:00:29", mailbox="h.koch@fabrikam.example"),
            row("outbound", "mx2.fabrikam.example", "RCPT", "550 5.1.1 <b@other.example>: unknown",
                 "recipient-unknown", time="2025-07-14 19:31:48"),
        ),
    ),
    "OpenSMTPD of two versions": Held(
        "Oct 20 15:56:37 relay2 smtpd[451]: 6ab1c0ffee4084ec mta delivery evpid=70aa from=<h.koch@fabrikam.example> "
        'to=<b@other.example> rcpt=<-> source="192.0.2.1" relay="203.0.113.44 (mx.other.example)" delay=1s '
        'result="PermFail" stat="550 5.7.1 Mail of [192.0.2.1] is not wanted; it is on our block list"\n'
        "Oct 20 15:57:37 relay2 smtpd[451]: 6ab2c0ffee4084ec smtp connected address=198.51.100.61 "
        "host=out.isp.example\n"
        'Oct 20 15:57:38 relay2 smtpd[451]: 6ab2c0ffee4084ec smtp failed-command '
        'command="RCPT TO:<zz@fabrikam.example> " result="550 Invalid recipient: <zz@fabrikam.example>"\n'
        "Oct 20 15:58:37 relay2 smtpd[451]: relay: TempFail for 6ab3c0ffee4084ec: from=<h.koch@fabrikam.example>, "
        "to=<c@other.example>, relay=203.0.113.45 (mx2.other.example), delay=12s, stat=451 Temporary failure, please "
        "try again later.\n",
        (
            row("outbound", "mx.other.example", "", "550 5.7.1 Mail of [192.0.2.1] is not wanted; it is on our block "
                 "list", "blocked", mailbox="b@other.example"),
            row("inbound", "out.isp.example", "RCPT", "550 Invalid recipient: <zz@fabrikam.example>",
                 "recipient-unknown", mailbox="zz@fabrikam.example"),
            row("outbound", "mx2.other.example", "", "451 Temporary failure, please try again later.",
                 "server-error", mailbox="c@other.example"),
        ),
    ),
    "Courier's server": Held(
        "May 10 03:47:57 relay2 courieresmtpd: error,relay=::ffff:198.51.100.61,from=<g@isp.example>,"
        "to=<zz@fabrikam.example>: 550 User unknown.\n"
        'Jul 13 23:07:20 relay2 courieresmtpd: error,relay=::ffff:198.51.100.62,msg="535 Authentication failed.",'
        "cmd: aG9sYQ==\n",
        (
            row("inbound", "198.51.100.61", "RCPT", "550 User unknown.", "recipient-unknown",
                 mailbox="zz@fabrikam.example"),
            row("inbound", "198.51.100.62", "AUTH", "535 Authentication failed.", "auth-failed"),
        ),
    ),
    "hMailServer": Held(
        '"SMTPD"\t600\t21\t"2024-02-03 04:05:06.100"\t"198.51.100.61"\t"RECEIVED: RCPT TO:<zz@fabrikam.example>"\n'
        '"SMTPD"\t600\t21\t"2024-02-03 04:05:06.200"\t"198.51.100.61"\t"SENT: 550 Unknown user"\n'
        '"SMTPC"\t600\t22\t"2024-02-03 04:06:06.100"\t"203.0.113.44"\t"SENT: RCPT TO:<b@other.example>"\n'
        '"SMTPC"\t600\t22\t"2024-02-03 04:06:06.200"\t"203.0.113.44"\t"RECEIVED: 550 5.1.1 Nobody of that name."\n',
        (
            row("inbound", "198.51.100.61", "RCPT", "550 Unknown user", "recipient-unknown",
                 time="2024-02-03 04:05:06.200", mailbox="zz@fabrikam.example"),
            row("outbound", "203.0.113.44", "RCPT", "550 5.1.1 Nobody of that name.", "recipient-unknown",
                 time="2024-02-03 04:06:06.200", mailbox="b@other.example"),
        ),
    ),
    "logins that failed, without their reply": Held(
        "Jan 12 22:24:22 relay2 postfix/smtpd[76]: warning: pc9.isp.example[198.51.100.33]: SASL PLAIN authentication "
        "failed: aG9sYQ==\n"
        "Feb 15 04:02:27 relay2 sendmail[166]: x1F42RNi000166: AUTH failure (PLAIN): authentication failure (-13) "
        "SASL(-13): authentication failure: checkpass failed, user=h.koch, relay=pc9.isp.example [198.51.100.33]\n",
        (
            {"side": "inbound", "host": "pc9.isp.example", "verb": "AUTH", "code": None, "cause": "auth-failed"},
            {"side": "inbound", "host": "pc9.isp.example", "verb": "AUTH", "code": None, "cause": "auth-failed"},
        ),
    ),
}  # fmt: skip
