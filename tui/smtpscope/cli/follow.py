"""`events --follow`: the rows that come to the logs, one after the other, without an end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from smtpscope.cli.streams import talk

if TYPE_CHECKING:
    from smtpscope.session import Session

_SECONDS: Final = 1.0


def followed_rows(
    session: Session, filter_text: str, wait: Callable[[], None] = lambda: time.sleep(_SECONDS)
) -> Iterator[int]:
    """The rows that fit the filter, as they are added; `wait` is called before each look.

    They end where no log can grow. Raises FilterError.
    """
    if not session.can_grow:
        talk("nothing is added to what is packed or was piped in, so there is nothing to follow.")
    while session.can_grow:
        wait()
        known = len(session.store)
        for batch in session.follow():
            session.add(batch)
        if len(session.store) > known:
            view = session.view(filter_text, grouping="none")
            yield from (row for row in view.tree.order.tolist() if row >= known)
