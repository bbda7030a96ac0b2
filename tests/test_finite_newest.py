"""Policies that evict the newest, held against their bounds for every finite instance."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.simulate.engine import run as reference
from kvratio.simulate.kernel import run as kernel
from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.policies.offset_slicing import GROWTH, offset_slicing
from kvratio.simulate.policies.slicing import growing, slicing
from kvratio.simulate.testing import examine
from kvratio.simulate.testing.strategies import instances
from kvratio.theory.bound import DerivationError
from kvratio.theory.checks import InputError
from kvratio.theory.finite import admission, last_in, own_levels
from kvratio.theory.finite.greedy import latency
from kvratio.theory.finite.policies import VARIANTS, WITHIN, upper_bound
from kvratio.theory.forms import batch_charge
from kvratio.theory.model import Instance, volume

ENGINES = {"reference": reference, "kernel": kernel}
ANY = instances(max_requests=12, max_memory=30, batch=True)
COMMON = instances(max_requests=12, max_memory=30, batch=True, common_prompt=True)
PACED = ("slicing", *VARIANTS)  # for one prompt
# staggered A_min evicts by bounds
SLICINGS = (*(name for name in WITHIN if name != "a-min-staggered"), *VARIANTS)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("policy", SLICINGS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_run_is_above_its_bound(policy: str, engine: str, data: st.DataObject) -> None:
    instance = data.draw(COMMON if policy in PACED else ANY)
    bound = upper_bound(policy, instance)
    assert bound is not None
    tel = ENGINES[engine](instance, named(policy), data.draw(st.integers(0, 3))).tel
    assert tel <= bound


@settings(max_examples=60, deadline=None)
@given(data=st.data(), instance=COMMON, seed=st.integers(0, 9))
def test_slicing_with_any_caps(data: st.DataObject, instance: Instance, seed: int) -> None:
    caps = tuple(sorted(data.draw(st.sets(st.integers(1, 30), min_size=1, max_size=4))))
    tel = reference(instance, slicing(caps), seed).tel
    assert tel <= last_in.slicing(instance, caps)


@settings(max_examples=60, deadline=None)
@given(
    instance=ANY,
    growth=st.sampled_from(["3/2", "2", "3", "7"]),
    classes=st.sampled_from([0, 1, 4]),
    seed=st.integers(0, 9),
)
def test_offsets_of_any_growth(instance: Instance, growth: str, classes: int, seed: int) -> None:
    tel = reference(instance, offset_slicing(growth, classes), seed).tel
    assert tel <= own_levels.offset_slicing(instance, Fraction(growth))
    if instance.common_prompt is not None:
        spread = reference(instance, offset_slicing(growth, classes, "paced"), seed).tel
        assert spread <= own_levels.paced(instance, Fraction(growth))


@settings(max_examples=60, deadline=None)
@given(instance=ANY, reserve=st.sampled_from(["1/10", "1/4", "1/2", "9/10"]))
def test_any_watermark(instance: Instance, reserve: str) -> None:
    policy = replace(POLICIES["fcfs-watermark"], reserve=Fraction(reserve))
    assert reference(instance, policy).tel <= last_in.watermark(instance, Fraction(reserve))


def test_the_numbers_are_those_of_the_declarations() -> None:
    two = Instance.of(200, [7, 3, 9] * 4)
    watermark, offsets = POLICIES["fcfs-watermark"], POLICIES["offset-slicing"]
    assert upper_bound("fcfs-watermark", two) == last_in.watermark(two, watermark.reserve)
    assert upper_bound("offset-slicing", two) == own_levels.offset_slicing(two, offsets.growth)
    assert offsets.growth == GROWTH
    (variant,) = VARIANTS
    assert upper_bound(variant, two) == own_levels.paced(two, named(variant).growth)
    assert upper_bound("slicing", two) == last_in.slicing(two, POLICIES["slicing"].caps)
    assert POLICIES["slicing"].caps == growing(2)


# --- exhaustively --------------------------------------------------------------------------------

SMALL = [
    Instance.of(memory, outputs, prompt=prompt)
    for memory, prompt in product((3, 4, 6), (0, 1))
    for n in (2, 3, 4)
    for outputs in combinations_with_replacement(range(1, memory - prompt + 1), n)
]


@pytest.mark.parametrize("policy", SLICINGS)
def test_every_small_instance(policy: str) -> None:
    for instance in SMALL:
        bound = upper_bound(policy, instance)
        assert bound is not None
        assert kernel(instance, named(policy)).tel <= bound, instance


def test_every_order_of_four_lengths() -> None:
    """FCFS, whose bound depends on the order, and shortest predicted first, whose does not."""
    for outputs in combinations_with_replacement(range(1, 6), 4):
        for order in set(permutations(outputs)):
            instance = Instance.of(5, order)
            assert kernel(instance, POLICIES["fcfs"]).tel <= last_in.fcfs(instance)
            tel = kernel(instance, POLICIES["shortest-predicted"]).tel
            assert tel <= last_in.any_order(instance)


# --- sharp ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("memory", [8, 64, 400])
def test_outputs_of_two_attain_the_charge_of_a_batch(memory: int) -> None:
    """4 token-steps a request, where it holds 3: nothing smaller holds as M and n/M grow."""
    n = 40 * memory
    instance = Instance.of(memory, [2] * n)
    exact = kernel(instance, POLICIES["fcfs"]).tel
    assert exact == latency(0, n, memory)
    bound = last_in.fcfs(instance)
    assert exact <= bound
    assert (bound - exact) * (memory - 1) <= exact + (memory - 1) * n
    held = Fraction(volume(0, 2), batch_charge(2, 0))
    waits = sum(4 * j // (memory - 1) for j in range(n))
    assert bound == waits + 2 * n
    assert exact > held * waits + 2 * n


@pytest.mark.parametrize(
    "broken",
    [lambda m, p: Fraction(100, 99) * (m - p + 1), lambda m, _: m, lambda m, p: m - p + 2],
    ids=["1 %", "no e", "one token"],
)
def test_a_slightly_smaller_bound_is_found_out(
    broken: Callable[[int, int], Fraction | int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "room", broken)

    def declared(instance: Instance) -> Fraction | None:
        return upper_bound("fcfs", instance)

    (result,) = examine("fcfs", only=("proved-bound",), examples=200, proved_bound=declared).results
    assert result.outcome == "violated"


def by_hand(instance: Instance, caps: tuple[int, ...], per: int = 1, late: int = 1) -> Fraction:
    """The theorem on slicing as its statement has it, stage by stage."""
    s, memory, n = instance.prompt[0], instance.memory, instance.n
    stages = [min(x, memory - s) for x in caps if x < memory - s] + [memory - s]
    last = [next(q for q, x in enumerate(stages) if o <= x) for o in instance.output]
    k = min(memory // (s + 1), n)
    waits = []
    for r in range(max(last) + 1):
        peak = s + min(stages[r], max(instance.output))
        held, spent = Fraction(0), Fraction(0)
        for q in range(r + 1):
            part = [o for o, mine in zip(instance.output, last, strict=True) if mine >= q]
            v = volume(s, stages[q])
            held += sum(batch_charge(min(o, stages[q]), s) for o in part)
            spent += len(part) * (per * v + 1) + v * len(part).bit_length()
        spent += late * k * sum(range(r)) * volume(s, stages[r])  # K (q - 2), from q = 2 on
        waits.append(int(held / admission.room(memory, peak) + spent / memory))
    total = Fraction(0)
    for o, r in zip(instance.output, last, strict=True):
        total += o + sum(stages[:r]) + waits[r]
    for r, done in Counter(last).items():
        total += min(k, done) * (waits[-1] - waits[r])
    return total


@settings(max_examples=60, deadline=None)
@given(instance=COMMON, caps=st.sampled_from([(1, 2, 4, 8, 16), (3,), (2, 7), (30,)]))
def test_slicing_as_its_statement_has_it(instance: Instance, caps: tuple[int, ...]) -> None:
    if instance.n:
        assert last_in.slicing(instance, caps) == by_hand(instance, caps)


def test_the_order_matters_for_first_come_only() -> None:
    long_first, short_first = Instance.of(5, [5, 1, 1]), Instance.of(5, [1, 1, 5])
    assert last_in.fcfs(long_first) > last_in.fcfs(short_first)
    assert last_in.any_order(long_first) == last_in.any_order(short_first)
    assert last_in.any_order(long_first) >= last_in.fcfs(long_first)
    counts = Counter(long_first.output)
    assert last_in.in_any_order(counts, 0, 5) == last_in.any_order(long_first)


# --- derived -------------------------------------------------------------------------------------


def test_the_theorems_are_derived() -> None:
    assert [bound.obtained for bound in last_in.bounds()] == ["certified", "derived"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("PER_START", "2 V + 1"),
        ("PER_START", "V"),
        ("LATE", "K r (r - 1)/2"),
        ("LATE", "K (r - 1)(r - 2)"),
    ],
)
def test_another_number_in_what_is_said_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, wrong: str
) -> None:
    for bound in last_in.bounds():
        assert (getattr(last_in, name) in bound.statement) == ("slicing" in bound.id)
    monkeypatch.setattr(last_in, name, wrong)
    with pytest.raises(DerivationError):
        last_in.bounds()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("CUT", "(2 b - 1)/b"),
        ("HELD", "B m"),
        ("STARTS", "B m + R + L + 1"),
        ("LATE", "V"),
        ("BESIDE", "L o"),
    ],
)
def test_another_number_for_own_levels_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, wrong: str
) -> None:
    monkeypatch.setattr(own_levels, name, wrong)
    with pytest.raises(DerivationError):
        own_levels.bounds()


def test_half_of_a_batch_is_no_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_in, "batch_charge", lambda k, s: k * (s + k) * Fraction(99, 100))
    with pytest.raises(DerivationError):
        last_in.bounds()


def test_bad_input_is_one_clear_error() -> None:
    late = Instance.of(9, [1], arrival=[3])
    for bound in (last_in.fcfs, last_in.any_order, own_levels.any_levels):
        with pytest.raises(InputError, match="arrival: expected 0 for all requests"):
            bound(late)
    with pytest.raises(InputError, match="prompt: expected one prompt for all"):
        last_in.slicing(Instance.of(9, [1, 1], prompt=[0, 1]), (1, 2))
    with pytest.raises(InputError, match="prompt: expected one prompt for all"):
        own_levels.paced(Instance.of(9, [1, 1], prompt=[0, 1]), Fraction(2))
    with pytest.raises(InputError, match="caps"):
        last_in.slicing(Instance.of(9, [3, 3]), (2, 2))
