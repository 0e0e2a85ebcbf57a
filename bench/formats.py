"""What is measured of each format that is read: a large log of it, written once, and a report on it."""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast

from bench import event_forms, service_logs
from bench.evtx_data import LogKind, write_log
from bench.rows import Logs
from bench.running import Run, median_run
from bench.table import Row, megabytes, seconds
from bench.text_data import write_text_log
from smtpscope.export.conversion.convert_parquet import write_parquet
from support.agent_logs import write_agent_log
from support.bounces import write_mailbox
from support.converted_logs import judged_exchanges, write_converted
from support.every_format import WRITERS
from support.exchange_shell import write_csv, write_json, write_lists
from support.mail_logs import write_exim, write_postfix
from support.wrapped_forms import write_wrapped

_SEED: Final = 7002
_TENTH: Final = LogKind("tenth", 0.1)
_BYTES_A_PARQUET_ROW: Final = 20


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a log: `format` is the name of the reader, `write` makes a file of about so many MB (10**6 bytes).

    `part` is how much of the size asked for is written, where the whole would take too long; `needs` a package without
    which it can't be written. A `packed` form counts the bytes that come out of it; `inside` stands for lines of
    `format` in the records of another form.
    """

    format: str
    words: str
    write: Callable[[Path, float], object]
    part: float = 1.0
    needs: str = ""
    packed: bool = False
    inside: bool = False

    @property
    def name(self) -> str:
        """What the files of the form are called."""
        return "-".join((self.words if self.packed or self.inside else self.format).split())


def _into(write: Callable[[BinaryIO, int], object]) -> Callable[[Path, float], None]:
    def write_file(path: Path, size: float) -> None:
        with path.open("wb") as stream:
            write(stream, int(size * 1e6))

    return write_file


def _write_evtx(path: Path, size: float) -> None:
    write_log(path, _TENTH, megabytes=size)


def _write_text(path: Path, size: float) -> None:
    write_text_log(path, megabytes=size, share=0.1)


def _write_gzip(path: Path, size: float) -> None:
    # A file name and a time would make the same log another file each time.
    with path.open("wb") as stream, gzip.GzipFile("", "wb", 6, stream, mtime=0) as packed:
        write_postfix(cast(BinaryIO, packed), int(size * 1e6), _SEED)


def _write_parquet(path: Path, size: float) -> None:
    with path.open("wb") as stream:
        write_parquet(islice(judged_exchanges(_SEED), int(size * 1e6 / _BYTES_A_PARQUET_ROW)), stream)


_WRAPPERS: Final = ("Docker's json-file", "Kubernetes CRI, in parts", "journalctl -o json", "Filebeat")
FORMS: Final = (
    Form("evtx", "", _write_evtx),
    Form("evt", "", _into(event_forms.write_evt)),
    Form("xml", "as Event Viewer saves it", _into(event_forms.XML.write)),
    Form("clixml", "`Get-WinEvent`", _into(event_forms.CLIXML.write)),
    Form("json", "lines of Winlogbeat", _into(event_forms.JSON.write)),
    Form("csv", "`Get-WinEvent`", _into(event_forms.CSV.write)),
    Form("splunk", "the raw text export", _into(event_forms.SPLUNK.write)),
    Form("dumpel", "tabs between the columns", _into(event_forms.DUMPEL.write)),
    Form("event-viewer", "blocks copied from it", _into(event_forms.EVENT_VIEWER.write)),
    Form("event-list", "evtxexport", _into(event_forms.EVENT_LIST.write)),
    Form("event-pairs", "rdump", _into(event_forms.EVENT_PAIRS.write)),
    Form("text", "an event a line", _write_text),
    Form("w3c", "", _into(service_logs.iis_writer("w3c"))),
    Form("iis", "", _into(service_logs.iis_writer("iis"))),
    Form("ncsa", "", _into(service_logs.iis_writer("ncsa"))),
    Form("protocol", "a Send connector", _into(service_logs.write_protocol)),
    Form("connectivity", "", _into(service_logs.write_connectivity)),
    Form("tracking", "Exchange 2019", _into(service_logs.write_tracking)),
    Form("agent", "", _into(write_agent_log)),
    Form("exchange-shell", "`Get-MessageTrackingLog` as a list", _into(write_lists)),
    Form("exchange-csv", "`Get-MessageTrackingLog`", _into(write_csv)),
    Form("exchange-json", "`Get-MessageTrackingLog`", _into(write_json)),
    Form("bounce", "a mailbox of them", _into(write_mailbox), part=0.1),
    Form("tracking-2003", "holds no replies", _into(service_logs.write_tracking_2003)),
    Form("postfix", "", _into(partial(write_postfix, seed=_SEED))),
    Form("exim", "", _into(partial(write_exim, seed=_SEED))),
    Form("sendmail", "", _into(service_logs.write_sendmail)),
    *(Form(name, "", _into(write)) for name, write in WRITERS.items()),
    Form("postfix", "packed with gzip", _write_gzip, packed=True),
    *(Form("postfix", f"in {form}", _into(partial(write_wrapped, form)), inside=True) for form in _WRAPPERS),
    Form("converted-json", "", _into(partial(write_converted, seed=_SEED, form="jsonl"))),
    Form("converted-csv", "", _into(partial(write_converted, seed=_SEED, form="csv"))),
    Form("converted-parquet", "less of it: 20 bytes an exchange", _write_parquet, part=0.05, needs="pyarrow"),
)
NOTE: Final = (
    "Start-up included, nothing from smtpscope's own cache. In logs of events one in ten is ours, in logs of the SMTP "
    "service 1 to 5 % of the rows are refusals, and what was converted holds nothing but exchanges. MB/s of what is "
    "packed counts what comes out of it."
)


class Reports(Protocol):
    """What makes reports, see `bench.rows.Bench`."""

    def exchanges(self, log: Path) -> int: ...

    def report(self, log: Path) -> Run: ...


def format_rows(bench: Reports, logs: Logs, size: float, times: int, say: Callable[[str], None]) -> Iterator[Row]:
    """A row for each form: MB/s of the whole process, what it found, the time and the peak of its memory."""
    for form in FORMS:
        say(f"format {form.format} {form.words}".rstrip())
        if form.needs and importlib.util.find_spec(form.needs) is None:
            yield Row(f"`{form.format}`", f"{form.needs} is not installed, left out")
            continue
        log = logs.made(f"{form.name}-{size * form.part:g}.log", partial(_write, form, size * form.part))
        # Counted first: this run also compiles what only this reader needs.
        exchanges = bench.exchanges(log)
        ours = median_run([bench.report(log) for _ in range(times)])
        count = unpacked_size(log) if form.packed else log.stat().st_size
        shown = ", ".join(filter(None, (f"`{form.format}`", form.words, _size(log, count))))
        yield Row(
            shown,
            f"{count / 1e6 / ours.seconds:,.0f} MB/s",
            time=seconds(ours.seconds),
            memory=megabytes(ours.peak),
            exchanges=f"{exchanges:,}",
        )


def _write(form: Form, size: float, path: Path) -> None:
    form.write(path, size)


def _size(log: Path, count: int) -> str:
    size = log.stat().st_size
    return megabytes(size) if size == count else f"{megabytes(count)} in {megabytes(size)}"


def unpacked_size(path: Path) -> int:
    """What a gzip file of one member unpacks to: its last four bytes (RFC 1952, section 2.3.1, ISIZE)."""
    with path.open("rb") as stream:
        stream.seek(-4, 2)
        return int.from_bytes(stream.read(4), "little")
