"""Parts of the hindsight optimum by themselves: the interval model, cuts, trees, prices."""

import sys
from collections import Counter
from collections.abc import Sequence
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kvratio.theory.hindsight import branch, child, tighten
from kvratio.theory.hindsight.branch import Node, Search, tree_rows
from kvratio.theory.hindsight.cuts import Ahead, Gap, standard_cuts
from kvratio.theory.hindsight.enumeration import Enumerated
from kvratio.theory.hindsight.optimum import Outcome, Status
from kvratio.theory.hindsight.profile import Profile
from kvratio.theory.hindsight.relaxation import DualBound, Relaxation
from kvratio.theory.hindsight.search import generate, plain_schedule
from kvratio.theory.hindsight.smooth import Smooth
from kvratio.theory.model import Instance, ScheduleError, verify
from tests.bruteforce import optimum as brute_force

# --- the interval model ------------------------------------------------------------------------


class Line:
    """A sum of variables with their factors, and a number: what the model writes of its starts."""

    def __init__(self, factors: dict[int, int], number: int = 0) -> None:
        self.factors, self.number = factors, number

    def __add__(self, other: "int | Line") -> "Line":
        if not isinstance(other, Line):
            return Line(self.factors, self.number + other)
        keys = {*self.factors, *other.factors}
        factors = {k: self.factors.get(k, 0) + other.factors.get(k, 0) for k in keys}
        return Line(factors, self.number + other.number)

    __radd__ = __add__  # what `sum` begins with is 0

    def __sub__(self, other: int) -> "Line":
        return self + -other

    def __mul__(self, other: int) -> "Line":
        return Line({k: f * other for k, f in self.factors.items()}, self.number * other)

    def at(self, chosen: Sequence[int]) -> int:
        return sum(f * chosen[k] for k, f in self.factors.items()) + self.number


class EveryAssignment:
    """CP-SAT's model and solver in one: all assignments are tried, one after the other."""

    def __init__(self) -> None:
        self.domains: list[range] = []
        self.hints: list[int] = []
        self.feasible: list[tuple[int, ...]] = []
        self.parameters = SimpleNamespace()

    def new_int_var(self, least: int, most: int, _: str) -> Line:
        self.domains.append(range(least, most + 1))
        return Line({len(self.domains) - 1: 1})

    def add_hint(self, _: Line, value: int) -> None:
        self.hints.append(value)

    def new_fixed_size_interval_var(self, start: Line, size: int, _: str) -> tuple[Line, int]:
        return start, size

    def add_cumulative(self, intervals: Any, heights: Any, most: int) -> None:
        for chosen in product(*self.domains):
            use = Counter[int]()
            for (start, size), height in zip(intervals, heights, strict=True):
                first = start.at(chosen)
                use.update(dict.fromkeys(range(first, first + size), height))
            if max(use.values(), default=0) <= most:
                self.feasible.append(chosen)

    def minimize(self, what: Line) -> None:
        self.best = min(self.feasible, key=what.at)
        self.best_objective_bound = what.at(self.best)

    def solve(self, model: "EveryAssignment") -> str:
        assert model is self
        return "optimal"

    def value(self, variable: Line) -> int:
        return variable.at(self.best)


@pytest.mark.parametrize(
    "instance",
    [
        Instance.of(7, [3, 2, 4], prompt=[1, 2, 0], arrival=[0, 1, 0]),
        Instance.of(6, [5, 1, 3], prompt=[1, 3, 1], arrival=[1, 2, 0]),
    ],
)
def test_the_interval_model_admits_the_schedules_of_the_model_and_no_others(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OR-tools cannot be loaded here (no process loads it and highspy): every start is tried."""
    last, made = 11, EveryAssignment()
    words = {"OPTIMAL": "optimal", "FEASIBLE": "feasible"}
    fake = SimpleNamespace(CpModel=lambda: made, CpSolver=lambda: made, **words)
    for name in ("ortools", "ortools.sat"):
        monkeypatch.setitem(sys.modules, name, SimpleNamespace())
    monkeypatch.setitem(sys.modules, "ortools.sat.python", SimpleNamespace(cp_model=fake))
    answer = child.solve(instance, last, [3, 1, 2], 5.0)

    def fits(starts: tuple[int, ...]) -> bool:
        try:
            verify(plain_schedule(instance, list(starts)), instance)
        except ScheduleError:
            return False
        return True

    columns = zip(instance.arrival, instance.output, strict=True)
    windows = [range(a, last - o + 1) for a, o in columns]
    assert made.domains == windows
    assert made.hints == [3, 1, 2]
    everything = list(product(*windows))
    assert made.feasible == list(filter(fits, everything))
    assert 0 < len(made.feasible) < len(everything)
    best = brute_force(instance.memory, instance.prompt, instance.output, instance.arrival)
    assert answer["bound"] == best
    assert verify(plain_schedule(instance, answer["starts"]), instance).tel == best


# --- cuts, prices and trees --------------------------------------------------------------------


def test_standard_cuts_are_for_requests_of_more_than_a_fifth_of_the_budget() -> None:
    """5 tokens of prompt and 5 of output: ten of fifty are a fifth."""
    assert standard_cuts(Instance.of(50, [5], prompt=5)) == ()
    assert standard_cuts(Instance.of(49, [5], prompt=5)) == (
        Gap(1, 24, 0),
        Ahead(2, 49 // 8),
        Ahead(2, 49 // 5),
        Ahead(3, 49 // 12),
    )


def test_the_gap_is_a_share_of_the_upper_bound() -> None:
    schedule = generate(Instance.of(4, [1]), [0])
    outcome = Outcome(Status.FEASIBLE, 3, 4, schedule, None, 0)
    assert outcome.gap == 0.25
    assert Outcome(Status.FEASIBLE, 0, 0, schedule, None, 0).gap == 0.0


def small() -> tuple[Relaxation, Search]:
    instance = Instance.of(3, [2, 2, 1])
    relaxation = Relaxation(instance, (), 9)
    prices = np.zeros((len(relaxation.limits), relaxation.horizon))
    bound = relaxation.bound(relaxation.rounded(prices))
    root = Node(relaxation.opening, bound, prices)
    return relaxation, Search(relaxation, generate(instance, [0, 1, 2]), 9, root)


@pytest.mark.parametrize("closed", [True, False])
def test_an_enumeration_proves_its_claim_only_if_nothing_was_left(
    closed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, search = small()
    asked: list[int] = []

    def enumerated(*arguments: Any) -> Enumerated:
        asked.append(arguments[3])
        return Enumerated(closed, None, 1)

    monkeypatch.setattr(branch, "enumerated", enumerated)
    branch._enumerate(search, 10, float("inf"))
    assert asked == [9], "the claim is that no schedule is better than the best so far"
    assert search.root.proven == (9 if closed else 0)


def test_a_better_schedule_starts_the_enumeration_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three requests with 2, 2 and 1 tokens before 3: starts 1, 3, 0 end at 3, 5, 1."""
    _, search = small()
    answers = [Enumerated(False, [1, 3, 0], 1), Enumerated(True, None, 1)]
    monkeypatch.setattr(branch, "enumerated", lambda *_: answers.pop(0))
    branch._enumerate(search, 10, float("inf"))
    assert search.upper == search.root.proven == 3 + 5 + 1
    assert {a.request: a.start for a in search.schedule.attempts()} == {0: 1, 1: 3, 2: 0}


@pytest.mark.parametrize(
    ("scaled", "proven", "tree"),
    [(7, 0, [0]), (4, 7, [["all", 0]]), (7, 7, [0]), (4, 0, [0])],
)
def test_a_leaf_says_that_it_was_enumerated_where_its_prices_do_not_prove_it(
    scaled: int, proven: int, tree: list[Any]
) -> None:
    prices = np.array([[0, 3, 3, 0, 2]])
    root = Node(small()[0].opening, DualBound(scaled, prices, 1), np.zeros((1, 5)), proven=proven)
    assert tree_rows(root, 7) == ([[[0, 1, 3, 3], [0, 4, 2]]], tree)


def test_violated_cuts_are_priced_where_they_are_violated_most_first() -> None:
    """One table of weight 1 for all that use 3 tokens or more, at most 2 at once, in 7 steps."""
    cut = Profile(((3, 0, 1),))
    occurring = np.zeros((7, 7, 7))
    for step, requests in enumerate((2.0, 3.0, 2.002, 5.0, 2.5, 2.0, 4.0)):
        occurring[step, 4, 1] = requests
        occurring[step, 2, 1] = 9.0  # these use too little to count
    extended: list[tuple[list[int], list[int]]] = []
    its = SimpleNamespace(
        instance=Instance.of(6, [1]),
        cuts=(Gap(1, 3, 0), cut),
        limits=np.array([[6], [1], [2]]),
        plain=2,
        horizon=7,
    )
    smooth: Any = SimpleNamespace(
        relaxation=its,
        tables=np.array([0]),
        steps=np.array([6]),  # is priced already
        extend=lambda tables, steps: extended.append((tables, steps)),
    )
    tighten._price_violated(smooth, occurring)
    assert extended == [([0, 0, 0], [3, 1, 4])]  # by 3/2, 1/2 and 1/4; by 1/1000 does not count


def test_prices_of_almost_nothing_are_none() -> None:
    """Three cuts of limit 2: a price that costs less than PRICED goes, and so does its cut."""
    relaxation = Relaxation(Instance.of(9, [4, 4, 4]), (Gap(1, 4, 0),), 6)
    relaxation.add([Profile(((u, 0, 1),)) for u in (2, 3, 4)])
    prices = np.zeros((len(relaxation.limits), 6))
    limits = relaxation.limits[relaxation.plain :, 0]
    prices[relaxation.plain, 1] = 0.5
    prices[relaxation.plain, 2] = tighten.PRICED / limits[0] / 2
    prices[relaxation.plain + 1, 3] = tighten.PRICED / limits[1] / 2
    prices[relaxation.plain + 2, 4] = tighten.PRICED / limits[2] * 2
    pruned = tighten._pruned(Smooth.of(relaxation, None, prices))
    kept = [cut.corners[0][0] for cut in relaxation.cuts if isinstance(cut, Profile)]
    assert kept == [2, 4]
    assert list(zip(pruned.tables.tolist(), pruned.steps.tolist(), strict=True)) == [(0, 1), (1, 4)]
