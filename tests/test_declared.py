"""What a declaration means, decision by decision, against independent definitions.

The testing kit watches a run and says, from the definitions in
`kvratio.simulate.testing.declaration`, what should have been decided in every step; here are also
the few words of a declaration that the kit leaves to luck. That the checks can fail is shown by
runs that are held against the declaration of another policy, and by forged ones.
"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.simulate.declared import Declared
from kvratio.simulate.engine import run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policies.a_min import THINNED
from kvratio.simulate.policy import Evicts, Policy
from kvratio.simulate.testing import INVARIANTS, Case, Violation
from kvratio.simulate.testing.declaration import judged
from kvratio.simulate.testing.history import History, Step, watch
from kvratio.simulate.testing.invariants import plain
from kvratio.simulate.testing.subject import subject_of
from kvratio.theory.model import Instance
from tests.strategies import instances, with_other_outputs

NAMES = sorted(POLICIES)
OF_ONE_RUN = [name for name, invariant in INVARIANTS.items() if invariant.cases is plain]


def watched(instance: Instance, policy: Policy, seed: int = 0) -> History:
    return watch(instance, Declared(policy, instance.n, seed))


def hold(history: History, policy: Policy, *names: str) -> None:
    """Hold a finished run against a declaration: these invariants of the kit, if they apply."""
    subject = replace(subject_of(policy), play=lambda *_: history)
    for invariant in map(INVARIANTS.__getitem__, names):
        if invariant.applies(subject):
            invariant.check(subject, Case(history.instance))


def forged(history: History, now: int, **changes: object) -> History:
    """The run up to step `now`, which is forged."""
    steps = [step for step in history.steps if step.now <= now]
    return replace(history, steps=[*steps[:-1], replace(steps[-1], **changes)])


# --- decisions -------------------------------------------------------------------------------


def need(instance: Instance, step: Step) -> dict[int, int]:
    """Tokens that the running requests would hold in this step."""
    return {i: instance.prompt[i] + step.made(i) + 1 for i in step.running}


def check_room(history: History, policy: Policy) -> None:
    """Those who stay fit, and nobody goes for lack of cache where all would have fitted."""
    instance = history.instance
    for at in judged(policy, history.steps):
        left = {i: n for i, n in need(instance, at.step).items() if i not in at.due}
        assert bool(at.for_cache) == (sum(left.values()) > instance.memory)
        assert sum(n for i, n in left.items() if i not in at.for_cache) <= instance.memory


def check_clearing(history: History, policy: Policy) -> None:
    """All go, but for the first started when nobody completed since the last clearing."""
    cleared = False  # since the last completion
    for step in history.steps:
        cleared = cleared and not step.completed
        spared = list(step.running)[: int(cleared)]
        assert not set(spared) & set(step.evicted)
        if step.evicted and policy.clearing == 1:
            assert list(step.evicted) == [i for i in step.running if i not in spared]
        cleared = cleared or bool(step.evicted)


def check_bounds_fit(history: History) -> None:
    """What is assumed of a request is at least one token, and could be made alone."""
    memory, prompt = history.instance.memory, history.instance.prompt
    for step in history.steps:
        assert all(1 <= bound <= memory - prompt[i] for i, bound in step.bounds.items())
        assert all(1 <= bound <= memory - prompt[i] for i, bound in step.learned.items())


@pytest.mark.parametrize("name", NAMES)
@given(instance=instances(), seed=st.integers(0, 3))
def test_every_decision_is_as_declared(name: str, instance: Instance, seed: int) -> None:
    policy = POLICIES[name]
    history = watched(instance, policy, seed)
    hold(history, policy, *OF_ONE_RUN)
    check_bounds_fit(history)
    if not policy.thinned:
        check_room(history, policy)
    if policy.evicts is Evicts.CLEARED:
        check_clearing(history, policy)


@given(instance=instances(), seed=st.integers(0, 3))
def test_the_fallback_of_thinning_is_as_declared(instance: Instance, seed: int) -> None:
    luckless = replace(THINNED, thinned=False)
    history = watched(instance, luckless, seed)
    hold(history, luckless, *OF_ONE_RUN)
    check_room(history, luckless)


@given(instance=instances(), seed=st.integers(0, 3))
def test_thinning_spares_those_within_their_bounds(instance: Instance, seed: int) -> None:
    for step in watched(instance, THINNED, seed).steps:
        if sum(need(instance, step).values()) <= instance.memory:
            assert all(step.made(i) >= step.bounds[i] for i in step.evicted)


@pytest.mark.parametrize("name", ["a-min", "a-min-live", "a-min-thinned"])
@given(instance=instances(right=True), seed=st.integers(0, 3))
def test_pseudo_lower_bounds_never_exceed_the_truth(
    name: str, instance: Instance, seed: int
) -> None:
    hold(watched(instance, POLICIES[name], seed), POLICIES[name], "bounds-below-truth")


# --- hidden data -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in NAMES if not POLICIES[name].clairvoyant])
@settings(max_examples=50)
@given(data=st.data(), instance=instances(), seed=st.integers(0, 3))
def test_unrevealed_lengths_do_not_change_decisions(
    name: str, data: st.DataObject, instance: Instance, seed: int
) -> None:
    case = Case(instance, seed, data.draw(with_other_outputs(instance)))
    INVARIANTS["non-clairvoyance"].check(subject_of(name), case)


UNDECLARED = [
    (name, column)
    for name in NAMES
    for column in ("lower", "upper")
    if column not in POLICIES[name].sees
]


@pytest.mark.parametrize(("name", "column"), UNDECLARED)
@settings(max_examples=30)  # the kit draws other intervals; these are far off
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
    history = watched(instance, POLICIES["mc-benchmark"])
    hold(history, POLICIES["mc-benchmark"], "queue-order")
    with pytest.raises(Violation, match="came next"):
        hold(history, POLICIES["mc-sf"], "queue-order")


def test_an_admission_that_is_not_maximal_or_not_feasible_is_told() -> None:
    # s = 1, M = 10, u = 4: A_max may start exactly two
    instance = Instance.of(10, [1] * 5, prompt=1, interval=(1, 4))
    policy = POLICIES["a-max"]
    history = watched(instance, policy)
    one, two, *rest = (*history.steps[0].admitted, *history.steps[0].waiting)
    with pytest.raises(Violation, match="would have fitted"):
        hold(forged(history, 0, admitted=(one,)), policy, "maximal-prefix")
    other = next(i for i in rest if i not in (one, two))
    with pytest.raises(Violation, match="fail the admission test"):
        hold(forged(history, 0, admitted=(one, two, other)), policy, "admission-test")


def test_an_order_of_eviction_is_told_from_another() -> None:
    instance = Instance.of(6, [6, 3], arrival=[0, 2], interval=[(2, 9), (3, 9)])
    for name, other in (("a-min", "a-min-live"), ("a-min-live", "a-min")):
        history = watched(instance, POLICIES[name])
        hold(history, POLICIES[name], "eviction-order")
        with pytest.raises(Violation, match="and keeps"):
            hold(history, POLICIES[other], "eviction-order")


def test_a_needless_eviction_is_told() -> None:
    history = watched(Instance.of(9, [3], interval=(1, 3)), POLICIES["a-min"])
    needless = forged(history, 1, evicted=(0,))
    with pytest.raises(Violation, match="which is evicted"):
        hold(needless, POLICIES["a-min"], "no-needless-eviction")
    with pytest.raises(AssertionError):
        check_room(needless, POLICIES["a-min"])


def test_an_eviction_that_makes_too_little_room_is_told() -> None:
    # s = 0, M = 4: both start, and the second goes in step 2, when they would hold 6
    history = watched(Instance.of(4, [4, 4]), POLICIES["fcfs"])
    assert [step.now for step in history.steps if step.evicted] == [2]
    with pytest.raises(AssertionError):
        check_room(forged(history, 2, evicted=()), POLICIES["fcfs"])


def test_a_clearing_that_forgets_whom_to_spare_or_to_clear_is_told() -> None:
    policy = POLICIES["alpha-protection"]
    history = watched(Instance.of(8, [6, 6, 6]), policy)
    first, second = [step.now for step in history.steps if step.evicted][:2]
    check_clearing(history, policy)
    for now, evicted in ((first, (0,)), (second, (0, 1, 2))):
        with pytest.raises(AssertionError):
            check_clearing(forged(history, now, evicted=evicted), policy)


@pytest.mark.parametrize("bound", [0, 10])
def test_a_bound_that_decreases_or_cannot_fit_is_told(bound: int) -> None:
    history = watched(Instance.of(9, [3], interval=(2, 3)), POLICIES["a-min"])
    with pytest.raises(AssertionError):
        check_bounds_fit(forged(history, 1, bounds={0: bound}))
    with pytest.raises(Violation, match="request 0: 2, then 1"):
        hold(forged(history, 1, bounds={0: 1}), POLICIES["a-min"], "bounds-never-decrease")


def test_a_policy_that_knows_hidden_lengths_is_told() -> None:
    case = Case(Instance.of(3, [2, 3]), 0, Instance.of(3, [3, 2]))
    with pytest.raises(Violation, match="with other lengths"):
        INVARIANTS["non-clairvoyance"].check(subject_of("h-sf"), case)
