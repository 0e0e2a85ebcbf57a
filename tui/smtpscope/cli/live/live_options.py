"""Options of the commands that run live checks, and the session that they make."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from smtpscope.cli.configured import knowledge_folders, loaded_settings
from smtpscope.cli.streams import Target
from smtpscope.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from smtpscope.knowledge.live.check_kinds import CheckGroup
    from smtpscope.probes.live_check import LiveCheck
    from smtpscope.session.live.live_session import LiveSession

GROUPS: Final = ("blocklist", "dns", "smtp", "tls", "recipient")


def live_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--run`, `--dry-run`, `--resolver`, `--allow-private`; the first is passed on as `groups`."""

    @wraps(command)
    def gathered(run: str, **others: Any) -> None:
        command(groups=_groups(run), **others)

    options = (
        click.option(
            "--run",
            default="",
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
    for word in words:
        if word not in CHECK_GROUPS:
            from smtpscope.configuration.nearest import did_you_mean

            raise UsageError(
                where="--run", what=f"there are no checks {word!r}", remedy=did_you_mean(word, CHECK_GROUPS)
            )
    return tuple(group for group in CHECK_GROUPS if group in words)


def live_session(
    resolver: str, allow_private: bool, *, knowledge: tuple[Path, ...] = (), own_knowledge: bool = True
) -> LiveSession:
    """The session as settings and options want it. Raises UsageError where there are no live checks."""
    from smtpscope.configuration.paths import paths
    from smtpscope.session.live.live_session import require_live_checks

    settings = loaded_settings().settings
    require_live_checks(settings.checks)
    from smtpscope.knowledge.files.knowledge_files import bundled_folder
    from smtpscope.probes.planning import LiveOptions
    from smtpscope.probes.safe_targets import Reach
    from smtpscope.session.live.live_session import LiveSession

    reach = Reach(allow_private or settings.checks_private)
    return LiveSession(
        (bundled_folder(), *knowledge_folders(knowledge, settings, own=own_knowledge)),
        LiveOptions(reach, settings.checks_recipient),
        paths(Path.cwd()).journal_file if settings.remember else None,
        resolver=resolver or settings.checks_resolver,
    )


def run_or_plan(session: LiveSession, checks: Sequence[LiveCheck], target: Target, form: str, *, dry_run: bool) -> None:
    """Writes what would be sent, or runs the checks and writes their results. Nothing to do raises UsageError."""
    if not checks:
        raise UsageError(
            where="live checks", what="there is nothing to check", remedy="Leave out --run, or name other checks"
        )
    if dry_run:
        from smtpscope.export.live.live_formats import plan_json, plan_text

        plan = plan_json if form == "json" else plan_text
        target.put(plan(checks, session.resolvers), escaped=form == "json")
        return
    import asyncio

    from smtpscope.export.live.live_formats import RESULT_FORMATS
    from smtpscope.store.times import zone_named

    results = asyncio.run(session.engine.run_all(checks))
    zone = zone_named(loaded_settings().settings.timezone)
    target.put(RESULT_FORMATS[form](results, zone), escaped=form == "json")
    if session.journal.failure is not None:
        from smtpscope.cli.streams import talk

        talk(f"the journal of checks could not be written: {session.journal.failure}")
