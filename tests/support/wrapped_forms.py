"""The same lines of mail servers inside the records of journals, containers and collectors, each in its own form."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import BinaryIO, Final

from support.syslog_forms import HOST, Message, messages

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - all times here are UTC


def _seconds(moment: datetime) -> float:
    return (moment - _EPOCH) / timedelta(seconds=1)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _zulu(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _bsd_line(each: Message) -> str:
    stamp = f"{each.moment:%b} {each.moment.day:2d} {each.moment:%H:%M:%S}"
    return f"{stamp} {HOST} {each.program}[{each.process}]: {each.text}"


def _json_lines(record: Callable[[Message], dict[str, object]]) -> Callable[[Sequence[Message]], str]:
    return lambda found: "".join(f"{json.dumps(record(each), ensure_ascii=False)}\n" for each in found)


def _docker(each: Message) -> dict[str, object]:
    return {"log": f"{_bsd_line(each)}\n", "stream": "stdout", "time": f"{_zulu(each.moment)[:-1]}456789Z"}


def _journal(each: Message) -> dict[str, object]:
    return {
        "__CURSOR": "s=0123456789abcdef;i=1",
        "__REALTIME_TIMESTAMP": str(_microseconds(each.moment)),
        "_HOSTNAME": HOST,
        "PRIORITY": "6",
        "SYSLOG_IDENTIFIER": each.program,
        "SYSLOG_PID": str(each.process),
        "MESSAGE": each.text,
    }


def _filebeat(each: Message) -> dict[str, object]:
    # It reads the file later than the line was written.
    later = each.moment + timedelta(hours=5, seconds=1234)
    return {"@timestamp": _zulu(later), "host": {"name": "shipper"}, "message": _bsd_line(each), "agent": {"type": "x"}}


def _gelf(each: Message) -> dict[str, object]:
    return {
        "version": "1.1",
        "host": HOST,
        "short_message": each.text,
        "timestamp": _seconds(each.moment),
        "level": 6,
        "_program": each.program,
        "_pid": each.process,
    }


def _wazuh(each: Message) -> dict[str, object]:
    return {
        "timestamp": f"{_zulu(each.moment)[:-1]}+0000",
        "agent": {"id": "001", "name": HOST},
        "full_log": _bsd_line(each),
        "location": "/var/log/maillog",
    }


def _mailcow(found: Sequence[Message]) -> str:
    rows = [
        {"time": str(int(_seconds(each.moment))), "priority": "info", "message": each.text, "program": each.program}
        for each in found
    ]
    return json.dumps(rows)


def _page(found: Sequence[Message]) -> str:
    hits = [{"_index": "logs-1", "_id": str(number), "_source": _source(each)} for number, each in enumerate(found)]
    half = len(hits) // 2
    pages = [{"took": 3, "hits": {"total": {"value": len(hits)}, "hits": part}} for part in (hits[:half], hits[half:])]
    return "\n".join(json.dumps(page, indent=2) for page in pages)


def _source(each: Message) -> dict[str, object]:
    return {
        "@timestamp": _zulu(each.moment),
        "host": {"hostname": HOST},
        "process": {"name": each.program, "pid": each.process},
        "message": each.text,
    }


def _splunk(each: Message) -> dict[str, object]:
    time = f"{_zulu(each.moment)[:-1]}+00:00"
    return {"preview": False, "result": {"_raw": _bsd_line(each), "_time": time, "host": HOST, "source": "/var/log/m"}}


def _fluentd(found: Sequence[Message]) -> str:
    return "".join(
        f"{each.moment:%Y-%m-%dT%H:%M:%S}+00:00\tmail.info\t"
        f"{json.dumps({'host': HOST, 'ident': each.program, 'pid': str(each.process), 'message': each.text})}\n"
        for each in found
    )


def _fluent_bit(found: Sequence[Message]) -> str:
    return "".join(
        f'[{number}] tail.0: [{_seconds(each.moment):.9f}, {{"log"=>"{_bsd_line(each)}"}}]\n'
        for number, each in enumerate(found)
    )


def _verbose(found: Sequence[Message]) -> str:
    return "".join(
        f"{each.moment:%a %Y-%m-%d %H:%M:%S}.{each.moment.microsecond:06d} UTC "
        "[s=0123456789abcdef0123456789abcdef;i=0;b=11;m=4e20;t=66;x=82]\n"
        f"    _HOSTNAME={HOST}\n    PRIORITY=6\n    SYSLOG_IDENTIFIER={each.program}\n    SYSLOG_PID={each.process}\n"
        f"    MESSAGE={each.text}\n"
        for each in found
    )


def _export(found: Sequence[Message]) -> str:
    return "".join(
        f"__CURSOR=s=0123456789abcdef;i=1\n__REALTIME_TIMESTAMP={_microseconds(each.moment)}\n_HOSTNAME={HOST}\n"
        f"SYSLOG_IDENTIFIER={each.program}\nSYSLOG_PID={each.process}\n"
        f"MESSAGE\n{len(each.text).to_bytes(8, 'little').decode('latin-1')}{each.text}\n\n"
        for each in found
    )


def _alerts(found: Sequence[Message]) -> str:
    return "".join(
        f"** Alert {int(_seconds(each.moment))}.{number}: - syslog,postfix\n"
        f"{each.moment:%Y %b %d %H:%M:%S} ({HOST}) 192.0.2.10->/var/log/maillog\n"
        f"Rule: 3301 (level 6) -> 'Attempt to use mail server as relay'\nSrc IP: 198.51.100.7\n{_bsd_line(each)}\n\n"
        for number, each in enumerate(found)
    )


def _table(header: Sequence[str], row: Callable[[Message], Sequence[str]], **quoting: int) -> Callable[..., str]:
    def write(found: Sequence[Message]) -> str:
        target = io.StringIO()
        writer = csv.writer(target, lineterminator="\n", **quoting)  # type: ignore[arg-type]
        writer.writerow(header)
        writer.writerows(row(each) for each in found)
        return target.getvalue()

    return write


def _loki(found: Sequence[Message]) -> str:
    values = [
        [str(_microseconds(each.moment) * 1000), f"{each.program}[{each.process}]: {each.text}"] for each in found
    ]
    data = {"resultType": "streams", "result": [{"stream": {"job": "mail", "host": HOST}, "values": values}]}
    return json.dumps({"status": "success", "data": data})


def _cri(found: Sequence[Message]) -> str:
    # The runtime cuts what is longer than it allows.
    return "".join(
        f"{_zulu(each.moment)} stdout {sign} {part}\n"
        for each in found
        for sign, part in (("P", _bsd_line(each)[:90]), ("F", _bsd_line(each)[90:]))
    )


def _docker_parts(found: Sequence[Message]) -> str:
    return "".join(
        f"{json.dumps({**_docker(each), 'log': part})}\n"
        for each in found
        for part in (_bsd_line(each)[:120], f"{_bsd_line(each)[120:]}\n")
    )


def _exported(resource: dict[str, object], body: Callable[[Message], object]) -> Callable[[Sequence[Message]], str]:
    """Lines of OpenTelemetry's file exporter, three records in each."""

    def line(some: Sequence[Message]) -> str:
        records = [{"timeUnixNano": str(1000 * _microseconds(each.moment)), "body": body(each)} for each in some]
        attributes = [{"key": name, "value": {"stringValue": value}} for name, value in resource.items()]
        scopes = [{"scope": {}, "logRecords": records}]
        return json.dumps({"resourceLogs": [{"resource": {"attributes": attributes}, "scopeLogs": scopes}]})

    return lambda found: "".join(f"{line(found[start : start + 3])}\n" for start in range(0, len(found), 3))


def _journal_body(each: Message) -> object:
    pairs = {"SYSLOG_IDENTIFIER": each.program, "_PID": str(each.process), "MESSAGE": each.text, "_HOSTNAME": HOST}
    values = [{"key": name, "value": {"stringValue": value}} for name, value in pairs.items()]
    return {"kvlistValue": {"values": values}}


def _syslog_ng(each: Message) -> dict[str, object]:
    return {
        "PROGRAM": each.program,
        "PID": str(each.process),
        "MESSAGE": each.text,
        "HOST": HOST,
        "ISODATE": f"{_zulu(each.moment)[:-1]}+00:00",
    }


def _folded(found: Sequence[Message]) -> str:
    # As a window of 97 columns shows them.
    lines = map(_bsd_line, found)
    return "".join(f"{line[start : start + 97]}\n" for line in lines for start in range(0, len(line), 97))


def _logfmt(found: Sequence[Message]) -> str:
    lines = ((each, each.text.replace("\\", "\\\\").replace('"', '\\"')) for each in found)
    return "".join(
        f'time={_zulu(each.moment)} level=info host={HOST} program={each.program} pid={each.process} msg="{text}"\n'
        for each, text in lines
    )


FORMS: Final[dict[str, Callable[[Sequence[Message]], str]]] = {
    "lines cut at the width of a window": _folded,
    "Docker's json-file": _json_lines(_docker),
    "journalctl -o json": _json_lines(_journal),
    "Filebeat": _json_lines(_filebeat),
    "GELF": _json_lines(_gelf),
    "Wazuh's archives.json": _json_lines(_wazuh),
    "mailcow's interface": _mailcow,
    "pages of Elasticsearch": _page,
    "Splunk's results": _json_lines(_splunk),
    "fluentd": _fluentd,
    "Fluent Bit": _fluent_bit,
    "syslog-ng's format-json": _json_lines(_syslog_ng),
    "OpenTelemetry's filelog": _exported({"host.name": HOST}, lambda each: {"stringValue": _bsd_line(each)}),
    "OpenTelemetry's journald": _exported({}, _journal_body),
    "Docker's json-file, in parts": _docker_parts,
    "Kubernetes CRI, in parts": _cri,
    "journalctl -o verbose": _verbose,
    "journalctl -o export": _export,
    "OSSEC's alerts.log": _alerts,
    "logfmt": _logfmt,
    "Azure's Syslog table": _table(
        ("TenantId", "TimeGenerated [UTC]", "Computer", "SyslogMessage", "ProcessID", "ProcessName"),
        lambda each: (
            "0",
            f"{each.moment:%m/%d/%Y, %I:%M:%S}.{each.moment.microsecond // 1000:03d} {each.moment:%p}",
            HOST,
            each.text,
            str(each.process),
            each.program,
        ),
    ),
    "Graylog's table": _table(
        ("timestamp", "source", "message"),
        lambda each: (_zulu(each.moment), HOST, f"{each.program}[{each.process}]: {each.text}"),
        quoting=csv.QUOTE_ALL,
    ),
    "Splunk's table": _table(
        ("_raw", "_time", "host"), lambda each: (_bsd_line(each), f"{_zulu(each.moment)[:-1]}+0000", HOST)
    ),
}
"""The name of each form, and messages in it."""
WITHOUT_COMPUTER: Final = frozenset({"mailcow's interface"})
WITHOUT_ZONE: Final = frozenset({"Filebeat", "lines cut at the width of a window"})
LINES: Final = frozenset(
    {
        "Docker's json-file",
        "Filebeat",
        "GELF",
        "Splunk's results",
        "Wazuh's archives.json",
        "journalctl -o json",
        "syslog-ng's format-json",
    }
)
"""Forms with one record a line."""


def written(form: str, seed: int = 5, count: int = 12) -> bytes:
    """The messages of `seed` as a file in `form`."""
    # The length of an exported field is written as bytes.
    return FORMS[form](messages(seed, count)).encode("latin-1" if "export" in form else "utf-8")


def write_wrapped(form: str, stream: BinaryIO, size: int, count: int = 300) -> None:
    """About `size` bytes of a `form` whose records are lines."""
    left, seed = size, 1
    while left > 0:
        data = written(form, seed, count)
        stream.write(data)
        left, seed = left - len(data), seed + 1
