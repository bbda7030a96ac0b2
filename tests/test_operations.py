"""Regression values: how much work the compiled engine and the dynamic programs do, counted.

These numbers are no theory. They are pinned because a change that makes the engine do twice the
work shows here on every machine, where a timed test would only show that the machine was busy. If
a change is meant to alter them, print the new ones (`kernel.run_counted`) and say why in the
commit.
"""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from kvratio.proofs_check import optimality, work
from kvratio.simulate import kernel
from kvratio.simulate.kernel import Work
from kvratio.simulate.learned import gittins
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.requests import Spec, requests
from kvratio.simulate.words.assumes import offset_levels
from kvratio.theory.hindsight import profile, separate
from kvratio.theory.hindsight.enumeration import enumerated
from kvratio.theory.hindsight.kept.prices import Kept, Prices
from kvratio.theory.hindsight.kept.search import Rest, search
from kvratio.theory.hindsight.relaxation import Relaxation
from kvratio.theory.model import Instance

SPEC = Spec("lmsys", requests=300, memory=4000, seed=7)
SEED = 1
# steps, look-ahead tests, assumed ends looked at, most in a step, starts, most in a step, moves in
# heaps, most in a step
PINNED = {
    "h-sf": Work(175, 329, 14351, 1818, 300, 59, 4526, 1167),
    "a-max": Work(296, 539, 10220, 124, 300, 8, 1597, 17),
    "a-min": Work(578, 698, 12506, 643, 688, 92, 19208, 239),
    "a-min-live": Work(502, 597, 2835, 274, 598, 92, 13325, 321),
    "a-min-thinned": Work(637, 0, 0, 0, 783, 92, 12365, 623),
    "a-min-staggered": Work(918, 0, 0, 0, 1096, 92, 21865, 171),
    "a-l": Work(275, 796, 9936, 271, 583, 91, 8025, 1130),
    "a-random": Work(264, 337, 7832, 2106, 300, 69, 2008, 133),
    "mc-sf": Work(289, 529, 9594, 89, 300, 8, 3902, 382),
    "mc-benchmark": Work(289, 529, 9594, 89, 300, 8, 3902, 382),
    "alpha-protection": Work(2059, 0, 0, 0, 48253, 75, 906580, 975),
    "beta-clearing": Work(261, 0, 0, 0, 338, 69, 5470, 1009),
    "svf": Work(187, 333, 15928, 2695, 300, 120, 4659, 1722),
    "shortest-predicted": Work(546, 0, 0, 0, 643, 91, 21713, 1226),
    "fcfs": Work(546, 0, 0, 0, 643, 91, 21713, 1226),
    "fcfs-watermark": Work(494, 0, 0, 0, 541, 91, 16306, 1226),
    "gsa": Work(1592, 0, 0, 0, 1966, 8, 21634, 2303),
    "gba": Work(433, 0, 0, 0, 300, 8, 3705, 770),
    "slicing": Work(938, 0, 0, 0, 2055, 92, 16451, 554),
    "offset-slicing": Work(757, 0, 0, 0, 1291, 227, 33058, 1185),
    "learned-slicing": Work(705, 0, 0, 0, 1375, 240, 71207, 2804),
    "guarded-slicing": Work(705, 0, 0, 0, 1375, 240, 70943, 2540),
}


@pytest.mark.parametrize("name", PINNED)
def test_the_engine_does_the_work_that_it_did(name: str) -> None:
    work = kernel.run_counted(requests(SPEC).instance, POLICIES[name], SEED)[1]
    assert work == PINNED[name]


class Budget(int):
    """A number of tokens that counts how often something is compared with it: once a cell."""

    cells = 0

    def __ge__(self, other: Any) -> bool:
        self.cells += 1
        return int(self) >= other


# corners of a profile cut, the budget, and the cells (number, use) that the judge's dynamic program
# for their limit looks at
LIMITS = (
    ([(1, 4, 5), (6, 0, 5)], 10, 9),
    ([(1, 30, 2), (5, 20, 5), (20, 10, 11), (40, 0, 20)], 100, 144),
    ([(1, 400, 2), (20, 100, 5), (100, 60, 11), (300, 0, 20)], 1000, 460),
)


@pytest.mark.parametrize(("corners", "memory", "pinned"), LIMITS)
def test_the_limit_of_a_profile_takes_the_cells_that_it_did(
    corners: list[tuple[int, int, int]], memory: int, pinned: int
) -> None:
    budget = Budget(memory)
    assert optimality._together(corners, budget) == optimality._together(corners, memory)
    assert budget.cells == pinned
    assert budget.cells <= work._together(corners, memory)  # what a file is refused for


@pytest.mark.parametrize(
    ("outputs", "memory", "pinned"), [([4] * 6, 6, 206), ([5, 3, 4, 2], 7, 132)]
)
def test_the_search_of_states_looks_at_the_ways_that_it_did(
    outputs: list[int], memory: int, pinned: int
) -> None:
    """Without prices, so that no number of a machine enters."""
    above = sum(outputs) * len(outputs)
    kept = Kept.of(Instance.of(memory, outputs), above)
    nothing = np.zeros(kept.horizon, np.int64)
    found = search(kept, Rest(kept, Prices(nothing, nothing)), above, most=10**6)
    assert found.whole
    assert found.looked == pinned


class Cells(np.ndarray):
    """Arrays that count how often one of their numbers is looked at, all of them together."""

    looked = 0

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        if not isinstance(found, np.ndarray):
            Cells.looked += 1
        return found


class CountingNumpy:
    """numpy, but the tables of -1 that a dynamic program fills are `Cells`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    @staticmethod
    def full(*shape_and_value: Any) -> Any:
        return np.full(*shape_and_value).view(Cells)


def plain(function: Any) -> Any:
    """The Python of a compiled function."""
    return getattr(function, "py_func", function)


@pytest.fixture
def cells(monkeypatch: pytest.MonkeyPatch) -> type[Cells]:
    """Run the dynamic programs by Python, and count."""
    for module in (profile, separate):
        monkeypatch.setattr(module, "np", CountingNumpy())
    monkeypatch.setattr(Cells, "looked", 0)
    return Cells


def columns(corners: list[tuple[int, int, int]]) -> Any:
    """Use, rest and weight of corners, most to go first: what the programs take."""
    return np.array(sorted(corners, key=lambda corner: -corner[1]), np.int64).T


# the corners and budgets of LIMITS; the cells that the producer's programs look at
PROGRAMS = ((LIMITS[0], 63, 73), (LIMITS[1], 6780, 6880))


@pytest.mark.parametrize(("case", "limit", "separation"), PROGRAMS)
def test_the_producers_programs_take_the_cells_that_they_did(
    case: Any, limit: int, separation: int, cells: type[Cells]
) -> None:
    corners, memory, _ = case
    found = plain(profile.most)(memory, *columns(corners))
    assert found == optimality._together(corners, memory)
    assert cells.looked == limit
    cells.looked = 0
    use, rest, weight = columns(corners)
    heaviest, _ = plain(separate.together)(memory, use, rest, weight.astype(float))
    assert max(heaviest) == found
    assert cells.looked == separation


def test_the_greatest_table_takes_the_cells_that_it_did(cells: type[Cells]) -> None:
    """`separate.room`: forward and backward tables over every profile."""
    table = np.zeros((13, 13))
    table[2:, 3:], table[5:, 1:] = 0.4, 0.3
    plain(separate.room)(table)
    assert cells.looked == 1325


def test_a_program_that_goes_twice_over_its_table_is_seen(cells: type[Cells]) -> None:
    """The count can fail: every corner given twice doubles it."""
    corners, memory, _ = LIMITS[0]
    plain(profile.most)(memory, *columns([*corners, *corners]))
    assert cells.looked >= 2 * PROGRAMS[0][1]


@pytest.mark.parametrize(
    ("outputs", "memory", "claim", "pinned"), [([2, 2], 2, 6, 6), ([5, 3, 4, 2, 3, 4], 9, 27, 898)]
)
def test_the_enumeration_does_the_work_that_it_did(
    outputs: list[int], memory: int, claim: int, pinned: int
) -> None:
    """Without prices, so that no number of a machine enters; in the checker's units."""
    instance = Instance.of(memory, outputs)
    relaxation = Relaxation(instance, (), horizon=sum(outputs))
    free = np.zeros((1, sum(outputs)), np.int64)
    found = enumerated(relaxation, free, relaxation.opening, claim, 10**7)
    assert found.closed
    assert found.work == pinned


def test_the_table_of_offset_levels_has_the_entries_that_it_had() -> None:
    """One row an offset; every entry is worked out once."""
    table = offset_levels.levels(Fraction(8))
    assert (len(table), sum(map(len, table))) == (4096, 86016)


def test_the_ranks_of_requests_take_the_stages_that_they_did() -> None:
    """Stages of one request with most levels and few, known to be short or long."""
    tables = np.empty((gittins.CLASSES, gittins.BINS), np.int64)
    none = np.empty(0, np.int64)
    gittins.estimate(none, none, np.empty(0, np.bool_), tables)
    columns = np.empty(gittins.MOST_STAGES, np.int64), np.empty(gittins.MOST_STAGES, np.int64)
    levels = 4 ** np.arange(12)
    table, request = tables[gittins.class_of(120)], (50, 120, 4000)
    numbers = [
        gittins.stages(table, request, known, (False, False), (levels, count), columns)
        for known in (0, 30, 1000)
        for count in (0, 6, 12)
    ]
    assert numbers == [1, 4, 8, 1, 1, 5, 1, 1, 1]
