"""`smtpscope convert`: the exchanges of logs as data for other programs, and for smtpscope itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click

from smtpscope.cli.configured import loaded_settings
from smtpscope.cli.log_arguments import check_target, end, opened, say_when_nothing_fits
from smtpscope.cli.options import Query, format_option, mask_option, query_options, target_options
from smtpscope.cli.streams import Target, talk
from smtpscope.errors import UsageError

if TYPE_CHECKING:
    from smtpscope.export.conversion.convert_columns import DiagnosedExchange
    from smtpscope.export.masking.masking import Mask
    from smtpscope.session import Analysis

_ENDINGS: Final = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet", ".pq": "parquet"}


@click.command(short_help="Convert logs to JSON lines, CSV or Parquet.")
@query_options
@target_options
@mask_option
@format_option(("jsonl", "csv", "parquet"), "jsonl", _ENDINGS)
@click.option(
    "--schema",
    type=click.Choice(["own", "ecs"]),
    default="own",
    show_default=True,
    help="Field names in JSON lines: smtpscope's own, or the Elastic Common Schema.",
)
def convert(query: Query, target: Target, mask: Mask | None, form: str, schema: str) -> None:
    """Convert the events of logs to a file for other programs.

    smtpscope opens the result like the log itself. Events keep the order of
    the logs. Parquet needs: pip install 'smtpscope[parquet]'

    \b
    smtpscope convert Application.evtx -o november.parquet
    smtpscope convert logs/ --filter "5xx" -o refused.csv
    smtpscope convert a.evtx --schema ecs | curl ... elasticsearch
    """
    _check(query, target, form, schema)
    analysis = opened(query, replace(loaded_settings().settings, cache=False))
    check_target(target, analysis)
    counted = _Counted(analysis, query.filter_text, mask)
    if form == "parquet":
        _write_parquet(target, counted)
    else:
        from smtpscope.export.conversion.convert_text import converted_text

        text = converted_text(counted.rows(), "ecs" if schema == "ecs" else "csv" if form == "csv" else "jsonl")
        target.put(text, escaped=True)
    if counted.count and target.path is not None:
        talk(f"converted {counted.count:,} {'exchange' if counted.count == 1 else 'exchanges'}")
    if not counted.count:
        say_when_nothing_fits(analysis, analysis.view(query.filter_text))
    end(analysis)


class _Counted:
    """Counts the exchanges as they are written."""

    def __init__(self, analysis: Analysis, filter_text: str, mask: Mask | None) -> None:
        self.count = 0
        self._analysis = analysis
        self._filter_text = filter_text
        self._mask = mask

    def rows(self) -> Iterator[DiagnosedExchange]:
        from smtpscope.session.converting import exchanges

        rows = exchanges(self._analysis, self._filter_text)
        mask = self._mask
        if mask is not None:
            rows = (row._replace(exchange=mask.exchange(row.exchange)) for row in rows)
        for row in rows:
            self.count += 1
            yield row


def _write_parquet(target: Target, counted: _Counted) -> None:
    from smtpscope.export.conversion.convert_parquet import write_parquet

    assert target.path is not None, "checked before"
    target.put_file(target.path, lambda stream: write_parquet(counted.rows(), stream))


def _check(query: Query, target: Target, form: str, schema: str) -> None:
    """Checks what can be checked before anything is read. Raises UsageError and ExportError."""
    if not query.files:
        raise UsageError(
            where="command line",
            what="no log given",
            remedy="Give a file, a folder, or - for standard input; smtpscope convert --help shows examples",
        )
    if schema == "ecs" and form != "jsonl":
        raise UsageError(
            where="--schema",
            what=f"the Elastic Common Schema is written as JSON lines, not as {form}",
            remedy="Omit --schema, or give the file the extension .jsonl",
        )
    if form == "parquet":
        if target.path is None:
            raise UsageError(
                where="--format",
                what="Parquet is binary and can't be written to standard output",
                remedy="Give a file with -o",
            )
        from smtpscope.export.conversion.convert_parquet import check_parquet

        check_parquet(str(target.path))
    target.check()
