"""Writes logs of the mail servers that are met less often, as `mail_logs` does of Postfix, Exim and Sendmail."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import BinaryIO, Final, NamedTuple

from support.mail_logs import Part, write_parts

_START: Final = datetime(2026, 11, 9, 6, 12, 41)  # noqa: DTZ001 - such logs name no zone
_HOSTS: Final = (
    ("mx1.contoso.example", "192.0.2.10"),
    ("mail.fabrikam.example", "198.51.100.25"),
    ("mx.tailspin.example", "203.0.113.7"),
)
_CLIENTS: Final = (("dyn-7.isp.example", "198.51.100.77"), ("out.partner.example", "192.0.2.66"))
_PEOPLE: Final = ("j.smith", "info", "maria.lopez", "ap+invoices", "o'neil")
_REPLIES: Final = (
    "550 5.1.1 <{to}>: Recipient address rejected: User unknown",
    "450 4.2.0 <{to}>: Recipient address rejected: Greylisted, come back in 5 minutes",
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using dnsbl.example; see (the list)",
)


class Mail(NamedTuple):
    """One mail: when and what it is, where it goes, and the reply that refuses it ("" where none does)."""

    at: str
    moment: datetime
    number: int
    identity: str
    to: str
    host: str
    address: str
    client: str
    client_address: str
    reply: str
    inbound: bool

    @property
    def final(self) -> bool:
        return self.reply.startswith("5")


def _mails(seed: int, refusals: float = 0.065) -> Iterator[Mail]:
    """Mails of which that share is refused."""
    chance = random.Random(seed)
    moment = _START
    for number in range(1, 10**9):
        moment += timedelta(milliseconds=chance.randrange(4_000))
        host, address = chance.choice(_HOSTS)
        to = f"{chance.choice(_PEOPLE)}@{host.partition('.')[2]}"
        refused = chance.random() < refusals
        client, client_address = chance.choice(_CLIENTS)
        yield Mail(
            at=f"{moment:%b} {moment.day:2d} {moment:%H:%M:%S} mail",
            moment=moment,
            number=number,
            identity=f"{chance.getrandbits(64):016x}",
            to=to,
            host=host,
            address=address,
            client=client,
            client_address=client_address,
            reply=chance.choice(_REPLIES).format(to=to) if refused else "",
            inbound=refused and chance.random() < 0.4,
        )


def opensmtpd_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed):
        at = f"{mail.at} smtpd[812]: {mail.identity}"
        if mail.inbound:
            text = (
                f"{at} smtp connected address={mail.client_address} host={mail.client}\n"
                f'{at} smtp failed-command command="RCPT TO:<{mail.to}>" result="{mail.reply}"\n'
                f"{at} smtp disconnected reason=quit\n"
            )
            yield text, 1
            continue
        result = ("PermFail" if mail.final else "TempFail") if mail.reply else "Ok"
        yield (
            f"{at} mta connected\n"
            f"{at} mta delivery evpid={mail.identity[::-1]} from=<shop@example.com> to=<{mail.to}> rcpt=<-> "
            f'source="192.0.2.1" relay="{mail.address} ({mail.host})" delay=1s result="{result}" '
            f'stat="{mail.reply or "250 2.0.0 Ok"}"\n',
            bool(mail.reply),
        )


def msmtp_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed):
        line = f"{mail.at[:-5]} host={mail.host} tls=on auth=off from=shop@example.com recipients={mail.to} "
        sent = f"{line}mailsize=812 smtpstatus=250 smtpmsg='250 2.0.0 Ok' exitcode=EX_OK\n"
        if not mail.reply:
            yield sent * 2, 0
            continue
        error = f"recipient address {mail.to} not accepted by the server"
        yield f"{line}smtpstatus={mail.reply[:3]} smtpmsg='{mail.reply}' errormsg='{error}' exitcode=EX_DATAERR\n", 1


def courier_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed):
        if mail.inbound:
            client = f"relay=::ffff:{mail.client_address},from=<ann@isp.example>,to=<{mail.to}>"
            yield f"{mail.at} courieresmtpd: error,{client}: {mail.reply}\n", 1
            continue
        message = f"id={mail.identity},from=<shop@example.com>,addr=<{mail.to}>"
        status = ("failure" if mail.final else "deferred") if mail.reply else "success"
        yield (
            f"{mail.at} courierd: started,id={mail.identity},from=<shop@example.com>,module=esmtp,addr=<{mail.to}>\n"
            f"{mail.at} courieresmtp: {message}: {mail.reply or '250 2.0.0 Ok'}\n"
            f"{mail.at} courieresmtp: {message},status: {status}\n",
            bool(mail.reply),
        )


def dma_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed):
        at = f"{mail.at} dma[{mail.identity[:6]}.{mail.identity}]:"
        begin = (
            f"{at} <{mail.to}> trying delivery\n{at} trying remote delivery to {mail.host} [{mail.address}] pref 10\n"
        )
        if not mail.reply:
            yield f"{begin}{at} <{mail.to}> delivery successful\n", 0
            continue
        how = "to" if mail.final else "deferred:"
        yield f"{begin}{at} remote delivery {how} {mail.host} [{mail.address}] failed after RCPT TO: {mail.reply}\n", 1


def qmail_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed):
        at = f"{mail.at} qmail: {mail.moment.timestamp():.6f}"
        begin = f"{at} starting delivery {mail.number}: msg {mail.number + 7_000} to remote {mail.to}\n"
        if not mail.reply:
            yield f"{begin}{at} delivery {mail.number}: success: {mail.address}_accepted_message./\n", 0
            continue
        how = "failure" if mail.final else "deferral"
        words = mail.reply.replace(" ", "_")
        told = f"{mail.address}_does_not_like_recipient./Remote_host_said:_{words}/Giving_up_on_{mail.address}./"
        yield f"{begin}{at} delivery {mail.number}: {how}: {told}\n", 1


def nullmailer_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed):
        at = f"{mail.at} nullmailer-send[812]:"
        begin = (
            f"{at} Starting delivery: protocol: smtp host: {mail.host} file: {mail.number}.812\n"
            f"{at} From: <shop@example.com> to: <{mail.to}>\n"
        )
        end = (
            f"{at} smtp: Failed: {mail.reply}\n{at} Sending failed: Permanent error in sending the message\n"
            if mail.reply
            else f"{at} smtp: Succeeded: 250 2.0.0 Ok\n{at} Sent file.\n"
        )
        yield f"{begin}{end}", bool(mail.reply)


def haraka_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed):
        time = f"{mail.moment:%Y-%m-%dT%H:%M:%S}.{mail.moment.microsecond // 1000:03d}Z"
        word = mail.identity.upper()
        connection = f"{word[:8]}-{word[8:12]}-4{word[12:15]}-8{word[1:4]}-{word[4:]}"
        if mail.inbound:
            begin = f"{time} [NOTICE] [{connection}] [core]"
            code = "DENY" if mail.final else "DENYSOFT"
            told = f'recipient <{mail.to}> code={code} msg="{mail.reply[4:]}" sender=a@isp.example'
            yield (
                f"{begin} connect ip={mail.client_address} port=4711 local_ip=192.0.2.1 local_port=25\n"
                f"{time} [NOTICE] [{connection}.1] [core] {told}\n"
                f"{begin} disconnect ip={mail.client_address} rdns={mail.client} helo=x relay=N early=N esmtp=Y tls=N "
                f'pipe=N errors=0 txns=1 rcpts=0/0/1 msgs=0/0/0 bytes=0 lr="{mail.reply}" time=0.002\n',
                1,
            )
            continue
        begin = f"{time} [NOTICE] [{connection}.1.1] [outbound]"
        if not mail.reply:
            queued = f'{time} [NOTICE] [{connection}.1] [core] queue code=OK msg="Message Queued"\n'
            delivered = f'{begin}  delivered file={mail.number} host={mail.host} ip={mail.address} response="Ok"\n'
            yield f"{queued}{delivered}", 0
            continue
        yield f"{begin} recipient <{mail.to}> {'rejected' if mail.final else 'deferred'}: {mail.reply}\n", 1


def hmailserver_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed):
        program = "SMTPD" if mail.inbound else "SMTPC"
        address = mail.client_address if mail.inbound else mail.address
        asked, answered = ("RECEIVED", "SENT") if mail.inbound else ("SENT", "RECEIVED")
        time = f"{mail.moment:%Y-%m-%d %H:%M:%S}.{mail.moment.microsecond // 1000:03d}"
        begin = f'"{program}"\t4968\t{mail.number}\t"{time}"\t"{address}"\t'
        yield (
            f'{begin}"{asked}: MAIL FROM:<shop@example.com>"\n{begin}"{answered}: 250 OK"\n'
            f'{begin}"{asked}: RCPT TO:<{mail.to}>"\n{begin}"{answered}: {mail.reply or "250 OK"}"\n',
            bool(mail.reply),
        )


def mailenable_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed):
        address, side = (mail.client_address, "IN") if mail.inbound else (mail.address, "OU")
        begin = f"{mail.moment:%m/%d/%y %H:%M:%S}\tSMTP-{side}\t{mail.identity.upper()}.MAI\t812\t{address}\t"
        yield (
            f"{begin}MAIL\tMAIL FROM:<shop@example.com>\t250 Requested mail action okay, completed\t43\t32\n"
            f"{begin}RCPT\tRCPT TO:<{mail.to}>\t{mail.reply or '250 Requested mail action okay'}\t43\t32\n",
            bool(mail.reply),
        )


def ssmtp_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed, 0.045):
        at = f"{mail.at} sSMTP[{mail.number % 30_000}]:"
        if mail.reply:
            yield f"{at} RCPT TO:<{mail.to}> ({mail.reply})\n", 1
            continue
        yield f"{at} Sent mail for shop@example.com (221 2.0.0 Bye) uid=0 username=root outbytes=812\n", 0


def stalwart_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed):
        begin = f"{mail.moment:%Y-%m-%dT%H:%M:%SZ} INFO"
        known = f'queueId = {mail.number}, from = "shop@example.com", to = ["{mail.to}"], size = 812, total = 1'
        host = f'hostname = "{mail.host}"'
        connect = f"{begin} Connecting to remote server (delivery.connect) {known}, {host}, remotePort = 25\n"
        if not mail.reply:
            sent = f'{host}, to = "{mail.to}", code = 250, details = "OK", elapsed = 1ms'
            yield f"{connect}{begin} Message delivered (delivery.delivered) {known}, {sent}\n", 0
            continue
        told = f'to = "{mail.to}", code = {mail.reply[:3]}, details = "{mail.reply[4:]}"'
        yield (
            f"{connect}{begin} SMTP RCPT TO rejected (delivery.rcpt-to-rejected) {known}, {host}, {told}, "
            f"elapsed = 9ms\n{begin} DSN permanent failure notification (delivery.dsn-perm-fail) {known}, {host}, "
            f"{told}\n",
            1,
        )


def ironport_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed):
        begin = f"{mail.moment:%a %b} {mail.moment.day:2d} {mail.moment:%H:%M:%S %Y} Info:"
        number = mail.number
        start = (
            f"{begin} MID {number} ICID {number} RID 0 To: <{mail.to}>\n"
            f"{begin} New SMTP DCID {number} interface 192.0.2.1 address {mail.address} port 25\n"
        )
        if not mail.reply:
            yield f"{start}{begin} Message done DCID {number} MID {number} to RID [0]\n", 0
            continue
        how = "Bounced" if mail.final else "Delayed"
        text = mail.reply[4:].replace("'", "\\'")
        outcome = f"5.1.0 - Unknown address error ('{mail.reply[:3]}', ['{text}']) []"
        yield f"{start}{begin} {how}: DCID {number} MID {number} to RID 0 - {outcome}\n", 1


def transcript_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed, 0.3):
        begin = f"{mail.moment:%a %Y-%m-%d %H:%M:%S}.{mail.moment.microsecond // 1000:03d}: [{mail.number}:2] "
        asked, answered = ("<--", "-->") if mail.inbound else ("-->", "<--")
        peer = (
            f"Accepting SMTP connection from {mail.client_address}:4711 to 192.0.2.1:25"
            if mail.inbound
            else f"Attempting SMTP connection to [{mail.address}:25]"
        )
        lines = (
            peer,
            f"{answered} 220 {'mail.example.com' if mail.inbound else mail.host} ESMTP",
            f"{asked} EHLO relay.example",
            f"{answered} 250-relay.example",
            f"{answered} 250 SIZE 10240000",
            f"{asked} MAIL From:<shop@example.com> SIZE=812",
            f"{answered} 250 2.1.0 Ok",
            f"{asked} RCPT To:<{mail.to}>",
            f"{answered} {mail.reply or '250 2.1.5 Ok'}",
            f"{asked} QUIT",
            f"{answered} 221 2.0.0 Bye",
        )
        yield "".join(f"{begin}{line}\n" for line in lines), bool(mail.reply)


def delivery_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed, 0.045):
        seconds = (mail.moment - datetime(1970, 1, 1)) // timedelta(seconds=1)  # noqa: DTZ001 - both name no zone
        record: dict[str, object] = {
            "email": mail.to,
            "timestamp": seconds,
            "smtp-id": f"<{mail.identity}@example.com>",
        }
        if mail.reply:
            record |= {"event": "bounce" if mail.final else "deferred", "reason": mail.reply, "mx": mail.host}
        else:
            record |= {"event": "delivered", "response": "250 2.0.0 Ok"}
        yield f"{json.dumps(record)}\n", bool(mail.reply)


def mail_errors_parts(seed: int) -> Iterator[Part]:
    for mail in _mails(seed):
        at = f"{mail.moment:%Y-%m-%d %H:%M:%S},{mail.moment.microsecond // 1000:03d}"
        if mail.reply:
            refused = f"{{{mail.to!r}: ({mail.reply[:3]}, {mail.reply[4:].encode()!r})}}"
            yield f"{at} ERROR mailer\nsmtplib.SMTPRecipientsRefused: {refused}\n", 1
            continue
        yield f"{at} INFO mailer sent {mail.number} to {mail.to}\n", 0


FURTHER_PARTS: Final[dict[str, Callable[[int], Iterator[Part]]]] = {
    "opensmtpd": opensmtpd_parts,
    "msmtp": msmtp_parts,
    "courier": courier_parts,
    "dma": dma_parts,
    "qmail": qmail_parts,
    "nullmailer": nullmailer_parts,
    "haraka": haraka_parts,
    "hmailserver": hmailserver_parts,
    "mailenable": mailenable_parts,
    "ssmtp": ssmtp_parts,
    "stalwart": stalwart_parts,
    "ironport": ironport_parts,
    "transcript": transcript_parts,
    "mail-errors": mail_errors_parts,
    "delivery": delivery_parts,
}
"""Name of the format -> what writes a log of it, one mail after the other, from a seed."""


def _write(target: BinaryIO, size: int, *, name: str, seed: int) -> int:
    return write_parts(FURTHER_PARTS[name](seed), target, size)


def writer(name: str, seed: int) -> Callable[[BinaryIO, int], int]:
    """Writes about so many bytes of the log called `name` into a stream; gives back how many refusals it holds."""
    return partial(_write, name=name, seed=seed)
