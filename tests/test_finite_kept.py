"""Bounds for every finite instance where preemption keeps the tokens: in steps and in seconds."""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations, combinations_with_replacement, product
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from kvratio.simulate.contender import scheduler
from kvratio.simulate.engine import run as reference
from kvratio.simulate.engine import run_timed
from kvratio.simulate.iteration import Batch, IterationTime
from kvratio.simulate.kernel import run as kernel
from kvratio.simulate.kernel import run_timed as kernel_timed
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.preemptive import PREEMPTIVE
from kvratio.simulate.testing import examine
from kvratio.simulate.testing.strategies import instances
from kvratio.simulate.timing import Timing
from kvratio.theory.bound import DerivationError
from kvratio.theory.checks import InputError
from kvratio.theory.finite import admission, kept, last_in
from kvratio.theory.finite.pipelines import growing
from kvratio.theory.finite.policies import KEPT, kept_bound, upper_bound
from kvratio.theory.finite.seconds import Affine, at_least, swapping, with_starts
from kvratio.theory.model import Instance, volume
from tests.test_finite_seconds import TIMES

CAPS = growing(2)
COMMON = instances(batch=True, common_prompt=True, max_requests=12, max_memory=40)
ANY = instances(batch=True, max_requests=12, max_memory=40)


def las(instance: Instance) -> int:
    return reference(instance, PREEMPTIVE["las"], preemption="keep").tel


def gsa(instance: Instance) -> int:
    return kernel(instance, POLICIES["gsa"], preemption="keep").tel


def fcfs(instance: Instance) -> int:
    return kernel(instance, POLICIES["fcfs"], preemption="keep").tel


RUNS: dict[str, Callable[[Instance], int]] = {"las": las, "gsa": gsa, "fcfs": fcfs}
RESTARTS = ("las", "gsa")  # how often they start again at most is known


@settings(max_examples=150, deadline=None)
@given(instance=ANY)
def test_least_attained_service_with_any_prompts(instance: Instance) -> None:
    assert las(instance) <= kept.las(instance)


@settings(max_examples=150, deadline=None)
@given(instance=ANY)
def test_first_come_first_served_with_any_prompts(instance: Instance) -> None:
    run = reference(instance, POLICIES["fcfs"], preemption="keep")
    assert run.tel == fcfs(instance)
    assert run.tel <= kept.fcfs(instance)
    assert kept.fcfs(instance) <= last_in.fcfs(instance)


def test_first_come_first_served_attains_the_volume() -> None:
    """Outputs of 2, M even: M complete in three steps, full of them, as M and n/M grow."""
    for memory in (8, 64, 400):
        n = 40 * memory
        instance = Instance.of(memory, [2] * n)
        tel, bound = fcfs(instance), kept.fcfs(instance)
        assert Fraction(3 * n * n, 2 * memory) < tel <= bound
        assert (bound - tel) * (memory - 1) <= tel + 2 * n * (memory - 1)


@settings(max_examples=100, deadline=None)
@given(instance=COMMON)
def test_slices_that_keep_their_tokens(instance: Instance) -> None:
    run = reference(instance, POLICIES["gsa"], preemption="keep")
    assert run.tel == gsa(instance)
    assert run.tel <= kept.gsa(instance, CAPS)
    lost = upper_bound("gsa", instance)
    assert lost is not None
    assert kept.gsa(instance, CAPS) <= lost
    assert run.measures.evictions == len(kept.restarts_of_gsa(instance, CAPS))


SMALL = [
    Instance.of(memory, outputs, prompt=prompt)
    for memory, prompt in product((3, 4, 6), (0, 1))
    for n in (1, 2, 3, 4)
    for outputs in combinations_with_replacement(range(1, memory - prompt + 1), n)
]


@pytest.mark.parametrize("policy", KEPT)
def test_every_small_instance_of_one_prompt(policy: str) -> None:
    for instance in SMALL:
        bound = kept_bound(policy, instance)
        assert bound is not None
        assert RUNS[policy](instance) <= bound, instance


@settings(max_examples=150, deadline=None)
@given(instance=COMMON)
def test_the_closed_form_is_above(instance: Instance) -> None:
    if instance.n:
        counts = Counter(instance.output)
        closed = kept.las_in_all(counts, instance.prompt[0], instance.memory)
        assert kept.las(instance) <= closed


def test_the_closed_form_by_pairs() -> None:
    """v(min) for both orders; of equal ones v(o) for the later and v(o - 1) for the earlier."""
    counts, s, memory = {1: 3, 4: 2, 6: 1}, 2, 50
    outputs = [k for k, n in counts.items() for _ in range(n)]
    pairs = sum(
        2 * volume(s, min(a, b)) if a != b else volume(s, a) + volume(s, a - 1)
        for a, b in combinations(outputs, 2)
    )
    waits = kept.las_in_all(counts, s, memory) - sum(outputs)
    assert waits == Fraction(pairs, admission.room(memory, s + 6))


@settings(max_examples=100, deadline=None)
@given(instance=COMMON)
def test_the_ratio_to_the_optimum(instance: Instance) -> None:
    """3 + 2 e, against the sum of v(min) over pairs and the sum of lengths, both below OPT."""
    if not instance.n:
        return
    peak = instance.prompt[0] + max(instance.output)
    e = Fraction(peak - 1, admission.room(instance.memory, peak))
    volumes = sorted(map(volume, instance.prompt, instance.output))
    pairs = sum((len(volumes) - 1 - r) * v for r, v in enumerate(volumes))
    least = max(Fraction(pairs, instance.memory), Fraction(sum(instance.output)))
    assert kept.las(instance) <= (3 + 2 * e) * least


@pytest.mark.parametrize("policy", KEPT)
@pytest.mark.parametrize(
    "broken", [lambda m, p: Fraction(100, 99) * (m - p + 1), lambda m, _: m], ids=["1 %", "no e"]
)
def test_a_slightly_smaller_bound_is_found_out(
    policy: str, broken: Callable[[int, int], Fraction | int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "room", broken)

    def declared(instance: Instance) -> Fraction | None:
        return kept_bound(policy, instance)

    (result,) = examine(
        policy, only=("proved-bound",), examples=200, proved_bound=declared, preemption="keep"
    ).results
    assert result.outcome == "violated"


def test_without_what_was_kept_the_bound_of_slices_is_not_that_of_runs() -> None:
    """As if the last slice were the whole output again; and a slice less than it takes."""
    instance = Instance.of(9, [5])
    assert gsa(instance) == kept.gsa(instance, CAPS) == 5
    assert kept.gsa(instance, (1, 4, 9)) == 5
    assert upper_bound("gsa", instance) == 1 + 2 + 4 + 5


def test_least_attained_service_is_not_bounded_by_one_times_the_volume() -> None:
    """Half of the bound's waits (v(min) once a pair, as for known lengths) is broken."""

    def halved(instance: Instance) -> bool:
        waits = kept.las(instance) - sum(instance.output)
        return las(instance) - sum(instance.output) > waits / 2

    found = find(
        COMMON,
        lambda i: len(set(i.output)) > 1 and halved(i),
        settings=settings(
            max_examples=300, derandomize=True, database=None, phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck), deadline=None,
        ),
    )  # fmt: skip
    assert halved(found)


def test_the_theorems_are_derived() -> None:
    assert [bound.obtained for bound in kept.bounds()] == ["certified", "certified", "derived"]


@pytest.mark.parametrize("wrong", ["2 + 2 e", "3 + e", "3"])
def test_another_ratio_to_the_optimum_is_refused(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    assert f"at most {kept.OVER_OPTIMUM} times the optimum" in kept.bounds()[0].statement
    monkeypatch.setattr(kept, "OVER_OPTIMUM", wrong)
    with pytest.raises(DerivationError, match="times the optimum"):
        kept.bounds()


def test_bad_input_is_one_clear_error() -> None:
    with pytest.raises(InputError, match="arrival: expected 0 for all requests"):
        kept.las(Instance.of(9, [1], arrival=[3]))
    with pytest.raises(InputError, match="prompt: expected one prompt for all"):
        kept.gsa(Instance.of(9, [1, 1], prompt=[1, 2]), CAPS)
    assert kept_bound("gsa", Instance.of(9, [1, 1], prompt=[1, 2])) is None
    with pytest.raises(InputError, match="policy: expected one of fcfs, gsa, las"):
        kept_bound("svf", Instance.of(9, [1]))


# --- in seconds -----------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(times=TIMES, fresh=st.lists(st.integers(0, 9), max_size=4), data=st.data())
def test_an_iteration_is_decoding_and_starts(
    times: IterationTime, fresh: list[int], data: st.DataObject
) -> None:
    """Some process their prompts, or caches that are computed again; others go on."""
    made = data.draw(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 15)), max_size=4))
    holding = [s + 1 for s in fresh] + [s + g + 1 for s, g in made]
    if not holding:
        return
    pairs = sum(s * (s + 1) // 2 for s in fresh)
    batch = Batch(len(holding), len(fresh), sum(holding), sum(fresh), pairs)
    line = Affine(*times.decoding(min(holding)))
    most = line.fixed + line.token * sum(holding) + sum(times.processing(s) for s in fresh)
    assert 1000 * times.nanoseconds(batch) <= most


SWAPS = st.one_of(st.none(), st.integers(1, 10**7))


@pytest.mark.parametrize("policy", RESTARTS)
@settings(max_examples=60, deadline=None)
@given(instance=COMMON, times=TIMES, swap=SWAPS)
def test_runs_in_time_lie_between_their_bounds(
    policy: str, instance: Instance, times: IterationTime, swap: int | None
) -> None:
    if not instance.n:
        return
    low, high = sides(policy, instance, times, swap)
    for run in timed(policy, instance, Timing((0,) * instance.n, times, swap)):
        assert low <= run.seconds.latency.mean * instance.n <= high


def sides(
    policy: str, instance: Instance, times: IterationTime, swap: int | None
) -> tuple[Fraction, Fraction]:
    """Both sides in nanoseconds: every schedule, and this policy."""
    peak = max(s + o for s, o in zip(instance.prompt, instance.output, strict=True))
    restarts = (
        kept.restarts_of_las(instance) if policy == "las" else kept.restarts_of_gsa(instance, CAPS)
    )
    line = Affine(*times.decoding(instance.prompt[0] + 1))
    first = [times.processing(s) for s in instance.prompt]
    again = [times.processing(t) if swap is None else 2 * swap * t for t in restarts]
    line = line if swap is None else swapping(line)
    steps = kept_bound(policy, instance)
    assert steps is not None
    above = with_starts(steps, instance.memory, line, [*first, *again], instance.n)
    return at_least(instance, Affine(*times.between(peak)[0])), above


def timed(policy: str, instance: Instance, timing: Timing) -> list[Any]:
    """Of both engines where both run it."""
    if policy == "las":
        return [run_timed(instance, PREEMPTIVE["las"], timing, preemption="keep")]
    engines = (run_timed, kernel_timed)
    return [run(instance, POLICIES[policy], timing, preemption="keep") for run in engines]


@pytest.mark.parametrize("policy", RESTARTS)
def test_dropping_the_restarts_is_found_out(policy: str) -> None:
    """Where swapping takes nearly all of the time."""
    instance, times, swap = Instance.of(8, [4, 4, 4]), IterationTime(fixed=1000), 10**9
    run, *_ = timed(policy, instance, Timing((0,) * 3, times, swap))
    latency = run.seconds.latency.mean * instance.n
    assert latency <= sides(policy, instance, times, swap)[1]
    steps, line = kept_bound(policy, instance), swapping(Affine(*times.decoding(1)))
    assert steps is not None
    assert latency > with_starts(steps, instance.memory, line, [0] * 3, instance.n)


def test_schedulers_are_named_as_in_the_toolkit() -> None:
    assert set(KEPT) <= PREEMPTIVE.keys() | POLICIES.keys()
    assert scheduler(PREEMPTIVE["las"], 1, 0).preemption == "keep"
