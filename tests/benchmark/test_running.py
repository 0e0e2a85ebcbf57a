from __future__ import annotations

import os
import sys

import pytest

from bench.running import CommandError, Run, median_run, output, paired, run


def test_a_command_is_timed_and_its_memory_is_known() -> None:
    small = run([sys.executable, "-c", "pass"])
    large = run([sys.executable, "-c", "b'x' * 50_000_000"])
    assert small.seconds > 0
    assert large.peak - small.peak > 40_000_000


def test_a_command_that_fails_gives_no_figure_but_what_it_said() -> None:
    with pytest.raises(CommandError, match="no such log"):
        run([sys.executable, "-c", "raise SystemExit('no such log')"])


def test_measured_processes_keep_compiled_modules_whatever_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('not kept' if sys.dont_write_bytecode else 0)"]
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert run(command).seconds > 0
    assert run(command, environment={**os.environ}).seconds > 0
    assert output(command) == b""


def test_the_output_of_a_command_that_fails_is_none() -> None:
    with pytest.raises(CommandError, match="no such log"):
        output([sys.executable, "-c", "print('half'); raise SystemExit('no such log')"])


def test_the_ratio_is_the_median_of_the_pairs() -> None:
    # The one before the pairs is not measured.
    first = iter([Run(99, 99), Run(1, 10), Run(9, 30), Run(3, 20)])
    second = iter([Run(2, 1), Run(3, 1), Run(2, 1)])
    both = paired(lambda: next(first), lambda: next(second), times=3)
    assert both.ratio == 1.5
    assert both.first == Run(3, 30)


def test_a_part_is_scaled_up() -> None:
    both = paired(lambda: Run(1, 0), lambda: Run(2, 0), times=1, scale=50)
    assert both.ratio == pytest.approx(0.01)


def test_the_median_takes_the_highest_memory() -> None:
    assert median_run([Run(1, 5), Run(3, 9), Run(2, 1)]) == Run(2, 9)
