"""`smtpscope checks`: what live checks have asked, when, and what came of it."""

from __future__ import annotations

from pathlib import Path

import click

from smtpscope.cli.configured import loaded_settings
from smtpscope.cli.options import format_option, target_options
from smtpscope.cli.streams import Target, talk


@click.command(short_help="Show which live checks were run, and what they sent.")
@click.option(
    "--most", type=click.IntRange(min=1), default=50, show_default=True, metavar="N", help="The last N checks."
)
@target_options
@format_option(("text", "json"), "text", {".json": "json"})
def checks(most: int, target: Target, form: str) -> None:
    """Show the live checks that were run on this computer, oldest first: when,
    what was sent to whom, and what was found.

    \b
    smtpscope checks
    smtpscope checks --most 500 -o checks.json
    """
    from smtpscope.configuration.paths import paths
    from smtpscope.export.live.journal_formats import journal_json, journal_text
    from smtpscope.probes.journal import Journal
    from smtpscope.store.times import zone_named

    target.check()
    settings = loaded_settings().settings
    entries = Journal(paths(Path.cwd()).journal_file).entries()
    if not entries:
        talk("no live check was run yet" if settings.remember else "nothing is kept: the setting is remember = false")
    if form == "json":
        target.put(journal_json(entries[-most:]), escaped=True)
    else:
        target.put(journal_text(entries[-most:], zone_named(settings.timezone)))
