"""Options shared by several commands, each gathered into one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click
from click.shell_completion import CompletionItem

from smtpscope.cli.candidates import filter_terms, format_names, zone_names
from smtpscope.cli.streams import Target
from smtpscope.errors import UsageError
from smtpscope.store.grouping.grouping_names import GROUPING_NAMES

Command = Callable[..., None]
DateOrder = Literal["dmy", "mdy", "ymd"]


@dataclass(frozen=True, slots=True)
class Query:
    """Which logs, which of their events, and in which time zone."""

    files: tuple[str, ...]
    filter_text: str
    zone: tzinfo | None
    knowledge: tuple[Path, ...]
    own_knowledge: bool = True
    salvage: bool = False
    count_duplicates: bool = False
    date_order: DateOrder | None = None
    read_as: str | None = None
    jobs: int | None = None
    since: str | None = None
    until: str | None = None


if TYPE_CHECKING:
    _TextType = click.ParamType[str]
else:
    # The oldest supported click has no generic types.
    _TextType = click.ParamType


class GroupingType(_TextType):
    """A grouping: one dimension, or two separated by a comma."""

    name = "grouping"

    @property
    def choices(self) -> tuple[str, ...]:
        """The dimensions by name."""
        from smtpscope.store.grouping.dimensions import DIMENSIONS

        return DIMENSIONS.names

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        # Help must not load the store.
        return f"[{'|'.join(GROUPING_NAMES)}]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from smtpscope.store.grouping.dimensions import DIMENSIONS, NO_GROUPS

        grouping = DIMENSIONS.understood(value)
        if grouping is None or grouping == NO_GROUPS:
            self.fail(f"{value!r} is not one of {', '.join(map(repr, self.choices))}, or two of them.", param, ctx)
        return grouping

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        first, comma, _ = incomplete.partition(",")
        begin = f"{first},".lower() if comma else ""
        found = (f"{begin}{name}" for name in self.choices if name != first.lower())
        return [CompletionItem(each) for each in found if each.startswith(incomplete.lower())]


def _zone(context: click.Context, parameter: click.Parameter, value: str | None) -> tzinfo | None:
    if value is None:
        return None
    from smtpscope.store.times import zone_named

    try:
        return zone_named(value)
    except UsageError as error:
        raise UsageError(where="--timezone", what=error.what, remedy=error.remedy) from error


def _with(command: Command, *options: Callable[[Command], Command]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def knowledge_option(command: Command) -> Command:
    """`--knowledge DIR` and `--no-own-knowledge`, passed on as `knowledge` and `own_knowledge`."""
    return _with(
        command,
        click.option(
            "--knowledge",
            multiple=True,
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            metavar="DIR",
            help="A folder with your own guidance; repeatable.",
        ),
        click.option(
            "--no-own-knowledge",
            "own_knowledge",
            is_flag=True,
            callback=lambda _context, _parameter, left_out: not left_out,
            help="Ignore your own knowledge folder (kb path).",
        ),
    )


def query_options(command: Command) -> Command:
    """The same as `log_options`, with `--since` and `--until`: what is outside of them is not read."""
    options = (
        click.option(
            "--since",
            "read_since",
            metavar="TIME",
            help="Read only what is not older: 2026-11-16, 2026-11-16T13:00, yesterday; 24h and 7d count from now.",
        ),
        click.option(
            "--until", "read_until", metavar="TIME", help="Read only what is not newer; a day counts to its end."
        ),
    )
    return _with(log_options(command), *options)


def log_options(command: Command) -> Command:
    """FILE..., `--filter`, `--timezone`, `--date-order` and the options of knowledge, passed on together as `query`."""

    @wraps(command)
    def gathered(
        files: tuple[str, ...],
        filter_text: str,
        zone: tzinfo | None,
        knowledge: tuple[Path, ...],
        own_knowledge: bool,
        salvage: bool,
        count_duplicates: bool,
        date_order: DateOrder | None,
        read_as: str | None,
        jobs: int | None,
        read_since: str | None = None,
        read_until: str | None = None,
        **others: Any,
    ) -> None:
        query = Query(
            files, filter_text, zone, knowledge, own_knowledge, salvage, count_duplicates, date_order, read_as, jobs,
            read_since, read_until,
        )  # fmt: skip
        command(query=query, **others)

    return _with(
        gathered,
        click.argument("files", nargs=-1, metavar="FILE...", type=click.Path()),
        click.option(
            "--filter",
            "filter_text",
            default="",
            metavar="Q",
            shell_complete=filter_terms,
            help="Only events that match this filter.",
        ),
        click.option(
            "--timezone",
            "zone",
            callback=_zone,
            metavar="ZONE",
            shell_complete=zone_names,
            help="For display, and for logs that name none: UTC, local, Europe/Berlin, +01:00.  [default: local]",
        ),
        click.option(
            "--date-order",
            type=click.Choice(("dmy", "mdy", "ymd")),
            help="Order of dates such as 3/4/2026 where the log is ambiguous.",
        ),
        click.option(
            "--read-as",
            metavar="NAME",
            shell_complete=format_names,
            help="Read all files as this format (see smtpscope formats) instead of detecting it.",
        ),
        click.option("--salvage", is_flag=True, help="Also read deleted .evtx records that are not overwritten yet."),
        click.option(
            "--jobs",
            type=click.IntRange(min=1),
            metavar="N",
            help="How many processes read the logs.  [default: the cores; 1 for what takes less than a second]",
        ),
        click.option("--count-duplicates", is_flag=True, help="Count every copy of an event found in several logs."),
        knowledge_option,
    )


def target_options(command: Command) -> Command:
    """`--output` and `--overwrite`, passed on together as `target`."""

    @wraps(command)
    def gathered(output: Path | None, overwrite: bool, **others: Any) -> None:
        path = None if output is None or str(output) == "-" else output
        command(target=Target(path, overwrite), **others)

    return _with(
        gathered,
        click.option("-o", "--output", type=click.Path(path_type=Path), metavar="PATH", help="Write to this file."),
        click.option("--overwrite", is_flag=True, help="Overwrite the file if it exists."),
    )


MASK_OPTION: Final = "--mask"
MASKS: Final = ("names", "strict")


class _MaskOption(click.Option):
    """`--mask`, alone or with a value after `=` (see `spelled_out`); the next argument is a file, as after any flag."""

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        parser.add_option(obj=self, opts=self.opts, dest=self.name, action="store", nargs=1)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        return None if record is None else (f"{MASK_OPTION}[=strict]", record[1])


def spelled_out(arguments: Sequence[str]) -> list[str]:
    """`arguments` with the default value added to a bare `--mask`."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    alone = f"{MASK_OPTION}={MASKS[0]}"
    return [alone if each == MASK_OPTION else each for each in arguments[:end]] + list(arguments[end:])


def mask_option(command: Command) -> Command:
    """`--mask`, passed on as `mask`: None without it."""

    @wraps(command)
    def masked(mask: str | None, **others: Any) -> None:
        if mask is None:
            command(mask=None, **others)
            return
        from smtpscope.export.masking.masking import Mask

        command(mask=Mask(strict=mask == "strict"), **others)

    return click.option(
        MASK_OPTION,
        "mask",
        cls=_MaskOption,
        is_flag=True,
        flag_value=MASKS[0],
        default=None,
        type=click.Choice(MASKS),
        help="Replace names, mailboxes, hosts and IP addresses with pseudonyms; strict: keep only codes and the "
        "known phrases of replies.",
    )(masked)


def format_option(names: tuple[str, ...], default: str, suffixes: Mapping[str, str]) -> Callable[[Command], Command]:
    """`--format`, passed on as `form`; by default from the output file's extension (`suffixes`), else `default`."""
    usual = "by the file's extension, else " if suffixes else ""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def chosen(form: str | None, target: Target, **others: Any) -> None:
            if form is None:
                ending = "" if target.path is None else target.path.suffix.lower()
                form = suffixes.get(ending, default)
            command(form=form, target=target, **others)

        return click.option(
            "--format", "form", type=click.Choice(names), help=f"Output format.  [default: {usual}{default}]"
        )(chosen)

    return decorate
