"""`smtpscope kb`: list, check, measure and extend the knowledge base."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from smtpscope.cli.candidates import causes, entry_ids, folders
from smtpscope.cli.configured import knowledge_folders, loaded_settings
from smtpscope.cli.options import (
    Query,
    format_option,
    knowledge_option,
    mask_option,
    query_options,
    target_options,
)
from smtpscope.cli.streams import Target, say, talk
from smtpscope.errors import KnowledgeError

if TYPE_CHECKING:
    from smtpscope.export.masking.masking import Mask
    from smtpscope.knowledge.base import KnowledgeBase

_UNTITLED: Final = "Write here what this note is about"
_UNWRITTEN: Final = "Write here what you know: what it means, whom to call."
_UNSAID: Final = "550 write here the reply that this note is for"


@click.group(short_help="The knowledge base: list, show, check, new, unknown, path, evaluate.")
def kb() -> None:
    """Browse and check the knowledge base, and add what you know.

    Your own knowledge is in the folder that `smtpscope kb path` prints. Every
    command reads it, and it takes precedence over the bundled knowledge.

    \b
    smtpscope kb list greylist
    smtpscope kb new call-fabrikam --host mx1.fabrikam.example
    """


def own_folder() -> Path:
    """The folder of the user's own knowledge, whether it exists or not."""
    from smtpscope.configuration.paths import paths

    return paths(Path.cwd()).knowledge_folder


def _base(knowledge: tuple[Path, ...], own_knowledge: bool) -> KnowledgeBase:
    from smtpscope.knowledge.base import KnowledgeBase

    return KnowledgeBase.load(*knowledge_folders(knowledge, loaded_settings().settings, own=own_knowledge))


@kb.command("list", short_help="List entries, or those that match some words.")
@click.argument("words", nargs=-1, metavar="[WORDS]")
@click.option("--causes", "list_causes", is_flag=True, help="List the causes instead of the entries.")
@knowledge_option
def list_entries(words: tuple[str, ...], list_causes: bool, knowledge: tuple[Path, ...], own_knowledge: bool) -> None:
    """List the entries by id and title, or those that match WORDS: a code, a cause, a provider, any words.

    \b
    smtpscope kb list
    smtpscope kb list mailbox full
    smtpscope kb list 4.2.2
    """
    from smtpscope.knowledge.categories import CATEGORIES
    from smtpscope.knowledge.code_search import codes_like

    if list_causes:
        Target().put(_in_columns(CATEGORIES.items()))
        return
    base = _base(knowledge, own_knowledge)
    wanted = " ".join(words)
    codes = [f"{code.code}: {code.words} -> {code.leads_to}" for code in codes_like(base.matcher.codes.by_code, wanted)]
    entries = base.search(wanted)
    if not entries and not codes:
        raise KnowledgeError(where=f"kb list {wanted}", what="no entry matches", remedy="Try fewer words")
    own = _own_ids(base)
    rows = [(entry.id, f"{entry.title}{' (own)' if entry.id in own else ''}") for entry in entries]
    Target().put("".join(f"{line}\n" for line in codes) + _in_columns(rows))


def _own_ids(base: KnowledgeBase) -> set[str]:
    from smtpscope.knowledge.files.knowledge_files import bundled_folder, read_entries

    bundled = bundled_folder()
    return {entry.id for folder in base.folders if folder != bundled for _, entry in read_entries(folder)}


def _in_columns(rows: Iterable[tuple[str, str]]) -> str:
    named = list(rows)
    width = max((len(name) for name, _ in named), default=0)
    return "".join(f"{name:<{width}}  {title}\n" for name, title in named)


@kb.command(short_help="Show an entry in full, and the rules that lead to it.")
@click.argument("entry_id", metavar="ID", shell_complete=entry_ids)
@knowledge_option
def show(entry_id: str, knowledge: tuple[Path, ...], own_knowledge: bool) -> None:
    """Show the entry ID in full: both directions, checks, sources, its file, and the rules that lead to it.

    \b
    smtpscope kb show greylisted
    """
    from smtpscope.export.entry_export import entry_as_text
    from smtpscope.knowledge.authoring.inspection import place_of, rules_leading_to
    from smtpscope.knowledge.categories import ALL_CATEGORIES
    from smtpscope.knowledge.files.file_errors import close_to

    base = _base(knowledge, own_knowledge)
    entry = base.entries.get(entry_id)
    if entry is None:
        near = close_to(entry_id, base.entries)
        remedy = f"Did you mean {near}?" if near else "Look at smtpscope kb list"
        raise KnowledgeError(where=f"kb show {entry_id}", what="no such entry", remedy=remedy)
    Target().put(
        entry_as_text(
            entry,
            ALL_CATEGORIES.get(entry.category, entry.category),
            rules=rules_leading_to(base, entry_id),
            place=str(place_of(base, entry_id)),
        )
    )


@kb.command(short_help="Check a knowledge folder and list every error.")
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]", shell_complete=folders)
@click.option("--strict", is_flag=True, help="Also check style, length and completeness, as for the bundled entries.")
def check(folder: Path | None, strict: bool) -> None:
    """List all errors and warnings in DIR, by default your own knowledge folder.

    The exit code is 1 if there are errors.

    \b
    smtpscope kb check
    smtpscope kb check ./knowledge --strict
    """
    from smtpscope.export.summaries.incident_wording import counted
    from smtpscope.knowledge.authoring.inspection import examined

    place = folder or own_folder()
    if folder is None and not place.is_dir():
        raise KnowledgeError(
            where=str(place), what="you have no knowledge folder yet", remedy="Create an entry with smtpscope kb new ID"
        )
    report = examined(place, strict=strict)
    for mistake in report.mistakes:
        say(mistake)
    for warning in report.warnings:
        talk(f"warning: {warning.where}: {warning.what}. {warning.remedy}.")
    counts = ", ".join(
        (
            counted(report.files, "file", "files"),
            counted(report.entries, "entry", "entries"),
            counted(report.rules, "rule", "rules"),
        )
    )
    if report.mistakes:
        many = counted(len(report.mistakes), "mistake", "mistakes")
        talk(f"{report.folder}: {many}. This folder can't be used until they are corrected.")
        sys.exit(1)
    replaced = f"; replacing bundled entries: {', '.join(report.replaced)}" if report.replaced else ""
    Target().put(f"{report.folder}: {counts}, no errors{replaced}\n")


@kb.command(short_help="Create an entry of your own, with its rule.")
@click.argument("entry_id", metavar="ID")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    shell_complete=folders,
    help="Folder to write to.  [default: kb path]",
)
@click.option(
    "--category",
    default="",
    metavar="CAUSE",
    shell_complete=causes,
    help="The cause it belongs to.  [default: policy, or that of --entry]",
)
@click.option(
    "--entry",
    "leads_to",
    default="",
    metavar="ENTRY",
    shell_complete=entry_ids,
    help="Write only a rule, leading to this entry.",
)
@click.option("--host", default="", metavar="HOST", help="Only for this remote host; .domain for all hosts in it.")
@click.option(
    "--reply",
    "replies",
    multiple=True,
    metavar="REPLY",
    help="A reply it applies to, with its code; repeatable.",
)
@click.option(
    "--not",
    "others",
    multiple=True,
    metavar="REPLY",
    help="A reply it does not apply to; repeatable.",
)
@click.option(
    "--before", default="", metavar="RULE", help="In a folder organised by cause: put the rule before this one."
)
@click.option("--title", default=_UNTITLED, metavar="TEXT", help="The title of the entry.")
@click.option("--text", default=_UNWRITTEN, metavar="TEXT", help="What you know about it.")
def new(
    entry_id: str,
    folder: Path | None,
    category: str,
    leads_to: str,
    host: str,
    replies: tuple[str, ...],
    others: tuple[str, ...],
    before: str,
    title: str,
    text: str,
) -> None:
    """Write the entry ID and the rule that leads to it, and print the file.

    Anything you omit becomes a placeholder: edit it, then run kb check. No file
    and no entry is ever replaced. In a folder organised by cause, such as the
    bundled one, entry and rule go to their cause, and the rule is put before
    the rule that matches the reply today.

    \b
    smtpscope kb new call-fabrikam --host mx1.fabrikam.example \\
        --reply "550 5.7.1 Refused by policy" --text "We know this: call Anna"
    smtpscope kb new their-filter --entry greylisted --reply "451 Come back"
    """
    from smtpscope.knowledge.authoring.own_notes import write_note

    first, *more = replies or (_UNSAID,)
    path = write_note(
        folder or own_folder(),
        entry_id=entry_id,
        title=title,
        text=text,
        remote_host=host,
        category=category,
        example=first,
        more_examples=more,
        counter_examples=others,
        leads_to=leads_to,
        before=before,
    )
    Target().put(f"{path}\n")


@kb.command(short_help="List replies whose cause is only a guess.")
@query_options
@click.option("--most", type=click.IntRange(min=1), metavar="N", help="Only the N most frequent ones.")
@target_options
@mask_option
@format_option(("text", "jsonl"), "text", {".jsonl": "jsonl"})
def unknown(query: Query, most: int | None, target: Target, mask: Mask | None, form: str) -> None:
    """List the replies in logs whose cause is only a guess, most frequent first.

    Each comes with a kb new command to write a note on it. Masked JSON lines
    can be sent to the maintainers of the bundled knowledge; with the right
    cause as "category", kb evaluate --replies reads them.

    \b
    smtpscope kb unknown logs/
    smtpscope kb unknown logs/ --mask -o unknown.jsonl
    """
    from smtpscope.cli.log_arguments import check_named, check_target, end, grouped, read, say_when_nothing_fits
    from smtpscope.export.unknown_replies import masked_replies, unknown_lines, unknown_text
    from smtpscope.session.unknown_wordings import unknown_replies

    check_named(query, target)
    analysis = read(query)
    check_target(target, analysis)
    view = grouped(analysis, query.filter_text, "none")
    replies = unknown_replies(analysis.store, view)
    if mask is not None:
        replies = masked_replies(replies, mask)
    if form == "jsonl":
        target.put(unknown_lines(replies[:most]), escaped=True)
    elif view.count:
        target.put(unknown_text(replies, view.count, most=most, masked=mask is not None))
    say_when_nothing_fits(analysis, view)
    end(analysis)


@kb.command(short_help="Print the path of your own knowledge folder.")
def path() -> None:
    """Print the path of your own knowledge folder, whether it exists or not.

    \b
    smtpscope kb path
    """
    Target().put(f"{own_folder()}\n")


@kb.command(short_help="Measure how well labelled replies are recognised.")
@click.option(
    "--replies",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help='JSON lines {"reply", "command", "category", "also_ok", "who_acts", "family", "language", "seen"}.'
    "  [default: the bundled examples]",
)
@knowledge_option
def evaluate(replies: Path | None, knowledge: tuple[Path, ...], own_knowledge: bool) -> None:
    """Measure how often cause and action are right, on labelled replies.

    By confidence, command, family and language. "family left out" is how often
    the cause is right without codes, product names, and labelled replies of
    the same family. The bundled examples are judged by rules and codes alone;
    as nearest matches they would recognise themselves.

    \b
    smtpscope kb evaluate
    smtpscope kb evaluate --replies labelled.jsonl
    """
    from smtpscope.export.evaluation_text import evaluation_markdown
    from smtpscope.knowledge.authoring.evaluation import evaluate_examples

    base = _base(knowledge, own_knowledge)
    Target().put(evaluation_markdown(evaluate_examples(base, replies)))
