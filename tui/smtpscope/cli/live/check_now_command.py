"""`smtpscope check-now`: runs the checks that fit the incidents of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from smtpscope.cli.live.live_options import ask_first, live_options, live_session, run_or_plan
from smtpscope.cli.log_arguments import check_named, check_target, end, matching_incidents, read
from smtpscope.cli.options import Query, format_option, query_options, target_options
from smtpscope.cli.streams import Target

if TYPE_CHECKING:
    from smtpscope.knowledge.live.check_kinds import CheckGroup


@click.command("check-now", short_help="Run the checks that fit the refusals of a log.")
@query_options
@live_options
@click.option("--most", type=click.IntRange(min=1), default=5, show_default=True, metavar="N", help="The N largest.")
@click.option("--yes", is_flag=True, help="Send it without asking first.")
@click.option("--our-address", default="", metavar="IP", help="Where our mail leaves from, if no reply names it.")
@target_options
@format_option(("text", "json", "markdown"), "text", {".json": "json", ".md": "markdown"})
def check_now(
    query: Query,
    groups: tuple[CheckGroup, ...],
    dry_run: bool,
    resolver: str,
    allow_private: bool,
    most: int,
    our_address: str,
    yes: bool,
    target: Target,
    form: str,
) -> None:
    """Run the checks that fit the incidents which match the filter: block lists,
    reverse DNS, the domains of recipients and senders, mail servers.

    Names and IP addresses come from the log, so what would be sent is shown
    first and sent after a yes, or with --yes. A result of smtp, tls or https
    holds for this computer; run it on the mail server to see what that one sees. The exit
    code is 1 if nothing matches.

    \b
    smtpscope check-now a.evtx --filter "550 host:fabrikam" --dry-run
    smtpscope check-now a.evtx --filter "550 host:fabrikam" --run dns --yes
    """
    from smtpscope.export.live.live_formats import LivePart
    from smtpscope.export.summaries.live_words import incident_words
    from smtpscope.probes.planning import of_groups
    from smtpscope.session.live.live_plan import live_plan

    check_named(query, target)
    session = live_session(
        resolver, allow_private, our_address, knowledge=query.knowledge, own_knowledge=query.own_knowledge
    )
    analysis = read(query)
    check_target(target, analysis)
    _, details = matching_incidents(analysis, query.filter_text, most)
    parts = []
    for detail in details:
        plan = live_plan(session, detail, analysis.zone, session.our_address)
        title = f"{incident_words(detail.incident)}: {detail.advice.title}"
        parts.append(LivePart(title, of_groups(plan.checks, groups), plan.concluded))
    if not yes and not dry_run:
        ask_first(session, parts)
    run_or_plan(session, parts, target, form, dry_run=dry_run)
    end(analysis)
