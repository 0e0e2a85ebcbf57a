"""Following logs that grow: what was added comes once, whatever kind of log it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from smtpscope.cli.commands import followed_rows
from smtpscope.session import Analysis, open_analysis
from support.evtx_events import many_events
from support.evtx_writer import evtx_bytes

SENTENCE = (
    "2026-03-01 08:{minute:02}:00 This is an SMTP protocol warning log for virtual server ID 1, connection #{number}. "
    'The remote host "mx{number}.example", responded to the SMTP command "rcpt" with "550 no ". The full command sent '
    'was "RCPT TO:<a@b.example> ".  This may cause the connection to fail.\n'
)
CSV_HEAD = "Level,Date and Time,Source,Event ID,Task Category\n"


def lines(first: int, last: int) -> str:
    return "".join(SENTENCE.format(minute=number % 60, number=number) for number in range(first, last))


def opened(path: Path) -> Analysis:
    analysis = open_analysis([str(path)])
    analysis.read_all()
    return analysis


def followed(analysis: Analysis) -> list[str]:
    """The remote hosts of what was added."""
    before = len(analysis.store)
    for batch in analysis.follow():
        analysis.add(batch)
    return [analysis.store.exchange(row).remote_host.verbatim for row in range(before, len(analysis.store))]


def test_new_lines_of_a_text_log_come_once(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text(lines(0, 3), encoding="utf-8")
    analysis = opened(path)
    assert followed(analysis) == []
    path.write_text(lines(0, 5), encoding="utf-8")
    assert followed(analysis) == ["mx3.example", "mx4.example"]
    assert followed(analysis) == []
    assert analysis.unrelated_records == 0


def test_a_line_without_its_end_is_left_for_later(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text(lines(0, 2), encoding="utf-8")
    analysis = opened(path)
    path.write_text(lines(0, 3)[:-60], encoding="utf-8")
    assert followed(analysis) == []
    path.write_text(lines(0, 3), encoding="utf-8")
    assert followed(analysis) == ["mx2.example"]


def test_places_are_those_in_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text(lines(0, 2), encoding="utf-16")
    analysis = opened(path)
    path.write_text(lines(0, 4), encoding="utf-16")
    assert followed(analysis) == ["mx2.example", "mx3.example"]
    assert "mx3.example" in analysis.raw(3)


def test_a_text_log_that_was_begun_anew_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text(lines(0, 9), encoding="utf-8")
    analysis = opened(path)
    path.write_text(lines(20, 22), encoding="utf-8")
    assert followed(analysis) == ["mx20.example", "mx21.example"]


def test_an_evtx_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "a.evtx"
    path.write_bytes(evtx_bytes(many_events(150, ours_every=2)))
    analysis = opened(path)
    path.write_bytes(evtx_bytes(many_events(400, ours_every=2)))
    assert len(followed(analysis)) == 125
    assert (len(analysis.store), analysis.unrelated_records) == (200, 200)
    assert followed(analysis) == []


def test_a_log_that_is_gone_for_a_while_is_told_once_and_followed_again(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text(lines(0, 2), encoding="utf-8")
    analysis = opened(path)
    path.unlink()
    assert followed(analysis) == followed(analysis) == []
    assert [problem.outcome for problem in analysis.problems] == ["noted"]
    path.write_text(lines(0, 3), encoding="utf-8")
    assert followed(analysis) == ["mx2.example"]


def test_a_log_out_of_the_cache_is_followed_without_an_event_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smtpscope.store.cache import log_cache

    monkeypatch.setattr(log_cache, "_SMALLEST", 0)
    path = tmp_path / "a.evtx"
    path.write_bytes(evtx_bytes(many_events(150, ours_every=2)))
    knowledge = opened(path).knowledge
    for _ in range(2):
        analysis = Analysis(knowledge, cache=tmp_path / "kept")
        analysis.open([str(path)])
        analysis.read_all()
    path.write_bytes(evtx_bytes(many_events(400, ours_every=2)))
    assert len(followed(analysis)) == 125
    assert (len(analysis.store), analysis.unrelated_records) == (200, 200)


def test_rows_that_fit_the_filter_are_told_as_they_come(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text(lines(0, 2), encoding="utf-8")
    analysis = opened(path)
    looks = iter([lines(0, 2), lines(0, 4), lines(0, 7)])

    def wait() -> None:
        path.write_text(next(looks), encoding="utf-8")

    rows = followed_rows(analysis, "host:mx5", wait)
    assert next(rows) == 5
    with pytest.raises(RuntimeError):
        next(rows)


def test_what_was_written_before_a_log_was_renamed_comes_before_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text(lines(0, 2), encoding="utf-8")
    analysis = opened(path)
    assert followed(analysis) == []
    with path.open("a", encoding="utf-8") as log:
        log.write(lines(2, 4))
        log.flush()
        path.rename(tmp_path / "mail.log.1")
        path.write_text(lines(9, 10), encoding="utf-8")
        assert followed(analysis) == ["mx2.example", "mx3.example"]
        log.write(lines(4, 5))
        log.flush()
        # Its program has not been told of the new log yet.
        assert followed(analysis) == ["mx4.example"]
    assert followed(analysis) == ["mx9.example"]
    with path.open("a", encoding="utf-8") as log:
        path.unlink()
        assert followed(analysis) == []
        log.write(lines(10, 11))
        log.flush()
        assert followed(analysis) == ["mx10.example"]
    path.write_text(lines(20, 22), encoding="utf-8")
    assert followed(analysis) == ["mx20.example", "mx21.example"]
    assert [problem.reason.partition(":")[0] for problem in analysis.problems] == ["The log can't be followed for now"]


def rewritten(path: Path, text: str) -> None:
    """In place, as an editor or a program does that truncates."""
    with path.open("r+", encoding="utf-8") as log:
        log.truncate(0)
        log.write(text)


def replaced(path: Path, text: str) -> None:
    """By another file, as `sed -i` and many editors do."""
    fresh = path.with_name("fresh")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def made_anew(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("write", [rewritten, replaced, made_anew])
@pytest.mark.parametrize(
    ("rest", "new"),
    [
        (lines(0, 6), []),
        (lines(3, 9), []),
        (lines(0, 2) + lines(5, 9), []),
        (lines(4, 9) + lines(20, 22), ["mx20.example", "mx21.example"]),
        ("a heading that somebody put there\n" + lines(0, 12), ["mx9.example", "mx10.example", "mx11.example"]),
        (lines(0, 9).replace("\n", " \n"), []),
    ],
    ids=["its end cut off", "its beginning cut off", "its middle cut out", "shorter and grown", "longer", "edited"],
)
def test_what_is_written_again_is_not_counted_twice(
    tmp_path: Path, write: Callable[[Path, str], None], rest: str, new: list[str]
) -> None:
    path = tmp_path / "mail.log"
    path.write_text(lines(0, 9), encoding="utf-8")
    analysis = opened(path)
    assert followed(analysis) == []
    write(path, rest)
    counted = analysis.events
    came = [*followed(analysis), *followed(analysis)]
    assert analysis.events - counted == len(new)
    assert set(new) <= set(came)
    # What was read before is never shown from the bytes of another record.
    assert "replaced or restarted" in analysis.raw(8)


@pytest.mark.parametrize("write", [rewritten, replaced, made_anew])
@pytest.mark.parametrize("count", [2, 9, 14])
def test_a_new_log_under_the_name_loses_nothing(tmp_path: Path, write: Callable[[Path, str], None], count: int) -> None:
    """Shorter than the old one, of the same size, and longer."""
    path = tmp_path / "mail.log"
    path.write_text(lines(10, 19), encoding="utf-8")
    analysis = opened(path)
    assert followed(analysis) == []
    write(path, lines(20, 20 + count))
    assert [*followed(analysis), *followed(analysis)] == [f"mx{20 + number}.example" for number in range(count)]
    assert analysis.events == 9 + count
    assert "mx20.example" in analysis.raw(9)
    assert "replaced or restarted" in analysis.raw(0)
    assert "mx10.example" in analysis.raw(0)


def test_the_same_refusal_in_the_second_of_a_rotation_counts_twice(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text(lines(3, 4) * 2, encoding="utf-8")
    analysis = opened(path)
    rewritten(path, lines(3, 4))
    assert followed(analysis) == ["mx3.example"]
    assert analysis.events == 3


def test_a_table_that_is_exported_again_gives_what_is_new_in_it(tmp_path: Path) -> None:
    rows = [
        f'Error,11/{number}/2026 1:04:34 PM,MSExchangeTransport,7004,SMTP,"{lines(number, number + 1)[20:].strip()}"\n'
        for number in range(10, 25)
    ]
    path = tmp_path / "events.csv"
    path.write_text(CSV_HEAD + "".join(rows[:9]), encoding="utf-8")
    analysis = opened(path)
    assert analysis.events == 9
    path.write_text(CSV_HEAD + "".join(rows[6:12]), encoding="utf-8")
    followed(analysis)
    assert analysis.events == 12
    path.write_text(CSV_HEAD + "".join(rows[12:14]), encoding="utf-8")
    assert len(followed(analysis)) == 2
    assert analysis.events == 14


def test_two_logs_that_are_followed_in_turn_keep_the_same_refusal_within_a_second(tmp_path: Path) -> None:
    paths = [tmp_path / "one.log", tmp_path / "other.log"]
    for number, path in enumerate(paths):
        path.write_text(lines(number, number + 1), encoding="utf-8")
    analysis = open_analysis(list(map(str, paths)))
    analysis.read_all()
    for count in (2, 3):
        for number, path in enumerate(paths):
            path.write_text(lines(number, number + 1) * count, encoding="utf-8")
        followed(analysis)
    assert analysis.events == 6


def test_lines_in_records_come_once_whether_their_reader_goes_on_or_begins_again(tmp_path: Path) -> None:
    path = tmp_path / "app-json.log"
    events = [lines(number, number + 1).strip() for number in range(6)]
    pairs = [
        f'Date="{event[:19]}" SourceName="MSExchangeTransport" EventID="7004" Message={json.dumps(event[20:])}'
        for event in events
    ]
    for texts in (events, pairs):
        records = [
            json.dumps({"log": f"{each}\n", "stream": "stdout", "time": "2026-03-01T09:00:00.1Z"}) + "\n"
            for each in texts
        ]
        path.write_text("".join(records[:3]), encoding="utf-8")
        analysis = opened(path)
        assert [len(followed(analysis)), analysis.events] == [0, 3]
        path.write_text("".join(records), encoding="utf-8")
        assert len(followed(analysis)) == 3
        assert [len(followed(analysis)), analysis.events] == [0, 6]
