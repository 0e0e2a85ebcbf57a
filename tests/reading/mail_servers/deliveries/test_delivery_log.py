"""Deliveries as mail services and queues report them, in JSON, in tables and in listings."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from smtpscope.errors import LogError
from smtpscope.reading.mail_servers.deliveries.delivery_log import DeliveryLogReader
from smtpscope.reading.record import Batch, SmtpExchangeRecord
from smtpscope.reading.registry import open_log
from support.mail_lines import OPTIONS
from support.memory_source import MemorySource

AT = 1_795_527_903
MOMENT = "2026-11-24T13:45:03.000Z"
SES = {
    "notificationType": "Bounce",
    "bounce": {
        "bounceType": "Permanent",
        "bouncedRecipients": [
            {"emailAddress": "ann@contoso.example", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 Who?"},
            {"emailAddress": "bob@contoso.example", "status": "5.2.2", "diagnosticCode": "smtp; 552 5.2.2 Full"},
        ],
        "timestamp": MOMENT,
        "remoteMtaIp": "192.0.2.10",
    },
    "mail": {"timestamp": "2026-11-24T13:45:00.000Z", "destination": ["ann@contoso.example", "bob@contoso.example"]},
}
SES_TOLD = [
    ("192.0.2.10", "", "550 5.1.1 Who?", "ann@contoso.example"),
    ("192.0.2.10", "", "552 5.2.2 Full", "bob@contoso.example"),
]
JSON: dict[str, tuple[object, list[tuple[str, str, str, str]]]] = {
    "SES": (SES, SES_TOLD),
    "SES through SNS": ({"Type": "Notification", "Message": json.dumps(SES), "Timestamp": MOMENT}, SES_TOLD),
    "SendGrid": (
        [
            {"email": "b@contoso.example", "timestamp": AT, "event": "delivered", "response": "250 OK"},
            {"email": "ann@contoso.example", "timestamp": AT, "event": "bounce", "reason": "550 5.1.1 Who?"},
            {"email": "bob@contoso.example", "timestamp": AT, "event": "deferred", "response": "421 4.7.0 Later"},
        ],
        [("", "", "550 5.1.1 Who?", "ann@contoso.example"), ("", "", "421 4.7.0 Later", "bob@contoso.example")],
    ),
    "Mailgun": (
        {
            "items": [
                {
                    "event": "failed",
                    "timestamp": AT + 0.25,
                    "recipient": "ann@contoso.example",
                    "delivery-status": {"code": 550, "message": "5.1.1 Who?", "mx-host": "mx1.contoso.example"},
                },
                {
                    "event": "failed",
                    "timestamp": AT,
                    "recipient": "old@contoso.example",
                    "delivery-status": {"code": 605, "description": "Not delivering to previously bounced address"},
                },
            ]
        },
        [("mx1.contoso.example", "", "550 5.1.1 Who?", "ann@contoso.example")],
    ),
    "Postmark": (
        {
            "RecordType": "Bounce",
            "Description": "The server was unable to deliver your message.",
            "Details": "smtp;550 5.1.1 Who?",
            "Email": "ann@contoso.example",
            "BouncedAt": MOMENT,
        },
        [("", "", "550 5.1.1 Who?", "ann@contoso.example")],
    ),
    "SparkPost": (
        [
            {
                "msys": {
                    "message_event": {
                        "type": "bounce",
                        "error_code": "554",
                        "ip_address": "192.0.2.10",
                        "rcpt_to": "ann@contoso.example",
                        "raw_reason": "MAIL REFUSED - on a list",
                        "reason": "MAIL REFUSED",
                        "timestamp": str(AT),
                    }
                }
            }
        ],
        [("192.0.2.10", "", "554 MAIL REFUSED - on a list", "ann@contoso.example")],
    ),
    "Mandrill": (
        [
            {
                "event": "hard_bounce",
                "msg": {
                    "ts": AT - 9,
                    "state": "bounced",
                    "email": "ann@contoso.example",
                    "diag": "smtp;550 5.1.1 Who?",
                },
                "ts": AT,
            }
        ],
        [("", "", "550 5.1.1 Who?", "ann@contoso.example")],
    ),
    "Brevo": (
        {"event": "soft_bounce", "email": "ann@contoso.example", "ts": AT, "reason": "452 4.2.2 Full"},
        [("", "", "452 4.2.2 Full", "ann@contoso.example")],
    ),
    "Resend": (
        {
            "type": "email.bounced",
            "created_at": MOMENT,
            "data": {"to": ["ann@contoso.example"], "bounce": {"message": "smtp; 550 5.1.1 Who?"}},
        },
        [("", "", "550 5.1.1 Who?", "ann@contoso.example")],
    ),
    "nodemailer through a logger": (
        {
            "level": 50,
            "time": AT * 1000,
            "err": {
                "response": "550 5.1.1 Who?",
                "responseCode": 550,
                "command": "RCPT TO",
                "rejected": ["ann@contoso.example"],
            },
        },
        [("", "RCPT", "550 5.1.1 Who?", "ann@contoso.example")],
    ),
    "KumoMTA": (
        {
            "type": "Bounce",
            "recipient": ["ann@contoso.example"],
            "response": {
                "code": 550,
                "enhanced_code": {"class": 5, "subject": 1, "detail": 1},
                "content": "Who?",
                "command": "RCPT TO:<ann@contoso.example>",
            },
            "peer_address": {"name": "mx1.contoso.example.", "addr": "192.0.2.10"},
            "timestamp": AT,
        },
        [("mx1.contoso.example", "RCPT", "550 5.1.1 Who?", "ann@contoso.example")],
    ),
    "queue of Postfix": (
        {
            "queue_name": "deferred",
            "queue_id": "4XcB7k2Jm9z1",
            "arrival_time": AT,
            "sender": "shop@example.com",
            "recipients": [
                {
                    "address": "ann@contoso.example",
                    "delay_reason": "host mx1.contoso.example[192.0.2.10] said: 451 4.7.1 Later "
                    "(in reply to RCPT TO command)",
                },
                {
                    "address": "bob@contoso.example",
                    "delay_reason": "connect to mx[192.0.2.11]:25: Connection timed out",
                },
            ],
        },
        [("mx1.contoso.example", "RCPT", "451 4.7.1 Later", "ann@contoso.example")],
    ),
}
HOST = "mx1.contoso.example (192.0.2.10),192.0.2.10"
PMTA = f"""type,timeLogged,orig,rcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,dlvDestinationIp
d,2026-11-24 13:45:03+0000,shop@example.com,b@contoso.example,relayed,2.0.0,smtp;250 Ok,{HOST}
b,2026-11-24 13:45:03+0000,shop@example.com,ann@contoso.example,failed,5.1.1,"smtp;550 5.1.1 Who, please?",{HOST}
"""
GOOGLE = """Sender,Recipient address,Event target,Event date,Event status,Event SMTP reply code,Event description
shop@example.com,b@contoso.example,mx1.contoso.example,2026/11/24 13:45:03 UTC,Delivered,250,Delivered
shop@example.com,ann@contoso.example,mx1.contoso.example,2026/11/24 13:45:03 UTC,Bounced,550,"5.1.1 Who, please?"
"""
COMMENTED = """#Software: some mailer
#Fields: DateTime,Status,MailServer,To,[LastCommand],[ErrorMsg]
"2026/11/24 13:45:03","Sent","127.0.0.1","b@contoso.example","",""
"2026/11/24 13:45:03","Error","mx1.contoso.example","ann@contoso.example","RCPT","550 5.1.1 Who, please?"
"""
POSTFIX_QUEUE = """-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------
4XcB7k2Jm9z1*    3174 Tue Nov 24 13:45:03  shop@example.com
(host mx1.contoso.example[192.0.2.10] said: 451 4.7.1 Later (in reply to RCPT TO command))
                                         ann@contoso.example
                                         bob@contoso.example

91AB41A0E02!     1902 Tue Nov 24 13:45:03  MAILER-DAEMON
      (host mx.fabrikam.example[198.51.100.25] refused to talk to me: 554 5.7.1 Bad reputation)
                                         info@fabrikam.example
(connect to mx.tailspin.example[203.0.113.7]:25: Connection timed out)
                                         o@tailspin.example

-- 5 Kbytes in 2 Requests.
"""
SENDMAIL_QUEUE = """\t\t/var/spool/mqueue (2 requests)
-----Q-ID----- --Size-- -----Q-Time----- ------------Sender/Recipient-----------
6AODj1aB000812*      36 Tue Nov 24 13:45 <shop@example.com>
      8BITMIME   (Deferred: 451 4.7.1 Later)
\t\t\t\t\t <ann@contoso.example>
6AODj1aB000813       36 Tue Nov 24 13:45 <shop@example.com>
                 (Deferred: Connection refused by mx.tailspin.example.)
\t\t\t\t\t <o@tailspin.example>
\t\tTotal requests: 2
"""


def batches(text: str) -> list[Batch]:
    reader = open_log(MemorySource(text.encode()), OPTIONS)
    assert reader.format.name == "delivery"
    return list(reader.batches())


def exchanges(text: str) -> list[SmtpExchangeRecord]:
    return [each for batch in batches(text) for each in batch.exchanges]


def told(text: str) -> list[tuple[str, str, str, str | None]]:
    return [(each.remote_host, each.logged_verb, each.reply, each.mailbox) for each in exchanges(text)]


def without_reply(text: str) -> int:
    return sum(
        each.records or 0 for batch in batches(text) for each in batch.problems if "without a reply" in each.reason
    )


@pytest.mark.parametrize("service", JSON)
@pytest.mark.parametrize("indent", [None, 2])
def test_recipient_reply_and_host_are_found_by_their_names(service: str, indent: int | None) -> None:
    record, expected = JSON[service]
    assert told(json.dumps(record, indent=indent)) == expected


@pytest.mark.parametrize("service", JSON)
def test_a_time_is_taken_from_each(service: str) -> None:
    record, _ = JSON[service]
    moment = datetime(2026, 11, 24, 13, 45, 3, tzinfo=UTC).timestamp()
    for each in exchanges(json.dumps(record)):
        assert each.time_ms is not None
        assert int(each.time_ms / 1000) == moment
        assert not each.time_assumed


@pytest.mark.parametrize("table", [PMTA, GOOGLE, COMMENTED, PMTA.replace(",", ";").replace("Who; ", "Who, ")])
def test_a_table_is_read_by_the_names_of_its_columns(table: str) -> None:
    assert [found[0::2] for found in told(table)] == [("mx1.contoso.example", "550 5.1.1 Who, please?")]
    (only,) = exchanges(table)
    assert (only.mailbox, only.time_ms) == ("ann@contoso.example", 1_795_527_903_000)


def test_a_queue_tells_why_each_recipient_waits_and_when_the_message_came_in() -> None:
    assert told(POSTFIX_QUEUE) == [
        ("mx1.contoso.example", "RCPT", "451 4.7.1 Later", "ann@contoso.example"),
        ("mx1.contoso.example", "RCPT", "451 4.7.1 Later", "bob@contoso.example"),
        ("mx.fabrikam.example", "", "554 5.7.1 Bad reputation", "info@fabrikam.example"),
    ]
    assert {each.time_ms for each in exchanges(POSTFIX_QUEUE)} == {1_795_527_903_000}
    assert all(each.guess for each in exchanges(POSTFIX_QUEUE))
    assert {each.provider for each in exchanges(POSTFIX_QUEUE)} == {"postfix/showq"}
    assert without_reply(POSTFIX_QUEUE) == 1


def test_the_queue_of_sendmail_names_no_host() -> None:
    assert told(SENDMAIL_QUEUE) == [("", "", "451 4.7.1 Later", "ann@contoso.example")]
    assert without_reply(SENDMAIL_QUEUE) == 1


@pytest.mark.parametrize("service", ["Mailgun", "queue of Postfix"])
def test_what_failed_without_a_reply_is_counted(service: str) -> None:
    assert without_reply(json.dumps(JSON[service][0])) == 1


def test_the_record_is_shown_as_it_stands_in_the_file() -> None:
    reader = open_log(MemorySource(POSTFIX_QUEUE.encode()), OPTIONS)
    first, _, third = (each for batch in reader.batches() for each in batch.exchanges)
    assert reader.raw(first.offset).startswith("4XcB7k2Jm9z1*")
    assert reader.raw(first.offset).endswith("bob@contoso.example")
    assert reader.raw(third.offset).startswith("91AB41A0E02!")


def test_a_record_that_is_cut_off_hides_no_other() -> None:
    lines = [json.dumps(each) for each in JSON["SendGrid"][0]] if isinstance(JSON["SendGrid"][0], list) else []
    lines.insert(1, lines[1][:60])
    assert len(told("\n".join(lines))) == 2


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"user": {"email": "ann@example.com"}, "code": 500, "message": "Internal Server Error"}),
        json.dumps({"email": "ann@example.com", "status": 404, "error": "Not Found"}),
        "name,email,message\nAnn,ann@example.com,550 is my number\n",
    ],
)
def test_what_is_not_about_mail_is_left_alone(text: str) -> None:
    try:
        reader = open_log(MemorySource(text.encode()), OPTIONS)
    except LogError:
        return
    assert reader.format.name != "delivery"


def test_a_record_may_stand_behind_a_time_and_words() -> None:
    begin = "Nov 24 13:45:03 mx maddy[9]: "
    known = {"rcpt": "ann@contoso.example", "smtp_code": 550, "smtp_enchcode": "5.1.1", "smtp_msg": "Who?"}
    own = json.dumps({"effective_rcpt": "ann@contoso.example", **known})
    other = json.dumps({**known, "remote_server": "mx1.contoso.example"})
    found = exchanges(f"{begin}submission: RCPT error\t{own}\n{begin}queue: delivery attempt failed\t{other}\n")
    assert [(each.side, each.remote_host, each.reply) for each in found] == [
        ("inbound", "", "550 5.1.1 Who?"),
        ("outbound", "mx1.contoso.example", "550 5.1.1 Who?"),
    ]
    assert {each.time_ms for each in found} == {1_795_527_903_000}


@pytest.mark.parametrize("block_size", [*range(300, 420, 7), 1_000])
def test_blocks_that_end_within_an_object_lose_none(block_size: int) -> None:
    record = {"event": "bounce", "email": "ann@contoso.example", "timestamp": AT, "reason": "550 5.1.1 Who?"}
    data = json.dumps([record] * 40, indent=2).encode()
    reader = DeliveryLogReader(MemorySource(data), OPTIONS, block_size=block_size)
    found = [each for batch in reader.batches() for each in batch.exchanges]
    assert len({each.offset for each in found}) == len(found) == 40
