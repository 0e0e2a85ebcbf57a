"""W3C extended logs of the IIS SMTP service: Exchange 2000 and 2003, and Windows servers up to 2022."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.errors import LogError, Problem
from smtpscope.reading.iis.row_taker import RowTaker
from smtpscope.reading.iis.service_log import IisSmtpReader
from smtpscope.reading.iis.skimming_taker import SkimmingTaker
from smtpscope.reading.iis.turns import COMMAND_OF_OURS, REPLY_TO_US
from smtpscope.reading.iis.w3c_rows import W3cRows, assumed_fields
from smtpscope.reading.record import FileInformation, Format, ReadOptions, Source
from smtpscope.reading.text.encodings import BLOCK_SIZE, head_text
from smtpscope.reading.text.text_kind import is_markup, is_text

_HEADING: Final = re.compile(r"#(?:Software|Version|Date|Fields|Start-Date|End-Date|Remark):", re.IGNORECASE)
_SERVICE: Final = re.compile(r"SMTPSVC\d*", re.IGNORECASE)
_SURE_VERBS: Final = frozenset({"HELO", "EHLO", "MAIL", "RCPT"})
_ROWS_LOOKED_AT: Final = 400
_LINES_LOOKED_AT: Final = 20
_NO_FIELD: Final = "There is no field "
_MISSING: Final = (
    ("cs-username", "There is no field cs-username: our own commands are recognised by port"),
    ("cs-uri-query", "There is no field cs-uri-query: commands have no arguments, and replies to us are missing"),
    ("sc-status", "There is no field sc-status: this server's replies to clients is missing"),
    ("cs-method", "There is no field cs-method: the commands are missing"),
    ("c-ip", "There is no field c-ip: the other side is not named, and pairing commands with replies is unreliable"),
)


class W3cSmtpReader(IisSmtpReader):
    """Reads one log; its columns may change at any #Fields line."""

    format: ClassVar[Format] = Format(
        name="w3c",
        service=True,
        title="SMTP log of IIS (W3C extended)",
        recognised_by="#Fields or the usual columns, and rows with SMTPSVC, OutboundConnection… or SMTP commands",
        lacks=(
            "the session (commands and replies of outbound connections are paired by order)",
            "the text of this server's replies to clients",
            "the name of the remote host",
        ),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return _smtp_rows(head) is True or bool(_assumed(head))

    def __init__(
        self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE, tables: bool = True
    ) -> None:
        """With `tables`, only rows that can change what is found are taken one by one; what is found is the same."""
        self._tables = tables
        super().__init__(source, options, block_size=block_size)

    def _new_rows(self) -> RowTaker:
        return SkimmingTaker(self._source.name, self._text, self._new_form) if self._tables else super()._new_rows()

    def _new_form(self) -> W3cRows:
        assumed = _assumed(self._head())
        if not assumed and _smtp_rows(self._head()) is False:
            from smtpscope.reading.unknown.unrecognised import describe_unrecognised

            what, _ = describe_unrecognised(self._head())
            raise LogError(
                where=self._source.name,
                what=f"no row of the SMTP service in it: it looks like {what}",
                remedy="The SMTP service writes to LogFiles\\SmtpSvc1 (ex*.log): open those logs",
            )
        return W3cRows(assumed)

    def _notes(self) -> list[Problem]:
        fields = _assumed(self._head())
        if not fields:
            missing = [warning for warning in self.information().warnings if warning.startswith(_NO_FIELD)]
            return [Problem(self._source.name, "header", warning, "noted") for warning in missing]
        reason = f"no #Fields line: columns inferred from the rows, {fields[0]} to {fields[-1]}"
        return [Problem(self._source.name, "whole file", reason, "noted")]

    def information(self) -> FileInformation:
        assumed = _assumed(self._head())
        form, times = W3cRows(assumed), False
        for line in head_text(self._head().rstrip(b"\0")).splitlines():
            times = times or line.startswith("#Date:")
            form.turn(line)
            if form.fields:
                break
        fields = [name.lower() for name in form.fields]
        warnings = [warning for name, warning in _MISSING if form.fields and name not in fields]
        if assumed:
            warnings.append("There is no #Fields line: the columns are inferred from the rows")
        if form.fields and "time" not in fields:
            warnings.append("There is no field time: the time of each row is unknown")
        elif form.fields and "date" not in fields:
            warnings.append("There is no field date: the days are taken from the #Date lines")
        return self._described(
            ("Software", form.software or "not named"),
            ("Fields", " ".join(form.fields) or "not named"),
            warnings=warnings,
        )


def _assumed(head: bytes) -> tuple[str, ...]:
    """The fields of a log that begins with `head` and has no header, () if it has one or is another kind of text."""
    head = head.rstrip(b"\0") if head[:2] not in (b"\xff\xfe", b"\xfe\xff") else head
    if not is_text(head) or is_markup(head):
        return ()
    for line in head_text(head).lstrip("\ufeff\r\n \0").split("\n", _LINES_LOOKED_AT)[:_LINES_LOOKED_AT]:
        if line.startswith("#"):
            return ()
        fields = assumed_fields(line.strip("\0\r "))
        if fields:
            return fields
    return ()


def _smtp_rows(head: bytes) -> bool | None:
    """Whether the rows of a W3C log that begins with `head` are from the SMTP service; None if it has no rows yet.

    False if it is not a W3C log.
    """
    # IIS reserves space after the last row, filled with zeros.
    head = head.rstrip(b"\0") if head[:2] not in (b"\xff\xfe", b"\xfe\xff") else head
    if not is_text(head) or is_markup(head):
        return False
    lines = head_text(head).lstrip("\ufeff\r\n \0").split("\n")
    if _HEADING.match(lines[0]) is None:
        return False
    fields: list[str] = []
    rows = 0
    for line in lines:
        line = line.strip("\0\r ")
        if line.startswith("#"):
            if line.lower().startswith("#fields:"):
                fields = line[8:].lower().split()
        elif line and fields:
            rows += 1
            if _is_smtp(dict(zip(fields, line.split(" "), strict=False))):
                return True
            if rows >= _ROWS_LOOKED_AT:
                return False
    if rows or (fields and not {"c-ip", "cs-method", "cs-username", "s-sitename"}.intersection(fields)):
        return False
    return None


def _is_smtp(row: dict[str, str]) -> bool:
    service = row.get("s-sitename", "-")
    version = row.get("cs-version", "-")
    if service != "-" and _SERVICE.fullmatch(service) is None:
        return False
    return (
        service != "-"
        or version == "SMTP"
        or row.get("cs-username") in (COMMAND_OF_OURS, REPLY_TO_US)
        or (version == "-" and row.get("cs-method", "").upper() in _SURE_VERBS)
    )
