"""Names of the facts of a delivery, as mail services, servers and queues spell them.

All are without punctuation, in order of preference.
"""

from __future__ import annotations

from typing import Final

RECIPIENT: Final = (
    "rcptto", "rawrcptto", "rcpt", "finalrecipient", "recipientaddress", "recipientemail", "recipient", "recipients",
    "emailaddress", "toaddress", "envelopeto", "mailto", "rejected", "email", "to", "address",
)  # fmt: skip
REPLY: Final = (
    "diagnosticcode", "dsndiag", "rawreason", "diag", "smtpresponse", "smtpreply", "smtpmessage", "smtpmsg",
    "serverresponse", "remoteresponse", "lastresponse", "response",
    "delayreason", "bouncereason", "bouncedescription", "rejinfo", "output", "deliverystatus.message",
    "response.content", "errormsg", "errormessage", "lasterror", "details",
    "eventdescription", "reason", "error", "deliverystatus.description", "description", "comment", "message",
    "msg", "result",
)  # fmt: skip
REASON: Final = ("diagnosticcode", "dsndiag", "diag", "rawreason", "delayreason", "bouncereason")
"""Names that only a failed or a successful delivery with its reply has."""
CODE: Final = (
    "smtpreplycode", "smtpstatuscode", "smtpcode", "smtpstatus", "replycode", "errorcode", "bouncecode",
    "deliverystatus.code", "response.code", "responsecode", "statuscode", "rejcode", "code",
)  # fmt: skip
STATUS: Final = ("dsnstatus", "smtpenchcode", "enhancedstatuscode", "enhancedcode", "enhancedstatus", "status", "dsn")
HOST: Final = (
    "mxhost", "dsnmta", "remotemta", "remotehost", "peeraddress.name", "destinationhost", "remoteserver",
    "mailserver", "deliveryhost", "eventtarget", "mx", "relay",
)  # fmt: skip
ADDRESS: Final = (
    "remotemtaip", "peeraddress.addr", "dlvdestinationip", "remoteip", "destinationip", "deliveryip", "targetipaddress",
    "ipaddress",
)  # fmt: skip
COMMAND: Final = ("response.command", "smtpcommand", "lastcommand", "command")
TIME: Final = (
    "bouncedat", "timelogged", "bounce.timestamp", "deliverydelay.timestamp", "eventtimestamp", "eventdate",
    "timestamp", "eventtime", "outtime", "processed", "datetime", "createdat", "created", "date", "time", "ts",
    "@timestamp",
)  # fmt: skip
ARRIVAL: Final = ("arrivaltime",)
OURS: Final = ("effectivercpt", "rejcode")
"""What only a server has that refused the recipient itself (maddy, Mimecast)."""
THEIRS: Final = ("delivered", "deliveryattempts")
"""What Mimecast has besides, if another server refused."""
CLIENT: Final = ("senderip", "clientip", "ip")
"""The address of the client that such a server refused."""
EVENT: Final = (
    "event", "type", "recordtype", "eventtype", "notificationtype", "eventstatus", "dsnaction", "action", "state",
    "status", "result", "act",
)  # fmt: skip
