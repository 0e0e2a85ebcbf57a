"""The timeline of days."""

from __future__ import annotations

from smtpscope.export.formats.days_drawing import days_drawing


def test_quiet_days_keep_their_place() -> None:
    lines = days_drawing((("2026-11-01", 5), ("2026-11-10", 10)))
    bars = [line for line in lines if line.startswith("<rect")]
    assert bars[0].startswith('<rect x="0.0"')
    assert bars[1].startswith('<rect x="648.0"')


def test_years_are_drawn_in_few_bars_without_losing_an_event() -> None:
    lines = days_drawing((("2016-01-01", 3), ("2026-01-01", 4)))
    assert sum(line.startswith("<rect") for line in lines) == 2
    assert any("2016-01-01: 3" in line for line in lines)


def test_what_is_no_date_is_not_drawn() -> None:
    assert days_drawing((("<script>", 1),)) == []
    assert days_drawing(()) == []


def test_a_span_of_thousands_of_years_is_not_drawn() -> None:
    assert days_drawing((("0001-01-01", 1), ("9999-12-31", 1))) == []


def test_a_date_is_below_its_bar() -> None:
    few = days_drawing((("2026-11-01", 5), ("2026-11-03", 1), ("2026-11-06", 10)))
    bars = [line.partition(" y=")[0].removeprefix("<rect ") for line in few if line.startswith("<rect")]
    dates = {
        line.split(">")[1].split("<")[0]: line.split(" y=")[0].removeprefix("<text ") for line in few if "<text" in line
    }
    assert len(dates) == 6
    assert [dates[day] for day in ("2026-11-01", "2026-11-03", "2026-11-06")] == bars
    many = days_drawing((("2026-11-01", 5), ("2026-11-30", 1)))
    assert [line.split(">")[1].split("<")[0] for line in many if "<text" in line] == ["2026-11-01", "2026-11-30"]
    last = next(line for line in many if "2026-11-30</text>" in line)
    assert 'x="717.6"' in last, "where the last bar ends"
