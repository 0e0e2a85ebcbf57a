"""`smtpscope explain`: what a reply means and who has to act, without a log."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from smtpscope.cli.candidates import verbs
from smtpscope.cli.configured import knowledge_folders, loaded_settings
from smtpscope.cli.options import format_option, knowledge_option, target_options
from smtpscope.cli.streams import Target, talk
from smtpscope.errors import UsageError


@click.command(short_help="Explain a reply: what it means, who has to act.")
@click.argument("reply", metavar="REPLY")
@click.option(
    "--command",
    default="",
    metavar="VERB",
    shell_complete=verbs,
    help="The command it answers: RCPT, MAIL, XEXCH50, ...",
)
@click.option(
    "--direction",
    type=click.Choice(["out", "in", "outbound", "inbound"]),
    default="out",
    show_default=True,
    help="out: a remote host refused us; in: our server refused.",
)
@click.option("--host", default="", metavar="HOST", help="The remote host, for your own guidance about it.")
@knowledge_option
@target_options
@format_option(("text", "json", "jsonl"), "text", {".json": "json", ".jsonl": "jsonl"})
def explain(
    reply: str,
    command: str,
    direction: str,
    host: str,
    knowledge: tuple[Path, ...],
    own_knowledge: bool,
    target: Target,
    form: str,
) -> None:
    """Explain what REPLY means, who has to act, and what to check and do.

    If REPLY is -, it is read from standard input. With --format jsonl, standard
    input holds JSON lines {"reply": ..., "command": ..., "direction": ...,
    "remote_host": ...}, of which only the reply is required; each is answered
    with one line.

    \b
    smtpscope explain "504 Need to authenticate first" --command XEXCH50
    smtpscope explain --direction in "550 5.7.1 Unable to relay"
    smtpscope explain --format jsonl - < replies.jsonl
    """
    from smtpscope.export.explanation import Answers, direction_named, explanation_json, explanation_text
    from smtpscope.export.summaries.incident_wording import counted
    from smtpscope.session import Explainer

    target.check()
    explainer = Explainer.load(knowledge_folders(knowledge, loaded_settings().settings, own=own_knowledge))
    side = direction_named(direction) or direction
    if form == "jsonl" and reply == "-":
        answers = Answers(explainer.explain, command, side, host)
        target.put(answers.lines(_standard_input()), escaped=True, at_once=True)
        if answers.refused:
            talk(f"{counted(answers.refused, 'line', 'lines')} not valid; the answers say why.")
            sys.exit(1)
        return
    if reply == "-":
        reply = "".join(_standard_input()).rstrip("\r\n")
    if not reply.strip():
        raise UsageError(where="REPLY", what="it contains no reply", remedy="Give the text of the server's reply")
    answer = explainer.explain(reply, command, side, host)
    if form == "text":
        target.put(explanation_text(*answer))
    else:
        target.put(explanation_json(*answer, indent=form == "json") + "\n", escaped=True)


def _standard_input() -> Any:
    """The lines of standard input; invalid UTF-8 becomes U+FFFD."""
    if sys.stdin is None:
        raise UsageError(where="standard input", what="it is closed", remedy="Pipe something into the command")
    return (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
