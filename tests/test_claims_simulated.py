"""Simulated claims: their plans, and verdicts that follow the runs."""

import json
from dataclasses import replace

import pytest

from kvratio.proofs_check.claim import Plan, examine
from kvratio.proofs_check.greedy import greedy
from kvratio.proofs_check.ledger import claims, select
from kvratio.proofs_check.sources import PUBLISHED, Sources
from kvratio.proofs_check.verdict import Bearing, Estimate, Finding, Rigour, Verdict
from kvratio.theory.model import Instance, verify

SIMULATED = [claim for claim in claims() if claim.plan]


def test_every_simulated_claim_has_a_plan_for_each_of_its_samples() -> None:
    """And kept to it when it was published: as many samples, of the planned size."""
    rows = json.loads((PUBLISHED / "claims.json").read_text(encoding="utf-8"))
    published = {row["id"]: row["evidence"] for row in rows}
    for claim in SIMULATED:
        assert claim.plan
        assert len(claim.plan.seeds) >= 10
        assert all(low <= high for low, high in claim.plan.predicted)
        sizes = [f["estimate"][2] for f in published[claim.id] if "estimate" in f]
        if claim.plan.predicted:
            assert sizes == [len(claim.plan.seeds)] * len(claim.plan.predicted)
        else:  # a map predicts; what cannot be run again has no estimate
            assert set(sizes) <= {len(claim.plan.seeds)}


def test_a_plan_is_met_by_the_samples_it_names() -> None:
    plan = Plan(((1.0, 1.2),), range(3))
    inside = Finding(Rigour.SAMPLE, Bearing.STEP, "", Estimate(1.3, 0.1, 3))
    assert plan.met([inside])
    assert not plan.met([])
    assert not plan.met([inside, inside])
    assert not plan.met([replace(inside, estimate=Estimate(1.3, 0.05, 3))])
    assert not plan.met([replace(inside, estimate=Estimate(1.1, 0.05, 4))])


def test_a_simulated_verdict_needs_its_planned_seeds() -> None:
    (claim,) = select(["popular-only-lower"])
    assert claim.plan
    seen: list[int] = []

    class Watched(Sources):
        def tel(self, instance: Instance, policy: str, seed: int) -> int:  # noqa: ARG002
            seen.append(seed)
            return 1

    examine(claim, Watched())
    assert set(seen) == set(claim.plan.seeds)


@pytest.mark.parametrize("name", ["popular-only-lower"])
def test_a_simulated_claim(name: str) -> None:
    (claim,) = select([name])
    assert examine(claim, Sources()).verdict is claim.expected


def test_no_simulated_claim_can_be_more_than_supported() -> None:
    assert len(SIMULATED) > 10
    allowed = (Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.DEPENDS, Verdict.OPEN)
    assert all(claim.expected in allowed for claim in SIMULATED)


def recorded(factor: dict[str, float]) -> type[Sources]:
    """Sources with recorded latencies: 1000 for H-SF, so many times that for the others."""

    class Recorded(Sources):
        def tel(self, instance: Instance, policy: str, seed: int) -> int:  # noqa: ARG002
            return int(1000 * factor.get(policy, 1) * (1 + seed / 1000))

        def upper_bound(self, instance: Instance, seed: int) -> int:  # noqa: ARG002
            mc_sf = verify(greedy(instance, instance.output), instance).tel
            return int(mc_sf * factor["search"])

    return Recorded


@pytest.mark.parametrize(
    ("name", "factor", "verdict"),
    [
        ("t6-on-cancel", {"a-min": 2.0}, Verdict.CONTRADICTED),
        ("t6-on-cancel", {"a-min": 1.4}, Verdict.SUPPORTED),
        ("t6-on-cancel", {"a-min": 1.48}, Verdict.CONTRADICTED),  # above 1.475, below 1.49
        ("t6-thinned", {"a-min-thinned": 1.6}, Verdict.CONTRADICTED),
        (
            "t4-worst-slicing",
            {"a-min-thinned": 1.2, "a-min": 2.0, "a-min-live": 1.3},
            Verdict.SUPPORTED,
        ),
        ("t4-worst-slicing", {"a-min-thinned": 0.9, "a-min": 2.0}, Verdict.CONTRADICTED),
        ("popular-halving", {"a-min": 0.9, "a-max": 2.0}, Verdict.SUPPORTED),
        ("popular-halving", {"a-min": 1.1, "a-max": 2.0}, Verdict.CONTRADICTED),
        ("popular-balloons", {"a-max": 4.9}, Verdict.CONTRADICTED),
        ("t4-worst-staggered", {"a-min-staggered": 1.1, "a-min": 2.0}, Verdict.CONTRADICTED),
        ("mc-sf-model-1", {"search": 0.9}, Verdict.CONTRADICTED),
        ("mc-sf-model-2", {"search": 0.99}, Verdict.OPEN),  # upper bounds of OPT support nothing
    ],
)
def test_simulated_verdicts_follow_the_runs(
    name: str, factor: dict[str, float], verdict: Verdict
) -> None:
    (claim,) = select([name])
    assert examine(claim, recorded(factor)()).verdict is verdict
