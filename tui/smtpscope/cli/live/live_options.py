"""Options of the commands that run live checks, and the session that they make."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from smtpscope.cli.configured import knowledge_folders, loaded_settings
from smtpscope.cli.streams import Target, talk
from smtpscope.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from smtpscope.export.live.live_formats import LivePart
    from smtpscope.knowledge.live.check_kinds import CheckGroup
    from smtpscope.session.live.live_session import LiveSession

GROUPS: Final = ("blocklist", "dns", "https", "smtp", "tls", "recipient")


def live_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--run`, `--dry-run`, `--resolver`, `--allow-private`; the first is passed on as `groups`."""

    @wraps(command)
    def gathered(run: str | None, **others: Any) -> None:
        command(groups=() if run is None else _groups(run), **others)

    options = (
        click.option(
            "--run",
            metavar="GROUPS",
            help=f"Only these checks: {', '.join(GROUPS)}, separated by commas.",
        ),
        click.option("--dry-run", is_flag=True, help="Print what would be sent to whom, and send nothing."),
        click.option(
            "--resolver", default="", metavar="IP", help="Ask this DNS resolver instead of the one of this computer."
        ),
        click.option(
            "--allow-private", is_flag=True, help="Also ask for private names, and contact private IP addresses."
        ),
    )
    decorated: Callable[..., None] = gathered
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def _groups(written: str) -> tuple[CheckGroup, ...]:
    from smtpscope.knowledge.live.check_kinds import CHECK_GROUPS

    words = [word.strip().lower() for word in written.split(",") if word.strip()]
    if not words:
        # An empty variable of a script must not run all of them.
        raise UsageError(
            where="--run", what="no checks are named", remedy=f"Name some of {', '.join(GROUPS)}, or leave it out"
        )
    for word in words:
        if word not in CHECK_GROUPS:
            from smtpscope.configuration.nearest import did_you_mean

            raise UsageError(
                where="--run", what=f"there are no checks {word!r}", remedy=did_you_mean(word, CHECK_GROUPS)
            )
    return tuple(group for group in CHECK_GROUPS if group in words)


def live_session(
    resolver: str,
    allow_private: bool,
    our_address: str = "",
    *,
    knowledge: tuple[Path, ...] = (),
    own_knowledge: bool = True,
) -> LiveSession:
    """The session as settings and options want it. Raises UsageError where there are no live checks."""
    from smtpscope.configuration.paths import paths
    from smtpscope.session.live.live_session import LiveSession, hindrance

    loaded = loaded_settings()
    settings = loaded.settings
    why = hindrance(settings.checks)
    if why:
        raise UsageError(where="live checks", what=why, remedy="Nothing was asked")
    # `verify` asks without a question first, so a project file, which may be a stranger's, must not name whom.
    of_project = loaded.origins["knowledge"].layer == "project file"
    trusted = replace(settings, knowledge=()) if of_project else settings
    return LiveSession.made(
        settings,
        knowledge_folders(knowledge, trusted, own=own_knowledge),
        paths(Path.cwd()).journal_file if settings.remember else None,
        allow_private=allow_private,
        resolver=resolver,
        our_address=our_address,
    )


def ask_first(session: LiveSession, parts: Sequence[LivePart]) -> None:
    """Shows on standard error what would be sent, and asks. Raises UsageError where nobody can answer."""
    from smtpscope.export.live.live_formats import plan_text

    if sys.stdin is None or not sys.stdin.isatty() or not sys.stderr.isatty():
        raise UsageError(
            where="live checks",
            what="nothing was sent, since nobody could be asked",
            remedy="Look at it with --dry-run, then add --yes",
        )
    click.echo(plan_text(parts, session.resolvers), err=True)
    if not click.confirm("Send this?", err=True):
        raise click.Abort


def run_or_plan(session: LiveSession, parts: Sequence[LivePart], target: Target, form: str, *, dry_run: bool) -> None:
    """Writes what would be sent, or runs the checks and writes their results. Nothing to do raises UsageError.

    A check that is in several parts runs once.
    """
    checks = {check.key: check for part in parts for check in part.checks}
    if not checks:
        raise UsageError(
            where="live checks", what="there is nothing to check", remedy="Leave out --run, or name other checks"
        )
    from smtpscope.export.live.live_formats import PLAN_FORMATS, RESULT_FORMATS

    if dry_run:
        target.put(PLAN_FORMATS[form](parts, session.resolvers), escaped=form == "json")
        return
    import asyncio

    from smtpscope.store.times import zone_named

    results = {result.check.key: result for result in asyncio.run(session.engine.run_all(tuple(checks.values())))}
    titled_results = [
        (part.title, [part.concluded(results[check.key]) for check in part.checks]) for part in parts if part.checks
    ]
    zone = zone_named(loaded_settings().settings.timezone)
    target.put(RESULT_FORMATS[form](titled_results, zone), escaped=form == "json")
    if session.journal.failure is not None:
        talk(f"the journal of checks could not be written: {session.journal.failure}")
