"""A few damaged logs of every form, always the same; `make fuzz` reads as many as there is time for."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from fuzz.losses import unaccounted
from fuzz.mutations import SMALL, Damaged, damaged, in_records, places
from fuzz.oracles import checked
from fuzz.seeds import Found, forms, read, seed_of
from smtpscope.errors import Problem

FILES = 3


@pytest.mark.parametrize("form", forms())
def test_damage_raises_nothing_takes_no_time_and_loses_nothing_unseen(form: str) -> None:
    seed = seed_of(form)
    assert seed.found.exchanges
    found = [checked(seed, number) for number in range(1_001, 1_001 + FILES)]
    assert [violation for violation in found if violation is not None] == []


def test_a_number_gives_the_same_log_again() -> None:
    seed = seed_of("lines")
    assert damaged(seed, 7) == damaged(seed, 7)
    assert damaged(seed, 7) != damaged(seed, 9)


def test_only_the_records_that_are_named_are_damaged() -> None:
    seed = seed_of("lines")
    spans = places(seed)
    for number in range(40):
        chance = Random(number)
        damage = in_records(seed, chance.sample(spans, 3), chance)
        assert damage.records is not None
        for start, end in spans:
            if start not in damage.records:
                moved = damage.moved(start)
                assert damage.data[moved : moved + end - start] == seed.data[start:end]


def test_each_mutation_keeps_to_its_record() -> None:
    seed = seed_of("lines")
    for start, end in places(seed):
        for mutation in SMALL:
            data = mutation(seed.data, start, end, Random(start))
            assert data.startswith(seed.data[:start])
            assert data.endswith(seed.data[end:])


def test_damage_may_be_anywhere() -> None:
    seed = seed_of("lines")
    assert len({damaged(seed, number).data for number in range(0, 80, 4)}) > 15


class TestWhatIsAccountedFor:
    """Of a log with its third record damaged, in which others are missing as well."""

    seed = seed_of("lines")
    start, _ = places(seed)[1]
    damage = Damaged(seed.data, "none", frozenset((start,)))

    def without(self, *numbers: int, problems: tuple[Problem, ...] = ()) -> str | None:
        kept = tuple(each for number, each in enumerate(self.seed.found.exchanges) if number not in numbers)
        return unaccounted(self.seed, Found(kept, frozenset(problems)), self.damage)

    def told(self, number: int, records: int | None = 1) -> Problem:
        return Problem("memory.log", f"byte {self.seed.records[number]:#x}", "broken", "skipped", records)

    def test_the_damaged_record_itself_may_go(self) -> None:
        assert self.without() is None
        assert self.without(2) is None

    def test_another_one_may_not(self) -> None:
        assert self.without(2, 3) is not None
        assert self.without(9) is not None

    def test_a_problem_near_it_accounts_for_as_many_as_it_counts(self) -> None:
        assert self.without(3, problems=(self.told(2),)) is None
        assert self.without(3, 4, problems=(self.told(2),)) is not None
        assert self.without(3, 4, problems=(self.told(2, 2),)) is None
        assert self.without(3, 4, problems=(self.told(2), self.told(3))) is None

    def test_a_problem_elsewhere_does_not(self) -> None:
        assert self.without(3, problems=(self.told(9),)) is not None

    def test_an_exchange_with_another_host_is_gone(self) -> None:
        place, key = self.seed.found.exchanges[5]
        changed = (*key[:3], "elsewhere.example", *key[4:])
        kept = [each for each in self.seed.found.exchanges if each != (place, key)]
        found = replace(self.seed.found, exchanges=(*kept, (place, changed)))
        assert unaccounted(self.seed, found, self.damage) is not None


def test_damage_that_is_read_is_accounted_for() -> None:
    seed = seed_of("lines")
    damage = damaged(seed, 1)
    assert unaccounted(seed, read(damage.data), damage) is None
