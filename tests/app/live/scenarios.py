"""What the browser's live checks are driven with: a refusal, what DNS and the mail server say now, what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ssl import PROTOCOL_TLS_SERVER, SSLContext

from support.dns_stub import Zones
from support.live_checks import list_zone
from support.smtp_stub import SmtpStub, authority, certificate

OURS = "192.0.2.25"
"""Our public IP address, in the settings for the replies that do not name it."""
WEB = "198.51.100.80"
"""The web server of every recipient's domain."""
THEIRS = "198.51.100.10"
"""The IP address of every remote host; it leads to the mail server of the scenario."""
PTR = "25.2.0.192.in-addr.arpa"
OUR_NAME = {PTR: {"PTR": "mail.contoso.example."}, "mail.contoso.example": {"A": OURS}}
HELLO = ["EHLO [127.0.0.1]", "QUIT"]
TLS = ["EHLO [127.0.0.1]", "STARTTLS", "EHLO [127.0.0.1]", "QUIT"]
MAIL = "MAIL FROM:<news@contoso.example>"


@dataclass(frozen=True)
class LiveScenario:
    """`name` is the first label of the remote host. `checks` are the titles in the list.

    `asked` and `said` are all that leaves when all checks are run: DNS questions, lines to the mail server. `results`
    are words of each result, in the order of the list; a check that is not asked has none.
    """

    name: str
    reply: str
    command: str
    checks: Sequence[str]
    results: Sequence[str]
    asked: Sequence[str] = ()
    zones: Zones = field(default_factory=dict)
    said: Sequence[str] = ()
    server: Callable[[], SmtpStub] | None = None
    inbound: bool = False
    page: str = ""
    """The MTA-STS policy on the domain's web server."""

    @property
    def domain(self) -> str:
        return f"{self.name}.example"

    @property
    def host(self) -> str:
        """The remote host, for a client of ours its IP address."""
        return "203.0.113.77" if self.inbound else f"mx1.{self.domain}"

    @property
    def verb(self) -> str:
        return self.command.partition(" ")[0].lower()

    @property
    def all_zones(self) -> Zones:
        return {self.host: {"A": THEIRS}, **self.zones}

    @property
    def line(self) -> str:
        """The event as a line of a text log."""
        number = "7010" if self.inbound else "7002" if self.reply.startswith("4") else "7004"
        who = (
            f'The client at "{self.host}" sent a "{self.verb}" command, and the SMTP server responded with '
            f'"{self.reply}"'
            if self.inbound
            else f'The remote host "{self.host}", responded to the SMTP command "{self.verb}" with "{self.reply}"'
        )
        return (
            f"2026-03-22 17:39:01Z Error EXCH01 MSExchangeTransport {number} This is an SMTP protocol log for virtual "
            f'server ID 1, connection #{100 + len(self.name)}. {who}. The full command sent was "{self.command}".  '
            "This may cause the connection to fail."
        )


def rcpt(name: str) -> str:
    return f"RCPT TO:<anna@{name}.example>"


def domain_asked(name: str, *hosts: str) -> list[str]:
    """The questions about a recipient's domain whose MX names `hosts`."""
    domain = f"{name}.example"
    return [f"MX {domain}", *(f"{kind} {host}" for host in hosts for kind in ("A", "AAAA")), f"NS {domain}"]


def greets(*extensions: str) -> Callable[[], SmtpStub]:
    return lambda: SmtpStub(banner="220 ready", extensions=extensions or ("SIZE 35882577", "8BITMIME"))


def addresses(name: str) -> list[str]:
    return [f"{kind} mx1.{name}.example" for kind in ("A", "AAAA")]


def block_list_asked(zone: str, *types: str, address: str = OURS) -> list[str]:
    wanted = ".".join(reversed(address.split(".")))
    return [
        f"A 2.0.0.127.{zone}",
        f"A 1.0.0.127.{zone}",
        f"A {wanted}.{zone}",
        *(f"{each} {wanted}.{zone}" for each in types),
    ]


OUR_NAME_ASKED = [f"PTR {PTR}", "A mail.contoso.example"]
ZEN = "zen.spamhaus.org"
SPAMCOP = "bl.spamcop.net"


def walk_asked(domain: str) -> list[str]:
    labels = domain.split(".")
    return [f"TXT _dmarc.{'.'.join(labels[at:])}" for at in range(len(labels))]


EIGHT_REPLIES = (
    LiveScenario(
        "northwind",
        "504 Need to authenticate first ",
        "XEXCH50 1028 2 ",
        checks=["SMTP greeting: mx1.northwind.example"],
        asked=addresses("northwind"),
        server=greets("SIZE 35882577", "AUTH LOGIN"),
        said=HELLO,
        results=["mx1.northwind.example offers: SIZE 35882577 (34.2 MB), AUTH LOGIN. An Exchange command that is not"],
    ),
    LiveScenario(
        "adatum",
        "550 Requested action not taken: mailbox unavailable",
        rcpt("adatum"),
        checks=[
            "Recipient's domain: adatum.example",
            "Recipient asked for: anna@adatum.example at mx1.adatum.example",
        ],
        zones={"adatum.example": {"MX": "10 new.adatum.example."}, "new.adatum.example": {"A": "198.51.100.20"}},
        asked=[*domain_asked("adatum", "new.adatum.example"), *addresses("adatum")],
        results=[
            "adatum.example gets its mail at new.adatum.example now, and we sent to mx1.adatum.example, which does not "
            "know the mailbox any more.",
            "",
        ],
    ),
    LiveScenario(
        "litware",
        "450 Client host rejected: cannot find your hostname",
        rcpt("litware"),
        checks=[f"Reverse DNS: {OURS}"],
        asked=[f"PTR {PTR}"],
        results=[f"{OURS} still has no PTR record. Only whoever owns the IP address can set it"],
    ),
    LiveScenario(
        "tailspin",
        "452 4.3.1 Out of memory",
        MAIL,
        checks=["SMTP greeting: mx1.tailspin.example"],
        asked=addresses("tailspin"),
        server=greets(),
        said=HELLO,
        results=["mx1.tailspin.example answers now (220 ready); it refused until 03-22 17:39. Retry the queue."],
    ),
    LiveScenario(
        "humongous",
        "453 #4.1.8 Domain of sender address <> does not exist",
        "MAIL FROM:<>",
        checks=[f"Reverse DNS: {OURS}"],
        zones=OUR_NAME,
        asked=OUR_NAME_ASKED,
        results=[f"{OURS} is mail.contoso.example, and mail.contoso.example leads back to it."],
    ),
    LiveScenario(
        "fourthcoffee",
        "421 Service Temporarily Unavailable",
        "EHLO exch01.contoso.example",
        checks=["SMTP greeting: mx1.fourthcoffee.example"],
        asked=addresses("fourthcoffee"),
        server=lambda: SmtpStub(banner="421 4.3.2 try again later"),
        said=["QUIT"],
        results=["mx1.fourthcoffee.example refuses the connection: 421 4.3.2 try again later"],
    ),
    LiveScenario(
        "alpineski",
        "421 Retiring - psmtp",
        rcpt("alpineski"),
        checks=["Recipient's domain: alpineski.example", "SMTP greeting: mx1.alpineski.example"],
        zones={
            "alpineski.example": {"MX": "10 new.alpineski.example."},
            "new.alpineski.example": {"A": "198.51.100.20"},
        },
        asked=[*domain_asked("alpineski", "new.alpineski.example"), *addresses("alpineski"), *addresses("alpineski")],
        results=[
            "alpineski.example has left Postini and gets its mail at new.alpineski.example now",
            "mx1.alpineski.example does not answer this computer on port 25. Try the same from the mail server",
        ],
    ),
    LiveScenario(
        "adventure",
        "451 Requested action aborted: local error in processing",
        MAIL,
        checks=["SMTP greeting: mx1.adventure.example"],
        asked=addresses("adventure"),
        server=greets(),
        said=HELLO,
        results=["mx1.adventure.example answers now (220 ready); it refused until 03-22 17:39."],
    ),
)
"""What the public explanations of events 7002 and 7004 list."""

COMMON_CAUSES = (
    LiveScenario(
        "fabrikam",
        f"550 5.7.1 Service unavailable; Client host [{OURS}] blocked using zen.spamhaus.org",
        rcpt("fabrikam"),
        checks=[f"Block list {ZEN}: {OURS}", f"Reverse DNS: {OURS}"],
        zones={**list_zone(ZEN, _25_2_0_192="127.0.0.4"), PTR: {"PTR": "dsl-192-0-2-25.isp.example."}},
        asked=[*block_list_asked(ZEN, "TXT"), f"PTR {PTR}", "A dsl-192-0-2-25.isp.example"],
        results=[
            f"{OURS} is listed on {ZEN} now. Stop the cause first, then ask for removal there. Its reason: "
            "XBL: infected computer or open proxy; 25.2.0.192 sent spam",
            f"{OURS} is dsl-192-0-2-25.isp.example, but that name does not lead back to {OURS}.",
        ],
    ),
    LiveScenario(
        "inbound",
        "550 5.7.1 Client host [203.0.113.77] blocked using zen.spamhaus.org",
        rcpt("contoso"),
        inbound=True,
        checks=[f"Block list {ZEN}: 203.0.113.77", "Reverse DNS: 203.0.113.77"],
        zones=list_zone(ZEN),
        asked=[*block_list_asked(ZEN, address="203.0.113.77"), "PTR 77.113.0.203.in-addr.arpa"],
        results=[
            f"The client 203.0.113.77 is not listed on {ZEN} now; it was refused until 03-22 17:39.",
            "203.0.113.77 has no PTR record, which alone is a reason for a bad reputation.",
        ],
    ),
    LiveScenario(
        "graphic",
        "550 5.7.1 Message rejected as spam by content filter",
        MAIL,
        checks=[
            f"Block list {ZEN}: {OURS}",
            f"Reverse DNS: {OURS}",
            "SPF: contoso.example",
            "DMARC: contoso.example",
        ],
        zones={
            **list_zone(ZEN),
            **OUR_NAME,
            f"25.2.0.192.{ZEN}": {"A": "127.255.255.254"},
            "contoso.example": {"TXT": '"v=spf1 ip4:192.0.2.0/24 -all"'},
            "_dmarc.contoso.example": {"TXT": '"v=DMARC1; p=reject"'},
        },
        asked=[
            *block_list_asked(ZEN),
            *OUR_NAME_ASKED,
            "TXT contoso.example",
            *walk_asked("contoso.example"),
        ],
        results=[
            f"{ZEN} does not answer the resolver 127.0.0.1",
            f"{OURS} is mail.contoso.example, and mail.contoso.example leads back to it.",
            f"SPF of contoso.example allows {OURS} by ip4:192.0.2.0/24",
            "DMARC of contoso.example is reject.",
        ],
    ),
    LiveScenario(
        "wingtip",
        "552 5.2.2 Mailbox full",
        rcpt("wingtip"),
        checks=[
            "Recipient's domain: wingtip.example",
            "Recipient asked for: anna@wingtip.example at mx1.wingtip.example",
        ],
        zones={"wingtip.example": {"MX": "10 mx1.wingtip.example."}},
        asked=domain_asked("wingtip", "mx1.wingtip.example"),
        results=["MX of wingtip.example names the host that refused, so the mailbox is the right one and full", ""],
    ),
    LiveScenario(
        "lucerne",
        "550 5.2.1 The account is disabled",
        rcpt("lucerne"),
        checks=[
            "Recipient's domain: lucerne.example",
            "Recipient asked for: anna@lucerne.example at mx1.lucerne.example",
        ],
        zones={"lucerne.example": {"MX": "0 ."}},
        asked=["MX lucerne.example"],
        results=["lucerne.example accepts no mail at all: it has a null MX (RFC 7505).", ""],
    ),
    LiveScenario(
        "proseware",
        f"421 4.7.0 too many connections from {OURS}",
        MAIL,
        checks=[f"Block list {ZEN}: {OURS}", f"Reverse DNS: {OURS}"],
        zones={f"2.0.0.127.{ZEN}": {"A": "!SERVFAIL"}, PTR: {"PTR": "!REFUSED"}},
        asked=[f"A 2.0.0.127.{ZEN}", f"PTR {PTR}"],
        results=[f"did not answer for {ZEN}: SERVFAIL.", f"did not answer for {OURS}: REFUSED."],
    ),
    LiveScenario(
        "southridge",
        "550 5.7.1 Message rejected due to local policy",
        MAIL,
        checks=[
            f"Block list {ZEN}: {OURS}",
            f"Block list {SPAMCOP}: {OURS}",
            f"Reverse DNS: {OURS}",
            "SPF: contoso.example",
            "DMARC: contoso.example",
        ],
        zones={
            **list_zone(ZEN),
            **list_zone(SPAMCOP, _25_2_0_192="127.0.0.2"),
            **OUR_NAME,
            "contoso.example": {"TXT": '"v=spf1 mx -all"', "MX": "10 mail.contoso.example."},
        },
        asked=[
            *block_list_asked(ZEN),
            *block_list_asked(SPAMCOP, "TXT"),
            *OUR_NAME_ASKED,
            "TXT contoso.example",
            "MX contoso.example",
            "A mail.contoso.example",
            *walk_asked("contoso.example"),
        ],
        results=[
            f"{OURS} is not listed on {ZEN} now.",
            f"{OURS} is listed on {SPAMCOP} now, which may be the reason that the reply does not give",
            f"{OURS} is mail.contoso.example",
            f"SPF of contoso.example allows {OURS} by mx",
            "contoso.example has no DMARC record",
        ],
    ),
    LiveScenario(
        "relecloud",
        "550 5.7.1 Unable to relay for anna@relecloud.example",
        rcpt("relecloud"),
        checks=["Recipient's domain: relecloud.example"],
        zones={"relecloud.example": {"MX": "10 mx1.relecloud.example."}},
        asked=domain_asked("relecloud", "mx1.relecloud.example"),
        results=["MX of relecloud.example names the host that refused. Its administrator forgot to accept the domain"],
    ),
    LiveScenario(
        "treyresearch",
        f"550 5.7.26 Unauthenticated email from contoso.example is not accepted due to domain's DMARC policy. [{OURS}]",
        "MAIL FROM:<news@mailer.example>",
        checks=[f"Reverse DNS: {OURS}", "SPF: mailer.example", "DMARC: contoso.example"],
        zones={
            **OUR_NAME,
            "mailer.example": {"TXT": '"v=spf1 include:_spf.mailer.example -all"'},
            "_spf.mailer.example": {"TXT": '"v=spf1 ip4:198.51.100.0/24 -all"'},
            "_dmarc.contoso.example": {"TXT": '"v=DMARC1; p=reject"'},
        },
        asked=[
            *OUR_NAME_ASKED,
            "TXT mailer.example",
            "TXT _spf.mailer.example",
            *walk_asked("contoso.example"),
            # The Organizational Domain of the envelope's sender.
            *walk_asked("mailer.example")[:1],
            "TXT _dmarc.example",
        ],
        results=[
            f"{OURS} is mail.contoso.example",
            f"SPF of mailer.example forbids {OURS}. Add the IP address to the record",
            "SPF can't help: mail is sent as mailer.example, which is not a domain of contoso.example.",
        ],
    ),
    LiveScenario(
        "woodgrove",
        "450 4.2.0 Recipient address rejected: Greylisted, try again in 300 seconds",
        rcpt("woodgrove"),
        checks=[f"Reverse DNS: {OURS}", "SMTP greeting: mx1.woodgrove.example"],
        zones={PTR: {"PTR": "dyn25.isp.example."}, "dyn25.isp.example": {"A": OURS}},
        asked=[f"PTR {PTR}", "A dyn25.isp.example", *addresses("woodgrove")],
        server=greets(),
        said=HELLO,
        results=[
            f"{OURS} is dyn25.isp.example. Many servers greylist only clients with generic names",
            "mx1.woodgrove.example answers: 220 ready. It offers SIZE 35882577 (34.2 MB), 8BITMIME.",
        ],
    ),
    LiveScenario(
        "sender",
        "451 4.1.8 Domain of sender address <news@contoso.example> does not resolve",
        MAIL,
        checks=[f"Reverse DNS: {OURS}", "Sender's domain: contoso.example"],
        zones={**OUR_NAME, "contoso.example": {"MX": "10 mail.contoso.example."}},
        asked=[*OUR_NAME_ASKED, *domain_asked("contoso", "mail.contoso.example")],
        results=[
            f"{OURS} is mail.contoso.example",
            "contoso.example can be found in DNS now, and accepts mail at mail.contoso.example. It was refused until",
        ],
    ),
    LiveScenario(
        "nowhere",
        "550 5.1.2 Host or domain name not found",
        rcpt("nowhere-at-all"),
        checks=["Recipient's domain: nowhere-at-all.example"],
        asked=["MX nowhere-at-all.example"],
        results=["nowhere-at-all.example does not exist in DNS: the mailbox is misspelled, or the domain has expired."],
    ),
    LiveScenario(
        "helo",
        "504 5.5.2 <MAIL01>: Helo command rejected: need fully-qualified hostname",
        rcpt("helo"),
        checks=[f"Reverse DNS: {OURS}", "HELO name: mail01"],
        zones=OUR_NAME,
        asked=OUR_NAME_ASKED,
        results=[
            f"{OURS} is mail.contoso.example, and back. This is the name to give in HELO.",
            "mail01 is not a fully qualified name of the public DNS. Set the FQDN of the send connector",
        ],
    ),
    LiveScenario(
        "dkim",
        "550 5.7.20 DKIM validation failed: no key for s1._domainkey.contoso.example",
        MAIL,
        checks=[
            f"Reverse DNS: {OURS}",
            "SPF: contoso.example",
            "DKIM key: s1 of contoso.example",
            "DMARC: contoso.example",
        ],
        zones={**OUR_NAME, "s1._domainkey.contoso.example": {"TXT": '"v=DKIM1; p="'}},
        asked=[
            *OUR_NAME_ASKED,
            "TXT contoso.example",
            "TXT s1._domainkey.contoso.example",
            *walk_asked("contoso.example"),
        ],
        results=[
            f"{OURS} is mail.contoso.example",
            "contoso.example has no SPF record. Publish one that includes",
            "The DKIM key at s1._domainkey.contoso.example is revoked (p= is empty).",
            "contoso.example has no DMARC record. Large receivers want one",
        ],
    ),
    LiveScenario(
        "closed-list",
        f"554 5.7.1 Service unavailable; Client host [{OURS}] blocked using dnsbl.sorbs.net",
        rcpt("closed-list"),
        checks=[f"Block list dnsbl.sorbs.net: {OURS}", f"Reverse DNS: {OURS}"],
        zones=OUR_NAME,
        asked=OUR_NAME_ASKED,
        results=["", f"{OURS} is mail.contoso.example"],
    ),
    LiveScenario(
        "own-list",
        f"550 5.7.1 [{OURS}] messages from it weren't sent. (S3140)",
        MAIL,
        checks=[f"Block list: {OURS}", f"Reverse DNS: {OURS}"],
        zones=OUR_NAME,
        asked=OUR_NAME_ASKED,
        results=["", f"{OURS} is mail.contoso.example"],
    ),
    LiveScenario(
        "large",
        "552 5.3.4 Message size exceeds fixed limit",
        f"{MAIL} SIZE=99999999",
        checks=["SMTP greeting: mx1.large.example"],
        asked=addresses("large"),
        server=greets("SIZE 10485760"),
        said=HELLO,
        results=["mx1.large.example offers: SIZE 10485760 (10.0 MB). A message that is larger than its SIZE"],
    ),
)


def presenting(*names: str, days: tuple[int, int] = (-10, 100), self_signed: bool = False) -> SSLContext:
    return certificate(*names, issuer=None if self_signed else authority(), days=days).context()


def tls(name: str, server: Callable[[str], SmtpStub] | None, said: Sequence[str], result: str) -> LiveScenario:
    """A host whose STARTTLS failed in the log."""
    host = f"mx1.{name}.example"
    return LiveScenario(
        name,
        "454 4.7.0 TLS not available due to local problem",
        "STARTTLS",
        checks=[f"TLS certificate: {host}"],
        asked=addresses(name),
        server=None if server is None else lambda: server(host),
        said=said,
        results=[result],
    )


def greeting(name: str, server: SmtpStub, said: Sequence[str], result: str) -> LiveScenario:
    """A host that was not available."""
    return LiveScenario(
        name,
        "421 4.3.2 Service not available",
        MAIL,
        checks=[f"SMTP greeting: mx1.{name}.example"],
        asked=addresses(name),
        server=lambda: server,
        said=said,
        results=[result],
    )


# Where the certificate is not accepted, a second connection looks at it.
AGAIN = ["EHLO [127.0.0.1]", "STARTTLS", *TLS]

TLS_WANTED = (
    LiveScenario(
        "policy",
        "530 5.7.0 Must issue a STARTTLS command first",
        rcpt("policy"),
        checks=["MTA-STS policy: policy.example", "DANE: policy.example", "TLS certificate: mx1.policy.example"],
        zones={
            "_mta-sts.policy.example": {"TXT": '"v=STSv1; id=1"'},
            "mta-sts.policy.example": {"A": WEB},
            "policy.example": {"MX": "10 mx1.policy.example."},
        },
        page="version: STSv1\nmode: enforce\nmx: *.policy.example\nmax_age: 86400\n",
        asked=[
            "TXT _mta-sts.policy.example",
            "A mta-sts.policy.example",
            "AAAA mta-sts.policy.example",
            "MX policy.example",
            *addresses("policy"),
            "MX policy.example",
            "TLSA _25._tcp.mx1.policy.example",
            *addresses("policy"),
        ],
        server=lambda: SmtpStub(tls=presenting("mx1.policy.example")),
        said=[*TLS, *TLS],
        results=[
            "policy.example has an MTA-STS policy in mode enforce, to be remembered for 1 day. It covers all hosts in "
            "MX (*.policy.example). mx1.policy.example offers TLS (TLSv1.3) with a valid certificate",
            "policy.example has no TLSA records that were seen, but no DNSSEC proof came with the answer.",
            "mx1.policy.example offers TLS (TLSv1.3) with a valid certificate",
        ],
    ),
)
"""A cause with a check that fetches a page."""

MAIL_SERVERS = (
    tls("good", lambda host: SmtpStub(tls=presenting(host)), TLS, "offers TLS (TLSv1.3) with a valid certificate"),
    tls(
        "expired",
        lambda host: SmtpStub(tls=presenting(host, days=(-20, -2))),
        AGAIN,
        "A connector that checks certificates refuses it: its administrator has to renew it.",
    ),
    tls(
        "othername",
        lambda host: SmtpStub(tls=presenting("mail.other.example")),
        AGAIN,
        "is not for this name, but for mail.other.example. TLS itself works (TLSv1.3).",
    ),
    tls(
        "selfsigned",
        lambda host: SmtpStub(tls=presenting(host, self_signed=True)),
        AGAIN,
        "is self-signed. TLS itself works (TLSv1.3).",
    ),
    tls("plain", lambda host: SmtpStub(), HELLO, "mx1.plain.example offers no STARTTLS to this computer."),
    tls("busy", lambda host: SmtpStub(banner="421 4.3.2 later"), ["QUIT"], "refuses the connection: 421 4.3.2 later"),
    tls("refusing", lambda host: SmtpStub(banner="554 5.7.1 no"), ["QUIT"], "refuses the connection: 554 5.7.1 no"),
    tls("silent", lambda host: SmtpStub(banner=None), [], "No reply within 0.05 s."),
    tls("closed", None, [], "No connection to mx1.closed.example port 25"),
    greeting(
        "with-tls", SmtpStub(tls=SSLContext(PROTOCOL_TLS_SERVER)), HELLO, "answers now (220 mx1.fabrikam.com ESMTP)"
    ),
    greeting("refusing-too", SmtpStub(banner="554 5.7.1 no"), ["QUIT"], "refuses the connection: 554 5.7.1 no"),
    greeting("no-ehlo", SmtpStub(replies={"EHLO": "502 no"}), HELLO, "refuses our EHLO: 502 no"),
    greeting("silent-too", SmtpStub(banner=None), [], "does not answer this computer on port 25. Try the same from"),
    greeting(
        "web", SmtpStub(banner="HTTP/1.1 400 Bad Request"), ["QUIT"], "That is not SMTP: HTTP/1.1 400 Bad Request"
    ),
)
"""Mail servers by what they do."""
