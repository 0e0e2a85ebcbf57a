from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import Problem
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.reading.log_span import LogSpan
from smtpscope.store.cache.log_cache import KeptLog, LogCache
from smtpscope.store.event_store import Columns, EventStore
from smtpscope.store.grouping.groups import GroupTree
from store.events import WordMatcher, exchange, store_of, three_weeks, unparsed

PROBLEMS = (Problem("old name", "chunk 6", "The checksum is wrong", "skipped", 3),)


def log_at(path: Path) -> Path:
    """Something that looks like a large log from outside; what is in it does not matter to the cache."""
    path.write_bytes(os.urandom(200_000))
    return path


def cache_in(folder: Path, *, knowledge: Path | None = None, room: int = 1 << 30, zone: str = "") -> LogCache:
    folders = () if knowledge is None else (knowledge,)
    return LogCache(folder, folders, ZoneInfo(zone) if zone else UTC, smallest=1000, room=room)


def encoded(store: EventStore, exchanges: list[SmtpExchange]) -> list[Columns]:
    batches = [store.encode(exchanges[start : start + 100]) for start in range(0, len(exchanges), 100)]
    for batch in batches:
        store.append(batch)
    return batches


def keep(cache: LogCache, log: Path, exchanges: list[SmtpExchange], span: LogSpan | None = None) -> bool:
    store = EventStore(WordMatcher())
    key = cache.key(str(log))
    assert key is not None
    return cache.keep(key, str(log), store.words, encoded(store, exchanges), 77, PROBLEMS, span)


def found(cache: LogCache, log: Path, store: EventStore, name: str | None = None) -> KeptLog | None:
    key = cache.key(str(log))
    return None if key is None else cache.find(key, store.words, name or str(log))


def all_of(store: EventStore) -> list[SmtpExchange]:
    return [store.exchange(row) for row in range(len(store))]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return log_at(tmp_path / "application.evtx")


@pytest.fixture
def events(log: Path) -> list[SmtpExchange]:
    return [*(exchange_in(log, each) for each in three_weeks()), exchange_in(log, unparsed())]


def exchange_in(log: Path, each: SmtpExchange) -> SmtpExchange:
    from support.changed import replace

    return replace(each, file=str(log))


def test_what_was_kept_comes_back_equal(tmp_path: Path, log: Path, events: list[SmtpExchange]) -> None:
    cache = cache_in(tmp_path / "kept")
    assert keep(cache, log, events)
    matcher = WordMatcher()
    store = EventStore(matcher)
    kept = found(cache, log, store)
    assert kept is not None
    store.append(kept.columns)
    assert all_of(store) == events
    assert kept.unrelated_records == 77
    assert [problem.place for problem in kept.problems] == ["chunk 6"]
    assert matcher.asked == 0


def test_matches_and_groups_are_the_same_as_after_reading(
    tmp_path: Path, log: Path, events: list[SmtpExchange]
) -> None:
    cache = cache_in(tmp_path / "kept")
    keep(cache, log, events)
    read, again = store_of(*events), EventStore(WordMatcher())
    kept = found(cache, log, again)
    assert kept is not None
    again.append(kept.columns)
    assert [again.match(row) for row in range(len(again))] == [read.match(row) for row in range(len(read))]
    assert [again.who_acts(row) for row in range(len(again))] == [read.who_acts(row) for row in range(len(read))]
    for grouping in ("code", "host", "cause", "recipient", "server"):
        trees = [GroupTree(store, None, grouping, UTC) for store in (read, again)]
        assert [tree.levels[0].count.tolist() for tree in trees[:1]] == [trees[1].levels[0].count.tolist()]
        groups = [[tree.group(0, index) for index in range(len(tree.levels[0].count))] for tree in trees]
        assert groups[0] == groups[1]


def test_answers_for_a_host_that_is_known_come_back(tmp_path: Path, log: Path) -> None:
    cache = cache_in(tmp_path / "kept")
    hosts = ["mx1.contoso.example", "mx1.fabrikam.example", "mx1.contoso.example"]
    stores = [EventStore(WordMatcher("mx1.fabrikam.example")) for _ in range(2)]
    key = cache.key(str(log))
    assert key is not None
    assert cache.keep(
        key, str(log), stores[0].words, encoded(stores[0], [exchange(host=host) for host in hosts]), 0, []
    )
    kept = found(cache, log, stores[1])
    assert kept is not None
    stores[1].append(kept.columns)
    stores[1].append(stores[1].encode([exchange(host="mx1.fabrikam.example")]))
    categories = [stores[1].match(row).category for row in range(4)]
    assert categories == ["recipient-unknown", "greylisted", "recipient-unknown", "greylisted"]


def test_a_log_is_known_under_another_name_for_the_same_path(
    tmp_path: Path, log: Path, events: list[SmtpExchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = cache_in(tmp_path / "kept")
    keep(cache, log, events)
    monkeypatch.chdir(tmp_path)
    store = EventStore(WordMatcher())
    kept = found(cache, Path("application.evtx"), store)
    assert kept is not None
    store.append(kept.columns)
    assert store.exchange(0).file == "application.evtx"
    assert kept.problems[0].file == "application.evtx"


def test_a_kept_log_joins_a_store_that_already_holds_another(
    tmp_path: Path, log: Path, events: list[SmtpExchange]
) -> None:
    cache = cache_in(tmp_path / "kept")
    keep(cache, log, events)
    first = [exchange(host="mx9.other.example", said="421 4.7.0 Slow down"), *three_weeks()[500:600]]
    store = store_of(*first)
    kept = found(cache, log, store)
    assert kept is not None
    store.append(kept.columns)
    last = [exchange(host="mx.last.example", said="550 5.1.1 User unknown "), *three_weeks()[:50]]
    store.append(store.encode(last))
    assert all_of(store) == [*first, *events, *last]
    whole = store_of(*first, *events, *last)
    assert [store.match(row) for row in range(len(store))] == [whole.match(row) for row in range(len(whole))]


def test_only_the_values_of_the_kept_log_come_back(tmp_path: Path, log: Path, events: list[SmtpExchange]) -> None:
    cache = cache_in(tmp_path / "kept")
    store = EventStore(WordMatcher())
    encoded(store, [exchange(host="secret.other.example", sent="RCPT TO:<other@other.example> ")])
    key = cache.key(str(log))
    assert key is not None
    cache.keep(key, str(log), store.words, encoded(store, events), 0, ())
    again = EventStore(WordMatcher())
    kept = found(cache, log, again)
    assert kept is not None
    assert again.words.host_keys.number("secret.other.example") is None
    assert again.words.mailbox_keys.number("other@other.example") is None
    again.append(kept.columns)
    assert all_of(again) == events


def _append(log: Path) -> None:
    with log.open("ab") as stream:
        stream.write(b"more")


def _change_inside(log: Path) -> None:
    """As Windows does with a log in use: the same size and times, the head of a chunk changed."""
    status = log.stat()
    with log.open("r+b") as stream:
        stream.seek(4096 + 65_536 + 52)
        stream.write(b"\0\1\2\3")
    os.utime(log, ns=(status.st_atime_ns, status.st_mtime_ns))


def _touch(log: Path) -> None:
    os.utime(log, ns=(log.stat().st_atime_ns, log.stat().st_mtime_ns + 1_000_000))


@pytest.mark.parametrize("change", [_append, _change_inside, _touch])
def test_a_file_that_changed_is_not_known(
    tmp_path: Path, log: Path, events: list[SmtpExchange], change: Callable[[Path], None]
) -> None:
    cache = cache_in(tmp_path / "kept")
    keep(cache, log, events)
    change(log)
    store = EventStore(WordMatcher())
    assert found(cache, log, store) is None
    assert len(store.words.hosts) == 0


def test_a_file_that_grew_while_it_was_read_is_not_kept(tmp_path: Path, log: Path, events: list[SmtpExchange]) -> None:
    cache = cache_in(tmp_path / "kept")
    key = cache.key(str(log))
    assert key is not None
    _append(log)
    store = EventStore(WordMatcher())
    assert not cache.keep(key, str(log), store.words, encoded(store, events), 0, ())
    assert not (tmp_path / "kept").exists()


def test_our_notes_leave_a_log_known(tmp_path: Path, log: Path, events: list[SmtpExchange]) -> None:
    keep(cache_in(tmp_path / "kept"), log, events)
    knowledge = tmp_path / "knowledge"
    (knowledge / "our-notes").mkdir(parents=True)
    (knowledge / "our-notes" / "anna.toml").write_text("# a note")
    assert found(cache_in(tmp_path / "kept", knowledge=knowledge), log, EventStore(WordMatcher())) is not None


def test_a_changed_knowledge_base_makes_a_log_unknown(tmp_path: Path, log: Path, events: list[SmtpExchange]) -> None:
    knowledge = tmp_path / "knowledge"
    (knowledge / "entries").mkdir(parents=True)
    (knowledge / "entries" / "own.toml").write_text("# nothing yet")
    keep(cache_in(tmp_path / "kept", knowledge=knowledge), log, events)
    assert found(cache_in(tmp_path / "kept", knowledge=knowledge), log, EventStore(WordMatcher())) is not None
    (knowledge / "entries" / "own.toml").write_text("# something now")
    assert found(cache_in(tmp_path / "kept", knowledge=knowledge), log, EventStore(WordMatcher())) is None
    assert found(cache_in(tmp_path / "kept"), log, EventStore(WordMatcher())) is None


def test_another_zone_matters_only_where_the_log_names_none(
    tmp_path: Path, log: Path, events: list[SmtpExchange]
) -> None:
    folder = tmp_path / "kept"
    keep(cache_in(folder, zone="Europe/Berlin"), log, events)
    assert found(cache_in(folder, zone="America/New_York"), log, EventStore(WordMatcher())) is not None
    assumed = [*events, exchange(file=str(log), time_assumed=True)]
    keep(cache_in(folder, zone="Europe/Berlin"), log, assumed)
    assert found(cache_in(folder, zone="Europe/Berlin"), log, EventStore(WordMatcher())) is not None
    assert found(cache_in(folder, zone="America/New_York"), log, EventStore(WordMatcher())) is None


@pytest.mark.parametrize("span", [None, LogSpan(5, 7), LogSpan(-5, 1 << 50, assumed=True)])
def test_the_span_of_a_log_comes_back(
    tmp_path: Path, log: Path, events: list[SmtpExchange], span: LogSpan | None
) -> None:
    cache = cache_in(tmp_path / "kept")
    keep(cache, log, events, span)
    kept = found(cache, log, EventStore(WordMatcher()))
    assert kept is not None
    assert kept.span == span


def test_another_zone_matters_where_only_the_span_has_none(
    tmp_path: Path, log: Path, events: list[SmtpExchange]
) -> None:
    folder = tmp_path / "kept"
    keep(cache_in(folder, zone="Europe/Berlin"), log, events, LogSpan(5, 7, assumed=True))
    assert found(cache_in(folder, zone="America/New_York"), log, EventStore(WordMatcher())) is None


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_entry_is_thrown_away_without_a_word(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    log = log_at(folder / "a.evtx")
    cache = cache_in(folder / "kept")
    keep(cache, log, [exchange_in(log, each) for each in three_weeks()[:40]])
    (entry,) = (folder / "kept").iterdir()
    content = bytearray(entry.read_bytes())
    offset = data.draw(st.integers(0, len(content) - 1))
    how = data.draw(st.sampled_from(["flip", "cut", "zero"]))
    if how == "flip":
        content[offset] ^= 1 << data.draw(st.integers(0, 7))
    elif how == "cut":
        del content[offset:]
    else:
        content[offset:] = bytes(len(content) - offset)
    entry.write_bytes(content)
    store = EventStore(WordMatcher())
    kept = found(cache, log, store)
    if kept is not None:
        # The damage hit one of the few bytes between the parts, which mean nothing.
        store.append(kept.columns)
        assert all_of(store) == [exchange_in(log, each) for each in three_weeks()[:40]]
    else:
        assert len(store.words.hosts) == 0
        assert not entry.exists() or entry.read_bytes() == bytes(content)


def test_a_cut_off_entry_is_removed(tmp_path: Path, log: Path, events: list[SmtpExchange]) -> None:
    cache = cache_in(tmp_path / "kept")
    keep(cache, log, events)
    (entry,) = (tmp_path / "kept").iterdir()
    entry.write_bytes(entry.read_bytes()[:-500])
    assert found(cache, log, EventStore(WordMatcher())) is None
    assert not entry.exists()


def test_what_was_not_used_for_longest_makes_room(tmp_path: Path, events: list[SmtpExchange]) -> None:
    logs = [log_at(tmp_path / f"{number}.evtx") for number in range(3)]
    cache = cache_in(tmp_path / "kept")
    for age, log in enumerate(logs):
        keep(cache, log, [exchange_in(log, each) for each in events])
        for entry in (tmp_path / "kept").iterdir():
            os.utime(entry, (entry.stat().st_atime - 1000, entry.stat().st_mtime - 1000))
        assert len(list((tmp_path / "kept").iterdir())) == age + 1
    size = next((tmp_path / "kept").iterdir()).stat().st_size
    small = cache_in(tmp_path / "kept", room=size * 5 // 2)
    assert keep(small, logs[2], events)
    assert found(small, logs[0], EventStore(WordMatcher())) is None
    assert found(small, logs[1], EventStore(WordMatcher())) is not None
    assert found(small, logs[2], EventStore(WordMatcher())) is not None


def test_a_log_that_is_larger_than_all_the_room_is_not_kept(
    tmp_path: Path, log: Path, events: list[SmtpExchange]
) -> None:
    cache = cache_in(tmp_path / "kept", room=1000)
    assert not keep(cache, log, events)


@pytest.mark.parametrize("name", ["-", "there is no such file", "", "bad\0name"])
def test_what_is_no_file_has_no_key(tmp_path: Path, name: str) -> None:
    assert cache_in(tmp_path / "kept").key(name) is None


def test_a_small_log_and_a_folder_have_no_key(tmp_path: Path) -> None:
    small = tmp_path / "small.evtx"
    small.write_bytes(b"x" * 999)
    cache = cache_in(tmp_path / "kept")
    assert cache.key(str(small)) is None
    assert cache.key(str(tmp_path)) is None


def test_a_folder_that_can_not_be_made_keeps_nothing(tmp_path: Path, log: Path, events: list[SmtpExchange]) -> None:
    in_the_way = tmp_path / "kept"
    in_the_way.write_bytes(b"a file")
    cache = cache_in(in_the_way)
    assert not keep(cache, log, events)
    assert found(cache, log, EventStore(WordMatcher())) is None
    assert in_the_way.read_bytes() == b"a file"


def test_a_text_that_can_not_be_written_keeps_nothing(tmp_path: Path, log: Path) -> None:
    cache = cache_in(tmp_path / "kept")
    assert not keep(cache, log, [exchange(said="550 half a character \ud800")])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_only_the_user_may_read_what_is_kept(tmp_path: Path, log: Path, events: list[SmtpExchange]) -> None:
    keep(cache_in(tmp_path / "kept"), log, events)
    (entry,) = (tmp_path / "kept").iterdir()
    assert entry.stat().st_mode & 0o077 == 0
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0


_HOSTS = st.sampled_from(["", "mx1.a.example", "MX1.a.example.", "mx2.b.example", "192.0.2.1"])
_SENT = st.sampled_from(["RCPT TO:<a@b.example> ", "MAIL FROM:<> ", "MAIL FROM:<A@B.example>", "DATA", "", "RCPT TO:a"])
_SAID = st.sampled_from(["550 5.1.1 User unknown ", "450 greylisted", "", "garbage", "504 authenticate", "0"])


@st.composite
def _exchanges(draw: st.DrawFn) -> SmtpExchange:
    return exchange(
        time=draw(st.one_of(st.none(), st.integers(-(2**62), 2**62), st.integers(0, 100))),
        host=draw(_HOSTS),
        said=draw(_SAID),
        sent=draw(_SENT),
        direction=draw(st.sampled_from(Direction)),
        server=draw(st.sampled_from([None, "EXCH01", ""])),
        event_id=draw(st.sampled_from([None, 7002, 7010, 2**40])),
        level=draw(st.sampled_from([None, "warning", "error"])),
        connection=draw(st.one_of(st.none(), st.integers(-(2**40), 2**40))),
        offset=draw(st.integers(0, 2**40)),
        time_assumed=draw(st.booleans()),
        problem=draw(st.sampled_from([None, "no sentence"])),
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(_exchanges(), max_size=12), st.lists(_exchanges(), max_size=5))
def test_any_exchanges_come_back_equal(
    tmp_path_factory: pytest.TempPathFactory, kept_ones: list[SmtpExchange], before: list[SmtpExchange]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    log = log_at(folder / "a.evtx")
    kept_ones = [exchange_in(log, each) for each in kept_ones]
    cache = cache_in(folder / "kept")
    assert keep(cache, log, kept_ones)
    store = store_of(*before)
    kept = found(cache, log, store)
    assert kept is not None
    store.append(kept.columns)
    assert all_of(store) == [*before, *kept_ones]
    plain = store_of(*before, *kept_ones)
    assert [store.match(row) for row in range(len(store))] == [plain.match(row) for row in range(len(plain))]
