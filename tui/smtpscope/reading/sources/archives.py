"""The logs in a source: the source itself, its unpacked content, or the members of a zip archive."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Final, Literal

from smtpscope.errors import LogError, Problem
from smtpscope.reading.record import Source
from smtpscope.reading.registry import reader_of
from smtpscope.reading.sources.packed import PackedFile, PackedSource, Unpacking
from smtpscope.reading.sources.spool import Allowance
from smtpscope.reading.sources.unpacking import ZIP_MAGICS, UnpackedPiece, packing_of
from smtpscope.reading.text.text_log import head_of

if TYPE_CHECKING:
    from smtpscope.reading.sources.zip_archive import Member

SEARCHED: Final = 8 << 20
"""How far a text that the user did not name itself is searched for an SMTP event."""
_MOST_MEMBERS: Final = 10_000
_TOLD_ONE_BY_ONE: Final = 100
_OFFICE: Final = "[Content_Types].xml"


class NoLogError(LogError):
    """An archive was read, and has no log in it."""


class ZipMember(PackedSource):
    """One file in a zip archive, called `archive.zip/inner/name`."""

    def __init__(self, archive: Source, member: Member, unpacking: Unpacking, allowance: Allowance) -> None:
        name = "standard input" if archive.name == "-" else archive.name
        super().__init__(f"{name}/{member.name}", unpacking, allowance)
        self.archive = archive
        self.member = member

    @property
    def packed_with(self) -> str:
        return "zip"

    @property
    def stored_size(self) -> int | None:
        return self.member.packed_size

    def _pieces(self) -> Generator[UnpackedPiece, None, None]:
        from smtpscope.reading.sources.zip_archive import member_pieces

        with self.archive.open() as stream:
            yield from member_pieces(stream, self.member)


def logs_in(source: Source, unpacking: Unpacking, problems: list[Problem]) -> list[Source]:
    """The logs to read from `source`: itself if it is not packed, or can't be opened.

    Of a zip archive only members that a reader recognises are read; each other one becomes a Problem. Raises NoLogError
    for an archive without any log in it, LogError for one that can't be read.
    """
    try:
        head = head_of(source)
    except LogError:
        # The reader will report that.
        return [source]
    if head.startswith(ZIP_MAGICS):
        return _Archive(source, unpacking).logs(problems)
    packing = packing_of(head)
    return [source if packing is None else PackedFile(source, packing, unpacking, unpacking.of_archive())]


class _Archive:
    """The members of one zip archive, sorted into logs and others."""

    def __init__(self, source: Source, unpacking: Unpacking) -> None:
        self._source = source
        self._unpacking = unpacking
        self._allowance = unpacking.of_archive()
        self._passed_over: list[Problem] = []
        self._errors: list[LogError] = []

    def logs(self, problems: list[Problem]) -> list[Source]:
        from smtpscope.reading.sources.zip_archive import listing

        name = self._source.name
        try:
            with self._source.open() as stream:
                found = listing(stream)
        except OSError as error:
            raise LogError(
                where=name,
                what=f"the archive can't be read ({error.strerror or error})",
                remedy="Copy it to a local disk and open the copy",
            ) from error
        if found.by_headers:
            reason = (
                "The directory at the end of the archive is damaged or missing, so it may be cut off; its files were "
                "found by their own headers"
            )
            problems.append(Problem(name, "end of the archive", reason, "noted"))
        members = found.members[:_MOST_MEMBERS]
        sources = [source for member in members if (source := self._log(member)) is not None]
        left_out = len(found.members) - len(members)
        if not sources:
            raise self._without_logs(members, left_out)
        problems += self._left_out(left_out)
        return sources

    def _log(self, member: Member) -> Source | None:
        """The log in `member`, None if there is none, which is noted."""
        source: PackedSource = ZipMember(self._source, member, self._unpacking, self._allowance)
        if member.hindrance is not None:
            self._pass_over(source, member.hindrance, "skipped")
            return None
        try:
            head = head_of(source)
            if not head:
                self._pass_over(source, "The file is empty")
                return None
            if head.startswith(ZIP_MAGICS):
                self._pass_over(source, "An archive in an archive: unpack it and open it separately")
                return None
            packing = packing_of(head)
            if packing is not None:
                source = PackedFile(source, packing, self._unpacking, self._allowance)
                head = head_of(source)
            if reader_of(source, head=head, search=SEARCHED) is not None:
                return source
        except LogError as error:
            self._errors.append(error)
            self._pass_over(source, error.what, "skipped")
            return None
        from smtpscope.reading.unknown.unrecognised import describe_unrecognised

        title, _ = describe_unrecognised(head)
        self._pass_over(source, f"Not a supported log, skipped: it looks like {title}")
        return None

    def _pass_over(self, source: Source, reason: str, outcome: Literal["skipped", "noted"] = "noted") -> None:
        self._passed_over.append(Problem(source.name, "whole file", reason, outcome))

    def _left_out(self, left_out: int) -> Iterator[Problem]:
        yield from self._passed_over[:_TOLD_ONE_BY_ONE]
        for outcome in ("noted", "skipped"):
            more = sum(problem.outcome == outcome for problem in self._passed_over[_TOLD_ONE_BY_ONE:])
            if more:
                yield Problem(self._source.name, "whole archive", f"{more:,} more files were skipped", outcome)
        if left_out:
            reason = f"It has more than {_MOST_MEMBERS:,} files; {left_out:,} were not looked at"
            yield Problem(self._source.name, "whole archive", reason, "skipped")

    def _without_logs(self, members: tuple[Member, ...], left_out: int) -> LogError:
        name = self._source.name
        if left_out:
            what = f"no log is among its first {len(members):,} files; {left_out:,} more were not looked at"
            return LogError(where=name, what=what, remedy="Unpack it and open the logs in it")
        if not members:
            return NoLogError(where=name, what="the archive is empty", remedy="Pack the log again")
        if any(member.name == _OFFICE for member in members):
            remedy = "Save it as CSV or plain text and open that"
            return NoLogError(where=name, what="this looks like an Office document (docx, xlsx)", remedy=remedy)
        if self._errors:
            return self._errors[0]
        remedy = "Unpack it and open the log inside, if there is one"
        if any(problem.outcome == "skipped" for problem in self._passed_over):
            hindrance = next(problem.reason for problem in self._passed_over if problem.outcome == "skipped")
            what = f"none of the files in the archive ({len(members):,}) can be read here. {hindrance}"
            return LogError(where=name, what=what, remedy=remedy)
        if len(members) == 1:
            what = f"no supported log in the archive. {self._passed_over[0].reason}"
        else:
            what = f"no log is among the {len(members):,} files in the archive"
        return NoLogError(where=name, what=what, remedy=remedy)
