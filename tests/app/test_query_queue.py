"""One query at a time, the newest of each kind, and none that outlasts the screen is answered to it."""

from __future__ import annotations

import asyncio
import threading

from smtpscope.app.query_queue import QueryQueue, StoreQuery


async def _until(condition: threading.Event) -> None:
    assert await asyncio.to_thread(condition.wait, 10)


async def test_a_newer_question_of_a_kind_takes_the_place_of_one_that_waits() -> None:
    begun, may_end, all_answered = threading.Event(), threading.Event(), threading.Event()
    answers: list[str] = []

    def answer(text: str) -> None:
        answers.append(text)
        if text == "third":
            all_answered.set()

    def first() -> str:
        begun.set()
        may_end.wait(10)
        return "first"

    queries = QueryQueue(lambda: None, lambda: True)
    serving = asyncio.create_task(queries.run())
    queries.submit("view", StoreQuery(first, answer))
    await _until(begun)
    queries.submit("view", StoreQuery(lambda: "second", answer))
    queries.submit("view", StoreQuery(lambda: "third", answer))
    may_end.set()
    await _until(all_answered)
    serving.cancel()
    assert answers == ["first", "third"]


async def test_what_is_asked_when_the_screen_goes_is_answered_to_nobody() -> None:
    begun, may_end = threading.Event(), threading.Event()
    alive = True
    heard: list[str] = []

    def ask() -> str:
        begun.set()
        may_end.wait(10)
        return "too late"

    queries = QueryQueue(lambda: heard.append("between"), lambda: alive)
    serving = asyncio.create_task(queries.run())
    queries.submit("view", StoreQuery(ask, heard.append))
    await _until(begun)
    alive = False
    may_end.set()
    await asyncio.wait_for(serving, 10)
    assert heard == []
