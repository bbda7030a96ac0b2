"""Regression values: how much work the compiled engine and the dynamic programs do, counted.

These numbers are no theory. They are pinned because a change that makes the engine do twice the
work shows here on every machine, where a timed test would only show that the machine was busy. If
a change is meant to alter them, print the new ones (`kernel.run_counted`) and say why in the
commit.
"""

from typing import Any

import numpy as np
import pytest

from kvratio.proofs_check import optimality, work
from kvratio.simulate import kernel
from kvratio.simulate.kernel import Work
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.requests import Spec, requests
from kvratio.theory.hindsight.kept.prices import Kept, Prices
from kvratio.theory.hindsight.kept.search import Rest, search
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
