"""A compacted set has the same rows, in fewer files; what several logs have counts once, as it does in memory."""

from __future__ import annotations

import importlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from smtpscope.asking.set_manifest import MANIFEST, read_manifest
from smtpscope.asking.tree.set_tree import SetTree
from smtpscope.errors import ExportError, LogError, UsageError
from smtpscope.export.conversion.set_parts import SORTED_BY
from smtpscope.fleet import month_rows
from smtpscope.fleet.compaction import compact
from smtpscope.fleet.set_check import check_set
from smtpscope.fleet.set_files import BACKUP
from smtpscope.fleet.set_status import checked_text, status_text
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session.analysis import Analysis
from support.evtx_events import many_events
from support.evtx_writer import evtx_bytes
from support.fleets import RULES, asked, read_set, rows_and_hash, write_logs


def in_memory(logs: Path) -> Analysis:
    analysis = Analysis(KnowledgeBase.load(), zone=UTC)
    analysis.loader._logs._options = msgspec.structs.replace(
        analysis.loader._logs._options, newest=datetime.fromtimestamp(RULES.as_of_ms / 1000, UTC)
    )
    analysis.open([str(logs)])
    analysis.read_all()
    return analysis


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Logs of several servers, some of whose events are in two of them."""
    folder = tmp_path / "[logs]"
    write_logs(folder, 4)
    mail = (folder / "srv00" / "mail.log").read_bytes()
    (folder / "srv00" / "mail.log.1").write_bytes(mail[: len(mail) // 2].rpartition(b"\n")[0] + b"\n")
    # The same said twice in one second, in one log and in another.
    last = mail[:-1].rpartition(b"\n")[2]
    (folder / "srv03" / "again.log").write_bytes(mail + (last + b"\n") * 3)
    (folder / "srv02" / "copy.evtx").write_bytes(evtx_bytes(many_events(15, ours_every=2)))
    return folder


def same_groups(analysis: Analysis, folder: Path) -> None:
    asking = asked(folder)
    for grouping in ("code", "host", "cause,server"):
        tree, same = analysis.view(grouping=grouping).tree, SetTree(asking, asking.asked("", UTC), grouping)
        assert len(same) == len(tree) > 1
        for level, groups in enumerate(tree.levels):
            for index in range(len(groups)):
                assert same.group(level, index) == tree.group(level, index)
    asking.close()


def test_what_several_logs_have_counts_once(logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(month_rows, "MOST_ROWS", 100)
    parquet: Any = importlib.import_module("pyarrow.parquet")
    folder = tmp_path / "it's a [set]"
    read_set(folder, logs)
    rows = rows_and_hash(folder)[0]
    months: list[str] = []
    done = compact(folder, on_month=months.append)
    analysis = in_memory(logs)
    assert analysis.store.duplicates > 15
    assert (done.rows, done.duplicates) == (rows, analysis.store.duplicates)
    same_groups(analysis, folder)
    manifest = read_manifest(str(folder))
    kept = manifest.group_tables
    assert kept is not None
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")} == {
        kept.cells,
        kept.facts,
        *(part.path for part in manifest.parts),
    }
    for part in manifest.parts:
        assert part.path.split("/")[1] in months
        table = parquet.read_table(folder / part.path)
        assert 0 < table.num_rows == part.rows <= 100
        assert table.sort_by([(name, "ascending") for name in SORTED_BY]).equals(table)
        assert table.schema.metadata[b"smtpscope.schema"] == b"smtpscope.exchange/1"
    for log in manifest.logs:
        asking = asked(folder)
        (count,) = asking.tuples("SELECT count(*) FROM parts WHERE origin_file = ?", (log.name,))[0]
        assert count == log.rows
        asking.close()
    assert check_set(folder).mistakes == ()
    # A second one changes nothing.
    before = rows_and_hash(folder)
    compact(folder)
    assert rows_and_hash(folder) == before


def test_a_log_that_changes_later_is_exchanged_in_compacted_files_too(logs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    read_set(folder, logs)
    compact(folder)
    # The log whose events count, while those of its copy do not.
    (logs / "srv00" / "mail.log").write_bytes(b"")
    (logs / "srv00" / "mail.log").unlink()
    (logs / "srv00" / "mail.log").write_bytes((logs / "srv03" / "mail.log").read_bytes())
    (logs / "srv05").mkdir()
    (logs / "srv05" / "new.evtx").write_bytes(evtx_bytes(many_events(9, ours_every=1)))
    result = read_set(folder, logs)
    assert result.read == 2
    assert check_set(folder).mistakes == ()
    compact(folder)
    same_groups(in_memory(logs), folder)


def test_a_compaction_that_fails_leaves_the_set_as_it_was(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "set"
    read_set(folder, logs)
    before, manifest = rows_and_hash(folder), (folder / MANIFEST).read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(month_rows, "publish", lambda draft, path: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(ExportError, match="as it was"):
            compact(folder)
    assert (folder / MANIFEST).read_bytes() == manifest
    assert rows_and_hash(folder) == before
    assert not list(folder.rglob("*.draft"))
    with pytest.raises(UsageError, match="amount of memory"):
        compact(folder, memory="much")


def test_months_are_dropped_for_good(logs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    read_set(folder, logs)
    compact(folder)
    manifest = read_manifest(str(folder))
    month = max(part.path.split("/")[1] for part in manifest.parts)
    compact(folder, drop_before=month)
    parts = read_manifest(str(folder)).parts
    assert 0 < len(parts) < len(manifest.parts)
    assert min(part.first_ms or 0 for part in parts) >= month_rows.month_bounds(month)[0]
    assert read_set(folder, logs).read == 0
    assert check_set(folder).mistakes == ()


def test_a_check_repairs_what_can_be_repaired(logs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    read_set(folder, logs)
    whole = rows_and_hash(folder)
    assert checked_text(check_set(folder), list_failed=False).endswith("exchanges: no mistakes.\n")
    assert "time zone UTC" in status_text(read_manifest(str(folder)))
    # A manifest that is damaged or gone, before a compaction and after it.
    for compacted in (False, True):
        if compacted:
            compact(folder)
            whole = rows_and_hash(folder)
        (folder / MANIFEST).write_bytes(b'{"schema": "smtp')
        with pytest.raises(LogError, match="fleet check"):
            read_manifest(str(folder))
        assert check_set(folder).rebuilt
        assert rows_and_hash(folder) == whole
        (folder / MANIFEST).unlink()
        assert check_set(folder).rebuilt
        assert rows_and_hash(folder) == whole
        assert read_manifest(str(folder)).zone == "UTC"
    assert (folder / BACKUP).exists()
    # Drafts and parts that no manifest names.
    draft, orphan = folder / "exchanges" / ".x.draft", folder / "exchanges" / "aa" / "orphan.parquet"
    orphan.parent.mkdir(exist_ok=True)
    for path in (draft, orphan):
        path.write_bytes(b"half")
    os.utime(draft, (0, 0))
    found = check_set(folder)
    assert (found.swept, found.left) == (("exchanges/.x.draft",), ("exchanges/aa/orphan.parquet",))
    with pytest.raises(LogError, match="not a set"):
        check_set(tmp_path)


def test_a_log_whose_part_is_damaged_is_read_again(logs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    read_set(folder, logs)
    whole = rows_and_hash(folder)
    parts = read_manifest(str(folder)).parts
    (folder / parts[0].path).unlink()
    (folder / parts[1].path).write_bytes(b"PAR1" * (parts[1].size // 4) + b"x" * (parts[1].size % 4))
    found = check_set(folder)
    assert len(found.mistakes) == 2
    assert "run fleet read again" in found.mistakes[0]
    assert read_set(folder, logs).read == 2
    assert rows_and_hash(folder) == whole
    # A receipt of a run that was killed before it wrote the manifest.
    (folder / MANIFEST).write_bytes((folder / MANIFEST).read_bytes())
    receipt = next((folder / "receipts").glob("*.json"))
    receipt.write_bytes(b"{")
    assert "receipt is damaged" in check_set(folder).mistakes[0]
    assert rows_and_hash(folder) == whole


def test_group_tables_are_of_use_until_the_set_changes(logs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "it's a [set]"
    read_set(folder, logs)
    compact(folder)
    first = read_manifest(str(folder))
    assert first.valid_tables is not None
    asking = asked(folder)
    assert asking.kept is not None
    asking.close()
    write_logs(logs / "more", 1)
    read_set(folder, logs)
    assert read_manifest(str(folder)).valid_tables is None
    assert asked(folder).kept is None
    compact(folder)
    second = read_manifest(str(folder))
    assert second.valid_tables is not None
    assert len(list((folder / "groups").iterdir())) == 2


def test_a_set_without_its_group_tables_answers_from_its_rows(logs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    read_set(folder, logs)
    compact(folder)
    kept = read_manifest(str(folder)).group_tables
    assert kept is not None
    (folder / kept.facts).unlink()
    assert asked(folder).kept is None
    same_groups(in_memory(logs), folder)


def test_a_disk_without_room_for_group_tables_costs_only_these(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "set"
    read_set(folder, logs)
    (folder / "groups").write_bytes(b"in the way")
    done = compact(folder)
    assert done.unkept
    assert read_manifest(str(folder)).group_tables is None
    assert done.rows == rows_and_hash(folder)[0]
    (folder / "groups").unlink()
    assert compact(folder).unkept == ""


def test_a_check_sweeps_group_tables_that_no_manifest_names(logs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    read_set(folder, logs)
    compact(folder)
    old = folder / "groups" / "0123456789abcdef-cells.parquet"
    old.write_bytes(b"")
    os.utime(old, (0, 0))
    assert check_set(folder).swept == ("groups/0123456789abcdef-cells.parquet",)
    assert read_manifest(str(folder)).valid_tables is not None
