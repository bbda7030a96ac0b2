"""The bounds of finite size as multiples of the fluid forms, and from which size ratios hold."""

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.proofs_check.greedy import greedy
from kvratio.reports.bounds.table import MODULES
from kvratio.simulate.kernel import run as kernel
from kvratio.simulate.policies import POLICIES
from kvratio.theory.bound import DerivationError
from kvratio.theory.checks import InputError
from kvratio.theory.finite import admission, closed, derived, pipelines, promotion, sizes
from kvratio.theory.forms import H_SF, tel
from kvratio.theory.model import Instance, verify

Counts = dict[int, int]


@st.composite
def settings_of(draw: st.DrawFn) -> tuple[Counts, int, int]:
    """Numbers of requests by length, a prompt, and a memory that every one fits."""
    lengths = st.dictionaries(st.integers(1, 9), st.integers(1, 6), min_size=1, max_size=4)
    counts, s = draw(lengths), draw(st.integers(0, 6))
    return counts, s, s + max(counts) + draw(st.integers(0, 60))


def instance(counts: Counts, s: int, memory: int, upper: int = 0) -> Instance:
    outputs = [k for k, n in counts.items() for _ in range(n)]
    return Instance.of(memory, outputs, prompt=s, interval=(1, max(upper, *counts)))


@settings(max_examples=150, deadline=None)
@given(setting=settings_of(), more=st.integers(0, 5))
def test_the_forms_bound_the_bounds_of_instances(
    setting: tuple[Counts, int, int], more: int
) -> None:
    counts, s, memory = setting
    upper = min(max(counts) + more, memory - s)
    case = instance(counts, s, memory, upper)
    assert admission.h_sf(case) <= closed.h_sf(counts, s, memory)
    assert admission.a_random_mean(case) <= closed.a_random(counts, s, memory)
    assert admission.a_max_mean(case) <= closed.a_max(counts, s, memory, upper)


@settings(max_examples=25, deadline=None)
@given(setting=settings_of(), data=st.data())
def test_means_over_all_orders_of_the_requests(
    setting: tuple[Counts, int, int], data: st.DataObject
) -> None:
    """A_l, GSA and GBA serve by index: the forms hold for the mean over orders."""
    counts, s, memory = setting
    case = instance({k: 1 + (n > 3) for k, n in list(counts.items())[:3]}, s, memory)
    few = {k: case.output.count(k) for k in set(case.output)}
    threshold = data.draw(st.integers(1, max(few)))
    caps = data.draw(st.sampled_from([(1, 2, 4, 8, 16), (3, 9), (2, 3, 5)]))
    orders = [Instance.of(memory, row, prompt=s) for row in permutations(case.output)]
    of_l = [
        promotion.a_l(Instance.of(memory, i.output, prompt=s, interval=(1, max(few))), threshold)
        for i in orders
    ]
    assert sum(of_l) / len(orders) <= closed.a_l(few, s, memory, threshold, max(few))
    for bound, form in ((pipelines.gsa, closed.gsa), (pipelines.gba, closed.gba)):
        assert sum(bound(i, caps) for i in orders) / len(orders) <= form(few, s, memory, caps)


# --- H-SF below its form: a limit that is none ----------------------------------------------------


@pytest.mark.parametrize("m", [1, 4, 15])
@pytest.mark.parametrize(("a", "b"), [(0, 4), (1, 30), (3, 7)])
def test_h_sf_stays_below_its_form_at_every_memory(m: int, a: int, b: int) -> None:
    case = derived.family(m, a, b)
    claimed = Fraction(3 * a * (a + 1), 2) + 2 * (a + 1) + a * b + Fraction(b * (b - 1), 2) + 2 * b
    assert kernel(case, POLICIES["h-sf"]).tel == m * claimed
    assert verify(greedy(case, case.output), case).tel == m * claimed
    form = tel(H_SF, {1: (3 * a + 2) * m, 2: b * m}, 0) / (2 * case.memory)
    if b == 30:
        assert kernel(case, POLICIES["h-sf"]).tel < Fraction(82, 100) * form


def test_a_min_has_more_than_theorem_6_says_times_that() -> None:
    """4/3 of H-SF against (3 - alpha)/2 = 5/4, as M grows; Algorithm 2 as printed and ours."""
    for m in (10, 60):
        case = derived.family(m, 0, 120)
        best = kernel(case, POLICIES["h-sf"]).tel
        for policy in ("a-min", "a-min-live", "a-min-thinned"):
            assert kernel(case, POLICIES[policy]).tel > Fraction(130, 100) * best


# --- sizes ----------------------------------------------------------------------------------------


def within(counts: Counts, s: int, memory: int, bound: Fraction) -> Fraction:
    return bound / (tel(H_SF, counts, s) / (2 * memory))


@settings(max_examples=60, deadline=None)
@given(shares=st.lists(st.integers(0, 9), min_size=4, max_size=4), column=st.integers(0, 2))
def test_ratios_hold_from_the_sizes_on(shares: list[int], column: int) -> None:
    """Lengths in [2, 5]: the proved bounds are within what the table says."""
    total = sum(shares)
    if not total:
        return
    rows = {row.statement.split(":")[0]: row for row in sizes.table(2, 5)}
    for name, bound in (
        ("Theorem 1", lambda counts, memory: closed.a_max(counts, 0, memory, 5)),
        ("A_random, (1 + a)/2 times H-SF (ours)", lambda c, memory: closed.a_random(c, 0, memory)),
    ):
        row = rows[name]
        memory, n = row.memory[column], row.requests[column]
        assert memory is not None
        assert n is not None
        enough = -(-n // total)
        counts = {k: enough * x for k, x in zip((2, 3, 4, 5), shares, strict=True) if x}
        allowed = (1 + sizes.WITHIN[column]) * row.published
        assert within(counts, 0, 2 * memory, bound(counts, 2 * memory)) <= allowed


def test_theorem_7_holds_from_its_size_on_and_not_much_before() -> None:
    row = next(row for row in sizes.table(1, 4) if row.statement.startswith("Theorem 7"))
    memory, n = row.memory[0], row.requests[0]
    assert memory is not None
    assert n is not None
    allowed = Fraction(101, 100) * row.published
    for long in range(1, 10):
        counts = {1: n - long * n // 10, 4: long * n // 10}
        bound = closed.a_l(counts, 0, 2 * memory, 1, 4)
        assert within(counts, 0, 2 * memory, bound) <= allowed
    assert (1 + closed.error(memory - 1, 4)) >= Fraction(101, 100)


def test_the_mean_is_at_most_h_times_the_form() -> None:
    for counts in ({1: 5, 7: 1}, {3: 1}, {1: 1, 2: 1, 7: 1}, {1: 9, 4: 2, 7: 3}):
        n = sum(counts.values())
        for s in (0, 3):
            mean = Fraction(sum(k * x for k, x in counts.items()), n)
            form = tel(H_SF, counts, s) / n**2
            assert mean <= sizes.mean_to_form(s, min(counts), 7) * form


# --- derivations ----------------------------------------------------------------------------------


def test_the_derivations_are_in_the_table() -> None:
    assert "kvratio.theory.finite.derived" in MODULES
    assert {b.obtained for b in derived.bounds()} == {"derived", "certified"}


@pytest.mark.parametrize("name", ["h_sf", "a_random", "a_max"])
def test_a_form_without_its_error_is_no_derivation(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right: Callable[..., Fraction] = getattr(closed, name)
    monkeypatch.setattr(closed, name, lambda *a: right(*a) * Fraction(99, 100))
    with pytest.raises(DerivationError, match="attained"):
        derived.once()


def test_bad_input_is_one_clear_error() -> None:
    with pytest.raises(InputError, match="memory: expected a whole number, at least 5, got 4"):
        closed.error(4, 5)
    with pytest.raises(InputError, match="u: expected a whole number, at least 3, got 2"):
        sizes.table(2, 2)
