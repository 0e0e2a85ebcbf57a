"""One sample of each form of a log of the SMTP service itself: what the matrix of all readers is run over.

Logs of events have theirs in `test_formats_together.py`, as they all tell the same events.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from io import BytesIO
from typing import BinaryIO, Final

from support import (
    agent_logs,
    bounces,
    converted_logs,
    exchange_shell,
    iis_smtp_logs,
    mail_logs,
    mail_server_logs,
    protocol_logs,
    tracking_logs,
)


def without_header(log: bytes) -> bytes:
    """The rows alone, as a collector or grep hands them on."""
    return b"".join(line for line in log.splitlines(keepends=True) if not line.lstrip(b"\xef\xbb\xbf").startswith(b"#"))


WRITERS: Final[dict[str, Callable[[BinaryIO, int], object]]] = {
    name: mail_server_logs.writer(name, 7002) for name in mail_server_logs.FURTHER_PARTS
}
"""Format -> what writes a log of about so many bytes into a stream, with 1 to 5 refusals in 100 rows.

The matrix takes its sample from it and the benchmark its large log.
"""
_SAMPLE_SIZE: Final = 40_000


def _sample(name: str) -> bytes:
    stream = BytesIO()
    WRITERS[name](stream, _SAMPLE_SIZE)
    return stream.getvalue()


_WRITTEN: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "converted to JSON lines": ("converted-json", converted_logs.sample("jsonl")),
    "converted to the Elastic Common Schema": ("converted-json", converted_logs.sample("ecs")),
    "converted to CSV": ("converted-csv", converted_logs.sample("csv")),
    "Postfix": ("postfix", lambda: mail_logs.sample(mail_logs.postfix_parts(1))),
    "Postfix through rsyslog": (
        "postfix",
        lambda: mail_logs.sample(mail_logs.postfix_parts(2, mail_logs.rsyslog_header)),
    ),
    "Postfix in a container": (
        "postfix",
        lambda: mail_logs.sample(mail_logs.postfix_parts(3, mail_logs.container_header)),
    ),
    "Exim": ("exim", lambda: mail_logs.sample(mail_logs.exim_parts(4))),
    "SMTP Send protocol log": ("protocol", lambda: protocol_logs.protocol_log("Send").encode("utf-8-sig")),
    "SMTP Receive protocol log": ("protocol", lambda: protocol_logs.protocol_log("Receive").encode()),
    "protocol log in UTF-16": ("protocol", lambda: protocol_logs.protocol_log("Send", seed=7).encode("utf-16")),
    "connectivity log": ("connectivity", lambda: protocol_logs.connectivity_log().encode("utf-8-sig")),
    "agent log": ("agent", lambda: agent_logs.agent_log().encode("utf-8-sig")),
    "agent log in UTF-16": ("agent", lambda: agent_logs.agent_log(seed=12).encode("utf-16")),
    "lists of the Exchange Management Shell": ("exchange-shell", lambda: exchange_shell.shell_lists().encode()),
    "lists that were wrapped in UTF-16": (
        "exchange-shell",
        lambda: exchange_shell.shell_lists(width=60).encode("utf-16"),
    ),
    "CSV of the Exchange Management Shell": ("exchange-csv", lambda: exchange_shell.shell_csv().encode("utf-8-sig")),
    "JSON of the Exchange Management Shell": ("exchange-json", lambda: exchange_shell.shell_json().encode()),
    "mailbox of bounces": ("bounce", lambda: bounces.mailbox().encode()),
    "Sendmail": ("sendmail", lambda: mail_logs.sample(mail_logs.sendmail_parts(5))),
    **{f"log of {name}": (name, partial(_sample, name)) for name in WRITERS},
    "tracking of Exchange 2007": ("tracking", lambda: tracking_logs.sample("08.01.0436.000")),
    "tracking of Exchange 2010": ("tracking", lambda: tracking_logs.sample("14.03.0123.002")),
    "tracking of Exchange 2013": ("tracking", lambda: tracking_logs.sample("15.00.1497.002")),
    "tracking of Exchange 2019": ("tracking", lambda: tracking_logs.sample("15.02.1544.004")),
    "tracking in UTF-16": (
        "tracking",
        lambda: tracking_logs.tracking_log(tracking_logs.tracking_rows(300)).encode("utf-16"),
    ),
    "tracking without its header": ("tracking", lambda: without_header(tracking_logs.sample("15.02.1544.004"))),
    "connectivity log without its header": (
        "connectivity",
        lambda: without_header(protocol_logs.connectivity_log().encode()),
    ),
    "agent log without its header": ("agent", lambda: without_header(agent_logs.agent_log().encode())),
    "SMTP service of IIS without its header": (
        "w3c",
        lambda: without_header(iis_smtp_logs.w3c_log(iis_smtp_logs.some_rows()).encode()),
    ),
    "SMTP service of IIS": ("w3c", lambda: iis_smtp_logs.w3c_log(iis_smtp_logs.some_rows()).encode()),
    "SMTP service of IIS in UTF-16": ("w3c", lambda: iis_smtp_logs.w3c_log(iis_smtp_logs.some_rows()).encode("utf-16")),
    "SMTP service of IIS, IIS format": ("iis", lambda: iis_smtp_logs.iis_log(iis_smtp_logs.some_rows()).encode()),
    "SMTP service of IIS, NCSA format": ("ncsa", lambda: iis_smtp_logs.ncsa_log(iis_smtp_logs.some_rows()).encode()),
}

SERVICE_LOGS: Final = {form: (name, cache(write)) for form, (name, write) in _WRITTEN.items()}
"""Form -> the name of the format that has to win, and the sample as bytes, always the same and made once."""
