"""`smtpscope fleet`: reads the logs of many servers into a set, and keeps the set in order."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from smtpscope.cli.candidates import folders, zone_names
from smtpscope.cli.configured import knowledge_folders, loaded_settings
from smtpscope.cli.log_arguments import Patience
from smtpscope.cli.options import knowledge_option
from smtpscope.cli.streams import Target, talk
from smtpscope.errors import LogError, UsageError

if TYPE_CHECKING:
    from smtpscope.fleet.log_job import ReadingRules, Spread

_MOST_LISTED: Final = 200


@click.group(short_help="Many servers' logs as one set: read, status, check, compact.")
def fleet() -> None:
    """Read the logs of many servers into a set of Parquet files, and keep it in order.

    smtpscope opens the set like a log, without reading it into memory. Needs:
    pip install 'smtpscope[fleet]'

    \b
    smtpscope fleet read /srv/logs -o /srv/set --timezone UTC
    smtpscope report /srv/set --filter 550
    """


set_argument = click.argument(
    "folder", metavar="SET", type=click.Path(path_type=Path, exists=True, file_okay=False), shell_complete=folders
)


@fleet.command(short_help="Read logs into a set, with many workers.")
@click.argument("logs", nargs=-1, required=True, metavar="LOG...", type=click.Path())
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="SET",
    shell_complete=folders,
    help="The folder of the set, new or from an earlier run.",
)
@click.option(
    "--workers", type=click.IntRange(1, 1024), metavar="N", help="Processes on this computer.  [default: its cores]"
)
@click.option("--scheduler", metavar="ADDRESS", help="Let Dask do it: tls://host:8786, or tcp://127.0.0.1:8786.")
@click.option(
    "--timezone",
    "zone",
    metavar="ZONE",
    shell_complete=zone_names,
    help="For logs that name none: UTC, Europe/Berlin, +01:00.  [default: that of the set, or local]",
)
@click.option(
    "--as-of",
    "as_of",
    metavar="TIME",
    help="Date logs without a year as if read at this time: 2026-11-30.  [default: now]",
)
@click.option("--insecure", is_flag=True, help="Use a scheduler on another computer without TLS.")
@knowledge_option
def read(
    logs: tuple[str, ...],
    folder: Path,
    workers: int | None,
    scheduler: str | None,
    zone: str | None,
    as_of: str | None,
    insecure: bool,
    knowledge: tuple[Path, ...],
    own_knowledge: bool,
) -> None:
    """Read logs into SET: files, patterns, folders with everything below.

    Run it again to continue after an interruption, or to add new logs: what is
    unchanged is not read again, and a log that has changed is replaced. A log
    that can't be read is listed at the end, and the exit code is 1.

    \b
    smtpscope fleet read /srv/logs -o /srv/set
    smtpscope fleet read /srv/logs -o /srv/set --workers 8 --timezone UTC
    smtpscope fleet read /srv/logs -o /srv/set --scheduler tls://head:8786
    """
    from smtpscope.export.conversion.convert_parquet import check_parquet
    from smtpscope.export.summaries.incident_wording import counted
    from smtpscope.fleet.fleet_reading import FleetProgress, read_into
    from smtpscope.fleet.log_files import log_files

    check_parquet(str(folder))
    rules = _rules(folder, zone, as_of, knowledge, own_knowledge)
    spread = _spread(workers, scheduler, rules, insecure=insecure)
    files = log_files(logs, folder)
    if not files:
        raise LogError(
            where=", ".join(logs), what="there is no file in it", remedy="Give the folder that the logs are in"
        )
    patience = Patience()

    def show(progress: FleetProgress) -> None:
        patience.say(f"read {progress.words}, with {spread.words}")

    try:
        result = read_into(folder, files, rules, spread, any_time=as_of is None, on_progress=show)
    except KeyboardInterrupt:
        talk(f"{folder}: what was read so far is kept; run the same command again to continue")
        raise
    unchanged = f", {result.unchanged:,} unchanged" if result.unchanged else ""
    logs_read = counted(result.read, "log", "logs")
    talk(f"{folder}: read {logs_read}, {result.size / 1e6:,.1f} MB, {result.rows:,} exchanges{unchanged}")
    _say_failures(result.failures)


def _say_failures(failures: tuple[tuple[str, str], ...]) -> None:
    """Lists the logs that could not be read, and exits with 1 if there are any."""
    if not failures:
        return
    talk(f"{len(failures):,} {'log' if len(failures) == 1 else 'logs'} could not be read:")
    for name, reason in failures[:_MOST_LISTED]:
        talk(f"  {name}: {reason}")
    if len(failures) > _MOST_LISTED:
        talk(f"  and {len(failures) - _MOST_LISTED:,} more; smtpscope fleet check --list-failed lists all of them")
    sys.exit(1)


def _rules(
    folder: Path, zone: str | None, as_of: str | None, knowledge: tuple[Path, ...], own_knowledge: bool
) -> ReadingRules:
    """How the logs are read. Raises UsageError, KnowledgeError, and LogError for a damaged set."""
    from smtpscope.asking.set_manifest import is_set, read_manifest
    from smtpscope.fleet.reading_rules import name_of_local_zone, reading_rules
    from smtpscope.store.times import zone_named

    settings = loaded_settings().settings
    if zone is None:
        zone = read_manifest(str(folder)).zone if is_set(str(folder)) else settings.timezone
    try:
        in_zone = zone_named(zone)
    except UsageError as error:
        raise UsageError(where="--timezone", what=error.what, remedy=error.remedy) from error
    if zone.strip().lower() == "local":
        zone = name_of_local_zone()
    as_of_ms = int(time.time() * 1000)
    if as_of is not None:
        try:
            moment = datetime.fromisoformat(as_of)
        except ValueError as error:
            raise UsageError(
                where="--as-of", what=f"{as_of} is not a time", remedy="Write 2026-11-30 or 2026-11-30T23:00"
            ) from error
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=in_zone)
        as_of_ms = int(moment.astimezone(UTC).timestamp() * 1000)
    return reading_rules(zone.strip(), as_of_ms, knowledge_folders(knowledge, settings, own=own_knowledge))


def _spread(workers: int | None, scheduler: str | None, rules: ReadingRules, *, insecure: bool) -> Spread:
    if scheduler is not None:
        if workers is not None:
            raise UsageError(
                where="--workers",
                what="the workers of a scheduler are started on its computers, not from here",
                remedy="Omit --workers, or --scheduler",
            )
        from smtpscope.fleet.dask_workers import DaskWorkers

        return DaskWorkers(scheduler, rules, insecure=insecure)
    from smtpscope.fleet.process_workers import ProcessWorkers
    from smtpscope.session.parallel.spread import usable_cores

    return ProcessWorkers(workers or usable_cores())


@fleet.command(short_help="Show what a set holds.")
@set_argument
def status(folder: Path) -> None:
    """Show logs, exchanges, size and time span of SET.

    \b
    smtpscope fleet status /srv/set
    """
    from smtpscope.asking.set_manifest import read_manifest
    from smtpscope.fleet.set_status import status_text

    Target().put(status_text(read_manifest(str(folder))))


@fleet.command(short_help="Check that a set is whole, and clean it up.")
@set_argument
@click.option("--list-failed", is_flag=True, help="List every log that could not be read, with the reason.")
def check(folder: Path, list_failed: bool) -> None:
    """Check that every part of SET is there with all its rows.

    Deletes what killed runs have left (older than a day), takes in logs that a
    killed run has read, and rebuilds a damaged manifest. The exit code is 1 if
    something is missing.

    \b
    smtpscope fleet check /srv/set
    smtpscope fleet check /srv/set --list-failed
    """
    from smtpscope.fleet.set_check import check_set
    from smtpscope.fleet.set_status import checked_text

    found = check_set(folder)
    Target().put(checked_text(found, list_failed=list_failed))
    if found.mistakes:
        sys.exit(1)


@fleet.command(short_help="Merge the files of a set into a few large ones.")
@set_argument
@click.option("--memory", default="1GB", show_default=True, metavar="SIZE", help="Most memory for sorting.")
@click.option("--drop-before", default="", metavar="MONTH", help="Delete all exchanges before this month: 2026-01.")
def compact(folder: Path, memory: str, drop_before: str) -> None:
    """Merge the files of SET into a few large ones for each month, sorted.

    Afterwards an event that is in several logs counts once. Group tables are
    written too, by which a report of a large set takes about a second; they
    are used until the set changes. The set can be read meanwhile. Sorting
    spills to TMPDIR.

    \b
    smtpscope fleet compact /srv/set
    smtpscope fleet compact /srv/set --drop-before 2025-12
    """
    from smtpscope.fleet.compaction import compact as compacted
    from smtpscope.fleet.month_rows import month_bounds

    if drop_before:
        month_bounds(drop_before)
    patience = Patience()
    done = compacted(
        folder, memory=memory, drop_before=drop_before, on_month=lambda month: patience.say(f"compacting {month}")
    )
    talk(
        f"{folder}: files before: {done.files_before:,} ({done.size_before / 1e6:,.1f} MB), now: {done.files:,} "
        f"({done.size / 1e6:,.1f} MB); {done.rows:,} exchanges, {done.duplicates:,} of them in several logs"
    )
    if done.unkept:
        talk(f"{folder}: group tables not written ({done.unkept}): reports read all rows until the next compaction")
