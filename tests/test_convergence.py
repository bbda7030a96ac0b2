"""The study that compares simulated latencies with the fluid forms."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from kvratio.reports.studies.convergence import (
    Convergence,
    Law,
    Row,
    Size,
    claims,
    laws,
    mean_and_half_width,
    outputs,
)
from kvratio.reports.studies.study import carry_out
from kvratio.simulate.engine import run
from kvratio.simulate.kernel import run as run_fast
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policies.slicing import slicing as slicing_policy
from kvratio.theory.forms import A_L, A_MIN, A_MIN_STAGGERED, H_SF, slicing, tel
from kvratio.theory.model import Instance

PAIR = Law("pair", {5: Fraction(4, 5), 20: Fraction(1, 5)}, 5, 20)


def test_outputs_have_the_shares() -> None:
    lengths = outputs(PAIR, 1000)
    assert (lengths.count(5), lengths.count(20)) == (800, 200)


def test_largest_remainders_sum_to_the_count() -> None:
    thirds = Law("thirds", {1: Fraction(1, 3), 2: Fraction(1, 3), 3: Fraction(1, 3)}, 1, 3)
    assert sorted(outputs(thirds, 100).count(k) for k in (1, 2, 3)) == [33, 33, 34]


def test_half_width_is_students() -> None:
    # mean 2, standard deviation 1, n = 3: t(0.975, 2) = 4.302652729911275 / sqrt(3)
    mean, half = mean_and_half_width([1.0, 2.0, 3.0])
    assert mean == 2
    assert half == pytest.approx(4.302652729911275 / 3**0.5)


@pytest.mark.parametrize(
    ("policy", "form", "tolerance"),
    [
        # whole batches: M = 200 holds 40 of length 5 and 10 of length 20, so H-SF and A_l lose
        # only first and last steps of a stage, about one step in (n / M) v(20) = 2000
        (POLICIES["h-sf"], H_SF, 0.01),
        (POLICIES["a-l"], A_L, 0.02),
        # chance: the cache fluctuates by about sqrt(2 u / M) = 45 % of itself
        (POLICIES["a-min-thinned"], A_MIN, 0.15),
        (slicing_policy((5, 20)), slicing((5, 20)), 0.15),
    ],
    ids=lambda v: getattr(v, "name", None),
)
def test_policies_follow_their_forms(policy, form, tolerance) -> None:
    memory, n = 200, 4000
    lengths = outputs(PAIR, n)
    order = np.random.default_rng(0).permutation(n)
    instance = Instance.of(memory, [lengths[i] for i in order], interval=(5, 20))
    predicted = tel(form, {5: 800 * 4, 20: 200 * 4}, 0) / (2 * memory)
    assert run(instance, policy).tel == pytest.approx(float(predicted), rel=tolerance)


def test_staggered_a_min_approaches_its_form() -> None:
    """Its distance shrinks with the memory on every law, like 1 / sqrt(M)."""
    for law in laws():
        form = {}
        for memory in (250, 2000):
            lengths = outputs(law, 40 * memory)
            order = np.random.default_rng(0).permutation(len(lengths))
            instance = Instance.of(
                memory,
                [lengths[i] for i in order],
                prompt=law.prompt,
                interval=(law.low, law.high),
            )
            within = (law.low, law.high)
            predicted = tel(A_MIN_STAGGERED, Counter(lengths), law.prompt, within) / (2 * memory)
            form[memory] = run_fast(instance, POLICIES["a-min-staggered"]).tel / float(predicted)
        assert abs(form[2000] - 1) < 0.08
        assert abs(form[2000] - 1) < max(0.02, abs(form[250] - 1) / 2)


def test_a_wrong_form_is_noticed() -> None:
    row = Row("a-min", "pair", Size(100, 20), 2, 1.3, (1.5, 0.1), (1.06, 0.1))
    assert not row.meets


def test_study_reports_every_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kvratio.reports.studies.convergence.laws", lambda: (PAIR,))
    study = Convergence((Size(60, 5),), seeds=2)
    said: list[tuple[int, int]] = []
    found = carry_out(study, None, None, lambda done, total: said.append((done, total)))
    assert said == [(0, 2), (1, 2), (2, 2)]
    rows = study.compared(found)
    assert [row.policy for row in rows] == [policy.name for policy, _ in claims(PAIR)]
    assert all(row.to_json()["confidence"] == 0.95 for row in rows)
