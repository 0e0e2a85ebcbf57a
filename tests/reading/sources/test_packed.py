"""Packed and piped sources: taken in as far as asked for, limited, and told what is wrong with them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from smtpscope.errors import LogError
from smtpscope.reading.record import ReadOptions, Source
from smtpscope.reading.registry import open_log
from smtpscope.reading.sources import packed
from smtpscope.reading.sources.expanding import expand, searched
from smtpscope.reading.sources.packed import PackedFile, SpooledSource, Unpacking, size_words
from smtpscope.reading.sources.unpacking import GZIP
from smtpscope.reading.text.text_log import HEAD_SIZE
from support.memory_source import MemorySource, records_of
from support.packed_logs import PACKED, log, zipped

LOG = log(0, 1_000)
ODD = b"nothing of interest\n"


class Counted(MemorySource):
    """A source that knows how many bytes were read of it."""

    read = 0

    def open(self) -> io.BytesIO:
        source = self

        class Stream(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                data = super().read(size)
                source.read += len(data)
                return data

        return Stream(self.data)


def hosts(source: Source) -> list[str]:
    return [
        (record.message or "").partition('remote host "')[2].partition('"')[0]
        for record in records_of(open_log(source, ReadOptions()))
    ]


def content(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read()


def packed_file(data: bytes, unpacking: Unpacking | None = None) -> PackedFile:
    unpacking = unpacking or Unpacking()
    return PackedFile(MemorySource(data, "mail.log.gz"), GZIP, unpacking, unpacking.of_archive())


def written(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize("form", PACKED)
def test_a_packed_log_is_read_as_the_log_in_it_whatever_its_name(form: str, tmp_path: Path) -> None:
    path = written(tmp_path, "mail.bin", PACKED[form](LOG))
    (source,) = expand([path]).sources
    assert (source.name, source.size, content(source)) == (path, len(LOG), LOG)
    assert hosts(source) == [f"mx{number}.example.com" for number in range(1_000)]


def test_recognising_unpacks_the_beginning_only() -> None:
    origin = Counted(PACKED["gzip"](log(0, 20_000)), "a.gz")
    unpacking = Unpacking()
    source = PackedFile(origin, GZIP, unpacking, unpacking.of_archive())
    with source.open() as stream:
        assert len(stream.read(HEAD_SIZE)) == HEAD_SIZE
    assert origin.read < len(origin.data) // 2
    assert source.kept_size == 0


def test_a_record_is_read_again_at_its_place() -> None:
    source = packed_file(PACKED["gzip"](LOG))
    reader = open_log(source, ReadOptions())
    last = records_of(reader)[-1]
    assert "mx999.example.com" in reader.raw(last.offset)


def test_what_was_let_go_of_is_unpacked_again() -> None:
    source = packed_file(PACKED["gzip"](LOG))
    with source.open() as stream:
        stream.seek(100_000)
        before = stream.read(50)
        source.let_go()
        assert source.kept_size == 0
        stream.seek(100_000)
        assert stream.read(50) == before == LOG[100_000:100_050]
    assert source.size == len(LOG)


def test_only_so_many_unpacked_logs_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "_MOST_SPOOLS", 3)
    unpacking = Unpacking()
    sources = [packed_file(PACKED["gzip"](LOG), unpacking) for _ in range(6)]
    for source in sources:
        assert source.size == len(LOG)
    assert [source.kept_size > 0 for source in sources] == [False, False, False, True, True, True]
    small = [packed_file(PACKED["gzip"](ODD), unpacking) for _ in range(3)]
    assert [content(source) for source in small] == [ODD] * 3
    assert not any(source.kept_size for source in sources)
    assert all(content(source) == LOG for source in sources)


def test_a_packed_log_that_is_cut_off_is_read_to_the_cut_and_told() -> None:
    source = packed_file(PACKED["gzip"](LOG)[:-3_000])
    found = hosts(source)
    assert found[:300] == [f"mx{number}.example.com" for number in range(300)]
    (problem,) = source.problems
    assert (problem.file, problem.outcome) == ("mail.log.gz", "skipped")
    assert problem.reason.startswith("It is cut off: the packed data have no end. The ")


def test_a_packed_log_without_a_sound_byte_is_an_error() -> None:
    for _ in range(2):
        with pytest.raises(LogError, match="nothing could be unpacked"):
            packed_file(PACKED["gzip"](LOG)[:12]).open()


def test_an_empty_packed_file_is_called_empty() -> None:
    with pytest.raises(LogError, match="an empty file"):
        open_log(packed_file(PACKED["gzip"](b"")), ReadOptions())


def test_unpacking_stops_at_the_limit() -> None:
    source = packed_file(PACKED["gzip"](LOG), Unpacking(200_000))
    for _ in range(2):
        with pytest.raises(LogError) as caught:
            _ = source.size
        assert caught.value.what == "it unpacks to more than 195.3 KiB, so unpacking was stopped"


def test_more_than_a_thousandfold_is_not_believed_and_a_limit_of_ones_own_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "_UNSUSPICIOUS", 1 << 20)
    bomb = PACKED["gzip"](b"a" * (4 << 20))
    with pytest.raises(LogError, match="more than 1,000 times its size, so unpacking was stopped after "):
        _ = packed_file(bomb).size
    assert packed_file(bomb, Unpacking(1 << 30)).size == 4 << 20


def test_all_members_of_an_archive_share_one_limit(tmp_path: Path) -> None:
    path = written(tmp_path, "a.zip", zipped({f"{number}.log": LOG for number in range(3)}))
    sources = expand([path], unpacking=Unpacking(2 * len(LOG) + (160 << 10))).sources
    assert [source.size for source in sources[:2]] == [len(LOG)] * 2
    with pytest.raises(LogError, match="so unpacking was stopped"):
        _ = sources[2].size


def test_a_pipe_without_an_end_is_left_at_the_limit() -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1, /) -> bytes:
            return LOG[:size]

    source = SpooledSource("-", lambda: cast("BinaryIO", Endless()), Unpacking(1 << 20))
    with pytest.raises(LogError) as caught:
        _ = source.size
    assert (caught.value.where, caught.value.what) == (
        "standard input",
        "it had no end after 1 MiB, so reading was stopped",
    )


def test_a_text_from_a_pipe_is_looked_through_only_so_far() -> None:
    assert searched(MemorySource(LOG)) is None
    assert (searched(SpooledSource("-", lambda: io.BytesIO(LOG))) or 0) > 100 << 20


def test_the_stored_bytes_are_what_progress_counts() -> None:
    data = PACKED["gzip"](LOG)
    source = packed_file(data)
    assert source.stored_size == len(data)
    read = list(source.fill())
    assert read == sorted(read)
    assert read[-1] == len(data)
    assert list(source.fill()) == []


def test_a_zip_archive_gives_its_logs_and_tells_the_rest(tmp_path: Path) -> None:
    members = {
        "logs/mail.log": LOG,
        "../old.log.gz": PACKED["gzip"](log(0, 3)),
        "readme.txt": ODD,
        "empty.log": b"",
        "inner.zip": zipped({"a": b"b"}),
    }
    path = written(tmp_path, "a.zip", zipped(members))
    expansion = expand([path])
    assert [source.name for source in expansion.sources] == [f"{path}/logs/mail.log", f"{path}/old.log.gz"]
    assert hosts(expansion.sources[1]) == ["mx0.example.com", "mx1.example.com", "mx2.example.com"]
    assert [(problem.file.removeprefix(f"{path}/"), problem.reason) for problem in expansion.problems] == [
        (
            "readme.txt",
            "Not a supported log, skipped: it looks like a text without SMTP protocol events",
        ),
        ("empty.log", "The file is empty"),
        ("inner.zip", "An archive in an archive: unpack it and open it separately"),
    ]
    assert {problem.outcome for problem in expansion.problems} == {"noted"}


def test_an_archive_named_twice_gives_its_logs_once(tmp_path: Path) -> None:
    path = written(tmp_path, "a.zip", zipped({"a.log": LOG, "b.log": log(5, 9)}))
    single = written(tmp_path, "a.gz", PACKED["gzip"](LOG))
    again = str(tmp_path / "." / ".." / tmp_path.name / "a.zip")
    assert len(expand([path, again, single, single]).sources) == 3


def test_a_folder_gives_what_is_in_its_packed_files(tmp_path: Path) -> None:
    written(tmp_path, "a.zip", zipped({"x.log": LOG}))
    written(tmp_path, "b.log.1.gz", PACKED["gzip"](LOG))
    written(tmp_path, "c.gz", PACKED["gzip"](ODD))
    written(tmp_path, "d.zip", zipped({"[Content_Types].xml": b"<a/>", "x.xml": b"<b/>"}))
    written(tmp_path, "e.gz", PACKED["gzip"](LOG)[:12])
    expansion = expand([str(tmp_path)])
    names = [Path(source.name).relative_to(tmp_path).as_posix() for source in expansion.sources]
    assert names == ["a.zip/x.log", "b.log.1.gz"]
    assert [(Path(problem.file).name, problem.outcome) for problem in expansion.problems] == [
        ("c.gz", "noted"),
        ("d.zip", "noted"),
        ("e.gz", "skipped"),
    ]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (zipped({}), "the archive is empty"),
        (zipped({"a.txt": ODD}), "no supported log in the archive"),
        (zipped({"a.txt": ODD, "b.txt": ODD}), "no log is among the 2 files in the archive"),
        (zipped({"[Content_Types].xml": ODD}), "this looks like an Office document (docx, xlsx)"),
        (zipped({"a.log": b""}), "The file is empty"),
        (b"PK\x03\x04 and no more", "the archive is empty"),
    ],
)
def test_an_archive_without_a_log_says_so(data: bytes, what: str, tmp_path: Path) -> None:
    path = written(tmp_path, "a.zip", data)
    with pytest.raises(LogError) as caught:
        expand([path])
    assert what in caught.value.what
    assert caught.value.where == path


def test_an_encrypted_member_is_told_as_lost(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.log": LOG, "b.log": LOG}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path = written(tmp_path, "a.zip", bytes(data))
    expansion = expand([path])
    assert [source.name for source in expansion.sources] == [f"{path}/b.log"]
    (problem,) = expansion.problems
    assert (problem.file, problem.outcome) == (f"{path}/a.log", "skipped")
    assert problem.reason.startswith("It is encrypted")


def test_an_archive_that_is_cut_off_gives_what_stands_before_the_cut(tmp_path: Path) -> None:
    data = zipped({"a.log": LOG, "b.log": LOG})
    path = written(tmp_path, "a.zip", data[: len(data) * 2 // 3])
    expansion = expand([path])
    assert "the end of the archive" in expansion.problems[0].reason
    first, second = expansion.sources
    assert content(first) == LOG
    assert LOG.startswith(content(second))
    assert [problem.outcome for problem in (second.problems if isinstance(second, packed.PackedSource) else ())] == [
        "skipped"
    ]


def test_what_is_packed_twice_is_named(tmp_path: Path) -> None:
    twice = expand([written(tmp_path, "a.gz", PACKED["gzip"](PACKED["xz"](LOG)))]).sources[0]
    with pytest.raises(LogError, match="looks like an xz archive"):
        open_log(twice, ReadOptions())


@pytest.mark.parametrize(
    ("size", "words"), [(12, "12 bytes"), (1536, "1.5 KiB"), (1 << 20, "1 MiB"), (8 << 30, "8 GiB")]
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert size_words(size) == words
