"""What a set holds, and what a check of it found, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smtpscope.asking.set_manifest import SetManifest
from smtpscope.export.summaries.incident_wording import counted, utc_text
from smtpscope.fleet.set_check import CheckedSet
from smtpscope.fleet.set_state import month_of_part


def status_text(manifest: SetManifest) -> str:
    """What the set with `manifest` holds, a line for each fact."""
    logs, parts = manifest.logs, manifest.parts
    failed = sum(log.error is not None for log in logs)
    rows, size = sum(part.rows for part in parts), sum(part.size for part in parts)
    read = sum({log.file or log.name: log.size for log in logs}.values())
    first, last = manifest.span
    compacted = sum(month_of_part(part.path) is not None for part in parts)
    skipped = sum(log.skipped for log in logs)
    facts = {
        "logs": f"{len(logs):,}, {read / 1e6:,.1f} MB" + (f", {failed:,} not read or only in part" if failed else ""),
        "exchanges": f"{rows:,}" + (f", {skipped:,} records skipped" if skipped else ""),
        "other records": f"{sum(log.unrelated for log in logs):,}",
        "span": "no times" if first is None or last is None else f"{utc_text(first)} to {utc_text(last)}",
        "files": f"{len(parts):,}, {size / 1e6:,.1f} MB, {compacted:,} of them compacted"
        + (f", {size / rows:,.0f} bytes an exchange" if rows else ""),
        "read with": f"smtpscope {manifest.version or '(several versions)'}, time zone {manifest.zone}, "
        f"{sum(log.seconds for log in logs):,.0f} s of work",
    }
    return _lines(f"{name:<15}{fact}" for name, fact in facts.items())


def checked_text(found: CheckedSet, *, list_failed: bool) -> str:
    """What a check found, a line for each finding."""
    return _lines(_findings(found, list_failed))


def _findings(found: CheckedSet, list_failed: bool) -> Iterator[str]:
    if found.rebuilt:
        yield "The manifest was damaged or missing, and was rebuilt from the receipts."
    if found.adopted:
        yield f"{counted(found.adopted, 'log', 'logs')} of a run that did not come to its end: now in the set."
    yield from found.mistakes
    if found.swept:
        yield f"{counted(len(found.swept), 'file', 'files')} of killed runs deleted."
    for name in found.left:
        yield f"{name} is not in the set; it will be deleted when it is a day old."
    parts = counted(found.parts, "file", "files")
    good = f"{counted(len(found.mistakes), 'mistake', 'mistakes')}" if found.mistakes else "no mistakes"
    yield f"{counted(found.logs, 'log', 'logs')}, {parts}, {found.rows:,} exchanges: {good}."
    if found.failed and not list_failed:
        yield f"{counted(len(found.failed), 'log', 'logs')} could not be read; --list-failed lists them."
    elif list_failed:
        yield from (f"{name}: {reason}" for name, reason in found.failed)


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
