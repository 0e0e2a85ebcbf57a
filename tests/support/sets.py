"""Sets for tests: the rows of a store as the parts of a set, and a store of rows of all kinds."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.group_tables import write_group_tables
from smtpscope.asking.set_manifest import MANIFEST, LogReceipt, SetManifest, SetPart, encoded_manifest
from smtpscope.export.conversion.convert_columns import DiagnosedExchange
from smtpscope.export.conversion.set_parts import SetRow, write_part
from smtpscope.fleet.group_files import with_group_tables as manifest_with_tables
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.store.event_store import EventStore
from store.events import exchange, ms, store_of

HOSTS: Final = (
    "mx1.contoso.example",
    "MX1.Contoso.Example.",
    " mx1.contoso.example",
    "mx2.fabrikam.example",
    "Straße.woodgrove.example",
    "İstanbul.adatum.example",
    "192.0.2.7",
    "192.0.2.70",
    "198.51.100.9",
    "2001:db8::25",
    "",
    "mx\u200b.hidden.example",
    "tab\thost",
    "back\\nslash",
)
REPLIES: Final = (
    "550 5.1.1 User unknown ",
    "550 5.1.1 user unknown",
    "550-5.7.1 listed\r\n550 5.7.1 by dnsbl",
    "550 listed by dnsbl",
    "451 4.7.1 Greylisted",
    "504 need to authenticate",
    "554 5.7.1 Größe überschritten",
    "421 \x1b[31mbusy",
    "452 4.2.2 Mailbox full",
    "no code at all",
    "",
    "250 unknown ok",
    "550 5.7.133 İ\u00a0ß",
)
COMMANDS: Final = (
    "RCPT TO:<sales@contoso.example> ",
    "RCPT TO:<Sales@CONTOSO.example>",
    "rcpt to:<info@fabrikam.example.>",
    "RCPT TO:<üser@woodgrove.example>",
    "RCPT TO:<>",
    "MAIL FROM:<>",
    "MAIL FROM:<boss@Contoso.example> SIZE=10",
    "MAIL FROM:<sales@contoso.example>",
    "EHLO exch01",
    "XEXCH50 2 2",
    "",
    "RCPT TO:<tab\t@contoso.example>",
)


def all_kinds(number: int, seed: int = 17) -> EventStore:
    """A store of `number` rows of two weeks and three logs, some of them in two of the logs, some without a time."""
    chance = random.Random(seed)
    start, end = ms("2026-11-02 00:00:00"), ms("2026-11-16 23:00:00")
    bursts = [chance.randrange(start, end) for _ in range(12)]
    made: dict[str, list[SmtpExchange]] = {"a.evtx": [], "b.evtx": [], "c.log": []}
    while sum(map(len, made.values())) < number:
        file = chance.choice(tuple(made))
        moment = chance.choice(bursts) + int(chance.expovariate(1 / 3_600_000))
        one = exchange(
            time=None if chance.random() < 0.02 else moment,
            host=chance.choice(HOSTS),
            said=chance.choice(REPLIES),
            sent=chance.choice(COMMANDS),
            direction=chance.choice(tuple(Direction)),
            server=chance.choice(("EXCH01", "exch02", "Ünder", None)),
            event_id=chance.choice((7002, 7004, 7010, None)),
            level=chance.choice(("error", "warning", "information", None)),
            connection=chance.choice((None, 6, 550, 7002)),
            connector=chance.choice((None, "Internet", "internal")),
            file=file,
            offset=len(made[file]) * 100,
        )
        made[file].append(one)
    # The first rows of one log again in another.
    again = [replace(each, file="b.evtx") for each in made["a.evtx"][: number // 50]]
    return store_of(*made["a.evtx"], *again, *made["b.evtx"], *made["c.log"], batch=1 << 30)


def set_of(store: EventStore, folder: Path, *, with_group_tables: bool = False, **options: object) -> ExchangeSet:
    """The rows of `store` as a set with a part for each log, in the order in which the store read them."""
    parts = _rows_of_logs(store)
    paths = [str(_written(rows, folder / f"part{number}.parquet")) for number, rows in enumerate(parts.values())]
    span = (store.log_start_ms, store.log_end_ms)
    made = ExchangeSet(paths, list(parts), span, **options)  # type: ignore[arg-type]
    if not with_group_tables:
        return made
    kept = write_group_tables(made, str(folder / "cells.parquet"), str(folder / "facts.parquet"))
    made.close()
    return ExchangeSet(paths, list(parts), span, kept=kept, **options)  # type: ignore[arg-type]


def _written(rows: list[SetRow], path: Path) -> Path:
    with path.open("wb") as stream:
        write_part(rows, stream)
    return path


def row_of(store: EventStore, asked: ExchangeSet) -> dict[int, int]:
    """The row of the store by the number of the row in the set."""
    numbers: dict[int, int] = {}
    places: dict[str, int] = {}
    for row in range(len(store)):
        file = store.exchange(row).file
        place = places.get(file, 0)
        places[file] = place + 1
        numbers[asked.number_of(file, place)] = row
    return numbers


def write_set(store: EventStore, folder: Path, *, unrelated: int = 0, with_group_tables: bool = False) -> None:
    """The rows of `store` as a set in `folder`, with a receipt for each log; the first log has the other records."""
    parts: list[SetPart] = []
    logs: list[LogReceipt] = []
    (folder / "exchanges").mkdir(parents=True)
    for number, (name, rows) in enumerate(_rows_of_logs(store).items()):
        path = f"exchanges/part{number}.parquet"
        parts.append(SetPart(path=path, rows=len(rows), size=_written(rows, folder / path).stat().st_size))
        logs.append(
            LogReceipt(
                name=name,
                key=str(number),
                size=0,
                changed_ns=0,
                parts=(path,),
                rows=len(rows),
                first_ms=store.log_start_ms,
                last_ms=store.log_end_ms,
                unrelated=0 if number else unrelated,
            )
        )
    manifest = SetManifest(parts=tuple(parts), logs=tuple(logs))
    if with_group_tables:
        manifest = manifest_with_tables(folder, manifest, "200MB")
    (folder / MANIFEST).write_bytes(encoded_manifest(manifest))


def _rows_of_logs(store: EventStore) -> dict[str, list[SetRow]]:
    logs: dict[str, list[SetRow]] = {}
    again = store.columns.is_duplicate.tolist()
    for row in range(len(store)):
        one = DiagnosedExchange.of(store.exchange(row), store.words.judgements[int(store.columns.judgement[row])])
        logs.setdefault(one.exchange.file, []).append(SetRow(one, again[row]))
    return logs
