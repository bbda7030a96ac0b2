"""The checker of optimality certificates: what it accepts is true, and what is forged it rejects.

Expected optima come from `tests.bruteforce`, expected bounds from FORMAT.md by the letter.
"""

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.proofs_check.certificate import REASONS, CertificateError, read_certificate
from kvratio.proofs_check.optimality import Certified, _together, check
from kvratio.reports.studies.smallest.certificate import document, enumerate_tree
from kvratio.theory.hindsight.profile import Profile
from kvratio.theory.hindsight.search import plain_schedule
from kvratio.theory.model import Instance
from tests.bruteforce import optimum, optimum_with_cancelling
from tests.certificates import (
    Cut,
    as_row,
    as_text,
    bound,
    heaviest,
    limit,
    weight,
)

ROOT = Path(__file__).parent.parent
FORGED = Path(__file__).parent / "forged"
EXPECTED: dict[str, dict[str, str]] = json.loads((FORGED / "expected.json").read_text())
GRAMMAR = (ROOT / "proofs_check" / "FORMAT.md").read_text()


def accepted(data: dict[str, Any]) -> Certified:
    return check(read_certificate(as_text(data)))


def reason(text: str) -> str:
    """Why a certificate is rejected."""
    with pytest.raises(CertificateError) as caught:
        check(read_certificate(text))
    assert caught.value.reason in REASONS
    assert caught.value.detail
    return caught.value.reason


def random_instance(rng: random.Random, n: int, memory: int) -> Instance:
    """Prompts, arrivals and many equal requests."""
    memory = rng.randint(1, memory)
    prompt = [rng.randint(0, min(2, memory - 1)) for _ in range(n)]
    output = [rng.randint(1, memory - s) for s in prompt]
    arrival = [rng.choice((0, 0, 1, 2, 3)) for _ in range(n)]
    for i in range(1, n):
        if rng.random() < 0.4:
            prompt[i], output[i], arrival[i] = prompt[i - 1], output[i - 1], arrival[i - 1]
    return Instance.of(memory, output, prompt=prompt, arrival=arrival)


def best(instance: Instance) -> int:
    return optimum(instance.memory, instance.prompt, instance.output, instance.arrival)


def one_by_one(instance: Instance) -> list[int]:
    """Start times of a schedule that is always possible."""
    starts, now = [], 0
    for o, a in zip(instance.output, instance.arrival, strict=True):
        starts.append(max(now, a))
        now = starts[-1] + o
    return starts


# --- forged certificates


@pytest.mark.parametrize("name", EXPECTED)
def test_a_forged_certificate_is_rejected_for_its_reason(name: str) -> None:
    assert reason((FORGED / f"{name}.json").read_text()) == EXPECTED[name]["reason"]


def test_the_forged_ones_differ_from_a_valid_one_and_cover_every_reason() -> None:
    valid = read_certificate((FORGED / "valid.json").read_text())
    assert check(valid) == Certified(15, 15, 3)
    assert best(valid.instance) == 15
    assert {entry["reason"] for entry in EXPECTED.values()} == set(REASONS)
    assert {path.stem for path in FORGED.glob("*.json")} == {
        *EXPECTED, "expected", "valid", "valid-profile", "valid-all",
    }  # fmt: skip


def test_a_file_of_brackets_does_not_exhaust_the_reader() -> None:
    assert reason("[" * 1_000_000) == "nested too deeply"
    assert reason('{"a":' * 100_000) == "nested too deeply"


@pytest.mark.parametrize("text", ["", "[]", "null", "7", '"kvratio-optimality"', "\ufeff{}"])
def test_something_else_is_rejected(text: str) -> None:
    assert reason(text) in ("not JSON", "wrong keys")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_certificate_proves_nothing_false(data: st.DataObject) -> None:
    """Replace any value of a valid certificate: rejected, or still true of what it then says."""
    document = json.loads((FORGED / "valid.json").read_text())
    value, spot = document, data.draw(st.sampled_from(sorted(document)))
    while isinstance(value[spot], list | dict) and value[spot] and data.draw(st.booleans()):
        value = value[spot]
        spots = range(len(value)) if isinstance(value, list) else sorted(value)
        spot = data.draw(st.sampled_from(spots))
    small = st.integers(-1, 6) | st.none() | st.booleans() | st.floats() | st.text(max_size=2)
    value[spot] = data.draw(small | st.lists(small, max_size=3))
    try:
        certificate = read_certificate(json.dumps(document))
        certified = check(certificate)
    except CertificateError:
        return
    assert certified.lower <= best(certificate.instance) <= certified.upper


# --- agreement with brute force


def test_cancelling_does_not_help() -> None:
    """The optimum over start times is the optimum over all schedules."""
    rng = random.Random(1)
    for _ in range(3000):
        x = random_instance(rng, rng.randint(0, 3), 6)
        assert best(x) == optimum_with_cancelling(x.memory, x.prompt, x.output, x.arrival)


def test_the_optimum_is_certified_and_more_is_not() -> None:
    rng = random.Random(2)
    for _ in range(3000):
        instance = random_instance(rng, rng.randint(0, 4), 7)
        opt = best(instance)
        schedule = plain_schedule(instance, one_by_one(instance))
        for lower in (opt, opt + 1):
            tree, rows = enumerate_tree(instance, lower)
            text = as_text(document(instance, schedule, lower, tree=tree, prices=rows))
            if lower == opt:
                assert check(read_certificate(text)).lower == opt
            else:
                assert reason(text) in ("bound too weak", "lower above upper")


def random_cut(rng: random.Random, instance: Instance) -> Cut:
    m = instance.memory
    if rng.random() < 0.5:
        k = rng.randint(1, min(m, 4))
        return "ahead", k, rng.randint(0, (m - 1) // k)
    return "gap", rng.randint(1, 3), rng.randint(0, m), rng.randint(0, m)


def random_profile(rng: random.Random, instance: Instance) -> Cut:
    """A table of a few corners, each reached by no smaller one."""
    corners: list[tuple[int, int, int]] = []
    for _ in range(rng.randint(1, 4)):
        u = rng.randint(1, instance.memory)
        corner = u, rng.randint(0, instance.memory - u), rng.randint(1, 5)
        if all(rises(a, corner) and rises(corner, a) for a in corners):
            corners.append(corner)
    return "profile", corners


def rises(a: tuple[int, int, int], b: tuple[int, int, int]) -> bool:
    """If b lies beyond a, it weighs more."""
    return not (a[0] <= b[0] and a[1] <= b[1] and a[2] >= b[2])


def random_constraint(rng: random.Random, instance: Instance) -> Cut:
    return random_profile(rng, instance) if rng.random() < 0.4 else random_cut(rng, instance)


def test_cuts_hold_for_every_schedule() -> None:
    """Random feasible start times: no step weighs more than the limit; some reach it."""
    rng = random.Random(5)
    tight = {"gap": 0, "ahead": 0, "profile": 0}
    for _ in range(800):
        instance = random_instance(rng, rng.randint(2, 5), 9)
        starts: list[int] = []
        for i in range(instance.n):  # each request as early as it fits, plus a random delay
            t = instance.arrival[i] + rng.randint(0, 2)
            while not fits(instance, [*starts, t]):
                t += 1
            starts.append(t)
        for cut in [random_constraint(rng, instance) for _ in range(5)]:
            most = max(
                sum(weight(instance, cut, i, t, x) for i, t in enumerate(starts)) for x in range(60)
            )
            assert most <= limit(instance, cut)
            tight[cut[0]] += most == limit(instance, cut)
    assert min(tight.values()) > 200, "the cuts must bind for this test to mean anything"


def fits(instance: Instance, starts: list[int]) -> bool:
    return all(
        sum(weight(instance, None, i, t, x) for i, t in enumerate(starts)) <= instance.memory
        for x in range(60)
    )


def climb(rng: random.Random, instance: Instance, scale: int, cuts: list[Cut]) -> Any:
    """Prices with a strong root bound, by random coordinate ascent; returns (prices, bound)."""
    horizon = sum(instance.output) + max(instance.arrival)
    windows = [(a, None) for a in instance.arrival]
    prices: dict[tuple[int, int], int] = {}
    highest = bound(instance, scale, cuts, prices, windows)
    for _ in range(60):
        trial = dict(prices)
        for _ in range(rng.randint(1, 2)):
            key = (rng.randint(0, len(cuts)), rng.randrange(horizon))
            trial[key] = max(0, trial.get(key, 0) + rng.choice((-7, -2, -1, 1, 2, 7)))
        value = bound(instance, scale, cuts, trial, windows)
        if value >= highest:
            prices, highest = trial, value
    return prices, highest


def test_prices_never_prove_more_than_the_optimum() -> None:
    """Single leaves with good prices, cuts included: valid, and recomputed exactly."""
    rng = random.Random(3)
    strong = 0
    for _ in range(200):
        instance = random_instance(rng, rng.randint(1, 4), 7)
        cuts = [random_constraint(rng, instance) for _ in range(2)]
        scale = rng.choice((1, 3, 10))
        prices, highest = climb(rng, instance, scale, cuts)
        opt = best(instance)
        assert highest <= opt
        strong += highest > sum(instance.output)
        schedule = plain_schedule(instance, one_by_one(instance))
        form = {"version": 2, "scale": scale, "cuts": cuts, "prices": [as_row(prices)]}
        certain = -(-highest.numerator // highest.denominator)
        assert accepted(document(instance, schedule, certain, **form)).lower == certain
        too_much = document(instance, schedule, certain + 1, **form)
        assert reason(as_text(too_much)) in ("bound too weak", "lower above upper")
    assert strong > 50, "the prices must do something for this test to mean anything"


def random_leaf(rng: random.Random, instance: Instance, splits: int) -> tuple[list[Any], list[Any]]:
    """A chain of random splits: the tree, and the windows of its leaves in preorder."""
    nodes: list[Any] = []
    leaves: list[Any] = []
    same = list(zip(instance.prompt, instance.output, instance.arrival, strict=True))

    def grow(low: list[int], high: list[int | None], left: int) -> None:
        i = rng.randrange(instance.n)
        room = 3 if high[i] is None else high[i] - low[i]
        if left == 0 or room == 0:
            nodes.append(len(leaves))
            leaves.append(list(zip(low, high, strict=True)))
            return
        t = low[i] + rng.randrange(room)
        nodes.append([i, t])
        early = [
            t if same[j] == same[i] and j <= i and (b is None or b > t) else b
            for j, b in enumerate(high)
        ]
        late = [max(a, t + 1) if same[j] == same[i] and j >= i else a for j, a in enumerate(low)]
        grow(low, early, left - 1)
        grow(late, high, left - 1)

    grow(list(instance.arrival), [None] * instance.n, splits)
    return nodes, leaves


def test_every_leaf_is_bounded_by_the_letter_of_the_grammar() -> None:
    """Random trees with random prices, cuts and continued rows: the same bounds, to the unit."""
    rng = random.Random(4)
    for _ in range(1500):
        instance = random_instance(rng, rng.randint(1, 5), 9)
        cuts = [random_constraint(rng, instance) for _ in range(2)]
        scale = rng.randint(1, 5)
        tree, leaves = random_leaf(rng, instance, 3)
        rows: list[Any] = []
        table: list[dict[tuple[int, int], int]] = []
        for p in range(len(leaves)):
            base = rng.randrange(p) if p and rng.random() < 0.5 else None
            prices = {} if base is None else dict(table[base])
            row: list[Any] = [] if base is None else [base]
            for _ in range(rng.randint(0, 3)):
                c, k = rng.randint(0, 2), rng.randint(0, 8)
                values = [rng.randint(0, 3) for _ in range(rng.randint(0, 3))]
                row.append([c, k, *values])
                prices |= {(c, k + d): v for d, v in enumerate(values)}
            rows.append(row)
            table.append(prices)
        least = min(
            bound(instance, scale, cuts, prices, windows)
            for prices, windows in zip(table, leaves, strict=True)
        )
        certain = max(0, -(-least.numerator // least.denominator))
        schedule = plain_schedule(instance, one_by_one(instance))
        form = {"version": 2, "scale": scale, "cuts": cuts, "prices": rows, "tree": tree}
        if least > -1:
            assert accepted(document(instance, schedule, certain, **form)).leaves == len(leaves)
        too_much = document(instance, schedule, certain + 1, **form)
        assert reason(as_text(too_much)) in ("bound too weak", "lower above upper")


def test_late_starts_cost_what_they_must() -> None:
    """Windows that begin beyond the last priced step, in an instance that begins late."""
    instance = Instance.of(2, [2, 2], arrival=10**6)
    schedule = plain_schedule(instance, [10**6, 10**6 + 2])
    rows = [[[0, 10**6 + 1, 1]], []]
    assert accepted(document(instance, schedule, 6, prices=rows)) == (6, 6, 1)
    # after a split far out, the second case starts at a million and ten
    tree = [[1, 10**6 + 9], 0, 1]
    assert accepted(document(instance, schedule, 6, prices=rows, tree=tree)) == (6, 6, 2)


def test_an_empty_instance_is_certified() -> None:
    instance = Instance.of(3, [])
    assert accepted(document(instance, plain_schedule(instance, []), 0)) == (0, 0, 1)


def test_a_schedule_with_cancellations_may_give_the_upper_bound() -> None:
    instance = Instance.of(2, [2])
    data = document(instance, plain_schedule(instance, [1]), 2)
    data["schedule"].insert(0, [0, 0, 1, False])
    assert accepted(data) == (2, 3, 1)


# --- profile cuts (version 2)


def test_the_limit_of_a_profile_cut_is_the_heaviest_of_all_multisets() -> None:
    rng = random.Random(8)
    repeated = 0
    for _ in range(400):
        instance = random_instance(rng, 1, 9)
        _, corners = random_profile(rng, instance)
        found = _together(corners, instance.memory)
        assert found == heaviest(instance.memory, corners)
        assert found == Profile(tuple(corners)).limit(instance)
        repeated += found > max(w for _, _, w in corners)
    assert repeated > 50, "a request alone must not always be the heaviest"


PROFILED = json.loads((FORGED / "valid-profile.json").read_text())


def test_a_profile_cut_proves_what_the_budget_does_not() -> None:
    """Two of 4 of 6 tokens: the price of the cut is worth 4 steps, none is without it."""
    certified = accepted(PROFILED)
    assert certified.lower == certified.upper == best(read_certificate(as_text(PROFILED)).instance)
    without = PROFILED | {"cuts": [["profile", [[6, 0, 1]]]]}
    assert reason(as_text(without)) == "bound too weak"


def test_a_profile_cut_is_of_version_2() -> None:
    assert reason(as_text(PROFILED | {"version": 1})) == "malformed cuts"
    valid = json.loads((FORGED / "valid.json").read_text())
    assert accepted(valid | {"version": 2}) == accepted(valid)


def test_the_forged_order_would_understate_the_limit() -> None:
    """The fewest steps to go first: what the forger computed, and the checker must not."""
    forged = json.loads((FORGED / "profile-in-wrong-order.json").read_text())
    corners, memory = forged["cuts"][0][1], forged["instance"]["memory"]
    best_of = {(0, 0): 0}
    for u, d, w in sorted(corners, key=lambda c: c[1]):
        for (k, use), before in list(best_of.items()):
            if use + u + (k + 1) * d <= memory:
                best_of[k + 1, use + u] = max(best_of.get((k + 1, use + u), 0), before + w)
    assert max(best_of.values()) < _together(corners, memory)


def test_the_bound_by_the_letter_is_what_one_computes_by_hand() -> None:
    """FORMAT.md's example, and a cut: outputs 4 and 4 in a cache of 5 keep apart."""
    instance = Instance.of(2, [2, 2])
    assert bound(instance, 1, [], {(0, 1): 1}, [(0, None)] * 2) == 6
    instance = Instance.of(5, [4, 4])
    # the zone of a request that completes at C is the steps C - 2, C - 1, C: 3 steps apart
    prices = {(1, x): 1 for x in (2, 3, 4)}
    cuts = [("gap", 1, 2, 4)]
    assert bound(instance, 1, cuts, prices, [(0, 0), (3, None)]) == (4 + 3) + 7 - 3
    assert bound(instance, 2, cuts, prices, [(0, None)] * 2) == Fraction(2 * 11 - 3, 2)
    # in step 2 a request that starts at 1 uses 2, has 2 steps to go, and loses 2 * (2 - 2)
    assert weight(instance, ("ahead", 2, 2), 0, 1, 2) == min(2, 5 - 4)
    assert limit(instance, ("ahead", 2, 2)) == 1
    assert best(instance) == 11
