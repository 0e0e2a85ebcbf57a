"""`smtpscope check`: one line for a monitoring system, a file for Prometheus, or a short mail about what is new."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

import click

from smtpscope.cli.log_arguments import check_named, check_target, end, read
from smtpscope.cli.options import Query, format_option, log_options, target_options
from smtpscope.cli.streams import Target
from smtpscope.errors import SmtpscopeError, UsageError

_ENDINGS: Final = {".prom": "prometheus", ".json": "json"}


@click.command(short_help="Check for what needs action: for monitoring and cron.")
@log_options
@click.option("--since", default="24h", show_default=True, metavar="TIME", help="The window, up to the end of the log.")
@click.option(
    "--state",
    "state",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="A file that remembers what was reported, so that the next check reports only what is new.",
)
@click.option("--stale", metavar="TIME", help="Warn if the log ended longer ago than this: 6h, 2d.")
@target_options
@format_option(("plugin", "mail", "prometheus", "json"), "plugin", _ENDINGS)
def check(query: Query, since: str, state: Path | None, stale: str | None, target: Target, form: str) -> None:
    """Check whether refusals need action by us.

    The format plugin prints one line for Nagios, Icinga, Zabbix and others and
    ends with 0 (OK), 1 (WARNING), 2 (CRITICAL) or 3 (UNKNOWN). The format mail
    prints nothing when nothing is new, so that cron sends no mail. The format
    prometheus is for the textfile collector of the node exporter.

    Critical is what is ours to fix, still ongoing, and loses mail; warning is
    what is ours and only delays mail or is quiet now, and a message of anybody
    that has been deferred for two days.

    \b
    smtpscope check logs/ --since 24h
    smtpscope check logs/ --format mail --state ~/.smtpscope-check
    smtpscope check logs/ -o /var/lib/node_exporter/smtp.prom --overwrite
    """
    if form != "plugin":
        _check(query, since, state, stale, target, form)
        return
    from smtpscope.export.monitoring.check_formats import unknown_line
    from smtpscope.export.monitoring.check_result import Status

    try:
        status = _check(query, since, state, stale, target, form)
    except SmtpscopeError as error:
        # A monitoring system reads standard output and accepts no other exit codes.
        target.put(unknown_line(str(error)))
        sys.exit(Status.UNKNOWN)
    sys.exit(status)


def _check(query: Query, since: str, state: Path | None, stale: str | None, target: Target, form: str) -> int:
    from smtpscope.export.monitoring.check_formats import CHECK_FORMATS
    from smtpscope.export.monitoring.check_result import Status
    from smtpscope.session.watching.check_state import keep_reported, reported_before
    from smtpscope.session.watching.checking import checked

    check_named(query, target)
    stale_ms = None if stale is None else _length("--stale", stale)
    known = () if state is None else reported_before(state)
    analysis = read(query)
    check_target(target, analysis)
    result = checked(
        analysis,
        since=since,
        filter_text=query.filter_text,
        known=known,
        now_ms=int(time.time() * 1000),
        stale_ms=stale_ms,
    )
    if form == "plugin" and analysis.errors and result.status is not Status.CRITICAL:
        # The contents of the missing log are unknown.
        raise analysis.errors[0]
    target.put(CHECK_FORMATS[form](result), escaped=form == "json")
    if state is not None:
        keep_reported(state, result.reported)
    if form != "plugin":
        end(analysis)
    return int(result.status)


def _length(option: str, word: str) -> int:
    """A length of time in milliseconds. Raises UsageError."""
    from smtpscope.store.times import parse_time_word

    try:
        length = parse_time_word(word).back_ms
    except ValueError:
        length = None
    if length is None:
        raise UsageError(where=option, what=f"{word!r} is not a length of time", remedy="Write 30min, 6h or 2d")
    return length
