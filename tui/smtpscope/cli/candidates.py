"""Completion of option values, apart from choices and file names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click
from click.shell_completion import CompletionItem

_VERBS: Final = ("connect", "HELO", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BDAT", "XEXCH50", "QUIT")


def _beginning(incomplete: str, known: Iterable[tuple[str, str]]) -> list[CompletionItem]:
    """The `known` values that start with `incomplete` (ignoring case), each with its help."""
    folded = incomplete.casefold()
    return [CompletionItem(value, help=about) for value, about in known if value.casefold().startswith(folded)]


def folders(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Folders; without click's own check, since the command's error message is better."""
    return [CompletionItem(incomplete, type="dir")]


def zone_names(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Time zones by name."""
    from zoneinfo import available_timezones

    names = ("UTC", "local", *sorted(available_timezones() - {"UTC", "localtime"}))
    return _beginning(incomplete, ((name, "") for name in names))


def format_names(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The supported formats."""
    from smtpscope.session import known_formats

    return _beginning(incomplete, ((each.name, each.title) for each in known_formats()))


def filter_terms(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The last term of a filter: its field, or one of the field's words."""
    from smtpscope.store.filter.filter_fields import FIELDS

    begin = incomplete.rfind(" ") + 1
    before, last = incomplete[:begin], incomplete[begin:]
    minus = "-" if last.startswith("-") else ""
    name = last.removeprefix("-").split(":")[0]
    if ":" in last:
        chosen = (field for field in FIELDS if name in field.words)
        known = [(f"{name}:{word}", "") for field in chosen for word in field.column.choices]
    else:
        known = [(f"{field.name}:", field.help) for field in FIELDS]
    return _beginning(incomplete, ((f"{before}{minus}{term}", about) for term, about in known))


def verbs(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """SMTP commands."""
    return _beginning(incomplete, ((verb, "") for verb in _VERBS))


def causes(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Causes of the knowledge base."""
    from smtpscope.knowledge.categories import CATEGORIES

    return _beginning(incomplete, CATEGORIES.items())


def entry_ids(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of the knowledge base's entries, including the user's own."""
    from smtpscope.cli.configured import knowledge_folders, loaded_settings
    from smtpscope.knowledge.base import KnowledgeBase

    given: tuple[Path, ...] = context.params.get("knowledge") or ()
    own = context.params.get("own_knowledge") is not False
    base = KnowledgeBase.load(*knowledge_folders(given, loaded_settings().settings, own=own))
    return _beginning(incomplete, ((entry.id, entry.title) for entry in base.entries.values()))
