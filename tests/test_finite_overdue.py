"""Bounds on every run of policies whose requests learn from each overflow, step by step.

Beside the latencies, what the proofs say of each window of steps is held against runs.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, combinations_with_replacement, product
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.simulate.engine import run as reference
from kvratio.simulate.kernel import run as kernel
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policy import Learns, Policy
from kvratio.simulate.testing import examine
from kvratio.theory.bound import DerivationError
from kvratio.theory.checks import InputError
from kvratio.theory.finite import staggered
from kvratio.theory.finite.policies import upper_bound
from kvratio.theory.finite.staggered import Window, a_min_learning, a_min_staggered
from kvratio.theory.model import Attempt, Instance, volume

STAGGERED = POLICIES["a-min-staggered"]
LEARNING = {
    name: replace(POLICIES[name], name=f"{name}-learning", learns=Learns.NEXT_TOKEN)
    for name in ("a-min", "a-min-live")
}
ENGINES = {"reference": reference, "kernel": kernel}


class Seen(NamedTuple):
    """By step: overdue attempts, unfinished requests, and what young attempts need, by bound."""

    overdue: list[int]
    unfinished: list[int]
    young: list[dict[int, int]]


def seen(case: Instance, attempts: Sequence[Attempt], more: int = 1) -> Seen:
    """`more`: the bound that a request evicted with g tokens learns, less g."""
    end = max((a.end for a in attempts), default=0)
    overdue, unfinished = [0] * (end + 1), [0] * (end + 1)
    young: list[dict[int, int]] = [{} for _ in range(end + 1)]
    bounds = list(case.lower)
    for i, start, stop, done in sorted(attempts, key=lambda a: a.start):
        for t in range(start + 1, stop + 1):  # it enters step t with t - start tokens
            if t - start >= bounds[i]:
                overdue[t] += 1
            else:
                need = case.prompt[i] + t - start + 1
                young[t][bounds[i]] = young[t].get(bounds[i], 0) + need
        if done:
            for t in range(stop):
                unfinished[t] += 1
        bounds[i] = max(bounds[i], stop - start + more)
    return Seen(overdue, unfinished, young)


def holds(case: Instance, run: Seen, window: Window) -> bool:
    """What the proofs say: J in all, and enough in each window."""
    total = sum(o - low + 1 for o, low in zip(case.output, case.lower, strict=True))
    sums = list(accumulate(run.overdue, initial=0))
    return sums[-1] <= total and all(
        window.each * (sums[min(t + window.steps, len(sums) - 1)] - sums[t])
        >= min(window.least, left)
        for t, left in enumerate(run.unfinished)
    )


@st.composite
def cases(draw: st.DrawFn, memory: Callable[[int, int], tuple[int, int]], most: int) -> Instance:
    """`memory(s, u)`: the range to draw from."""
    s, u = draw(st.sampled_from([0, 0, 1, 3])), draw(st.integers(1, 4))
    low = draw(st.integers(1, u))
    length = st.one_of(st.sampled_from([low, u]), st.integers(low, u))
    outputs = draw(st.lists(length, min_size=1, max_size=most))
    own = [(draw(st.integers(1, o)), u) for o in outputs] if draw(st.booleans()) else (low, u)
    return Instance.of(draw(st.integers(*memory(s, u))), outputs, prompt=s, interval=own)


def enough(s: int, u: int) -> tuple[int, int]:
    """Just above the least memory for which there is a bound of staggered A_min."""
    least = 2 * (s + u) * volume(s, u) // (s + 1) + 1
    return least, 2 * least


def any_size(s: int, u: int) -> tuple[int, int]:
    return s + u, s + u + 20


def window(case: Instance, policy: Policy) -> Window:
    upper, s = max(case.output), case.prompt[0]
    if policy is STAGGERED:
        return staggered.staggered(min(case.lower), upper, s, case.memory)
    return staggered.learning(upper, s, case.memory)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=60, deadline=None)
@given(case=cases(enough, 60), seed=st.integers(0, 9))
def test_staggered_runs(engine: str, case: Instance, seed: int) -> None:
    run = ENGINES[engine](case, STAGGERED, seed)
    assert holds(case, seen(case, list(run.schedule.attempts())), window(case, STAGGERED))
    bound = upper_bound("a-min-staggered", case)
    assert bound == a_min_staggered(case)
    assert bound is not None
    assert run.tel <= bound


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("reading", LEARNING)
@settings(max_examples=60, deadline=None)
@given(case=cases(any_size, 30), seed=st.integers(0, 9))
def test_learning_runs(reading: str, engine: str, case: Instance, seed: int) -> None:
    policy = LEARNING[reading]
    run = ENGINES[engine](case, policy, seed)
    assert holds(case, seen(case, list(run.schedule.attempts())), window(case, policy))
    assert run.tel <= a_min_learning(case)


SMALL = [
    Instance.of(memory, outputs, prompt=prompt, interval=(low, max(outputs)))
    for memory, prompt in product((3, 4, 6), (0, 1))
    for n in (2, 3, 4)
    for outputs in combinations_with_replacement(range(1, memory - prompt + 1), n)
    for low in {1, min(outputs)}
]


@pytest.mark.parametrize("reading", LEARNING)
def test_every_small_instance(reading: str) -> None:
    policy = LEARNING[reading]
    for case in SMALL:
        for seed in range(3):
            run = kernel(case, policy, seed)
            found = seen(case, list(run.schedule.attempts()))
            assert holds(case, found, window(case, policy)), case
            assert run.tel <= a_min_learning(case)


def need(case: Instance, bound: int, kept: int, unpaid: int) -> Fraction:
    """What young attempts of a bound need at most; `kept`: credit, `unpaid`: starts."""
    s, memory, v = case.prompt[0], case.memory, volume(case.prompt[0], bound)
    rounded = (s + bound) * (Fraction(kept, v) + unpaid)
    return memory - Fraction((s + 1) * memory, v) + rounded


@settings(max_examples=80, deadline=None)
@given(case=cases(any_size, 30), seed=st.integers(0, 9))
def test_young_attempts_of_a_bound_nearly_fit(case: Instance, seed: int) -> None:
    """At every memory."""
    longest = volume(case.prompt[0], max(case.output))
    run = reference(case, STAGGERED, seed)
    for step in seen(case, list(run.schedule.attempts())).young:
        for bound, needed in step.items():
            assert needed <= need(case, bound, longest, 1)


def test_without_what_is_kept_they_need_more() -> None:
    """Credit for a start is kept: so no bound on them without it holds."""
    above = 0
    for memory, n in product((5, 7, 11), (4, 12)):
        case = Instance.of(memory, [4] * n, interval=(4, 4))
        run = reference(case, STAGGERED)
        steps = seen(case, list(run.schedule.attempts())).young
        above += any(x > need(case, 4, 0, 0) for step in steps for x in step.values())
    assert above


def test_what_learns_nothing_at_its_bound_is_overdue_again_and_again() -> None:
    """As printed: more often than J, however far; where it learns the next token, never."""
    case, window_ = Instance.of(4, [4, 4], interval=(3, 4)), staggered.learning(4, 0, 4)
    printed = [reference(case, POLICIES["a-min"], seed) for seed in range(60)]
    runs = [seen(case, list(r.schedule.attempts()), more=0) for r in printed]
    assert not all(holds(case, run, window_) for run in runs)
    assert max(sum(run.overdue) for run in runs) > 8 > 2 + 2
    for seed in range(60):
        run = reference(case, LEARNING["a-min"], seed)
        assert holds(case, seen(case, list(run.schedule.attempts())), window_)


def test_a_window_that_is_too_short_is_found_out() -> None:
    """One request of 4 tokens, predicted exactly: overdue in the step after its last only."""
    case = Instance.of(200, [4], interval=(4, 4))
    run = seen(case, list(reference(case, STAGGERED).schedule.attempts()))
    found = window(case, STAGGERED)
    assert holds(case, run, found)
    assert not holds(case, run, found._replace(steps=4))


def test_as_the_statements_have_it() -> None:
    case = Instance.of(100, [1, 3, 3, 3], prompt=1, interval=[(1, 4), (1, 4), (2, 4), (3, 4)])
    j = 1 + 3 + 2 + 1
    g = Fraction(2 * 100, 4 * 9) - 2
    assert a_min_staggered(case) == (3 - 1 + 2) * 3 * j * max(1, 4 / g)
    k, g = 1 + Fraction(2 * 4, 3), Fraction(100 - 4 + 1, 4)
    assert a_min_learning(case) == k * (3 + 1) * j * max(1, 4 / g)
    many = Instance.of(100, [3] * 100, prompt=1, interval=(3, 3))
    assert a_min_learning(many) == k * 4 * 100 * 100 / g


@pytest.mark.parametrize(("less", "outcome"), [(1, "held"), (10**6, "violated")])
def test_the_kit_holds_runs_against_it(less: int, outcome: str) -> None:
    """A millionth of it is found out."""

    def declared(case: Instance) -> Fraction | None:
        bound = upper_bound("a-min-staggered", case)
        return None if bound is None else max(Fraction(1), bound / less)

    (result,) = examine(
        "a-min-staggered", only=("proved-bound",), examples=300, proved_bound=declared
    ).results
    assert result.outcome == outcome


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("STEPS", "(u - l + 1) u"),
        ("LEAST", "(s + 1) M/((s + u) v) - 1"),
        ("LEAST", "(s + 2) M/((s + u) v) - 2"),
        ("EVICTED", "1 + (s + u)/(s + 2)"),
        ("AT_ONCE", "(M - s - u)/(s + u)"),
    ],
)
def test_another_number_in_what_is_said_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, wrong: str
) -> None:
    both = staggered.bounds()
    assert [bound.obtained for bound in both] == ["derived", "derived"]
    assert any(getattr(staggered, name) in bound.statement for bound in both)
    monkeypatch.setattr(staggered, name, wrong)
    with pytest.raises(DerivationError):
        staggered.bounds()


def test_conditions() -> None:
    small = Instance.of(9, [1, 9], interval=(1, 9))
    assert upper_bound("a-min-staggered", small) is None
    with pytest.raises(InputError, match="memory: expected more tokens"):
        a_min_staggered(small)
    for bound in (a_min_staggered, a_min_learning):
        assert bound(Instance.of(9, [])) == 0
        with pytest.raises(InputError, match="request 1: lower: expected at most 1, its output"):
            bound(Instance.of(99, [2, 1], interval=(2, 2)))
        with pytest.raises(InputError, match="prompt: expected one prompt"):
            bound(Instance.of(99, [1, 1], prompt=[0, 1], interval=(1, 1)))
        with pytest.raises(InputError, match="arrival: expected 0"):
            bound(Instance.of(99, [1], arrival=[1], interval=(1, 1)))
