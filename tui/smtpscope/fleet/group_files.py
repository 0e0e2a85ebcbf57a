"""The group tables of a set on the disk: written at the end of a compaction, and of use until the set changes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

from msgspec.structs import replace

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.group_tables import write_group_tables
from smtpscope.asking.set_manifest import KeptTables, SetManifest
from smtpscope.fleet.set_files import draft_of, publish

GROUPS: Final = "groups"


def with_group_tables(folder: Path, manifest: SetManifest, memory: str) -> SetManifest:
    """`manifest` with new group tables, which are written to `folder`, with at most `memory` for the engine.

    Raises OSError, and LogError if the parts can't be read.
    """
    (folder / GROUPS).mkdir(exist_ok=True)
    name = token_hex(8)
    paths = {kind: folder / GROUPS / f"{name}-{kind}.parquet" for kind in ("cells", "facts")}
    drafts = {kind: draft_of(path) for kind, path in paths.items()}
    asked = ExchangeSet.of_manifest(str(folder), replace(manifest, group_tables=None), memory=memory)
    try:
        made = write_group_tables(asked, str(drafts["cells"]), str(drafts["facts"]))
        for kind, draft in drafts.items():
            publish(draft, paths[kind])
    except asked.error as error:
        raise OSError(str(error).splitlines()[0]) from error
    finally:
        asked.close()
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    kept = KeptTables(
        cells=paths["cells"].relative_to(folder).as_posix(),
        facts=paths["facts"].relative_to(folder).as_posix(),
        span=made.span,
        made_of=manifest.fingerprint,
        size=sum(path.stat().st_size for path in paths.values()),
    )
    return replace(manifest, group_tables=kept)


def unnamed_tables(folder: Path, manifest: SetManifest) -> list[Path]:
    """The group tables in `folder` that `manifest` does not name."""
    kept = manifest.group_tables
    named = set() if kept is None else {kept.cells, kept.facts}
    found = (folder / GROUPS).glob("[!.]*.parquet")
    return [path for path in found if path.relative_to(folder).as_posix() not in named]


def sweep_tables(folder: Path, manifest: SetManifest) -> None:
    """Deletes the group tables that are of no use any more."""
    for path in unnamed_tables(folder, manifest):
        with suppress(OSError):
            path.unlink()
