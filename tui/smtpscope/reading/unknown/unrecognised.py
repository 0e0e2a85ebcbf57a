"""Describes a file that can't be read: what it looks like, and what to do about it."""

from __future__ import annotations

import re

from smtpscope.reading.text.encodings import detect
from smtpscope.reading.text.text_kind import is_tar, is_text
from smtpscope.reading.text.text_log import HEAD_SIZE
from smtpscope.reading.unknown.other_mail_servers import other_mail_server

_EXPORT = "Export the log in Event Viewer (Save All Events As, .evtx) and open that file"
_SMTP_LOGS = "Open the logs of the SMTP service: LogFiles\\SmtpSvc1 in the Windows folder"
_KINDS: tuple[tuple[bytes, str, str], ...] = (
    # These are unpacked, but not if packed twice.
    (b"PK\x03\x04", "a zip archive", "Unpack it and open the log inside"),
    (b"\x1f\x8b", "a gzip archive", "Unpack it with gunzip and open the log inside"),
    (b"BZh", "a bzip2 archive", "Unpack it with bunzip2 and open the log inside"),
    (b"\xfd7zXZ\0", "an xz archive", "Unpack it with unxz and open the log inside"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "Unpack it with unzstd and open the log inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and open the log inside"),
    (b"Rar!", "a RAR archive", "Unpack it and open the log inside"),
    (b"MSCF", "a Windows cabinet", "Unpack it with expand and open the log inside"),
    (b"\x1f\x9d", "a file packed by compress (.Z)", "Unpack it with uncompress and open the log inside"),
    (b"\x04\x22\x4d\x18", "an LZ4 archive", "Unpack it with unlz4 and open the log inside"),
    (b"MZ", "a Windows program or library", _EXPORT),
    (b"\x7fELF", "a program", _EXPORT),
    (b"\x89PNG", "a PNG image", "A screenshot has no text: copy the event as text in Event Viewer instead"),
    (b"\xff\xd8\xff", "a JPEG image", "A screenshot has no text: copy the event as text in Event Viewer instead"),
    (b"GIF8", "a GIF image", "A screenshot has no text: copy the event as text in Event Viewer instead"),
    (b"%PDF", "a PDF document", "Copy the text of the events into a text file and open that"),
    (b"\xd0\xcf\x11\xe0", "an old Office document or a mail saved by Outlook", "Save its text as plain text first"),
    (b"{\\rtf", "an RTF document", "Save it as plain text first"),
    (b"SQLite format 3\0", "an SQLite database", _EXPORT),
    (b"regf", "a part of the Windows registry", _EXPORT),
    (
        b"ElfFile\0",
        "a Windows event log (.evtx) that is cut off in its header",
        "Copy the file again, or export it again",
    ),
)
_TEXTS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"<!doctype html|<html", re.IGNORECASE), "a web page", "Save the text of the events as plain text"),
    (re.compile(r"<Objs\b"), "a PowerShell object file (Export-Clixml) without SMTP protocol events", _EXPORT),
    (re.compile(r"<\?xml|<Event"), "XML without SMTP protocol events", _EXPORT),
    (re.compile(r"\{\s{0,64}[\"}]|\[\s{0,64}[{\]]"), "JSON without SMTP protocol events", _EXPORT),
    (
        re.compile(r"#Software: ?Microsoft Exchange"),
        "an Exchange log without SMTP replies",
        "Open the logs in the folders ProtocolLog, Connectivity or MessageTracking below TransportRoles\\Logs",
    ),
    (
        re.compile(r"#(?:Software|Version|Date|Fields):[^\0]*?[ \t](?:W3SVC\d+|GET|POST|HEAD) "),
        "a W3C log of a web site, not of SMTP",
        _SMTP_LOGS,
    ),
    (
        re.compile(r"#(?:Software|Version|Date|Fields):"),
        "a W3C log of IIS without any row of the SMTP service",
        _SMTP_LOGS,
    ),
    (re.compile(r"[^\n,]{1,64}(?:,[^\n,]{1,64}){3}"), "a table (CSV) without SMTP protocol events", _EXPORT),
    (re.compile(r"[^\n;]{1,64}(?:;[^\n;]{1,64}){3}"), "a table (CSV) without SMTP protocol events", _EXPORT),
    (re.compile(r"[^\n\t]{1,64}(?:\t[^\n\t]{1,64}){3}"), "a table (tabs) without SMTP protocol events", _EXPORT),
)
_NO_EVENTS = (
    "Such events are written only when diagnostic logging of MSExchangeTransport, category SMTP Protocol, "
    "is at Medium or higher"
)
_WHAT_CAN_BE_READ = "smtpscope formats lists the logs that can be read, smtpscope explain takes a single reply"
# The names of an event's facts in any export of event logs.
_OF_EVENTS = re.compile(
    r"\b(?:Event[ _]?ID|EventCode|InstanceId|(?:Provider|Source|Log)[ _]?Name|EventRecordID|winlog|Event Type)\b",
    re.IGNORECASE,
)
_LOOKED_AT = 4_096


def _where_it_breaks(head: bytes) -> str | None:
    from smtpscope.reading.unknown.syntax_errors import where_it_breaks

    encoding = detect(head)
    text = head[encoding.mark :].decode(encoding.codec, errors="replace")
    return where_it_breaks(text, whole=len(head) < HEAD_SIZE)


def describe_unrecognised(head: bytes) -> tuple[str, str]:
    """What a file that begins with `head` looks like (with its article), and the remedy as a sentence."""
    if not head:
        return "an empty file", "Export the log again; nothing was written to this file"
    for magic, title, remedy in _KINDS:
        if head.startswith(magic):
            return title, remedy
    if is_tar(head):
        return "a tar archive", "Unpack it with tar -x and open the log inside"
    if not head.strip(b"\0"):
        return "a file of zeros", "The copy failed or the disk lost data: copy it again from the server"
    if not is_text(head):
        return "an unknown binary file", _EXPORT
    encoding = detect(head)
    text = head[encoding.mark :].decode(encoding.codec, errors="replace").strip("\ufeff \t\r\n")
    if not text:
        return "a text without any words", "Export the log again; nothing was written to this file"
    server = other_mail_server(text)
    if server is not None:
        return server
    of_events = _OF_EVENTS.search(text, 0, _LOOKED_AT) is not None
    for pattern, title, remedy in _TEXTS:
        if pattern.match(text):
            if remedy is _EXPORT:
                remedy = f"{_EXPORT}. {_NO_EVENTS}" if of_events else _WHAT_CAN_BE_READ
            broken = _where_it_breaks(head)
            if broken is not None:
                return f"{title}; {broken}", f"If it was cut off, copy or export it again. {remedy}"
            return title, remedy
    return "a text without SMTP protocol events", _NO_EVENTS if of_events else _WHAT_CAN_BE_READ
