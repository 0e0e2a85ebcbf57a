"""A log that is deleted, truncated, replaced or made unreadable while it is open: a sentence, and no foreign record."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from smtpscope.errors import LogError
from smtpscope.export.summaries.summary import SummaryDocument
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.reading.sources.packed import PackedSource
from smtpscope.session import Analysis
from support.every_format import SERVICE_LOGS
from support.evtx_events import many_events
from support.evtx_writer import evtx_bytes
from support.packed_logs import PACKED, zipped

_SENT, _RECEIVED = (SERVICE_LOGS[f"SMTP {way} protocol log"][1] for way in ("Send", "Receive"))

_EVERY = 9
"""Rows from one that is looked at to the next."""

KINDS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "text log": ("SEND.LOG", lambda data: data),
    "gzip": ("SEND.LOG.gz", PACKED["gzip"]),
    "zip member": ("logs.zip", lambda data: zipped({"SEND.LOG": data})),
    "evtx": ("a.evtx", lambda data: data),
}


@cache
def contents(kind: str) -> tuple[bytes, bytes]:
    """A log of this kind, and another one that begins alike."""
    pack = KINDS[kind][1]
    if kind == "evtx":
        old, new = evtx_bytes(many_events(150, ours_every=2)), evtx_bytes(many_events(250, ours_every=5))
        assert old[4096:4104] == new[4096:4104]
        return pack(old), pack(new)
    sent = _SENT()
    lines = sent.splitlines(keepends=True)
    return pack(sent), pack(b"".join(lines[:30] + lines[60:]))


def deleted(path: Path, _: bytes) -> None:
    path.unlink()


def truncated(path: Path, _: bytes) -> None:
    os.truncate(path, path.stat().st_size // 3)


def emptied(path: Path, _: bytes) -> None:
    os.truncate(path, 0)


def written_over(path: Path, other: bytes) -> None:
    with path.open("r+b") as file:
        file.truncate(0)
        file.write(other)


def replaced(path: Path, other: bytes) -> None:
    fresh = path.with_name("fresh")
    fresh.write_bytes(other)
    fresh.replace(path)


def made_a_folder(path: Path, _: bytes) -> None:
    path.unlink()
    path.mkdir()


CHANGES = (deleted, truncated, emptied, written_over, replaced, made_a_folder)


@contextmanager
def unreadable(path: Path) -> Iterator[None]:
    """As after `chmod 0`, also for root: whoever opens the file gets the error."""
    opened = Path.open

    def refusing(self: Path, mode: str = "r", **options: object) -> object:
        if self == path:
            raise PermissionError(13, "Permission denied", str(path))
        return cast("Callable[..., BinaryIO]", opened)(self, mode, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", refusing)
        yield


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return KnowledgeBase.load()


def opened(knowledge: KnowledgeBase, path: Path) -> Analysis:
    analysis = Analysis(knowledge)
    analysis.open([str(path)])
    return analysis


def forget_unpacked(analysis: Analysis) -> None:
    """As when other packed logs need the room."""
    for source in analysis.loader.sources:
        if isinstance(source, PackedSource):
            source.let_go()


def document(analysis: Analysis) -> SummaryDocument:
    view = analysis.view()
    return analysis.document(analysis.incidents(view.tree.order), view)


def written(folder: Path, kind: str, content: bytes) -> Path:
    folder.mkdir()
    path = folder / KINDS[kind][0]
    path.write_bytes(content)
    return path


def is_a_sentence(raw: str) -> bool:
    """Whether it says why there is no record."""
    return any(words in raw for words in ("The raw record can't be read: ", "There is no record", "can't be shown as"))


def reported(analysis: Analysis) -> list[str]:
    problems = [problem.reason for problem in analysis.problems if problem.outcome == "skipped"]
    return [*problems, *(error.what for error in analysis.errors)]


@pytest.mark.parametrize("kind", KINDS)
def test_after_it_was_read_its_records_are_the_same_or_a_sentence(
    kind: str, knowledge: KnowledgeBase, tmp_path: Path
) -> None:
    old, other = contents(kind)
    for change in CHANGES:
        path = written(tmp_path / change.__name__, kind, old)
        analysis = opened(knowledge, path)
        analysis.read_all()
        rows = range(0, len(analysis.store), _EVERY)
        before = [analysis.raw(row) for row in rows]
        samples = {each.sample_raw for each in document(analysis).incidents}
        change(path, other)
        forget_unpacked(analysis)
        after = [analysis.raw(row) for row in rows]
        for raw, known in zip(after, before, strict=True):
            # What a ticket gets is the event itself, never the bytes that stand there now.
            assert raw == known or is_a_sentence(raw)
            assert raw == known or change is not deleted or "no such file" in raw
        assert after != before
        again = document(analysis)
        assert again.events_in_view == analysis.events
        for each in again.incidents:
            assert each.sample_raw in samples or is_a_sentence(each.sample_raw)
        assert len(analysis.view().tree.order) == analysis.events
        assert analysis.information()[0].path == analysis.files[0]
        if analysis.holds_sessions(analysis.store.exchange(rows[-1])):
            with pytest.raises(LogError):
                analysis.smtp_session(rows[-1])


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_was_made_unreadable_is_told(kind: str, knowledge: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / KINDS[kind][0]
    path.write_bytes(contents(kind)[0])
    analysis = opened(knowledge, path)
    analysis.read_all()
    forget_unpacked(analysis)
    with unreadable(path):
        assert "no permission to read this file" in analysis.raw(0)
        assert all("no permission" in each.sample_raw for each in document(analysis).incidents)
        assert analysis.information()[0].path == analysis.files[0]
        if analysis.holds_sessions(analysis.store.exchange(0)):
            with pytest.raises(LogError, match="no permission"):
                analysis.smtp_session(0)
    assert "can't be read" not in analysis.raw(0)


@pytest.mark.parametrize("kind", KINDS)
def test_while_it_is_read_it_is_told(kind: str, knowledge: KnowledgeBase, tmp_path: Path) -> None:
    old, other = contents(kind)
    for change in CHANGES:
        path = written(tmp_path / change.__name__, kind, old)
        analysis, sound = opened(knowledge, path), opened(knowledge, path)
        sound.read_all()
        for number, batch in enumerate(analysis.read()):
            analysis.add(batch)
            if not number:
                change(path, other)
        assert reported(analysis) or len(analysis.store) == len(sound.store), change
        for row in range(0, len(analysis.store), _EVERY):
            raw = analysis.raw(row)
            assert raw == sound.raw(row) or is_a_sentence(raw), change


def test_a_disk_that_fails_while_it_is_read_ends_the_log_in_words(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    for kind in ("text log", "evtx"):
        path = tmp_path / KINDS[kind][0]
        path.write_bytes(contents(kind)[0])
        analysis = opened(knowledge, path)
        with unreadable(path):
            for batch in analysis.read():
                analysis.add(batch)
        assert [error.what for error in analysis.errors] == ["no permission to read this file"]
