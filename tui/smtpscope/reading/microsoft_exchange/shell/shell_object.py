"""An object as the Exchange Management Shell or an admin center prints it: names and values, whatever the form.

`Get-MessageTrackingLog`, `Get-Queue`, `Get-Message`, `Get-AgentLog` and the message traces of Exchange Online are
printed as lists, as tables and as CSV, in any subset of their properties.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final, Literal

from msgspec import Struct

ShellKind = Literal["tracking", "agent", "queue", "trace"]

_FOREIGN: Final = re.compile(r"[^0-9a-z]+")
_WRITTEN_AS_TYPE: Final = re.compile(
    r"System\.(?:String|Object|Collections)[\w.`\[\],]*|Microsoft\.Exchange\.[\w.`\[\]]+"
)
_CUT_LIST: Final = re.compile(r"(?:\.\.\.|…)\s*\}?\s*\Z")

_KNOWN: Final = (
    # Get-MessageTrackingLog, and the detail report of Start-HistoricalSearch.
    "pscomputername runspaceid psshowcomputername timestamp clientip clienthostname serverip serverhostname "
    "sourcecontext connectorid source eventid internalmessageid messageid networkmessageid recipients "
    "recipientaddress recipientstatus totalbytes recipientcount relatedrecipientaddress reference messagesubject "
    "sender senderaddress returnpath directionality tenantid originalclientip originalserverip messageinfo "
    "messagelatency messagelatencytype eventdata customdata transporttraffictype schemaversion datetimeutc logid "
    # Get-AgentLog.
    "sessionid ipaddress localendpoint remoteendpoint enteredorgfromip p1fromaddress p2fromaddresses recipient "
    "numrecipients agent event action smtpresponse reason reasondata diagnostics networkmsgid "
    # Get-Queue and Queue Viewer.
    "identity deliverytype nexthopdomain nexthopconnector status messagecount lasterror retrycount lastretrytime "
    "nextretrytime velocity risklevel outboundippool nexthopcategory overridesource deferredmessagecount "
    "lockedmessagecount messagecountspercategory deferredmessagecountspercategory incomingrate outgoingrate "
    "queueidentity isvalid objectstate firstretrytime tlsdomain tlsauthlevel prioritydescriptions "
    # Get-Message.
    "subject internetmessageid fromaddress size messagesourcename sourceip scl datereceived expirationtime "
    "lasterrorcode queue componentlatency messagelatencies originalfromaddress deferreason lockreason priority "
    "isprobemessage externaldirectoryorganizationid accountforest extensiondata "
    # Get-MessageTrace, Get-MessageTraceDetail and what the admin centers save.
    "received messagetraceid organization fromip toip startdate enddate index date detail data origintimestamputc "
    "originalclientip deliverypriority"
)
NAMES: Final = frozenset(_KNOWN.split())
"""Names of properties, folded as by `folded`."""

_TRACKING: Final = frozenset(("eventid", "source"))
_TRACKED: Final = frozenset(("recipients", "recipientaddress", "messageid", "sender", "senderaddress"))
_TRACED: Final = frozenset(("recipientaddress", "status"))
_OF_EVENTS: Final = frozenset(("entrytype", "instanceid", "providername", "leveldisplayname", "logname", "message"))


class ShellObject(Struct, frozen=True):
    """`values` by folded name; it goes from byte `offset` to byte `end`, and begins in `line` (from 1).

    `damage` is what is wrong with its form, "" if nothing is.
    """

    offset: int
    end: int
    line: int
    values: Mapping[str, str]
    damage: str = ""

    def value(self, *names: str) -> str:
        """The value of the first of `names` that has one, or ""."""
        for name in names:
            text = self.values.get(name)
            if text and (bare := text.strip()):
                return bare
        return ""


@lru_cache(maxsize=4_096)
def folded(name: str) -> str:
    """The name of a property without case, spaces and punctuation, which differ between tools."""
    return _FOREIGN.sub("", name.casefold())


def kind_of(names: Collection[str]) -> ShellKind | None:
    """The kind of an object with these (folded) names, None if it is not about deliveries."""
    given = frozenset(names)
    if given & _OF_EVENTS:
        return None
    if "smtpresponse" in given:
        return "agent"
    if "lasterror" in given:
        return "queue"
    if "origintimestamputc" in given or {"event", "detail"} <= given or {"date", "detail"} <= given:
        return "trace"
    if "recipientstatus" in given or (given >= _TRACKING and given & _TRACKED):
        return "tracking"
    return "trace" if given >= _TRACED and given & {"senderaddress", "received", "messagetraceid"} else None


def is_type_name(value: str) -> bool:
    """Whether a cell has the name of a type, which Export-Csv writes instead of a list."""
    return _WRITTEN_AS_TYPE.fullmatch(value.strip()) is not None


def is_cut(value: str) -> bool:
    """Whether PowerShell left out the end of a list, as it does after four elements ($FormatEnumerationLimit)."""
    return _CUT_LIST.search(value) is not None
