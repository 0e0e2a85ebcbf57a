"""The table of settings, from which parser, variables, `config init` and the docs are generated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from smtpscope.configuration.setting_kinds import (
    ChoiceSetting,
    Folder,
    Folders,
    GroupingSetting,
    IpAddress,
    Keys,
    SettingKind,
    YesNo,
    Zone,
)
from smtpscope.store.grouping.dimensions import Grouping
from smtpscope.store.grouping.groups import SORT_COLUMNS, SortColumn

DateOrder = Literal["auto", "dmy", "mdy", "ymd"]
Theme = Literal["auto", "dark", "light", "high-contrast", "terminal"]
Layout = Literal["auto", "beside", "below"]
DetailSide = Literal["facts", "guidance"]
ClipboardWay = Literal["auto", "tmux", "native", "osc52", "off"]
LiveChecks = Literal["on", "off"]
ExportFormat = Literal["markdown", "html", "text", "json", "csv", "postmaster"]

DATE_ORDERS: Final[tuple[DateOrder, ...]] = ("auto", "dmy", "mdy", "ymd")
THEMES: Final[tuple[Theme, ...]] = ("auto", "dark", "light", "high-contrast", "terminal")
LAYOUTS: Final[tuple[Layout, ...]] = ("auto", "beside", "below")
DETAIL_SIDES: Final[tuple[DetailSide, ...]] = ("facts", "guidance")
CLIPBOARD_WAYS: Final[tuple[ClipboardWay, ...]] = ("auto", "tmux", "native", "osc52", "off")
LIVE_CHECKS: Final[tuple[LiveChecks, ...]] = ("on", "off")
EXPORT_FORMATS: Final[tuple[ExportFormat, ...]] = ("markdown", "html", "text", "json", "csv", "postmaster")

KEYS: Final = "keys"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table.

    `name` is its place in the file (`export.format` is `format` below `[export]`), `attribute` that in Settings.
    `in_project` is False if a project file may not set it.
    """

    name: str
    attribute: str
    kind: SettingKind[Any]
    default: Any
    meaning: str
    in_project: bool = True

    @property
    def environment(self) -> str:
        """Its environment variable: `SMTPSCOPE_EXPORT_FORMAT`."""
        return f"SMTPSCOPE_{self.name.upper().replace('.', '_')}"

    @property
    def section(self) -> str:
        """`export` of `export.format`, "" at the top."""
        return self.name.rpartition(".")[0]

    @property
    def key(self) -> str:
        """`format` of `export.format`."""
        return self.name.rpartition(".")[2]


def _row(kind: SettingKind[Any], meaning: str, *, section: str = "", in_project: bool = True) -> Mapping[str, Any]:
    return {"kind": kind, "meaning": meaning, "section": section, "in_project": in_project}


def _no_keys() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults; type and meaning are in each row."""

    timezone: str = field(
        default="local",
        metadata=_row(Zone(), "Time zone for display, and for logs whose times name no zone."),
    )
    date_order: DateOrder = field(
        default="auto",
        metadata=_row(
            ChoiceSetting(DATE_ORDERS),
            "Order of dates such as 3/4/2026: day, month or year first. `auto` infers it from the log's other dates.",
        ),
    )
    theme: Theme = field(
        default="auto",
        metadata=_row(
            ChoiceSetting(THEMES), "Colours: `auto` picks them for the terminal, `terminal` uses the terminal's own."
        ),
    )
    grouping: Grouping = field(default="code", metadata=_row(GroupingSetting(), "How the table is grouped."))
    sort: SortColumn = field(
        default="attention", metadata=_row(ChoiceSetting(SORT_COLUMNS), "How the rows are sorted.")
    )
    layout: Layout = field(
        default="auto",
        metadata=_row(
            ChoiceSetting(LAYOUTS),
            "Where the detail is: `auto` puts it beside the table in a wide terminal, else below.",
        ),
    )
    detail_side: DetailSide = field(
        default="facts",
        metadata=_row(ChoiceSetting(DETAIL_SIDES), "What the detail shows first if there is no room for both."),
    )
    knowledge: tuple[Path, ...] = field(
        default=(),
        metadata=_row(Folders(), "Folders with your own guidance, in addition to the bundled one."),
    )
    own_knowledge: bool = field(
        default=True,
        metadata=_row(YesNo(), "Whether to use your own knowledge folder (`smtpscope kb path`) as well."),
    )
    clipboard: ClipboardWay = field(
        default="auto",
        metadata=_row(
            ChoiceSetting(CLIPBOARD_WAYS),
            "How to copy text: `auto` uses the most reliable way available, `off` copies nothing.",
        ),
    )
    kitty_keys: bool = field(
        default=False,
        metadata=_row(
            YesNo(),
            "Whether to use kitty's keyboard protocol where the terminal has it. If the connection then drops, type "
            "`reset` blindly or open a new window.",
        ),
    )
    cache: bool = field(
        default=True,
        metadata=_row(YesNo(), "Whether to cache large logs, to open them faster next time."),
    )
    remember: bool = field(
        default=True,
        metadata=_row(YesNo(), "Whether to remember filters, views, marks, notes and your place in each log."),
    )
    checks: LiveChecks = field(
        default="on",
        metadata=_row(
            ChoiceSetting(LIVE_CHECKS),
            "Live checks (key X, check-now, verify): `off` removes them. With `on`, nothing is sent either until you "
            "ask for it. A project file can't set it, nor the settings below it.",
            in_project=False,
        ),
    )
    checks_resolver: str = field(
        default="",
        metadata=_row(IpAddress(), "DNS resolver for live checks; none is the one of this computer.", in_project=False),
    )
    checks_private: bool = field(
        default=False,
        metadata=_row(YesNo(), "Whether live checks may ask for private names and IP addresses.", in_project=False),
    )
    checks_recipient: bool = field(
        default=False,
        metadata=_row(
            YesNo(),
            "Whether live checks offer to ask the remote host for the recipient (MAIL, RCPT, RSET; no message).",
            in_project=False,
        ),
    )
    checks_our_address: str = field(
        default="",
        metadata=_row(IpAddress(), "IP address that our mail leaves from, where no reply names it.", in_project=False),
    )
    export_format: ExportFormat = field(
        default="markdown",
        metadata=_row(ChoiceSetting(EXPORT_FORMATS), "Default format of the export dialog.", section="export"),
    )
    export_folder: Path | None = field(
        default=None,
        metadata=_row(Folder(), "Folder for exports; none is the folder smtpscope was started in.", section="export"),
    )
    export_mask: bool = field(
        default=False,
        metadata=_row(YesNo(), "Whether exports mask names, mailboxes, hosts and IP addresses.", section="export"),
    )
    export_confirm_overwrite: bool = field(
        default=True,
        metadata=_row(
            YesNo(),
            "Whether the browser asks before it overwrites a file. Ignored in a project file.",
            section="export",
            in_project=False,
        ),
    )
    keys: Mapping[str, str] = field(
        default_factory=_no_keys,
        metadata=_row(
            Keys(),
            "Keys by action id, see the help (?). Your keys replace all default keys of that action.",
        ),
    )


def _table() -> tuple[Setting, ...]:
    defaults = Settings()
    return tuple(
        Setting(
            name=each.name.replace(f"{section}_", f"{section}.", 1)
            if (section := each.metadata["section"])
            else each.name,
            attribute=each.name,
            kind=each.metadata["kind"],
            default=getattr(defaults, each.name),
            meaning=each.metadata["meaning"],
            in_project=each.metadata["in_project"],
        )
        for each in fields(Settings)
    )


SETTINGS: Final[Mapping[str, Setting]] = MappingProxyType({each.name: each for each in _table()})
"""Every setting by its name, in the order of the file: those at the top, then the sections."""

SECTIONS: Final = frozenset(each.section for each in SETTINGS.values() if each.section)
