"""A_min and A_l with tokens kept: their forms by hand, by a process, and against runs."""

import random
from fractions import Fraction

import pytest

from kvratio.reports.studies.kept_worth import KeptWorth, Row, all_laws, derived, policies, read
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import named
from kvratio.theory.forms import A_L, A_MIN, A_MIN_STAGGERED, AREA, H_SF, OWN, Form, promotion, tel
from kvratio.theory.model import Instance
from kvratio.theory.price import kept_policies
from kvratio.theory.price.kept_policies import (
    A_L_KEPT,
    A_MIN_KEPT,
    A_MIN_STAGGERED_KEPT,
    promotion_kept,
)

Shares = dict[int, Fraction]


def random_shares(rng: random.Random, low: int, high: int) -> Shares:
    some = {k: Fraction(rng.choice([0, 1, 4]), rng.choice([1, 3, 20])) for k in range(low, high)}
    return some | {high: Fraction(1, rng.choice([1, 10, 100]))}


def process(shares: Shares, s: int, low: int, keeps: bool) -> Fraction:
    """Thinned A_min, eviction by eviction: where it starts, how long it holds, what is left.

    A cohort of one class holds its slots until its last request completes; a request that is about
    to make token g + 1 survives with probability (s + g)/(s + g + 1), else its bound is g + 1.
    """
    high = max(shares)
    at = {(low, 0): dict(shares)}  # by bound and tokens: what starts, by length
    total, waiting = Fraction(0), Fraction(0)
    for k in range(low, high + 1):
        time, done = Fraction(0), Fraction(0)
        here = [(begun, x) for (bound, begun), x in at.items() if bound == k]
        for begun, of in here:
            for length, share in of.items():
                alive = share
                for made in range(begun, length):  # it makes token made + 1
                    if made >= k:
                        evicted = alive * Fraction(1, s + made + 1)
                        alive -= evicted
                        key = (made + 1, made if keeps else 0)
                        at.setdefault(key, {}).setdefault(length, Fraction(0))
                        at[key][length] += evicted
                    time += alive * (s + max(k, made + 1))
                done += alive
        waiting = sum(shares.values(), Fraction(0)) if k == low else waiting
        total += time * (done + 2 * (waiting - done))
        waiting -= done
    return total


@pytest.mark.parametrize("keeps", [False, True])
@pytest.mark.parametrize("s", [0, 1, 7])
def test_the_form_is_that_of_the_process(s: int, keeps: bool) -> None:
    rng = random.Random(s)
    for _ in range(12):
        low = rng.choice([1, 2, 4])
        shares = random_shares(rng, low, low + rng.randint(1, 6))
        form = A_MIN_KEPT if keeps else A_MIN
        within = (low, max(shares))
        assert process(shares, s, low, keeps) == tel(form, shares, s, within)


def test_promotion_by_hand() -> None:
    # lengths 1 and 3 at s = 0, threshold 2: stage 1 takes 1 * 2 + 2 * 2 in slots, and waits 1 + 2;
    # stage 2 makes one token of the three, at 3
    shares = {1: 1, 3: 1}
    assert tel(promotion_kept(2), shares, 0) == 6 * 3 + 1 * 3
    assert tel(promotion_kept(2, OWN, OWN), shares, 0) == (1 + 4) * 3 + 1 * 3
    assert tel(promotion(2), shares, 0) == 6 * 3 + 3 * 3
    two = {2: Fraction(1, 3), 5: Fraction(2, 3)}
    assert tel(promotion_kept(2), two, 4) == tel(A_L_KEPT, two, 4)


@pytest.mark.parametrize(
    ("lost", "kept"), [(A_MIN, A_MIN_KEPT), (A_MIN_STAGGERED, A_MIN_STAGGERED_KEPT)]
)
def test_keeping_saves_at_most_twice_the_area_bound(lost: Form, kept: Form) -> None:
    rng = random.Random(2)
    for _ in range(40):
        low, s = rng.choice([1, 3]), rng.choice([0, 1, 50])
        shares = random_shares(rng, low, low + rng.randint(0, 30))
        saved = tel(lost, shares, s) - tel(kept, shares, s)
        assert 0 <= saved <= 2 * tel(AREA, shares, s)


def test_without_a_bound_before_none_now() -> None:
    # S_k = 1/(2 k - 1): A_min's ratio to the area bound grows like (ln u)/2, and kept
    ratios = []
    for u in (30, 300):
        tails = [Fraction(1, 2 * k - 1) for k in range(1, u + 1)] + [Fraction(0)]
        shares = {k: tails[k - 1] - tails[k] for k in range(1, u + 1)}
        ratios.append(float(tel(A_MIN_KEPT, shares, 0) / tel(AREA, shares, 0)))
    assert ratios[1] > ratios[0] + 0.7


def test_two_lengths() -> None:
    found = {bound.id.removeprefix("price/tokens kept/"): bound for bound in kept_policies.bounds()}
    best = {"A_min/two lengths": (A_MIN_KEPT, 3), "A_l/two lengths": (A_L_KEPT, 2)}
    for name, (form, s) in best.items():
        value = float(found[name].at({"l": 4, "u": 30, "s": s}).value)
        grid = [
            float(tel(form, {4: t, 30: 1}, s) / tel(H_SF, {4: t, 30: 1}, s))
            for t in (Fraction(k, 8) for k in range(400))
        ]
        assert value - 2e-3 <= max(grid) <= value + 1e-9
    far = {10: 139, 1000: 1}  # alpha = 1/100, the worst share as alpha -> 0
    limit = float(found["A_min/two lengths/s=0"].value)
    assert 1.34 < tel(A_MIN_KEPT, far, 0) / tel(H_SF, far, 0) < limit < 1.5
    same = {100: 10, 10_000: 1}
    with_prompts = [tel(form, same, 10**9) / tel(H_SF, same, 10**9) for form in (A_MIN, A_MIN_KEPT)]
    assert abs(with_prompts[0] - with_prompts[1]) < 1e-4
    nearly = tel(A_L_KEPT, {1000: 0, 1001: 1}, 5, (1000, 1001))
    assert 1.99 < nearly / tel(H_SF, {1001: 1}, 5) < 2
    lost = tel(A_L, {1000: 0, 1001: 1}, 5, (1000, 1001))
    assert 2.99 < lost / tel(H_SF, {1001: 1}, 5) < 3


def test_every_result_is_derived_or_certified() -> None:
    found = kept_policies.bounds()
    assert {bound.obtained for bound in found} == {"derived", "certified"}
    assert len({bound.id for bound in found}) == len(found)


def test_runs_come_near_the_form() -> None:
    # thinned A_min at M = 1,000; a tolerance, as M and n are finite
    law = all_laws()[0]
    row = KeptWorth(1, 10).row((law.name, 10, 0))
    forms = derived(law, "a-min-thinned")
    assert forms is not None
    lost, kept = (tel_ / row["bound"] for tel_ in row["tel"]["a-min-thinned"])
    assert abs(lost / float(forms.lost) - 1) < 0.06
    assert abs(kept / float(forms.kept) - 1) < 0.06
    assert kept < lost


# --- the study ----------------------------------------------------------------------------------


def test_the_study_shows_what_its_rows_say() -> None:
    study = KeptWorth(1, 1)
    rows = [study.row(task) for task in study.plan()]
    files = study.files(rows)
    found = read(files["kept-worth.json"])
    assert found == study.compared(rows)
    assert len(found) == sum(len(policies(law)) for law in all_laws())
    assert all(row.cells()[1:3] == ("", "") for row in found if row.policy in ("a-min", "fcfs"))
    assert files["kept-worth.md"].count("| FCFS") == len(all_laws())
    instance = Instance.of(1000, [5, 20])
    assert run(instance, named("fcfs"), 0, None, "keep").tel == 25
    assert Row("law", "fcfs", 2.0, 1.0, None).worth == 0.5
