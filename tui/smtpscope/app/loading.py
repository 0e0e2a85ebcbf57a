"""Reads logs in a thread while the user already browses."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from threading import Lock
from typing import Final

from textual.message import Message
from textual.worker import get_current_worker

from smtpscope.session import LoadedBatch
from smtpscope.session.browsing.browsed import Browsed

_SECONDS_BETWEEN_LOOKS: Final = 1.0
_SECONDS_TO_END: Final = 0.1


class BatchArrived(Message):
    """A batch was read and parsed; it is not in the store yet. `added` means that the log has grown."""

    def __init__(self, batch: LoadedBatch, *, added: bool = False) -> None:
        super().__init__()
        self.batch = batch
        self.added = added


class LoadingEnded(Message):
    """Everything has been read, or the user cancelled."""

    def __init__(self, *, cancelled: bool) -> None:
        super().__init__()
        self.cancelled = cancelled


def load(analysis: Browsed, post: Callable[[Message], object]) -> None:
    """Runs in a worker thread: posts each batch, and the end."""
    worker = get_current_worker()
    batches = analysis.read()
    try:
        for batch in batches:
            if worker.is_cancelled:
                break
            post(BatchArrived(batch))
    finally:
        getattr(batches, "close", lambda: None)()
        # The data stays until exit: scanning it all would freeze the screen for half a second.
        gc.freeze()
        post(LoadingEnded(cancelled=worker.is_cancelled))


def follow(analysis: Browsed, post: Callable[[Message], object], alone: Lock) -> None:
    """Runs in a worker thread after `load`: posts batches as the logs grow, until cancelled.

    `alone` keeps a second one waiting until the first has noticed that it was cancelled.
    """
    worker = get_current_worker()

    def stopped() -> bool:
        return worker.is_cancelled

    with alone:
        while not stopped():
            for batch in analysis.follow():
                post(BatchArrived(batch, added=True))
                if stopped():
                    return
            until = time.monotonic() + _SECONDS_BETWEEN_LOOKS
            while time.monotonic() < until and not stopped():
                time.sleep(_SECONDS_TO_END)
