"""A few damaged logs of every form, always the same; `make fuzz` reads as many as there is time for."""

from __future__ import annotations

from random import Random

import pytest

from fuzz.mutations import SMALL, anywhere, places
from fuzz.oracles import checked, mutated
from fuzz.seeds import forms, seed_of

FILES = 3


@pytest.mark.parametrize("form", forms())
def test_damage_raises_nothing_takes_no_time_and_loses_nothing_unseen(form: str) -> None:
    seed = seed_of(form)
    assert seed.found.exchanges
    found = [checked(seed, number) for number in range(1_000, 1_000 + FILES)]
    assert [violation for violation in found if violation is not None] == []


def test_a_number_gives_the_same_log_again() -> None:
    seed = seed_of("lines")
    assert mutated(seed, 7) == mutated(seed, 7)
    assert mutated(seed, 7) != mutated(seed, 9)


def test_one_record_is_damaged_and_no_other_byte() -> None:
    seed = seed_of("lines")
    for start, end in places(seed):
        for mutation in SMALL:
            data = mutation(seed.data, start, end, Random(start))
            assert data.startswith(seed.data[:start])
            assert data.endswith(seed.data[end:])


def test_damage_may_be_anywhere() -> None:
    seed = seed_of("lines")
    assert len({anywhere(seed.data, Random(number)) for number in range(20)}) > 15
