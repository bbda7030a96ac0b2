"""The search for bad instances: what it must find again, and what its page says is true."""

import json
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings, target
from hypothesis import strategies as st

from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.reports.cli import cli
from kvratio.reports.studies.adversary.fluid import SUITE, Fluid, climb, largest
from kvratio.reports.studies.adversary.search import (
    CONTENDERS,
    Candidate,
    Limits,
    Scores,
    instance_of,
    search,
)
from kvratio.reports.studies.adversary.table import (
    FORMS,
    PUBLISHED,
    Worst,
    markdown,
    rows,
    worst_of,
)
from kvratio.simulate.engine import run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.request_files import parse_instance
from tests.bruteforce import optimum

CONTENDER = {contender.policy: contender for contender in CONTENDERS}
ROUNDING = 1e-9  # of shares to millionths, and of a closed form to twelve digits
NEAR = 1e-4  # a local search need not reach the maximum exactly


# --- the fluid limit -------------------------------------------------------------------------


@pytest.mark.parametrize(("low", "high", "prompt"), [(1, 10, 0), (2, 9, 1), (3, 40, 7)])
def test_it_finds_the_two_lengths_that_are_worst_for_a_l(low: int, high: int, prompt: int) -> None:
    """P, Theorem 7: rho - 2 short ones to a long one, ratio 1 + 1 / (2 rho - 2), rho >= 2."""
    square = Fraction(high * (prompt + high), low * (prompt + low))
    rho = float(square) ** 0.5
    mix = climb(Fluid("a-l", "h-sf", low, high, prompt))
    assert mix.shares[low] / mix.shares[high] == pytest.approx(rho - 2, rel=0.01)
    assert float(mix.ratio) == pytest.approx(1 + 1 / (2 * rho - 2), abs=ROUNDING)


def test_it_finds_the_survival_profile_that_is_worst_for_a_min() -> None:
    """The worst survival function for A_min is 1 / (2k - 1) up to a factor near 1, s = 0."""
    case = Fluid("a-min", "h-sf", 1, 30)
    mix = climb(case)
    counts = [mix.shares.get(k, 0) for k in range(30, 0, -1)]
    survival = list(accumulate(counts))[::-1]
    for k, s_k in enumerate(survival, 1):
        assert 0.8 < (2 * k - 1) * s_k / survival[0] < 1.2
    # 1 + (1/2) sum of 1/(2k-1) over 1 < k <= u is below the maximum, and u/(2u) more above it
    lower = 1 + sum(Fraction(1, 2 * k - 1) for k in range(2, 31)) / 2
    assert lower < mix.ratio < lower + Fraction(29, 60)
    assert float(mix.ratio) == pytest.approx(largest(case)[0], rel=NEAR)


def test_no_mix_passes_the_bounds_of_the_theory_and_most_reach_them() -> None:
    for case in SUITE[:4]:
        found, (bound, obtained) = climb(case, rounds=1000), largest(case)
        assert obtained in ("certified", "derived")
        assert bound * (1 - NEAR) <= float(found.ratio) <= bound + ROUNDING


# --- finite instances ------------------------------------------------------------------------


def test_it_finds_the_smallest_instance_that_h_sf_does_not_solve() -> None:
    """Four requests, 2, 2, 3, 3 under a budget of 4: 16 steps instead of 15 (all were tried)."""
    limits = Limits(requests=4, memory=4, tries=150, starts=1, prompt=0)
    best = search(CONTENDER["h-sf"], limits, seed=0)[0]
    assert best.ratio == Fraction(16, 15)
    assert sorted(best.candidate.outputs) == [2, 2, 3, 3]


def test_it_finds_that_fcfs_starts_too_many_that_overflow_together() -> None:
    """Who starts together overflows together: most of what runs then is evicted, again and again.

    The best that any order can do against n requests that fill the cache alone is no eviction.
    """
    limits = Limits(requests=6, memory=10, prompt=0, tries=250, starts=1)
    best = search(CONTENDER["fcfs"], limits, seed=0)[0]
    instance = instance_of(CONTENDER["fcfs"], best.candidate)
    attempts = list(run(instance, POLICIES["fcfs"]).schedule.attempts())
    evicted = [a for a in attempts if not a.finished]
    first = min(a.end for a in evicted)
    running = [a for a in attempts if a.start < first <= a.end]
    assert len(running) >= 3
    assert len({a.start for a in running}) == 1  # all had started together
    assert len(evicted) >= instance.n
    assert best.ratio > 2


def test_the_same_seed_finds_the_same() -> None:
    limits = Limits(requests=4, memory=6, tries=40, starts=2, seeds=2)
    assert search(CONTENDER["a-min"], limits, 3) == search(CONTENDER["a-min"], limits, 3)
    assert search(CONTENDER["a-min"], limits, 3) != search(CONTENDER["a-min"], limits, 4)


@settings(
    max_examples=150,
    phases=(Phase.generate, Phase.target),
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_hypothesis_looks_for_bad_instances_too(data: st.DataObject) -> None:
    """Guided towards bad ratios: no policy is better than the optimum, whatever it steers to."""
    contender = CONTENDER[data.draw(st.sampled_from(("fcfs", "a-l", "mc-benchmark")))]
    memory = data.draw(st.integers(2, 7))
    outputs = data.draw(st.lists(st.integers(1, memory), min_size=1, max_size=4))
    candidate = Candidate(memory, 0, tuple(outputs))
    tel = run(instance_of(contender, candidate), POLICIES[contender.policy]).tel
    best = optimum(memory, [0] * len(outputs), outputs, [0] * len(outputs))
    target(tel / best, label=contender.policy)
    assert tel >= best
    assert Scores(contender, Limits())(candidate) <= Fraction(
        tel, best
    )  # H-SF is not below the optimum


# --- the page --------------------------------------------------------------------------------


def test_the_published_worst_instances_are_what_the_page_says() -> None:
    found = rows()
    assert [row.key for row in found] == [contender.key for contender in CONTENDERS]
    assert {contender.policy for contender in CONTENDERS} == set(POLICIES)
    for row in found:
        certificate = read_certificate((PUBLISHED / row.certificate).read_text())
        proved = check(certificate)
        assert proved.lower == proved.upper == row.optimum
        instance = parse_instance((PUBLISHED / row.instance).read_text())
        assert certificate.instance == instance
        assert (instance.memory, instance.output) == (row.memory, row.outputs)
        latency = Fraction(row.latency)
        assert row.ratio == pytest.approx(float(latency / row.optimum), abs=1e-6)
        policy = POLICIES[row.key.split()[0]]
        assert (row.runs == 1) == (not policy.randomised)
        if row.runs == 1:
            assert run(instance, policy).tel == latency


def test_the_published_page_follows_from_its_data() -> None:
    data = json.loads((PUBLISHED / "adversary.json").read_text())
    assert (PUBLISHED / "adversary.md").read_text() == markdown(data)
    for row in data["fluid"]:
        assert row["ratio"] <= row["bound"] + ROUNDING


def test_the_command(tmp_path: Path) -> None:
    options = ["--policy", "fcfs", "--tries", "30", "--starts", "1", "--requests", "4"]
    command = ["study", "adversary", *options, "--memory", "6", "--out", str(tmp_path / "out")]
    command += ["--journal", str(tmp_path / "kept.jsonl"), "--processes", "1"]
    result = CliRunner().invoke(cli, command, catch_exceptions=False)
    assert result.stderr == f"adversary: 1 rows, {tmp_path / 'out' / 'adversary.md'}\n"
    (row,) = rows(tmp_path / "out")
    assert isinstance(row, Worst)
    first = (tmp_path / "out" / "adversary.json").read_text()
    # the row is kept: nothing is searched again
    kept = (tmp_path / "kept.jsonl").read_text()
    CliRunner().invoke(cli, command, catch_exceptions=False)
    assert (tmp_path / "kept.jsonl").read_text() == kept
    assert (tmp_path / "out" / "adversary.json").read_text() == first


def test_an_uncertified_optimum_is_not_published() -> None:
    with pytest.raises(RuntimeError, match="could be certified"):
        worst_of(CONTENDER["fcfs"], [])


def test_every_form_is_a_policys() -> None:
    assert set(FORMS) <= {contender.policy for contender in CONTENDERS}
