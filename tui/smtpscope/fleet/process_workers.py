"""Processes of this machine as workers.

Each has one log at a time, so when one dies it is known which log it had, and all others go on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait

from smtpscope.fleet.log_job import LogJob, Outcome, ReadLog, Work
from smtpscope.fleet.trying import tried
from smtpscope.session.parallel.piped_process import PipedProcess, begin_serving


class ProcessWorkers:
    """`number` processes."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.processes: list[int] = []
        """The ids of the processes that are alive."""

    @property
    def words(self) -> str:
        return f"{self._number} {'process' if self._number == 1 else 'processes'}"

    def run(self, work: Work, jobs: Iterable[LogJob]) -> Iterator[Outcome]:
        """See `Spread`."""
        waiting = deque(jobs)
        alone: list[LogJob] = []
        for outcome in self._spread(work, waiting, min(self._number, len(waiting))):
            if outcome.read is None and not outcome.failure:
                alone.append(outcome.job)
            else:
                yield outcome
        for job in alone:
            for outcome in self._spread(work, deque([job]), 1):
                if outcome.read is None and not outcome.failure:
                    yield Outcome(job, None, "reading it ended its process twice, the second time alone")
                else:
                    yield outcome

    def _spread(self, work: Work, waiting: deque[LogJob], number: int) -> Iterator[Outcome]:
        """Outcomes without a failure are those of workers that died."""
        workers: list[_Worker] = []
        try:
            while waiting and len(workers) < number:
                workers.append(self._started(work, waiting.popleft()))
            while workers:
                ready = wait([worker.connection for worker in workers])
                for worker in [each for each in workers if each.connection in ready]:
                    outcome = worker.outcome()
                    if outcome is None:
                        outcome = Outcome(worker.job, None)
                        self._end(worker, workers)
                        if waiting:
                            workers.append(self._started(work, waiting.popleft()))
                    elif waiting and worker.take(waiting[0]):
                        waiting.popleft()
                    else:
                        self._end(worker, workers)
                        if waiting:
                            workers.append(self._started(work, waiting.popleft()))
                    yield outcome
        finally:
            while workers:
                self._end(workers[0], workers, at_once=True)

    def _started(self, work: Work, job: LogJob) -> _Worker:
        worker = _Worker(work, job)
        if worker.pid is not None:
            self.processes.append(worker.pid)
        return worker

    def _end(self, worker: _Worker, workers: list[_Worker], *, at_once: bool = False) -> None:
        workers.remove(worker)
        worker.end(at_once=at_once)
        if worker.pid in self.processes:
            self.processes.remove(worker.pid)


class _Worker:
    """A process with one job."""

    def __init__(self, work: Work, job: LogJob) -> None:
        self.piped = PipedProcess(_serve, work)
        self.connection = self.piped.connection
        self.pid = self.piped.process.pid
        self.job = job
        self.take(job)

    def take(self, job: LogJob) -> bool:
        """Gives the process its next job; False if it is gone."""
        if not self.piped.give(job):
            return False
        self.job = job
        return True

    def outcome(self) -> Outcome | None:
        """The outcome of its job; None if the process died over it."""
        try:
            read, failure, again = self.piped.received()
        except EOFError:
            return None
        return Outcome(self.job, read, failure, again)

    def end(self, *, at_once: bool) -> None:
        """Ends the process, once it has nothing to do or `at_once`."""
        self.piped.end(at_once=at_once)


def _serve(work: Work, connection: Connection[tuple[ReadLog | None, str, bool], LogJob]) -> None:
    """What a worker does, until nobody is at the other end."""
    begin_serving()
    with suppress(EOFError, OSError):
        while True:
            job = connection.recv()
            connection.send(tried(work, job))
