"""`smtpscope compare`: what is new, gone, more or fewer, between two logs or two periods."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click

from smtpscope.cli.log_arguments import check_named, check_target, end, read, say_when_nothing_fits
from smtpscope.cli.options import Query, format_option, log_options, mask_option, target_options
from smtpscope.cli.streams import Target
from smtpscope.errors import UsageError

if TYPE_CHECKING:
    from smtpscope.export.comparison.comparison import Comparison
    from smtpscope.export.masking.masking import Mask
    from smtpscope.session.analysis import Analysis
    from smtpscope.session.watching.comparing import Period

EXIT_NEW_FOR_US: Final = 3
"""Exit code: something new is ours to fix."""

_ENDINGS: Final = {".md": "markdown", ".html": "html", ".htm": "html", ".json": "json"}


@click.command(short_help="Compare two logs or two periods: new, gone, more, fewer.")
@log_options
@click.option("--since", "since", multiple=True, metavar="TIME", help="Compare what is before TIME with what is since.")
@click.option("--until", "until", multiple=True, metavar="TIME", help="The end of a period, not included.")
@target_options
@mask_option
@format_option(("text", "markdown", "html", "json"), "text", _ENDINGS)
def compare(
    query: Query, since: tuple[str, ...], until: tuple[str, ...], target: Target, mask: Mask | None, form: str
) -> None:
    """Compare two logs, or two periods of the same logs.

    Two files or folders are compared with each other, the earlier one first.
    With --since, what is before that time is compared with what is since. Two
    pairs of --since and --until give two periods. Rates are compared, so the
    sides may be of different length.

    The exit code is 3 if an incident is new and we must act on it.

    \b
    smtpscope compare exch01.evtx exch02.evtx
    smtpscope compare logs/ --since monday
    smtpscope compare . --since 11-01 --until 11-08 --since 11-08 --until 11-15
    """
    check_named(query, target)
    periods = _periods(since, until)
    if periods is None:
        comparison, analyses = _of_two_logs(query, target)
    else:
        from smtpscope.session.watching.comparing import compare_periods

        analysis = read(query)
        check_target(target, analysis)
        comparison, analyses = compare_periods(analysis, *periods, query.filter_text), (analysis,)
    from smtpscope.export.comparison.comparison_formats import rendered

    target.put(rendered(comparison, form, mask), escaped=form == "json")
    for analysis in analyses:
        if not len(analysis.store):
            say_when_nothing_fits(analysis, analysis.view(query.filter_text))
        end(analysis)
    if comparison.new_for_us:
        sys.exit(EXIT_NEW_FOR_US)


def _of_two_logs(query: Query, target: Target) -> tuple[Comparison, tuple[Analysis, ...]]:
    from smtpscope.session.watching.comparing import compare_logs

    if len(query.files) != 2:
        raise UsageError(
            where="command line",
            what=f"{len(query.files)} logs are named, and two can be compared",
            remedy="Name two files or folders, or add --since TIME to compare periods of all of them",
        )
    before, after = (read(replace(query, files=(file,))) for file in query.files)
    for analysis in (before, after):
        check_target(target, analysis)
    return compare_logs(before, after, query.filter_text), (before, after)


def _periods(since: tuple[str, ...], until: tuple[str, ...]) -> tuple[Period, Period] | None:
    """The two periods, None to compare logs. Raises UsageError for times that don't form two periods."""
    from smtpscope.session.watching.comparing import Period

    if not since and not until:
        return None
    if len(since) == 1 and not until:
        return Period(until=since[0]), Period(since=since[0])
    if len(since) == len(until) == 2:
        return Period(since[0], until[0]), Period(since[1], until[1])
    raise UsageError(
        where="--since",
        what="these times make no two periods",
        remedy="Give --since once, or --since and --until twice each, the earlier period first",
    )
