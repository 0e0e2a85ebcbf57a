"""Lists and tables that the Exchange Management Shell printed, as people paste them or write them to a file."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import ClassVar, Final

from smtpscope.reading.microsoft_exchange.shell import shell_list, shell_table
from smtpscope.reading.microsoft_exchange.shell.shell_log import LACKS, ShellReader
from smtpscope.reading.microsoft_exchange.shell.shell_object import ShellObject, kind_of
from smtpscope.reading.record import Format
from smtpscope.reading.text.encodings import TextBlock, detect
from smtpscope.reading.text.text_kind import is_markup, is_text

_OBJECTS_LOOKED_AT: Final = 40
_MAY_TELL: Final = (
    "RecipientStatus", "LastError", "Last Error", "SmtpResponse", "EventId", "RecipientAddress", "Detail", "{LED=",
    " Primary target IP address", " DNS query failed", " Proxy session setup failed", " Error encountered while",
)  # fmt: skip


class ShellTextReader(ShellReader):
    """Reads lists and tables of one text file, in any order."""

    format: ClassVar[Format] = Format(
        name="exchange-shell",
        service=True,
        title="Output of the Exchange Management Shell (Get-MessageTrackingLog, Get-Queue, Get-Message, Get-AgentLog)",
        recognised_by="lists or tables with RecipientStatus, LastError or SmtpResponse, or with Event and Detail",
        lacks=LACKS,
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head) or is_markup(head):
            return False
        encoding = detect(head)
        block = TextBlock(head[encoding.mark :], start=encoding.mark, encoding=encoding, final=True)
        # This alone rules out nearly every other text.
        if not any(name in block.text for name in _MAY_TELL):
            return False
        lists = shell_list.objects_in(shell_list.lines_of([block]))
        tables = shell_table.objects_in(shell_list.lines_of([block]))
        return any(any(map(_tells, islice(objects, _OBJECTS_LOOKED_AT))) for objects in (lists, tables))

    def _objects(self) -> Iterator[ShellObject]:
        lists = shell_list.objects_in(shell_list.lines_of(block for block, _ in self._text.blocks()))
        if not any(shell_table.MARK in block.text for block, _ in self._text.blocks()):
            return lists
        tables = shell_table.objects_in(shell_list.lines_of(block for block, _ in self._text.blocks()))
        return merge(lists, tables, key=lambda each: each.offset)


def _tells(each: ShellObject) -> bool:
    return kind_of(each.values) is not None
