"""What the `#` lines of an Exchange message tracking log say: its version and which column holds what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from smtpscope.reading.exchange_log import columns_of

LOG_TYPE: Final = "message tracking log"
_FIELDS: Final = "fields"
# Exchange 2007; each later version adds columns and keeps these names (Microsoft: "Message tracking").
_FIRST: Final = (
    "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,"
    "internal-message-id,message-id,recipient-address,recipient-status,total-bytes,recipient-count,"
    "related-recipient-address,reference,message-subject,sender-address,return-path,message-info"
)
_2010: Final = f"{_FIRST},directionality,tenant-id,original-client-ip,original-server-ip,custom-data"
_2013: Final = _2010.replace(",recipient-address", ",network-message-id,recipient-address", 1)
_2016: Final = f"{_2013},transport-traffic-type,log-id,schema-version"
_LONGEST: Final = 1 << 14
"""Characters of a line with column names; the longest known has 500."""


class Columns:
    """The names of the columns in their order, lower case; `index` is where each name stands."""

    __slots__ = ("count", "index", "stamped")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.count = len(names)
        self.index = columns_of(names)
        self.stamped = bool(names) and names[0] == "date-time"


KNOWN: Final = tuple(tuple(names.split(",")) for names in (_FIRST, _2010, _2013, _2016))
"""The columns of Exchange 2007, 2010, 2013, and 2016 and later."""
_KNOWN_COLUMNS: Final = {len(names): Columns(names) for names in KNOWN}


def columns_by_count(count: int) -> Columns | None:
    """The columns of the version of Exchange that has `count` of them: for rows whose header was cut off."""
    return _KNOWN_COLUMNS.get(count)


@dataclass(slots=True)
class TrackingHeader:
    """What was read of the `#` lines so far. `columns` are those of the last `#Fields`, None before the first."""

    columns: Columns | None = None
    values: dict[str, str] = field(default_factory=dict)

    @property
    def is_tracking(self) -> bool:
        """Whether this is a message tracking log: by its log type, else by its columns."""
        if self.values.get("log-type", "").casefold() == LOG_TYPE:
            return True
        return self.columns is not None and {"event-id", "recipient-address", "source"} <= self.columns.index.keys()

    def take(self, line: str) -> None:
        """Takes in one line that begins with `#`; what is no `#Name: value` is passed over."""
        name, colon, value = line[1:_LONGEST].partition(":")
        if not colon:
            return
        name = name.strip().casefold()
        if name == _FIELDS:
            names = tuple(each.strip().strip('"').casefold() for each in value.split(","))
            self.columns = Columns(names) if any(names) else None
        elif len(self.values) < 16:
            self.values.setdefault(name, value.strip())


def header_of(text: str) -> TrackingHeader:
    """The header at the beginning of `text`, blank lines before and in it left out."""
    header = TrackingHeader()
    for line in text[:_LONGEST].split("\n", 32)[:32]:
        line = line.strip("\ufeff\r \t\0")
        if line.startswith("#"):
            header.take(line)
        elif line:
            break
    return header
