"""A live check before it runs, with everything that it may send, and its result."""

from __future__ import annotations

import msgspec

from smtpscope.knowledge.live.check_kinds import KINDS, CheckKind, HoldsFrom, Outcome


class LiveTarget(msgspec.Struct, frozen=True):
    """What a check is about; "" for what it does not need.

    `subject` is the IP address, domain or host that is asked about. `zone` is a block list, `address` the IP address
    that mail comes from, `host` the remote host of the log, `selector` that of a DKIM key, `mailbox` a recipient,
    `port` that of the mail server, `helo` the name that we give there.
    """

    subject: str
    zone: str = ""
    address: str = ""
    host: str = ""
    selector: str = ""
    mailbox: str = ""
    port: int = 25
    helo: str = ""


class DnsQuery(msgspec.Struct, frozen=True):
    """One DNS question whose name is known beforehand."""

    name: str
    record_type: str

    @property
    def words(self) -> str:
        return f"{self.record_type} {self.name}"


class FollowedQueries(msgspec.Struct, frozen=True):
    """DNS questions for names that earlier answers of the same check give: at most `most`, of these types only."""

    which: str
    record_types: tuple[str, ...]
    most: int

    @property
    def words(self) -> str:
        return f"{', '.join(self.record_types)} of {self.which} (at most {self.most} questions)"


MOST_ADDRESSES = 2
"""IP addresses of a host that are tried for one connection."""


class SmtpConnection(msgspec.Struct, frozen=True):
    """Connections to a mail server, and every line that is sent there, in order."""

    host: str
    port: int
    lines: tuple[str, ...]
    most: int = 1

    @property
    def words(self) -> str:
        often = "once" if self.most == 1 else f"at most {self.most} times"
        lines = "; ".join(self.lines) or "nothing, only reads the greeting"
        return (
            f"connects to {self.host} port {self.port} {often} (at the first of {MOST_ADDRESSES} IP addresses that "
            f"answers), sends: {lines}"
        )


class HttpsFetch(msgspec.Struct, frozen=True):
    """One page of a web server, whose address is fixed by a standard and not taken from a reply."""

    host: str
    path: str
    port: int = 443
    most: int = 1

    @property
    def lines(self) -> tuple[str, ...]:
        """The request: nothing in it tells of this computer (RFC 9110)."""
        return (
            f"GET {self.path} HTTP/1.1",
            f"Host: {self.host}",
            "User-Agent: smtpscope",
            "Accept: text/plain",
            "Connection: close",
            "",
        )

    @property
    def words(self) -> str:
        return (
            f"fetches https://{self.host}{self.path} once (at the first of {MOST_ADDRESSES} IP addresses that answers; "
            "no redirect is followed)"
        )


Connection = SmtpConnection | HttpsFetch
Announcement = DnsQuery | FollowedQueries | SmtpConnection | HttpsFetch
"""Something that a check may send. What is not announced is not sent."""


class LiveCheck(msgspec.Struct, frozen=True):
    """A check that fits, with all that it may send. `refusal` says why it can't be asked, "" if it can."""

    kind: CheckKind
    target: LiveTarget
    sends: tuple[Announcement, ...]
    refusal: str = ""

    @property
    def title(self) -> str:
        """`Block list zen.example: 192.0.2.25`, with text from the log in it."""
        name = KINDS[self.kind].title
        if self.kind == "block-list":
            listed = f"{name} {self.target.zone}" if self.target.zone else name
            return f"{listed}: {self.target.subject or 'IP address unknown'}"
        if self.kind == "dkim" and self.target.selector:
            return f"{name}: {self.target.selector} of {self.target.subject}"
        if self.kind == "recipient":
            return f"{name}: {self.target.mailbox} at {self.target.subject}"
        return f"{name}: {self.target.subject or 'IP address unknown'}"

    @property
    def key(self) -> tuple[CheckKind, LiveTarget]:
        """The same for checks that ask the same."""
        return self.kind, self.target


class Verdict(msgspec.Struct, frozen=True):
    """What a check found, in the words of its kind. `evidence` are raw answers, a line each, and hostile text.

    `values` are for the placeholders of conclusions.
    """

    finding: str
    sentence: str
    evidence: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()


class LiveResult(msgspec.Struct, frozen=True):
    """The result of a check: what was found, in a sentence, with the raw answers, who was asked, and when.

    `connected` says whether a server was contacted, or that was tried; else all of it is from DNS.
    `conclusion` is what it means for the cause at hand, "" where nothing is said about that. Text from strangers may be
    in all of them: they are not yet harmless to draw.
    """

    check: LiveCheck
    finding: str
    sentence: str
    evidence: tuple[str, ...]
    asked: tuple[str, ...]
    time_ms: int
    values: tuple[tuple[str, str], ...] = ()
    conclusion: str = ""
    connected: bool = False

    @property
    def outcome(self) -> Outcome:
        return KINDS[self.check.kind].findings[self.finding]

    @property
    def holds_from(self) -> HoldsFrom:
        return KINDS[self.check.kind].holds_from if self.connected else "anywhere"

    @property
    def says(self) -> str:
        """The sentence to show: what it means here, else what was found."""
        return self.conclusion or self.sentence
