"""Leaves whose schedules are enumerated: producer and checker against all start times."""

import json
import random
from itertools import product
from typing import Any

import numpy as np
import pytest

from kvratio.proofs_check import enumeration as judge
from kvratio.proofs_check.certificate import CertificateError, read_certificate
from kvratio.proofs_check.enumeration import Enumeration, Meter
from kvratio.proofs_check.optimality import check
from kvratio.reports.studies.smallest.certificate import document
from kvratio.theory.hindsight import enumeration as producer
from kvratio.theory.hindsight.cuts import standard_cuts
from kvratio.theory.hindsight.enumeration import enumerated
from kvratio.theory.hindsight.optimum import Effort, optimum
from kvratio.theory.hindsight.relaxation import Relaxation, Window
from kvratio.theory.hindsight.search import plain_schedule
from kvratio.theory.model import Instance
from tests.certificates import as_text
from tests.test_optimality import (
    FORGED,
    accepted,
    best,
    fits,
    one_by_one,
    random_constraint,
    random_instance,
    random_leaf,
    reason,
)

ENOUGH = 10**7
FAR = 10**30


def all_in(tree: list[Any]) -> list[Any]:
    """The tree with every leaf enumerated."""
    return [node if isinstance(node, list) else ["all", node] for node in tree]


def test_an_enumerated_proof_holds_exactly_up_to_the_optimum() -> None:
    """Random trees, prices and cuts: the optimum is accepted, one step more is not."""
    rng = random.Random(11)
    pruned = 0
    for _ in range(500):
        instance = random_instance(rng, rng.randint(1, 4), 7)
        cuts = [random_constraint(rng, instance) for _ in range(2)]
        tree, leaves = random_leaf(rng, instance, rng.randint(0, 2))
        rows = [
            [
                [rng.randint(0, 2), rng.randint(0, 6), *(rng.randint(0, 3) for _ in range(3))]
                for _ in range(rng.randint(0, 2))
            ]
            for _ in leaves
        ]
        opt = best(instance)
        schedule = plain_schedule(instance, one_by_one(instance))
        form = {"version": 3, "scale": rng.randint(1, 4), "cuts": cuts, "prices": rows}
        proof = document(instance, schedule, opt, **form, tree=all_in(tree))
        assert accepted(proof).lower == opt
        too_much = document(instance, schedule, opt + 1, **form, tree=all_in(tree))
        assert reason(as_text(too_much)) in ("bound too weak", "lower above upper")
        with_prices = document(instance, schedule, opt, **form, tree=tree)
        pruned += reason_or_none(with_prices) is not None
    assert pruned > 300, "prices alone must mostly not be enough"


def reason_or_none(data: dict[str, Any]) -> str | None:
    try:
        accepted(data)
    except CertificateError as error:
        return error.reason
    return None


def least_in(instance: Instance, window: Window) -> int | None:
    """The least latency of start times in a window, equal requests in order; None without any."""
    rows = list(zip(instance.prompt, instance.output, instance.arrival, strict=True))
    ranges = (range(a, b + 1) for a, b in zip(window.earliest, window.latest, strict=True))
    found = [
        sum(starts) + sum(instance.output) - sum(instance.arrival)
        for starts in product(*ranges)
        if all(
            starts[j] <= starts[i] for i in range(len(rows)) for j in range(i) if rows[i] == rows[j]
        )
        and fits(instance, list(starts))
    ]
    return min(found, default=None)


def test_both_searches_find_what_a_window_holds() -> None:
    rng = random.Random(12)
    empty = better = 0
    for _ in range(150):
        instance = random_instance(rng, rng.randint(1, 4), 7)
        horizon = sum(instance.output) + max(instance.arrival) + 8  # beyond every window
        relaxation = Relaxation(instance, standard_cuts(instance), horizon)
        earliest = [a + rng.randint(0, 2) for a in instance.arrival]
        latest = [a + rng.randint(0, 4) for a in earliest]
        window = Window(np.array(earliest), np.array(latest))
        prices = np.zeros((relaxation.plain, horizon), np.int64)
        prices[0] = [rng.choice((0, 0, relaxation.scale // 9)) for _ in range(horizon)]
        least = least_in(instance, window)
        claims = [30] if least is None else [least, least + 1]
        empty += least is None
        for claim in claims:
            ours = enumerated(relaxation, prices, window, claim, ENOUGH)
            theirs, spent = judged(relaxation, prices, window, claim)
            better += ours.starts is not None
            assert ours.closed == theirs == (least is None or claim <= least)
            if ours.starts is not None:
                assert fits(instance, ours.starts)
                assert sum(ours.starts) + sum(instance.output) - sum(instance.arrival) < claim
            elif ours.work:
                made = instance.n * max(instance.output)  # only the checker counts making integers
                assert spent - made <= ours.work  # the checker's begins at the first start
    assert empty > 5
    assert better > 50


def judged(relaxation: Relaxation, prices: Any, window: Window, claim: int) -> tuple[bool, int]:
    """The checker's verdict on a claim, and its work."""
    instance, meter = relaxation.instance, Meter(ENOUGH)
    costs, earned = relaxation.priced(prices)
    search = Enumeration(
        list(zip(instance.prompt, instance.output, instance.arrival, strict=True)),
        instance.memory,
        (costs.tolist(), earned),
        list(zip(window.earliest.tolist(), window.latest.tolist(), strict=True)),
        scale=relaxation.scale,
        claim=claim,
        meter=meter,
    )
    try:
        search.refute()
    except CertificateError as error:
        return error.reason != "bound too weak", ENOUGH - meter.left
    return True, ENOUGH - meter.left


def test_late_requests_are_enumerated_without_end() -> None:
    """Windows that begin beyond the last price and have no end."""
    instance = Instance.of(2, [2, 2], arrival=100)
    schedule = plain_schedule(instance, [100, 102])
    proof = document(instance, schedule, 6, version=3, tree=[["all", 0]])
    assert accepted(proof) == (6, 6, 1)
    split = document(instance, schedule, 6, version=3, tree=[[1, 109], ["all", 0], ["all", 0]])
    assert accepted(split) == (6, 6, 2)
    nobody = Instance.of(3, [])
    proof = document(nobody, plain_schedule(nobody, []), 0, version=3, tree=[["all", 0]])
    assert accepted(proof) == (0, 0, 1)


def test_the_valid_one_needs_a_delay_and_is_of_version_3() -> None:
    valid = json.loads((FORGED / "valid-all.json").read_text())
    assert accepted(valid) == (19, 19, 1)
    assert best(read_certificate(as_text(valid)).instance) == 19
    assert reason(as_text(valid | {"tree": [0]})) == "bound too weak"


def test_a_search_ends_where_its_work_does() -> None:
    two = [(0, 2, 0), (0, 2, 0)]
    windows = [(0, FAR), (0, FAR)]
    with pytest.raises(CertificateError, match="search too long"):
        Enumeration(two, 2, ([[2], [2]], 0), windows, scale=1, claim=6, meter=Meter(8)).refute()
    relaxation = Relaxation(Instance.of(2, [2, 2]), (), horizon=4)
    found = enumerated(relaxation, np.zeros((1, 4), np.int64), relaxation.opening, 6, work=1)
    assert (found.closed, found.starts) == (False, None)
    found = enumerated(
        relaxation, np.zeros((1, 4), np.int64), relaxation.opening, 6, work=ENOUGH, deadline=0.0
    )
    assert (found.closed, found.starts) == (False, None)


def test_a_search_ends_where_a_step_holds_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """By step 1 the first of two equal requests has started: one partial schedule."""
    two, windows = [(0, 2, 0), (0, 2, 0)], [(0, FAR), (0, FAR)]
    search = (two, 2, ([[2], [2]], 0), windows)
    relaxation = Relaxation(Instance.of(2, [2, 2]), (), horizon=4)
    free = np.zeros((1, 4), np.int64)
    for widest, ends in ((1, False), (0, True)):
        for module in (judge, producer):
            monkeypatch.setattr(module, "WIDEST", widest)
        found = enumerated(relaxation, free, relaxation.opening, 6, ENOUGH)
        assert found.closed is not ends
        meter = Meter(ENOUGH)
        if ends:
            with pytest.raises(CertificateError, match="search too long"):
                Enumeration(*search, scale=1, claim=6, meter=meter).refute()
        else:
            Enumeration(*search, scale=1, claim=6, meter=meter).refute()


def test_the_optimum_of_few_requests_by_enumeration() -> None:
    """Nothing is split, no better schedule is known beforehand, and the checker agrees."""
    rng = random.Random(13)
    by_search = 0
    for seed in range(25):
        instance = random_instance(rng, 4, 8)
        effort = Effort(moves=0, root_iterations=30, nodes=1, search=ENOUGH)
        outcome = optimum(instance, effort=effort, seed=seed)
        assert outcome.lower == outcome.upper == best(instance)
        assert outcome.certificate is not None
        certified = check(read_certificate(json.dumps(outcome.certificate)))
        assert (certified.lower, certified.upper) == (outcome.lower, outcome.upper)
        by_search += outcome.certificate["version"] == 3
    assert by_search > 3
