"""The commands: each turns options into questions to the session and puts the answer where it was asked for."""

from __future__ import annotations

import os
import sys
from itertools import chain
from typing import TYPE_CHECKING, Final

import click

from smtpscope import __version__
from smtpscope.cli.command_group import CommandOrFiles
from smtpscope.cli.configured import first_start, loaded_settings, warn, workspace
from smtpscope.cli.logs import check_target, end, grouped, opened, read, say_when_nothing_fits
from smtpscope.cli.options import (
    Query,
    format_option,
    mask_option,
    query_options,
    target_options,
)
from smtpscope.cli.streams import Target, say, talk
from smtpscope.cli.terminal import browser_hindrance, take_terminal
from smtpscope.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from smtpscope.export.masking import Mask
    from smtpscope.session import Session
    from smtpscope.store.groups import Grouping

_ENDINGS: Final = {".md": "markdown", ".html": "html", ".htm": "html", ".json": "json", ".csv": "csv", ".txt": "text"}
_ESCAPED: Final = frozenset({"json", "jsonl"})


@click.group(cls=CommandOrFiles, context_settings={"max_content_width": 80, "help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="smtpscope")
def cli() -> None:
    """Find out who refuses your mail, since when, what it means, and who has to act.

    Reads SMTP protocol events (MSExchangeTransport 7002, 7004, 7010 and related)
    from Windows event logs (.evtx, .evt) and their exports, and refusals from the
    logs of IIS, Exchange, Postfix, Exim and Sendmail. FILE is a log, compressed or
    not, a folder, a pattern, or - for standard input.

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

    Without a file you can browse the knowledge base. Where there is no terminal,
    the report is printed instead.

    \b
    smtpscope Application.evtx
    smtpscope logs/ --filter "5xx since:7d"
    ssh exch01 cat app.evtx | smtpscope -
    """
    browse_logs(query, follow=follow)


def browse_logs(query: Query, *, follow: bool = False) -> None:
    """Runs the browser, or prints the report where it can't be drawn. Ends the process with the browser's exit code."""
    hindrance = browser_hindrance()
    if query.files or hindrance is not None:
        _check(query, Target())
        _check_meant(query.files[0])
    if hindrance is not None:
        talk(f"{hindrance}, so this is the report instead of the browser.")
        _print_report(read(query), query.filter_text, "text", "code", Target())
        return
    loaded = loaded_settings()
    settings = loaded.settings
    hints = first_start(settings)
    session = opened(query, settings, workspace(settings), growing=follow)
    grouped(session, query.filter_text)
    for error in session.errors:
        say(error)
    if not take_terminal():
        talk("There is no keyboard, so this is the report instead of the browser.")
        session.read_all()
        _print_report(session, query.filter_text, "text", "code", Target())
        return
    from smtpscope.app.application import Browser

    browser = Browser(
        session, settings=settings, filter_text=query.filter_text, restore=True, hints=hints, following=follow
    )
    if settings.keys:
        from smtpscope.app.default_keys import default_keys
        from smtpscope.configuration.load import check_actions

        warn(check_actions(loaded, default_keys()))
    browser.run()
    if browser.failure is not None:
        raise browser.failure
    sys.exit(browser.return_code or 0)


@cli.command(short_help="Print a table of refusals by reply code and host.")
@query_options
@click.option(
    "--group",
    "grouping",
    type=click.Choice(["code", "host", "cause", "recipient", "server"]),
    default="code",
    show_default=True,
    help="What a row stands for.",
)
@click.option("--most", type=click.IntRange(min=1), metavar="N", help="Only the first N groups.")
@target_options
@mask_option
@format_option(("text", "markdown", "html", "json", "csv"), "text", _ENDINGS)
def report(query: Query, grouping: Grouping, most: int | None, target: Target, masked: bool, form: str) -> None:
    """Print who refuses whom, how often, since when, and who has to act.

    \b
    smtpscope report Application.evtx
    smtpscope report logs/ --filter "4xx since:11-16" --group host
    smtpscope report logs/*.evtx -o report.html
    """
    _check(query, target)
    _print_report(read(query), query.filter_text, form, grouping, target, _mask(masked), most)


def _print_report(
    session: Session,
    filter_text: str,
    form: str,
    grouping: Grouping,
    target: Target,
    mask: Mask | None = None,
    most: int | None = None,
) -> None:
    from smtpscope.cli.terminal import text_width
    from smtpscope.export.report_formats import REPORT_FORMATS

    check_target(target, session)
    view = grouped(session, filter_text, grouping)
    text = REPORT_FORMATS[form].render(
        session.report(view, most=most),
        width=text_width(target),
        ascii_only=form == "text" and not target.can_draw("▁█─·"),
        mask=mask,
    )
    target.put(text, escaped=form in _ESCAPED)
    if view.total:
        say_when_nothing_fits(session, view)
    end(session)


@cli.command(short_help="Print incidents in full, ready for a ticket.")
@query_options
@click.option("--most", type=click.IntRange(min=1), metavar="N", help="Only the N most frequent incidents.")
@target_options
@mask_option
@format_option(("markdown", "text", "html", "json", "csv", "postmaster"), "markdown", _ENDINGS)
def summary(query: Query, most: int | None, target: Target, masked: bool, form: str) -> None:
    """Print the incidents that match the filter in full, ready for a ticket.

    The format postmaster is a letter to the other side's postmaster. The exit
    code is 1 when nothing matches.

    \b
    smtpscope summary a.evtx --filter "550 host:fabrikam"
    smtpscope summary a.evtx --filter "550 host:fabrikam" --mask -o ticket.md
    """
    from smtpscope.export.formats import SUMMARY_FORMATS

    _check(query, target)
    session = read(query)
    check_target(target, session)
    view = grouped(session, query.filter_text)
    details = session.incidents(view.tree.order, most=most)
    if not details:
        say_when_nothing_fits(session, view)
        end(session)
        sys.exit(1)
    text = SUMMARY_FORMATS[form].render(session.document(details, view), mask=_mask(masked))
    target.put(text, escaped=form in _ESCAPED)
    end(session)


@cli.command(short_help="Print every event, one per line.")
@query_options
@target_options
@mask_option
@format_option(("jsonl", "csv"), "jsonl", {".csv": "csv"})
@click.option("--follow", is_flag=True, help="Keep reading as the logs grow, until ctrl+c.")
def events(query: Query, target: Target, masked: bool, form: str, follow: bool) -> None:
    """Print every event that matches the filter, in order of time.

    \b
    smtpscope events Application.evtx > events.jsonl
    smtpscope events logs/ --filter "code:4xx" -o deferred.csv
    smtpscope events maillog.txt --follow
    """
    from smtpscope.cli.follow import followed_rows
    from smtpscope.export.events_format import event_lines

    _check(query, target)
    session = read(query, growing=follow)
    check_target(target, session)
    view = grouped(session, query.filter_text, "none")
    rows: Iterable[int] = view.tree.order.tolist()
    if follow:
        rows = chain(rows, followed_rows(session, query.filter_text))
    exchanges = ((session.store.exchange(row), session.match(row).category) for row in rows)
    lines = event_lines(exchanges, "csv" if form == "csv" else "jsonl", mask=_mask(masked))
    target.put(lines, escaped=form in _ESCAPED, at_once=follow)
    say_when_nothing_fits(session, view)
    end(session)


@cli.command(short_help="List the file formats that can be read.")
def formats() -> None:
    """List the file formats that can be read, how each is recognised, and what it lacks.

    \b
    smtpscope formats
    """
    from smtpscope.cli.format_list import format_lines
    from smtpscope.session import known_formats

    Target().put("".join(f"{line}\n" for line in format_lines(known_formats())))


def _mask(wanted: bool) -> Mask | None:
    if not wanted:
        return None
    from smtpscope.export.masking import Mask

    return Mask()


def _check(query: Query, target: Target) -> None:
    """What can be told before anything is read.

    Raises UsageError when no log is named, ExportError when the file to write is there already.
    """
    if not query.files:
        raise UsageError(
            where="command line",
            what="no log is named",
            remedy="Name a file, a folder, or - for standard input; smtpscope --help shows examples",
        )
    target.check()


def _check_meant(first: str) -> None:
    """Raises UsageError when the first word is no file and nearly a command."""
    import difflib

    near = difflib.get_close_matches(first, cli.commands, n=1, cutoff=0.75)
    if near and first.isalpha() and not os.path.lexists(first):
        raise UsageError(
            where="command line", what=f"{first} is neither a command nor a file", remedy=f"Did you mean {near[0]}?"
        )
