"""What is measured with whole processes: ours against each peer, paired, the median of the pairs' ratios."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import peers
from bench.evtx_data import CLUSTERED, DENSE, SCATTERED, LogKind, write_log
from bench.peers import Peers
from bench.running import CommandError, Paired, Run, median_run, output, paired, run
from bench.table import Row, megabytes, seconds
from bench.text_data import write_text_log

Command = list[str]
_VERSION: Final = "1"
"""Part of the names of generated files: raised whenever what is generated changes."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is read: MB of the logs, how many pairs of runs, and the part that python-evtx reads.

    `formats` is the size of the log of each format.
    """

    sparse: float
    dense: float
    text: float
    series: tuple[float, ...]
    times: int
    part: float
    part_times: int
    formats: float
    formats_times: int


FULL: Final = Sizes(191, 134, 200, (25, 50, 100, 200, 400), 5, 1.5, 2, 100, 3)
QUICK: Final = Sizes(32, 14, 32, (8, 16, 32), 3, 0.3, 1, 10, 1)


class Logs:
    """The generated logs, kept in a folder between runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def evtx(self, kind: LogKind, size: float) -> Path:
        return self.made(f"{kind.name}-{size:g}.evtx", lambda path: write_log(path, kind, megabytes=size))

    def text(self, size: float) -> Path:
        return self.made(f"text-{size:g}.log", lambda path: write_text_log(path, megabytes=size))

    def made(self, name: str, write: Callable[[Path], object]) -> Path:
        """The file called `name`; `write` makes it where it is not there yet."""
        path = self._folder / f"v{_VERSION}-{name}"
        if not path.exists():
            unfinished = path.with_suffix(".part")
            write(unfinished)
            unfinished.replace(path)
        return path


class Bench:
    """Runs the rows. The cache of smtpscope is kept in a folder of its own, and off where reading is measured."""

    def __init__(self, programs: Peers, logs: Logs, sizes: Sizes, folder: Path, say: Callable[[str], None]) -> None:
        self._programs = programs
        self._logs = logs
        self._sizes = sizes
        self._say = say
        self._reading = {**os.environ, "SMTPSCOPE_CACHE": "off"}
        self.caching: dict[str, str] = {
            **os.environ,
            "SMTPSCOPE_CACHE": "on",
            "XDG_CACHE_HOME": str(folder / "cache"),
        }

    def start_up(self) -> Run:
        """A report on a log of one chunk: what is not reading."""
        log = self._logs.evtx(DENSE, 0.07)
        # The first start of all compiles the modules, which is nobody's start-up later.
        self.report(log)
        return median_run([self.report(log) for _ in range(self._sizes.times)])

    def evtx(self, start: Run) -> list[Row]:
        sizes = self._sizes
        rows = []
        for kind, size, least, aim in ((SCATTERED, sizes.sparse, 5.0, 8), (CLUSTERED, sizes.sparse, 7.0, 12)):
            log = self._logs.evtx(kind, size)
            words = f"{size:g} MB, {'1 % ours, all over it' if kind is SCATTERED else '1 % ours, in one episode'}"
            rust = self._against(self._programs.rust_json(log), log)
            rows.append(_faster(f"{words}: than Rust `evtx` to JSON", rust, f"at least {least:g}, aim {aim}", least))
            if kind is SCATTERED:
                rows += [self._floor(words, log, start), self._scaled(words, log)]
        return [*rows, self._dense(), self._obvious()]

    def _floor(self, words: str, log: Path, start: Run) -> Row:
        self._say(f"cat {log.name}")
        # The floor takes milliseconds, so it is run more often, to be sure of it.
        floor = median_run([run(peers.cat(log)) for _ in range(4 * self._sizes.times)])
        ours = median_run([self.report(log) for _ in range(self._sizes.times)])
        ratio = (ours.seconds - start.seconds) / floor.seconds
        return Row(
            f"{words}: without start-up, times the floor (`cat FILE >/dev/null`)",
            f"{ratio:.1f} x",
            "at most 6",
            ratio <= 6,
            f"{seconds(ours.seconds)} with start-up {seconds(start.seconds)}, cat {seconds(floor.seconds)}",
            megabytes(ours.peak),
        )

    def _scaled(self, words: str, log: Path) -> Row:
        """python-evtx needs minutes for all of it: it reads a part, and its time is scaled by the number of bytes."""
        part = self._logs.evtx(SCATTERED, self._sizes.part)
        scale = log.stat().st_size / part.stat().st_size
        self._say(f"python-evtx {part.name}")
        pair = paired(
            lambda: self.report(log),
            lambda: run(self._programs.python_evtx(part)),
            times=self._sizes.part_times,
            scale=scale,
        )
        what = f"{words}: than python-evtx to XML (read {self._sizes.part:g} MB, time scaled up by {scale:.0f})"
        return _faster(what, pair, "", None, second=pair.second.seconds * scale)

    def _dense(self) -> Row:
        log = self._logs.evtx(DENSE, self._sizes.dense)
        pair = self._against(self._programs.rust_json(log), log)
        return Row(
            f"{self._sizes.dense:g} MB, all ours, everything included: times the bare Rust parse",
            f"{pair.ratio:.1f} x",
            "at most 2.5",
            pair.ratio <= 2.5,
            _times(pair),
            _memory(pair),
        )

    def _obvious(self) -> Row:
        """Both on the same part; start-up weighs most for ours, so it is said what was taken off."""
        log = self._logs.evtx(SCATTERED, self._sizes.part * 4)
        self._say(f"python-evtx {log.name}")
        pair = paired(
            lambda: self.report(log), lambda: run(self._programs.python_evtx(log)), times=self._sizes.part_times
        )
        what = f"{self._sizes.part * 4:g} MB, 1 % ours: than python-evtx, records to XML and a regular expression"
        return _faster(what, pair, "at least 100", 100)

    def text(self) -> list[Row]:
        size = self._sizes.text
        log = self._logs.text(size)
        words = f"{size:g} MB, 5 % ours"
        pair = self._against(peers.grep(log), log)
        rows = [
            Row(f"{words}: times `grep -c` of the phrase", f"{pair.ratio:.1f} x", "", None, _times(pair), _memory(pair))
        ]
        lnav = peers.lnav(log)
        if lnav is None:
            return [*rows, Row(f"{words}: lnav", "not installed, left out")]
        try:
            return [*rows, _faster(f"{words}: than lnav", self._against(lnav, log), "", None)]
        except CommandError:
            return [*rows, Row(f"{words}: lnav", "failed, left out")]

    def cached(self) -> list[Row]:
        """A dense log again: the first run keeps it, the others open what is kept."""
        log = self._logs.evtx(DENSE, self._sizes.dense)
        self.report(log, cached=True)
        self._say(f"from the cache: {log.name}")
        pair = paired(lambda: self.report(log, cached=True), lambda: self.report(log), times=self._sizes.times)
        return [_faster(f"{self._sizes.dense:g} MB, all ours, from the cache: than reading it", pair, "", None)]

    def series(self, start: Run) -> list[Row]:
        rows, first = [], 0.0
        for size in self._sizes.series:
            log = self._logs.evtx(SCATTERED, size)
            self._say(f"size {size:g} MB")
            ours = median_run([self.report(log) for _ in range(self._sizes.times)])
            each = (ours.seconds - start.seconds) / size * 1000
            first = first or each
            rows.append(
                Row(f"{size:g} MB", f"{each:.2f} ms a MB", "", None, seconds(ours.seconds), megabytes(ours.peak))
            )
        return rows

    def _against(self, other: Command, log: Path) -> Paired:
        self._say(f"report against another reader, {log.name}")
        return paired(lambda: self.report(log), lambda: run(other), times=self._sizes.times)

    def exchanges(self, log: Path) -> int:
        """How many exchanges a report on `log` counts. Raises CommandError."""
        answer = json.loads(output(self._programs.report_json(log), environment=self._reading))
        return int(answer["events"])

    def report(self, log: Path, *, cached: bool = False) -> Run:
        """A report as a whole process. Raises CommandError."""
        return run(self._programs.report(log), environment=self.caching if cached else self._reading)


def _times(pair: Paired, second: float | None = None) -> str:
    return f"{seconds(pair.first.seconds)} against {seconds(pair.second.seconds if second is None else second)}"


def _memory(pair: Paired) -> str:
    return f"{megabytes(pair.first.peak)} against {megabytes(pair.second.peak)}"


def _faster(what: str, pair: Paired, wanted: str, least: float | None, *, second: float | None = None) -> Row:
    """A row for "so many times as fast": the ratio of the pairs turned over."""
    faster = 1 / pair.ratio
    met = None if least is None else faster >= least
    return Row(what, f"{faster:.1f} x as fast", wanted, met, _times(pair, second), _memory(pair))
