"""Reading logs in a thread while the user already looks at what is there."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message
from textual.worker import get_current_worker

from smtpscope.session import LoadedBatch, Session


class BatchArrived(Message):
    """A batch was read and parsed; it is not in the store yet."""

    def __init__(self, batch: LoadedBatch) -> None:
        super().__init__()
        self.batch = batch


class LoadingEnded(Message):
    """All is read, or the user cancelled."""

    def __init__(self, *, cancelled: bool) -> None:
        super().__init__()
        self.cancelled = cancelled


def load(session: Session, post: Callable[[Message], object]) -> None:
    """Runs in a worker thread: posts each batch, and the end."""
    worker = get_current_worker()
    batches = session.read()
    try:
        for batch in batches:
            if worker.is_cancelled:
                break
            post(BatchArrived(batch))
    finally:
        getattr(batches, "close", lambda: None)()
        post(LoadingEnded(cancelled=worker.is_cancelled))
