"""Archives of more members than are looked at, and of members that are the same bytes again and again."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpscope.errors import LogError
from smtpscope.reading.sources.expanding import expand
from support.packed_logs import log, overlapping_zip, zipped

LOG = log(0, 50)


def written(folder: Path, data: bytes) -> str:
    path = folder / "a.zip"
    path.write_bytes(data)
    return str(path)


@pytest.fixture(autouse=True)
def few_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtpscope.reading.sources.archives._MOST_MEMBERS", 3)


def test_how_many_members_were_not_looked_at_is_told_beside_the_logs(tmp_path: Path) -> None:
    expansion = expand([written(tmp_path, zipped({f"{number}.log": log(number, number + 2) for number in range(8)}))])
    assert len(expansion.sources) == 3
    (problem,) = expansion.problems
    assert (problem.place, problem.outcome) == ("whole archive", "skipped")
    assert problem.reason == "It has more than 3 files; 5 were not looked at"


def test_how_many_members_were_not_looked_at_is_told_where_there_is_no_log(tmp_path: Path) -> None:
    path = written(tmp_path, zipped({f"{number}.txt": b"nothing of interest\n" for number in range(8)}))
    with pytest.raises(LogError, match="no log is among its first 3 files; 5 more were not looked at"):
        expand([path])


def test_the_same_bytes_are_read_once_and_the_others_are_told(tmp_path: Path) -> None:
    path = written(tmp_path, overlapping_zip(3, LOG))
    expansion = expand([path])
    assert [source.name for source in expansion.sources] == [f"{path}/a.log"]
    assert [(problem.file, problem.outcome) for problem in expansion.problems] == [
        (f"{path}/a.log (2)", "skipped"),
        (f"{path}/a.log (3)", "skipped"),
    ]
    assert "belong to another file in the archive" in expansion.problems[0].reason
