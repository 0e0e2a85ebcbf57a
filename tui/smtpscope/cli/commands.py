"""The commands: each turns its options into queries and writes the answer."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

import click

from smtpscope import __version__
from smtpscope.cli.command_group import CommandOrFiles
from smtpscope.cli.configured import first_start, key_warnings, loaded_settings, warn, workspace
from smtpscope.cli.log_arguments import (
    asked,
    browsed_set,
    check_named,
    check_target,
    end,
    grouped,
    matching_incidents,
    opened,
    read,
    say_when_nothing_fits,
)
from smtpscope.cli.options import (
    GroupingType,
    Query,
    format_option,
    mask_option,
    query_options,
    target_options,
)
from smtpscope.cli.streams import Target, leave_terminal, say, talk
from smtpscope.cli.terminal import browser_hindrance, take_terminal
from smtpscope.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from smtpscope.export.masking.masking import Mask
    from smtpscope.parsing.smtp_exchange import SmtpExchange
    from smtpscope.session import Analysis, Format
    from smtpscope.session.browsing.browsed import Browsed
    from smtpscope.session.sets.answering import Answering
    from smtpscope.store.grouping.dimensions import Grouping

_SECONDS: Final = 1.0


def followed_rows(
    analysis: Analysis, filter_text: str, wait: Callable[[], None] = lambda: time.sleep(_SECONDS)
) -> Iterator[int]:
    """Yields matching rows as they are added; `wait` is called before each read.

    Ends when no log can grow. Raises FilterError.
    """
    if not analysis.can_grow:
        talk("packed or piped logs do not grow, so there is nothing to follow.")
    while analysis.can_grow:
        wait()
        known = len(analysis.store)
        for batch in analysis.follow():
            analysis.add(batch)
        if len(analysis.store) > known:
            view = analysis.view(filter_text, grouping="none")
            yield from (row for row in view.tree.order.tolist() if row >= known)


def followed_exchanges(analysis: Analysis, filter_text: str) -> Iterator[tuple[SmtpExchange, str]]:
    """The exchanges of `followed_rows`, each with its cause."""
    return (
        (analysis.store.exchange(row), analysis.match(row).category) for row in followed_rows(analysis, filter_text)
    )


_WIDTH: Final = 80
_GAP: Final = 2
_HEADLINE: Final = (
    "{} formats, detected by content, not by file name; --read-as NAME sets the format. Compressed "
    "files (gz, bz2, xz, zst, zip) can be opened directly."
)
_KNOWN_BY, _LACKS = "known by:   ", "lacks:      "


def format_lines(formats: Iterable[Format]) -> Iterator[str]:
    """For each format: name, title, how it is recognised, and what it lacks; 80 columns."""
    from smtpscope.export.formats.text_columns import wrapped

    known = list(formats)
    yield from wrapped(_HEADLINE.format(len(known)), _WIDTH)
    names = max((len(each.name) for each in known), default=0) + _GAP
    margin = " " * names
    for each in known:
        yield ""
        yield from wrapped(each.title, _WIDTH, first=each.name.ljust(names), rest=margin)
        yield from _labelled(_KNOWN_BY, each.recognised_by, margin)
        if each.lacks:
            # One of them contains commas.
            yield from _labelled(_LACKS, "; ".join(each.lacks), margin)


def _labelled(label: str, text: str, margin: str) -> list[str]:
    from smtpscope.export.formats.text_columns import wrapped

    return wrapped(text, _WIDTH, first=margin + label, rest=margin + " " * len(label))


_ENDINGS: Final = {".md": "markdown", ".html": "html", ".htm": "html", ".json": "json", ".csv": "csv", ".txt": "text"}
_ESCAPED: Final = frozenset({"json", "jsonl"})
_MOST_SUMMARIES: Final = 100
"""In a report as HTML, where the rows of the table lead to them."""


@click.group(cls=CommandOrFiles, context_settings={"max_content_width": 80, "help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="smtpscope")
def cli() -> None:
    """Find out who refuses your mail, since when, what it means, and who has to act.

    Reads SMTP protocol events (MSExchangeTransport 7002, 7004, 7010 and related)
    from Windows event logs (.evtx, .evt) and their exports, and refusals from the
    logs of IIS, Exchange, Postfix, Exim and Sendmail. FILE is a log, compressed or
    not, a folder, a pattern, host:path (read over ssh), or - for standard input.

    \b
    smtpscope Application.evtx
    smtpscope report logs/
    smtpscope summary a.evtx --filter "550 host:contoso"
    smtpscope events a.evtx > events.jsonl
    smtpscope explain "550 5.7.1 Unable to relay" --command RCPT

    \b
    Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted by ctrl+c.
    """


@cli.command(short_help="Browse logs in the terminal (the default).")
@query_options
@click.option("--follow", is_flag=True, help="Keep reading as the logs grow (in the browser: F).")
def browse(query: Query, follow: bool) -> None:
    """Browse logs in the terminal; `smtpscope FILE...` does the same.

    Without a file it opens the knowledge base. If there is no terminal, it
    prints the report instead.

    \b
    smtpscope Application.evtx
    smtpscope logs/ --filter "5xx since:7d"
    ssh exch01 cat app.evtx | smtpscope -
    """
    browse_logs(query, follow=follow)


def browse_logs(query: Query, *, follow: bool = False) -> None:
    """Runs the browser, or prints the report if there is no usable terminal. Exits with the browser's exit code."""
    hindrance = browser_hindrance()
    if query.files or hindrance is not None:
        check_named(query, Target())
        _check_meant(query.files[0])
    if hindrance is not None:
        talk(f"{hindrance}: printing the report instead of opening the browser.")
        _print_report(asked(query), query.filter_text, "text", "code", Target())
        return
    loaded = loaded_settings()
    settings = loaded.settings
    hints = first_start(settings)
    browsed: Browsed | None = browsed_set(query, workspace(settings))
    if browsed is None:
        browsed = opened(query, settings, workspace(settings), growing=follow)
        grouped(browsed, query.filter_text)
    else:
        from smtpscope.store.filter.filter_grammar import parse_filter

        parse_filter(query.filter_text)
    for error in browsed.errors:
        say(error)
    if not take_terminal():
        talk("No keyboard: printing the report instead of opening the browser.")
        logs = browsed.logs
        if logs is not None:
            logs.read_all()
        _print_report(asked(query) if logs is None else logs, query.filter_text, "text", "code", Target())
        return
    from smtpscope.app.terminals.environment import prepare_environment

    prepare_environment(os.environ, kitty_keys=settings.kitty_keys)
    from smtpscope.app.application import Browser

    warnings = key_warnings(loaded)
    warn(warnings)
    browser = Browser(
        browsed,
        settings=settings,
        filter_text=query.filter_text,
        restore=True,
        hints=hints,
        following=follow,
        # What was printed before the browser starts is under it; in it the first warning is seen.
        warning=f"{warnings[0].what}. {warnings[0].remedy}" if warnings else "",
    )
    browser.run()
    leave_terminal()
    if browser.failure is not None:
        raise browser.failure
    sys.exit(browser.return_code or 0)


@cli.command(short_help="Print a table of refusals by reply code and host.")
@query_options
@click.option(
    "--group",
    "grouping",
    type=GroupingType(),
    default="code",
    show_default=True,
    help="Group by one field, or by two: code,server.",
)
@click.option("--most", type=click.IntRange(min=1), metavar="N", help="Only the first N groups.")
@click.option("--no-activity", is_flag=True, help="Leave out the bars, which screen readers spell.")
@target_options
@mask_option
@format_option(("text", "markdown", "html", "json", "csv"), "text", _ENDINGS)
def report(
    query: Query,
    grouping: Grouping,
    most: int | None,
    no_activity: bool,
    target: Target,
    mask: Mask | None,
    form: str,
) -> None:
    """Print who refuses whom, how often, since when, and who has to act.

    \b
    smtpscope report Application.evtx
    smtpscope report logs/ --filter "4xx since:11-16" --group host
    smtpscope report logs/*.evtx -o report.html
    """
    check_named(query, target)
    _print_report(asked(query), query.filter_text, form, grouping, target, mask, most, no_activity=no_activity)


def _print_report(
    analysis: Answering,
    filter_text: str,
    form: str,
    grouping: Grouping,
    target: Target,
    mask: Mask | None = None,
    most: int | None = None,
    *,
    no_activity: bool = False,
) -> None:
    from smtpscope.cli.terminal import text_width
    from smtpscope.export.report.report_formats import REPORT_FORMATS, without_activity

    check_target(target, analysis)
    view = grouped(analysis, filter_text, grouping)
    found = analysis.report(view, most=most, summaries=_MOST_SUMMARIES if form == "html" else 0)
    text = REPORT_FORMATS[form].render(
        without_activity(found) if no_activity else found,
        width=text_width(target),
        ascii_only=form == "text" and not target.can_draw("▁█─·"),
        mask=mask,
    )
    target.put(text, escaped=form in _ESCAPED)
    if view.total:
        say_when_nothing_fits(analysis, view)
    end(analysis)


@cli.command(short_help="Print incidents in full, ready for a ticket.")
@query_options
@click.option("--most", type=click.IntRange(min=1), metavar="N", help="Only the N most frequent incidents.")
@target_options
@mask_option
@click.option("--letter-anyway", is_flag=True, help="Write the letter even if the other side need not act.")
@format_option(("markdown", "text", "html", "json", "csv", "postmaster"), "markdown", _ENDINGS)
def summary(query: Query, most: int | None, target: Target, mask: Mask | None, letter_anyway: bool, form: str) -> None:
    """Print the incidents that match the filter in full, ready for a ticket.

    The postmaster format is a letter to the other side's postmaster, where they
    have to act. The exit code is 1 if nothing matches.

    \b
    smtpscope summary a.evtx --filter "550 host:fabrikam"
    smtpscope summary a.evtx --filter "550 host:fabrikam" --mask -o ticket.md
    """
    from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS

    check_named(query, target)
    analysis = asked(query)
    check_target(target, analysis)
    view, details = matching_incidents(analysis, query.filter_text, most)
    from msgspec.structs import replace

    document = replace(analysis.document(details, view), letter_anyway=letter_anyway)
    text = SUMMARY_FORMATS[form].render(document, mask=mask)
    target.put(text, escaped=form in _ESCAPED)
    end(analysis)


@cli.command(short_help="Print every event, one per line.")
@query_options
@target_options
@mask_option
@format_option(("jsonl", "csv"), "jsonl", {".csv": "csv"})
@click.option("--follow", is_flag=True, help="Keep reading as the logs grow, until ctrl+c.")
def events(query: Query, target: Target, mask: Mask | None, form: str, follow: bool) -> None:
    """Print every event that matches the filter, in time order.

    \b
    smtpscope events Application.evtx > events.jsonl
    smtpscope events logs/ --filter "code:4xx" -o deferred.csv
    smtpscope events maillog.txt --follow
    """
    from smtpscope.export.events_format import event_lines

    check_named(query, target)
    followed = read(query, growing=True) if follow else None
    analysis: Answering = asked(query) if followed is None else followed
    check_target(target, analysis)
    view = grouped(analysis, query.filter_text, "none")
    exchanges = analysis.exchanges_in(view)
    if followed is not None:
        exchanges = chain(exchanges, followed_exchanges(followed, query.filter_text))
    lines = event_lines(exchanges, "csv" if form == "csv" else "jsonl", mask=mask)
    target.put(lines, escaped=form in _ESCAPED, at_once=follow)
    say_when_nothing_fits(analysis, view)
    end(analysis)


@cli.command(short_help="List the file formats that can be read.")
def formats() -> None:
    """List the file formats that can be read, how each is recognised, and what it lacks.

    \b
    smtpscope formats
    """
    from smtpscope.cli.commands import format_lines
    from smtpscope.session import known_formats

    Target().put("".join(f"{line}\n" for line in format_lines(known_formats())))


def _check_meant(first: str) -> None:
    """Raises UsageError if the first word is not a file, but similar to a command."""
    import difflib

    near = difflib.get_close_matches(first, cli.commands, n=1, cutoff=0.75)
    if near and first.isalpha() and not os.path.lexists(first):
        raise UsageError(
            where="command line", what=f"{first} is neither a command nor a file", remedy=f"Did you mean {near[0]}?"
        )
