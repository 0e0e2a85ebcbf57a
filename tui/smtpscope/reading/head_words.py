"""Words that the head of every file of a format has one of: a reader is imported only for a head with such a word.

Importing all readers and asking each of them takes longer than reading most logs. The words are a coarse first sieve:
the reader itself decides. A format that nothing so simple tells has no words here, and its reader is always asked.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

# Lower case and ASCII, since they are searched in a head without case and in any encoding. By the module below
# `reading`.
_MONTHS: Final = (
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
)  # fmt: skip
_ROW_TIMES: Final = tuple(b"%dz," % digit for digit in range(10))
_WORDS: Final[dict[str, tuple[bytes, ...]]] = {
    "evtx.evtx_log": (b"elffile",),
    "evt.evt_log": (b"lfle",),
    "converted.converted_parquet": (b"par1",),
    "event_exports.xml.event_xml_file": (b"<event",),
    "event_exports.powershell.clixml": (b"<objs",),
    "converted.converted_json": (b'schema"',),
    "microsoft_exchange.shell.shell_json": (b"{",),
    "event_exports.json.event_json": (b"{",),
    "converted.converted_csv": (b"full_command",),
    "iis.fixed_form_log": (b"smtpsvc", *(b"/%s/" % month for month in _MONTHS)),
    "microsoft_exchange.tracking_2003": (b"message tracking log file", b"date\ttime\tclient-ip\t"),
    "microsoft_exchange.protocol_log": (*_ROW_TIMES, b"protocol log", b"#fields"),
    "microsoft_exchange.connectivity_log": (*_ROW_TIMES, b'z",', b"connectivity log", b"#fields"),
    "microsoft_exchange.agent_log": (*_ROW_TIMES, b"agent log", b"#fields"),
    # A report in parts, or words that programs and servers begin their reports with; letters beyond ASCII left out.
    "bounces.bounce_log": (
        b"delivery-status", b"-recipient:", b"diagnosti", b"n de diagn", b"generating server", b"mail system at host",
        b"mail delivery software", b"permanent fatal errors", b"transcript of session follows", b"qmail-send program",
        b"giving up on", b"remote host said:", b"delivery to the following recipient", b"from the remote server was",
        b"other server returned was", b"could not be ", b"couldn't be delivered", b"wasn't delivered to",
        b"returned '", b"gave this error", b"#smtp#", b"did not reach the following recipient",
        b"postfix program at host", b"dragonfly mail agent", b"this is the mailer-daemon",
        b"unable to deliver your message", b"been delayed", b"unsent message follows", b">: host ",
        b"smtp error from remote ",
    ),
    "microsoft_exchange.shell.shell_text": (
        b"recipientstatus", b"lasterror", b"last error", b"smtpresponse", b"eventid", b"recipientaddress", b"detail",
        b"{led=", b"primary target ip address", b"dns query failed", b"proxy session setup failed",
        b"error encountered while",
    ),
    "mail_servers.postfix_log": (
        b"postfix", b"/smtp", b"/lmtp", b"/qmgr[", b"/cleanup[", b"noqueue: ", b", relay=", b"(queue active)",
    ),
    "mail_servers.exim_log": (
        b"exim", b" <= ", b" => ", b" -> ", b" ** ", b"** ", b" == ", b" completed", b"h=", b"start queue run: pid=",
        b" authenticator failed ", b"rejected ", b"refused ", b"smtp call ", b"smtp connection ", b"smtp protocol ",
        b"smtp syntax ", b"connection from ", b"log: ",
    ),
    "mail_servers.sendmail_log": (b", pri=", b", nrcpts=", b": ruleset=", b"sendmail", b"sm-mta", b"sm-msp-queue"),
    "event_exports.splunk.splunk_text": (b"eventcode=",),
    "event_exports.blocks.event_blocks": (b"event id", b"event  id", b"event\tid"),
    "mail_servers.further.opensmtpd_log": (b"smtpd", b" smtp connected address=", b" mta "),
    "mail_servers.further.courier_log": (b"courier", b",from=<", b"error,relay="),
    "mail_servers.further.dma_log": (b"dma[", b"remote delivery "),
    "mail_servers.further.msmtp_log": (b"exitcode=ex_",),
    "mail_servers.further.hmailserver_log": (b'"smtp', b'"pop3', b'"imap'),
    "mail_servers.further.mailenable_log": (b"\tsmtp-",),
    "mail_servers.further.haraka_log": (b"] [core", b"] [outbound", b"] [server", b"] [plugins"),
    "mail_servers.further.qmail_log": (b"delivery ", b"rblsmtpd"),
    "mail_servers.further.ssmtp_log": (b"ssmtp",),
    "mail_servers.further.stalwart_log": (b" (",),
    "mail_servers.further.ironport_log": (b"info: ", b"warning: "),
    "mail_servers.further.nullmailer_log": (b"nullmailer", b"smtp: failed", b"starting delivery:"),
    "mail_servers.transcripts.library_error_log": (
        b"smtprecipients", b"smtpsend", b"smtpdata", b"smtpauth", b"smtphelo", b"smtpconnect", b"smtpresponse",
        b"smtpaddress", b"authenticationfailed", b"net::smtp", b"expected response code", b"smtp code:",
        b"responsecode:", b"stage: ", b"the server response was:",
    ),
}  # fmt: skip
# Names of columns, which tools write with spaces, hyphens and underscores or without.
_NAMES: Final[dict[str, tuple[bytes, ...]]] = {
    "microsoft_exchange.shell.shell_csv": (
        b"smtpresponse", b"lasterror", b"origintimestamputc", b"detail", b"recipientstatus", b"eventid",
        b"recipientaddress",
    ),
}  # fmt: skip
_NO_LETTERS: Final = bytes(set(range(256)) - set(b"abcdefghijklmnopqrstuvwxyz0123456789"))
# Of a journal, alerts, the lines of a container, objects of JSON and lines of names with values, in which the lines of
# a log may be wrapped.
_WRAPPED: Final = (
    b"__cursor=", b" [s=", b"** alert ", b" stdout ", b" stderr ", b"{", b'msg="', b'message="', b'log="', b'line="',
    b'_raw="', b'content="', b'body="', b'raw="', b'rawmsg="',
)  # fmt: skip
# The columns of a table that may hold them.
_COLUMNS: Final = frozenset((
    b"_raw", b"full_log", b"full_message", b"log", b"message", b"short_message", b"event.original", b"@message",
    b"msg", b"syslogmessage", b"textpayload", b"log_body", b"line", b"body", b"raw", b"rawmsg", b"content",
))  # fmt: skip
_SHAPES: Final = bytes(
    ord("0") if chr(each) in "0123456789 " else ord("a") if chr(each) in "abcdefghijklmnopqrstuvwxyz" else each
    for each in range(256)
)
_TIME: Final = 15
"""Characters at the beginning of a line that are of one shape in all lines of a log: those of a time."""
_BEFORE_COLUMNS: Final = b"\r\n\xef\xbb\xbf\xff\xfe"
_ONE_DELIMITER: Final = bytes.maketrans(b";|\t", b",,,")


@lru_cache(maxsize=4)
def folded(head: bytes) -> bytes:
    """The beginning of a file without case, in UTF-16 without the zeros between the letters; kept for all readers."""
    return head.replace(b"\0", b"").lower()


def may_be(module: str, folded_head: bytes) -> bool:
    """Whether a file may be of the format that `module` (below `reading`) reads; `folded_head` is made by `folded`."""
    names = _NAMES.get(module)
    if names is not None:
        letters = folded_head.translate(None, _NO_LETTERS)
        return any(name in letters for name in names)
    words = _WORDS.get(module)
    return words is None or any(word in folded_head for word in words)


def may_be_wrapped(folded_head: bytes) -> bool:
    """Whether the records of a file may hold the lines of another log; `folded_head` is made by `folded`."""
    if any(word in folded_head for word in _WRAPPED):
        return True
    if _may_be_folded(folded_head):
        return True
    first = folded_head.lstrip(_BEFORE_COLUMNS).partition(b"\n")[0].rstrip(b"\r")
    return any(
        column.strip(b'"').removeprefix(b"_source.") in _COLUMNS
        for column in first.translate(_ONE_DELIMITER).split(b",")
    )


def _may_be_folded(folded_head: bytes) -> bool:
    """Whether lines without a time follow two or more lines of the same length."""
    lines = folded_head.splitlines()
    shapes = [line[:_TIME].translate(_SHAPES) for line in lines]
    time = next((shape for shape in shapes if shape.count(b"0") > 4 and (b":" in shape or b"-" in shape)), None)
    if time is None:
        return False
    cut = [len(before) for before, shape in zip(lines, shapes[1:], strict=False) if shape != time]
    return len(set(cut)) < len(cut)
