"""Texts that are numbered when they are first asked for."""

from __future__ import annotations

from threading import Thread

from smtpscope.store.shared_texts import SharedTextTables
from smtpscope.store.vocabulary import Vocabulary


def test_what_comes_later_is_numbered_too() -> None:
    values: Vocabulary[tuple[str, int]] = Vocabulary()
    texts = SharedTextTables(values).of(lambda value: value[0])
    assert texts.numbers().tolist() == []
    for value in (("b", 1), ("a", 1), ("b", 2)):
        values.intern(value)
    assert texts.texts().values == ["b", "a"]
    before = texts.numbers()
    values.intern(("c", 1))
    assert texts.numbers().tolist() == [0, 1, 0, 2]
    assert before.tolist() == [0, 1, 0]


def test_each_function_has_its_own_texts_and_always_the_same() -> None:
    values: Vocabulary[str] = Vocabulary()
    values.intern("Ab")
    tables = SharedTextTables(values)
    assert tables.of(str.lower) is tables.of(str.lower)
    assert (tables.of(str.lower).texts().values, tables.of(str.upper).texts().values) == (["ab"], ["AB"])


def test_several_threads_may_ask_while_values_come() -> None:
    values: Vocabulary[int] = Vocabulary()
    texts = SharedTextTables(values).of(str)
    threads = [Thread(target=lambda: [texts.numbers() for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(2_000):
        values.intern(number)
    for thread in threads:
        thread.join()
    assert texts.numbers().tolist() == list(range(2_000))
    assert texts.texts().values == list(map(str, range(2_000)))
