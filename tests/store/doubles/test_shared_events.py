"""Events that two logs have in different forms are told, not left out."""

from __future__ import annotations

import numpy as np

from smtpscope.store.doubles.shared_events import LoggedFacts, SharedEvents, without_reply

Row = tuple[int, int, int, int, int, bool]


def found(*rows: Row) -> list[SharedEvents]:
    """Rows of time, event id, recipient, server, file, and whether the reply is missing."""
    *columns, silent = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    return without_reply(LoggedFacts(*columns), silent.astype(np.bool_))


def test_an_event_without_a_reply_is_found_by_second_and_id_or_by_recipient() -> None:
    log = [(1_500, 7002, 5, 1, 0, False), (2_500, 7004, 6, 1, 0, False), (9_000, -1, 8, 1, 0, False)]
    assert found(*log, (1_000, 7002, -1, 1, 1, True)) == [SharedEvents(0, 1, 1)]
    assert found((1_000, 7002, -1, -1, 1, True), *log) == [SharedEvents(0, 1, 1)], "no server named, and read first"
    assert found(*log, (1_000, 7002, -1, 1, 1, True), (2_000, 7004, -1, -1, 1, True)) == [SharedEvents(0, 1, 2)]
    assert found(*log, (11_000, -1, 8, 4, 1, True)) == [SharedEvents(0, 1, 1)], "two seconds later, same recipient"
    for other in (
        (1_000, 7002, -1, 2, 1, True),
        (1_000, 7004, -1, 1, 1, True),
        (3_000, 7002, -1, 1, 1, True),
        (1_500, 7002, 5, 1, 0, True),
        (9_000, -1, 7, 1, 1, True),
        (12_000, -1, 8, 1, 1, True),
    ):
        assert found(*log, other) == [], "another server, id, second, log or recipient"


def test_nothing_is_told_where_all_or_none_lack_the_reply() -> None:
    assert found((1_000, 7002, -1, 1, 0, True), (1_000, 7002, -1, 1, 1, True)) == []
    assert found((1_000, 7002, -1, 1, 0, False), (1_000, 7002, -1, 1, 1, False)) == []
