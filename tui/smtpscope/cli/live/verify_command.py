"""`smtpscope verify`: the state of an IP address, a domain or a host in DNS and on block lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from smtpscope.cli.live.live_options import live_options, live_session, run_or_plan
from smtpscope.cli.options import format_option, target_options
from smtpscope.cli.streams import Target

if TYPE_CHECKING:
    from smtpscope.knowledge.live.check_kinds import CheckGroup


@click.command(short_help="Check an IP address, a domain or a host now.")
@click.argument("subject", metavar="IP|DOMAIN|HOST")
@live_options
@target_options
@format_option(("text", "json", "markdown"), "text", {".json": "json", ".md": "markdown"})
def verify(
    subject: str,
    groups: tuple[CheckGroup, ...],
    dry_run: bool,
    resolver: str,
    allow_private: bool,
    target: Target,
    form: str,
) -> None:
    """Check the state of an IP address, a domain or a host now.

    For an IP address: reverse DNS, block lists. For a name: MX and its hosts,
    SPF, DMARC, MTA-STS and more; with --run https the MTA-STS policy, with
    --run smtp,tls the mail server of that name. This sends DNS questions to
    your resolver, connects to port 25 with smtp or tls, and to port 443 of
    mta-sts.DOMAIN with https; --dry-run shows what exactly.

    \b
    smtpscope verify 192.0.2.25 --dry-run
    smtpscope verify fabrikam.com
    smtpscope verify mx1.fabrikam.com --run smtp,tls
    """
    from smtpscope.export.live.live_formats import LivePart
    from smtpscope.probes.planning import verified_checks

    target.check()
    session = live_session(resolver, allow_private)
    checks = verified_checks(session.planner, session.lists, subject, groups)
    run_or_plan(session, [LivePart("", checks)], target, form, dry_run=dry_run)
