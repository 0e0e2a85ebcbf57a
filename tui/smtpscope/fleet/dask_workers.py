"""Workers of a Dask scheduler (`dask worker`), on any number of computers that share the logs and the set.

Only `distributed` is used, one task a log. Its wire is pickle without authentication: TLS, or loopback.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from secrets import token_hex
from typing import Any, Final
from urllib.parse import urlsplit

import smtpscope
from smtpscope.asking.set_engine import EXTRA
from smtpscope.errors import LogError, UsageError
from smtpscope.fleet.log_job import LogJob, Outcome, ReadingRules, Work
from smtpscope.fleet.reading_rules import knowledge_hash
from smtpscope.fleet.trying import tried

_SECONDS_TO_CONNECT: Final = 10


class DaskWorkers:
    """The workers of the scheduler at `address`; `insecure` allows one on another computer without TLS.

    Raises UsageError for an address that is none or not safe, LogError without Dask.
    """

    def __init__(self, address: str, rules: ReadingRules, *, insecure: bool = False) -> None:
        self._address = checked_address(address, insecure=insecure)
        self._rules = rules
        self._workers = 0
        try:
            self._dask: Any = importlib.import_module("distributed")
        except ImportError as error:
            raise LogError(
                where=address, what="a scheduler needs Dask, which is not installed", remedy=f"Install it: {EXTRA}"
            ) from error

    @property
    def words(self) -> str:
        return f"{self._workers} {'worker' if self._workers == 1 else 'workers'} of {self._address}"

    def run(self, work: Work, jobs: Iterable[LogJob]) -> Iterator[Outcome]:
        """See `Spread`. Raises LogError if the scheduler is out of reach or lost, and if its workers differ from us."""
        waiting = list(jobs)
        if not waiting:
            return
        with self._connected() as client:
            self._compare(client, waiting[0].folder)
            alone: list[LogJob] = []
            for job, outcome in self._done(client, work, waiting):
                if outcome is None:
                    alone.append(job)
                else:
                    yield outcome
            # A log that kills its worker takes those down with it that wait for the same one.
            for job in alone:
                for _, outcome in self._done(client, work, [job]):
                    yield outcome or Outcome(job, None, "reading it ended its worker again and again, at last alone")

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            client = self._dask.Client(self._address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
        except (OSError, TypeError, ValueError, RuntimeError) as error:
            raise LogError(
                where=self._address,
                what=f"the scheduler can't be reached ({str(error).splitlines()[0] if str(error) else error!r})",
                remedy="Start it with dask scheduler; for tls:// the certificates are set in Dask's configuration",
            ) from error
        try:
            yield client
        finally:
            client.close(timeout=2)

    def _compare(self, client: Any, folder: str) -> None:
        """Raises LogError if a worker would read in another way, or writes to another place."""
        try:
            client.wait_for_workers(1, timeout=_SECONDS_TO_CONNECT)
            told: dict[str, tuple[str, str, bool]] = client.run(_description, self._rules.folders, folder)
        except TimeoutError as error:
            raise LogError(
                where=self._address,
                what="the scheduler has no workers",
                remedy=f"Start some: dask worker {self._address} --nthreads 1",
            ) from error
        except Exception as error:
            raise LogError(
                where=self._address,
                what=f"a worker can't run smtpscope ({type(error).__name__}: {error})",
                remedy=f"Install it where the workers run, in version {smtpscope.__version__}: {EXTRA}",
            ) from error
        self._workers = len(told)
        for worker, (version, knowledge, sees) in sorted(told.items()):
            if version != self._rules.version:
                raise LogError(
                    where=worker,
                    what=f"the worker has smtpscope {version}, and not {self._rules.version} as this computer",
                    remedy="Install the same version everywhere and restart the workers",
                )
            if knowledge != self._rules.knowledge:
                raise LogError(
                    where=worker,
                    what="the knowledge of the worker differs from that of this computer",
                    remedy="Copy your knowledge folder to the same path everywhere, or add --no-own-knowledge",
                )
            if not sees:
                raise LogError(
                    where=worker,
                    what=f"the worker has no folder {folder}",
                    remedy="Logs and set must be at the same path on all computers, as on a network share",
                )

    def _done(self, client: Any, work: Work, jobs: Sequence[LogJob]) -> Iterator[tuple[LogJob, Outcome | None]]:
        """Each of `jobs` with its outcome, None if its worker died too often."""
        run = token_hex(4)
        futures = client.map(
            tried,
            [work] * len(jobs),
            jobs,
            key=[f"smtpscope-{run}-{number}" for number in range(len(jobs))],
            pure=False,
        )
        by_key = {future.key: job for future, job in zip(futures, jobs, strict=True)}
        killed: type[Exception] = importlib.import_module("distributed.scheduler").KilledWorker
        try:
            for future in self._dask.as_completed(futures, loop=client.loop):
                job = by_key[future.key]
                if future.status == "finished":
                    read, failure, again = future.result()
                    yield job, Outcome(job, read, failure, again)
                elif future.status == "error":
                    error = future.exception()
                    reason = f"the worker failed ({type(error).__name__}: {error})"
                    yield job, None if isinstance(error, killed) else Outcome(job, None, reason)
                else:
                    raise self._lost()
                future.release()
        except self._dask.client.FutureCancelledError as error:
            raise self._lost() from error
        finally:
            if client.status == "running":
                client.cancel([future for future in futures if not future.done()])

    def _lost(self) -> LogError:
        return LogError(
            where=self._address,
            what="the connection to the scheduler was lost",
            remedy="Start it and its workers again, then run the same command: what has been read is kept",
        )


def _description(folders: tuple[str, ...], folder: str) -> tuple[str, str, bool]:
    """What a worker is asked: its version, its knowledge, and whether it sees the set."""
    from pathlib import Path

    return smtpscope.__version__, knowledge_hash(folders), Path(folder).is_dir()


def checked_address(address: str, *, insecure: bool) -> str:
    """`address`, if it is that of a scheduler and safe to use. Raises UsageError."""
    try:
        parts = urlsplit(address if "://" in address else f"tcp://{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit("none:"), None, None
    if parts.scheme not in ("tcp", "tls") or not host or port is None:
        raise UsageError(
            where="--scheduler",
            what=f"{address} is not the address of a scheduler",
            remedy="Write tls://head.example:8786, or tcp://127.0.0.1:8786",
        )
    if parts.scheme == "tcp" and not insecure and not _is_loopback(host):
        raise UsageError(
            where="--scheduler",
            what="without TLS, anybody who reaches the scheduler or a worker can run programs there",
            remedy="Use tls:// with certificates (see docs/fleet.md), or add --insecure in a network of your own",
        )
    return f"{parts.scheme}://{parts.netloc}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
