"""What a declaration means, decision by decision, against independent definitions.

A logged run keeps what a policy knew and did in every step. The checks below recompute from the
model what it should have done; that they can fail is shown by logs held against the declaration
of another policy.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulate.declared import Declared
from simulate.engine import run, run_scheduler
from simulate.policies import POLICIES
from simulate.policies.a_min import THINNED
from simulate.policy import Admits, Assumes, Evicts, Order, Policy, Ties
from simulate.view import View
from tests.strategies import instances, with_other_outputs
from theory.model import Instance

NAMES = sorted(POLICIES)


@dataclass
class Step:
    """What a policy knew and did in one step; `bounds` are its assumed lengths."""

    now: int
    completed: list[int]
    running: dict[int, int]  # before the evictions, with starts
    waiting: list[int]  # before the evictions
    bounds: dict[int, int]  # before the evictions
    evicted: list[int] = field(default_factory=list)
    learned: dict[int, int] = field(default_factory=dict)  # bounds after the evictions
    admitted: list[int] = field(default_factory=list)

    def made(self, request: int) -> int:
        return self.now - self.running[request]


class Logged:
    """A declared policy that keeps a log; it decides as if nobody watched."""

    def __init__(self, policy: Policy, n: int, seed: int) -> None:
        self._declared = Declared(policy, n, seed)
        self.sees = policy.sees
        self.log: list[Step] = []
        self._completed: list[int] = []

    def arrive(self, view: View, request: int) -> None:
        self._declared.arrive(view, request)

    def complete(self, view: View, request: int) -> None:
        self._completed.append(request)
        self._declared.complete(view, request)

    def _bounds(self, view: View) -> dict[int, int]:
        return {i: self._declared.assumed(i) for i in (*view.running, *view.waiting)}

    def evict(self, view: View) -> Iterable[int]:
        bounds = self._bounds(view)
        step = Step(
            view.now, sorted(self._completed), dict(view.running), list(view.waiting), bounds
        )
        self._completed = []
        self.log.append(step)
        step.evicted = list(self._declared.evict(view))
        return step.evicted

    def admit(self, view: View) -> Iterable[int]:
        step = self.log[-1]
        step.learned = self._bounds(view)
        step.admitted = list(self._declared.admit(view))
        return step.admitted


def decisions(instance: Instance, policy: Policy, seed: int = 0) -> list[Step]:
    logged = Logged(policy, instance.n, seed)
    run_scheduler(instance, logged)
    return logged.log


def promotions(policy: Policy, log: list[Step]) -> list[list[int]]:
    """Step by step, those evicted for having outlived a stage, in the order of their starts."""
    more = {Assumes.LOWER_THEN_UPPER: 1, Assumes.CAPS: len(policy.caps)}.get(policy.assumes, 0)
    stage: dict[int, int] = {}
    result: list[list[int]] = []
    for step in log:
        early = [i for i in step.running if stage.get(i, 0) < more]
        promoted = [i for i in early if step.made(i) >= step.bounds[i]]
        assert set(promoted) <= set(step.evicted)
        for i in promoted:
            stage[i] = stage.get(i, 0) + 1
        result.append(promoted)
    return result


# --- admission -------------------------------------------------------------------------------


def fits(instance: Instance, policy: Policy, step: Step, new: list[int]) -> bool:
    """The admission test of `new` beside what runs, by definition, at every future step."""
    now, prompt, bound = step.now, instance.prompt, step.learned
    memory = int((1 - policy.reserve) * instance.memory)
    runs = {i: start for i, start in step.running.items() if i not in step.evicted}
    starts = {**runs, **dict.fromkeys(new, now)}
    if len(starts) == 1:
        return True
    if policy.admits in (Admits.NEXT_STEP, Admits.PACED):
        return sum(prompt[i] + now + 1 - start for i, start in starts.items()) <= memory
    if policy.admits is Admits.SLOT:
        slots = (prompt[i] + max(bound[i], now + 1 - start) for i, start in starts.items())
        return sum(slots) <= memory
    ends = {i: max(start + bound[i], now + 1) for i, start in starts.items()}
    return all(
        sum(prompt[i] + time - start for i, start in starts.items() if time <= ends[i]) <= memory
        for time in range(now + 1, max(ends[i] for i in new) + 1)
    )


def next_in_line(instance: Instance, policy: Policy, step: Step, queue: list[int]) -> list[int]:
    """Those of a queue (in order of joining) that may come first; one, unless luck decides."""
    if policy.order is Order.JOINED:
        return queue[:1]
    key = {
        Order.ASSUMED_LENGTH: step.learned,
        Order.ARRIVAL: dict(enumerate(instance.arrival)),
        Order.RANDOM: dict.fromkeys(queue, 0),
        Order.VOLUME: {
            i: sum(instance.prompt[i] + g for g in range(1, step.learned[i] + 1)) for i in queue
        },
    }[policy.order]
    first = [i for i in queue if key[i] == min(key[j] for j in queue)]
    return [min(first)] if policy.ties is Ties.INDEX else first


def check_admissions(instance: Instance, policy: Policy, log: list[Step]) -> None:
    """Every step admits the largest feasible prefix of the queue, in its order.

    (When starts are paced, some feasible prefix.)
    """
    queue: list[int] = []
    for step, promoted in zip(log, promotions(policy, log), strict=True):
        queue += sorted(i for i in step.waiting if i not in queue)
        queue += promoted
        for_cache = [i for i in step.evicted if i not in promoted]
        if for_cache and policy.evicts is not Evicts.SMALLEST_BOUND:
            assert not step.admitted
        else:
            new: list[int] = []
            for request in step.admitted:
                assert request in next_in_line(instance, policy, step, queue)
                queue.remove(request)
                new.append(request)
                assert fits(instance, policy, step, new)
            head = next_in_line(instance, policy, step, queue) if queue else []
            more = bool(head) and all(fits(instance, policy, step, [*new, i]) for i in head)
            assert not more or policy.admits is Admits.PACED
        queue += for_cache


# phases (gsa, gba) have a queue of their own, which the testing kit follows
UNPHASED = [name for name in NAMES if POLICIES[name].admits is not Admits.STAGGERED]


@pytest.mark.parametrize("name", UNPHASED)
@given(instance=instances(), seed=st.integers(0, 3))
def test_the_largest_feasible_prefix_is_admitted(name: str, instance: Instance, seed: int) -> None:
    check_admissions(instance, POLICIES[name], decisions(instance, POLICIES[name], seed))


@pytest.mark.parametrize("name", UNPHASED)
@given(instance=instances(), seed=st.integers(0, 3))
def test_the_cache_is_never_empty_while_somebody_waits(
    name: str, instance: Instance, seed: int
) -> None:
    for step in decisions(instance, POLICIES[name], seed):
        kept = step.running.keys() - set(step.evicted)
        cleared = POLICIES[name].evicts is Evicts.CLEARED and step.evicted
        assert kept or step.admitted or cleared or not step.waiting


# --- overflow --------------------------------------------------------------------------------


def check_evictions(instance: Instance, policy: Policy, log: list[Step]) -> None:
    """Nobody is evicted without need, and then in the declared order until the next step fits.

    (Where all are cleared: all, but for the first started when nobody completed in between.)
    """
    cleared = False  # since the last completion
    for step, promoted in zip(log, promotions(policy, log), strict=True):
        need = {i: instance.prompt[i] + step.made(i) + 1 for i in step.running if i not in promoted}
        for_cache = [i for i in step.evicted if i not in promoted]
        cleared = cleared and not step.completed
        if policy.evicts is Evicts.CLEARED:
            assert bool(for_cache) == (sum(need.values()) > instance.memory)
            spared = list(need)[: int(cleared)]
            assert spared == [] or spared[0] not in for_cache
            if for_cache and policy.clearing == 1:
                assert for_cache == [i for i in need if i not in spared]
            cleared = cleared or bool(for_cache)
            continue
        rank = {i: _rank(instance, policy, step, i) for i in need}
        for request in for_cache:
            assert sum(need.values()) > instance.memory
            assert rank[request] == min(rank[i] for i in need)
            del need[request]
        assert sum(need.values()) <= instance.memory


def _rank(instance: Instance, policy: Policy, step: Step, request: int) -> tuple[int, ...]:
    if policy.evicts is Evicts.NEWEST:
        return (-step.running[request], -instance.arrival[request], -request)
    return (max(step.bounds[request], step.made(request) if policy.live else 0),)


# A thinned policy evicts by luck too; without it the fallback is left
LUCKLESS = {name: replace(POLICIES[name], thinned=False) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
@given(instance=instances(), seed=st.integers(0, 3))
def test_evictions_follow_the_declared_order(name: str, instance: Instance, seed: int) -> None:
    check_evictions(instance, LUCKLESS[name], decisions(instance, LUCKLESS[name], seed))


@given(instance=instances(), seed=st.integers(0, 3))
def test_thinning_spares_those_within_their_bounds(instance: Instance, seed: int) -> None:
    for step in decisions(instance, THINNED, seed):
        overflow = sum(instance.prompt[i] + step.made(i) + 1 for i in step.running)
        if overflow <= instance.memory:
            assert all(step.made(i) >= step.bounds[i] for i in step.evicted)


# --- bounds ----------------------------------------------------------------------------------


def check_bounds(instance: Instance, log: list[Step]) -> None:
    """Assumed lengths never decrease, reach what was made when evicted, and can always fit."""
    last: dict[int, int] = {}
    for step in log:
        for bounds in (step.bounds, step.learned):
            for i, bound in bounds.items():
                assert last.get(i, 1) <= bound <= instance.memory - instance.prompt[i]
                last[i] = bound
        assert all(step.learned[i] >= step.made(i) for i in step.evicted)


@pytest.mark.parametrize("name", NAMES)
@given(instance=instances(), seed=st.integers(0, 3))
def test_bounds_never_decrease(name: str, instance: Instance, seed: int) -> None:
    check_bounds(instance, decisions(instance, POLICIES[name], seed))


@pytest.mark.parametrize("name", ["a-min", "a-min-live", "a-min-thinned"])
@given(instance=instances(right=True), seed=st.integers(0, 3))
def test_pseudo_lower_bounds_never_exceed_the_truth(
    name: str, instance: Instance, seed: int
) -> None:
    for step in decisions(instance, POLICIES[name], seed):
        assert all(bound <= instance.output[i] for i, bound in step.learned.items())


# --- hidden data -----------------------------------------------------------------------------


def check_blindness(log: list[Step], other: list[Step]) -> None:
    """Two runs that differ in output lengths alone decide alike until completions differ."""
    for a, b in zip(log, other, strict=False):
        if a.completed != b.completed:
            return
        assert (a.now, a.evicted, a.admitted) == (b.now, b.evicted, b.admitted)


@pytest.mark.parametrize("name", [name for name in NAMES if not POLICIES[name].clairvoyant])
@given(data=st.data(), instance=instances(), seed=st.integers(0, 3))
def test_unrevealed_lengths_do_not_change_decisions(
    name: str, data: st.DataObject, instance: Instance, seed: int
) -> None:
    other = data.draw(with_other_outputs(instance))
    policy = POLICIES[name]
    check_blindness(decisions(instance, policy, seed), decisions(other, policy, seed))


UNDECLARED = [
    (name, column)
    for name in NAMES
    for column in ("lower", "upper")
    if column not in POLICIES[name].sees
]


@pytest.mark.parametrize(("name", "column"), UNDECLARED)
@given(instance=instances(), more=st.integers(1, 30), seed=st.integers(0, 3))
def test_undeclared_predictions_do_not_change_the_schedule(
    name: str, column: str, instance: Instance, more: int, seed: int
) -> None:
    values = {"lower": [1] * instance.n, "upper": [u + more for u in instance.upper]}
    other = replace(instance, **{column: tuple(values[column])})
    assert run(instance, POLICIES[name], seed).schedule == run(other, POLICIES[name], seed).schedule


# --- the checks can fail ---------------------------------------------------------------------


def test_an_order_of_admission_is_told_from_another() -> None:
    instance = Instance.of(5, [4, 3, 1], arrival=[0, 1, 1], interval=[(4, 4), (3, 3), (1, 1)])
    log = decisions(instance, POLICIES["mc-benchmark"])
    check_admissions(instance, POLICIES["mc-benchmark"], log)
    with pytest.raises(AssertionError):
        check_admissions(instance, POLICIES["mc-sf"], log)


@pytest.mark.parametrize("change", ["too few", "too many"])
def test_an_admission_that_is_not_maximal_or_not_feasible_is_told(change: str) -> None:
    # s = 1, M = 10, u = 4: A_max may start exactly two
    instance = Instance.of(10, [1] * 5, prompt=1, interval=(1, 4))
    log = decisions(instance, POLICIES["a-max"])
    first = log[0]
    rest = [i for i in first.waiting if i not in first.admitted]
    first.admitted = first.admitted[:1] if change == "too few" else [*first.admitted, rest[0]]
    with pytest.raises(AssertionError):
        check_admissions(instance, POLICIES["a-max"], log[:1])


def test_an_order_of_eviction_is_told_from_another() -> None:
    instance = Instance.of(6, [6, 3], arrival=[0, 2], interval=[(2, 9), (3, 9)])
    for name, other in (("a-min", "a-min-live"), ("a-min-live", "a-min")):
        log = decisions(instance, POLICIES[name])
        check_evictions(instance, POLICIES[name], log)
        with pytest.raises(AssertionError):
            check_evictions(instance, POLICIES[other], log)


def test_a_needless_eviction_is_told() -> None:
    instance = Instance.of(9, [3], interval=(1, 3))
    log = decisions(instance, POLICIES["a-min"])
    log[1].evicted = [0]
    with pytest.raises(AssertionError):
        check_evictions(instance, POLICIES["a-min"], log)


def test_a_bound_that_decreases_is_told() -> None:
    instance = Instance.of(9, [3], interval=(2, 3))
    log = decisions(instance, POLICIES["a-min"])
    log[1].bounds[0] = 1
    with pytest.raises(AssertionError):
        check_bounds(instance, log)


def test_a_policy_that_knows_hidden_lengths_is_told() -> None:
    one, other = Instance.of(3, [1, 3]), Instance.of(3, [3, 1])
    with pytest.raises(AssertionError):
        check_blindness(decisions(one, POLICIES["h-sf"]), decisions(other, POLICIES["h-sf"]))
