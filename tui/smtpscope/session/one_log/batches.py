"""All batches of one log, those of a last look included; and the information on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from smtpscope.errors import LogError
from smtpscope.reading.record import Batch, FileInformation, LogReader, ReadOptions, Source, TellsUnnamed
from smtpscope.reading.registry import last_look, open_log
from smtpscope.reading.sources.packed import PackedSource
from smtpscope.reading.text.text_log import batches_of
from smtpscope.reading.unknown.beside_lines import with_beside


def batches_of_log(
    readers: dict[str, LogReader], source: Source, options: ReadOptions, rows: Callable[[], int]
) -> Iterator[Batch]:
    """The batches of `source`'s reader; if it finds no `rows`, those of a last look instead, whose reader is put into
    `readers`.
    """
    reader = readers[source.name]
    yield from with_beside(reader, source, options, batches_of(reader, source), open_log)
    if rows() or options.growing:
        return
    for looking in last_look(reader, source, options):
        for batch in looking.batches():
            if batch.records or batch.exchanges:
                readers[source.name] = looking
            if readers[source.name] is looking:
                yield replace(batch, unrelated_records=0)
        if readers[source.name] is looking:
            return
    unnamed = reader.first_unnamed() if isinstance(reader, TellsUnnamed) else None
    if unnamed is not None:
        yield Batch([], 0, [unnamed], source.size, source.size)


def information_of(reader: LogReader, source: Source) -> FileInformation:
    """What the log says about itself, and what its format is. Never raises."""
    try:
        information = replace(
            reader.information(), lacks=reader.format.lacks, recognised_by=reader.format.recognised_by
        )
        if isinstance(source, PackedSource):
            packed = f"{source.packed_with}, {source.stored_size or 0:,} bytes"
            information = replace(information, facts=(("Packed", packed), *information.facts))
        return information
    except LogError as error:
        # A file that is gone must not hide the others.
        return FileInformation(source.name, "", 0, warnings=(f"{error.what}. {error.remedy}.",))
