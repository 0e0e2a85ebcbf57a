"""What servers, services and applications write that have no reader of their own, or a form beside the usual one."""

from __future__ import annotations

import json
from typing import Final

from support.held_inputs import FULL, FULL_ROW, Held, row

_UNKNOWN: Final = "550 5.1.1 <k@other.example>: no such user"
_RELAYED: Final = "550 5.7.1 Relaying denied"


def _refused(reply: str = _UNKNOWN, cause: str = "recipient-unknown", side: str = "outbound", host: str = "",
             **more: object) -> dict[str, object]:  # fmt: skip
    return row(side, host, "", reply, cause, **more)


def _exported(body: dict[str, object]) -> str:
    """A line of OpenTelemetry's file exporter."""
    record = {"timeUnixNano": "1791534641596853000", "body": body}
    return json.dumps({"resourceLogs": [{"resource": {}, "scopeLogs": [{"scope": {}, "logRecords": [record]}]}]}) + "\n"


SHAPES: Final[dict[str, Held]] = {
    "Xeams' list of failures": Held(
        "2025-12-28 15:30:23,390 - [ 5862768] mx.other.example,k@other.example,h.koch@fabrikam.example,5878,"
        "[Failure reason: Unable to send email to the server. 550 #5.1.0 Address rejected.\n],Subject: Offer\n",
        (_refused("550 #5.1.0 Address rejected.", side="unknown", enhanced="5.1.0", time="2025-12-28 15:30:23.390"),),
        ("1 reply was found by the codes alone",),
    ),
    "Kerio Connect's mail log": Held(
        "[30/Nov/2025 17:57:15] Sent: Queue-ID: 438dd9ea-00000000, Recipient: <k@other.example>, Result: failed, "
        f"Status: 5.1.1 {_UNKNOWN}, Remote-Host: 203.0.113.9, Msg-Id: <a@fabrikam.example>\n"
        "[30/Nov/2025 17:59:15] Sent: Queue-ID: 438dd9ec-00000000, Recipient: <m@other.example>, Result: delivered, "
        "Status: 2.0.0 , Remote-Host: 203.0.113.9, Msg-Id: <c@fabrikam.example>\n",
        (_refused(side="unknown", host="203.0.113.9", mailbox="k@other.example", time="2025-11-30 17:57:15"),),
    ),
    "logfmt with the reply in a sentence": Held(
        't=2025-03-14T10:22:01.123Z level=error msg="Failed to send" error="gomail: could not send email 1: '
        f'{_RELAYED}" attempt=1\n',
        (_refused(_RELAYED, "relay-denied", side="unknown", time="2025-03-14 10:22:01.123"),),
    ),
    "Postal's log": Held(
        'time=2025-03-14T10:22:01Z level=info event=delivery msg="permanent SMTP error: 550 5.1.1 no such user" '
        "rcpt_to=k@other.example server=mx.other.example\n",
        (_refused("550 5.1.1 no such user", mailbox="k@other.example", time="2025-03-14 10:22:01"),),
    ),
    "Postal's webhook": Held(
        json.dumps(
            {
                "event": "MessageDeliveryFailed",
                "timestamp": 1741947721.5,
                "payload": {
                    "message": {"id": 27, "direction": "outgoing", "to": "k@other.example", "subject": "Offer"},
                    "status": "HardFail",
                    "output": f"{_UNKNOWN}\n",
                },
            }
        ),
        (_refused(mailbox="k@other.example", time="2025-03-14 10:22:01.500"),),
    ),
    "Postmark's webhook": Held(
        json.dumps(
            {
                "RecordType": "Bounce",
                "Type": "HardBounce",
                "Description": "The server was unable to deliver your message.",
                "Details": f"action: failed\r\nsmtp;{_UNKNOWN}",
                "Email": "k@other.example",
                "BouncedAt": "2025-03-14T10:22:01Z",
            }
        ),
        (_refused(mailbox="k@other.example", time="2025-03-14 10:22:01"),),
    ),
    "records of mail that arrived, of mail that did not, and an apostrophe in a name": Held(
        "".join(
            json.dumps({"email": to, "timestamp": 1741947721 + n, "smtp-id": "<a>", "event": event, "response": said})
            + "\n"
            for n, (to, event, said) in enumerate(
                (
                    ("m@other.example", "delivered", "250 2.0.0 Ok"),
                    ("n@other.example", "delivered", "250 2.0.0 Ok"),
                    ("o'neil@other.example", "delivered", _UNKNOWN),
                    ("o'neil@other.example", "bounce", "250 2.0.0 Ok"),
                    ("p@other.example", "deferred", "450 4.7.1 Greylisted"),
                )
            )
        ),
        (
            _refused(mailbox="o'neil@other.example", time="2025-03-14 10:22:03"),
            _refused("450 4.7.1 Greylisted", "greylisted", mailbox="p@other.example", time="2025-03-14 10:22:05"),
        ),
        ("1 delivery failed without a reply",),
    ),
    "events among the lines of a mail server, as OpenTelemetry exports both": Held(
        _exported(
            {"stringValue": "Oct  9 08:30:41 mail postfix/smtp[45]: DC477AC10D: to=<k@other.example>, relay="
             "mx.other.example[203.0.113.9]:25, delay=0.1, dsn=5.1.1, status=bounced (host mx.other.example"
             f"[203.0.113.9] said: {_UNKNOWN} (in reply to RCPT TO command))"}
        )
        + _exported(
            {"kvlistValue": {"values": [
                {"key": "provider", "value": {"kvlistValue": {"values": [
                    {"key": "name", "value": {"stringValue": "MSExchangeTransport"}}]}}},
                {"key": "message", "value": {"stringValue": FULL}},
                {"key": "system_time", "value": {"stringValue": "2026-10-09T09:30:41.0000000Z"}},
            ]}}
        ),
        (
            row("outbound", "mx.other.example", "RCPT", _UNKNOWN, "recipient-unknown", mailbox="k@other.example"),
            FULL_ROW,
        ),
    ),
    "cPanel's delivery report": Held(
        '"Event","Sender","Sent Time","Recipient","Delivery Host","Delivery IP","Out Time","Result"\n'
        '"failure","shop","Mar 14, 2025 10:22:00 AM","k@other.example","mx.other.example","203.0.113.9",'
        '"Mar 14, 2025 10:22:01 AM","SMTP error from remote mail server after RCPT TO:<k@other.example>: '
        '550 5.1.1 no such user"\n',
        (_refused("550 5.1.1 no such user", host="mx.other.example", mailbox="k@other.example",
                  time="2025-03-14 10:22:01"),),
    ),
    "Google Workspace's log search": Held(
        "Subject,Message ID,Date,Event,Recipient,Sender,Description\n"
        "Offer,<a@fabrikam.example>,2025-03-14T10:22:01+00:00,Bounced,k@other.example,h.koch@fabrikam.example,"
        '"Bounced: 550 5.1.1 no such user"\n',
        (_refused("550 5.1.1 no such user", mailbox="k@other.example", time="2025-03-14 10:22:01"),),
    ),
    "Mimecast's log as JSON": Held(
        '{"datetime":"2025-03-14T10:22:01+0000","Rcpt":"zz@fabrikam.example","Act":"Rej","RejType":"Invalid Recipient '
        'Address","RejCode":"550","RejInfo":"Invalid Recipient","Dir":"Inbound","IP":"198.51.100.61"}\n',
        (_refused("550 Invalid Recipient", side="inbound", host="198.51.100.61", mailbox="zz@fabrikam.example"),),
    ),
    "Mimecast's log with bars": Held(
        "datetime=2025-03-14T10:22:01+0000|aCode=x|RejCode=550|RejInfo=550 Invalid Recipient|Rcpt=zz@fabrikam.example"
        "|Act=Rej|Dir=Inbound|IP=198.51.100.61\n",
        (_refused("550 Invalid Recipient", side="inbound", host="198.51.100.61", mailbox="zz@fabrikam.example",
                  time="2025-03-14 10:22:01"),),
    ),
    "FortiMail's syslog": Held(
        "date=2025-03-14 time=10:22:03.123 device_id=FE-3K log_id=0200004567 type=event subtype=smtp pri=information "
        'session_id="52EAM1xx001235-52EAM1xx001235" msg="to=<k@other.example>, delay=00:00:01, mailer=esmtp, '
        'pri=121934, relay=mx.other.example. [203.0.113.9], dsn=5.1.1, stat=User unknown"\n',
        (row("outbound", "mx.other.example", "RCPT", "- 5.1.1 User unknown", "recipient-unknown", enhanced="5.1.1",
             mailbox="k@other.example", computer="FE-3K", time="2025-03-14 10:22:03.123"),),
    ),
    "nodemailer 0.7's session": Held(
        " CLIENT 3:\n \u2514\u2500\u2500RCPT TO:<k@other.example>\n SERVER 3:\n \u2514\u2500\u2500550-5.1.1 no such "
        "user.\n    550 5.1.1 Ask us\n",
        ({"side": "outbound", "verb": "RCPT", "reply": "550-5.1.1 no such user.\n550 5.1.1 Ask us", "enhanced": "5.1.1",
          "cause": "recipient-unknown", "mailbox": "k@other.example"},),
    ),
    "nodemailer 0.7's error": Held(
        "sendMail to: k@other.example\n{ [RecipientError: Can't send mail - all recipients were rejected]\n"
        "  name: 'RecipientError',\n  data: '550 no such user',\n  stage: 'rcpt' }\n",
        (row("outbound", "", "RCPT", "550 no such user", "recipient-unknown"),),
    ),
    "SmarterMail's deliveries": Held(
        "10:22:02.323 [57021] Connection to 203.0.113.9:25 from 192.0.2.1:55123 succeeded (Id: 1)\n"
        "10:22:02.423 [57021] RSP: 220 mx.other.example ESMTP\n10:22:02.923 [57021] CMD: RCPT TO:<k@other.example>\n"
        "10:22:03.023 [57021] RSP: 550 5.1.1 no such user\n",
        (row("outbound", "mx.other.example", "RCPT", "550 5.1.1 no such user", "recipient-unknown"),),
    ),
    "Axigen's log": Held(
        "2025-03-14 10:22:01 +0100 02 mail SMTP-IN:0000002A: [192.0.2.1:25] connection accepted from "
        "[198.51.100.61:4110]\n2025-03-14 10:22:02 +0100 08 mail SMTP-IN:0000002A: << RCPT TO:<zz@fabrikam.example>\n"
        "2025-03-14 10:22:02 +0100 08 mail SMTP-IN:0000002A: >> 550 Recipient not found\n",
        (row("inbound", "198.51.100.61", "RCPT", "550 Recipient not found", "recipient-unknown",
             time="2025-03-14 09:22:02"),),
    ),
    "MailKit's session": Held(
        "Connected to smtp://mx.other.example:25/?starttls=when-available\nC: RCPT TO:<k@other.example>\n"
        "S: 550 5.1.1 no such user\n",
        (row("outbound", "mx.other.example", "RCPT", "550 5.1.1 no such user", "recipient-unknown"),),
    ),
    "Rspamd's proxy": Held(
        "2025-03-14 10:22:02 #12(rspamd_proxy) <ab12ce>; milter; rspamd_milter_process_command: got connection from "
        "198.51.100.61:4110\n2025-03-14 10:22:03 #12(rspamd_proxy) <ab12ce>; proxy; rspamd_milter_send_task_results: "
        "set reply: 554 5.7.1 Spam message rejected\n",
        (_refused("554 5.7.1 Spam message rejected", "spam", side="inbound", host="198.51.100.61"),),
    ),
    "a log that tells of refusals in two ways": Held(
        "10:22:01.223 4 SMTPI-001234([198.51.100.61]) rsp: 550 zz@fabrikam.example: unknown user account\n"
        f"10:22:02.123 3 SMTP-001235(other.example) [1234567] bounced to <k@other.example>: {_UNKNOWN}\n",
        (
            row("inbound", "198.51.100.61", "", "550 zz@fabrikam.example: unknown user account", "recipient-unknown"),
            _refused(side="unknown", mailbox="k@other.example"),
        ),
        ("1 reply was found by the codes alone",),
    ),
    "a session, and an error that says its last reply again": Held(
        "send: 'rcpt TO:<k@other.example>\\r\\n'\nreply: b'550 5.1.1 no such user\\r\\n'\n"
        "smtplib.SMTPRecipientsRefused: {'k@other.example': (550, b'5.1.1 no such user')}\n"
        "Error: mail to k@other.example failed: 550 5.1.1 no such user; giving up\n",
        (row("outbound", "", "RCPT", "550 5.1.1 no such user", "recipient-unknown", mailbox="k@other.example"),),
    ),
    "lines of Sendmail and a reply in none of them": Held(
        "<22>Mar 14 10:22:02 pps01 sendmail[1234]: 52EAM1xx001234: from=<a@isp.example>, size=1, class=0, nrcpts=1\n"
        '<22>Mar 14 10:22:01 pps01 filter_instance1[1234]: rprt s=2p8x mod=session rule=deny action=reject '
        'value="550 5.7.1 Access denied" ip=198.51.100.61\n',
        (_refused("550 5.7.1 Access denied", "", side="unknown"),),
        ("1 reply was found by the codes alone",),
    ),
    "an exception of Python as JSON": Held(
        '{"exception":{"values":[{"type":"SMTPDataError","value":"(554, b\'5.7.1 Spam message rejected\')"}]},'
        '"timestamp":"2025-03-14T10:22:01Z"}\n',
        (_refused("554 5.7.1 Spam message rejected", "spam", side="unknown"),),
    ),
    ".NET's error in parentheses": Held(
        "Exception Message: Cannot send mails to mail server. (Mailbox unavailable. The server response was: "
        "5.7.1 Unable to relay).\n",
        (_refused("550 5.7.1 Unable to relay", "relay-denied"),),
    ),
}  # fmt: skip
