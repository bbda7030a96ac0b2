"""Every claim's verdict is the declared one, and no claim survives a change of its constants."""

import ast
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import kvratio.proofs_check.claims
from kvratio.proofs_check.claim import Claim, examine
from kvratio.proofs_check.claims import (
    algorithm_5,
    ec1_memory,
    figure_3_curves,
    four_slicings,
    lemma_1,
    t4_every_instance,
)
from kvratio.proofs_check.fluid import latency
from kvratio.proofs_check.ledger import claims, select
from kvratio.proofs_check.sources import PUBLISHED, Sources
from kvratio.proofs_check.verdict import Bearing, Verdict
from kvratio.theory.model import Instance

QUICK = select(quick=True)
FILES = sorted(Path(kvratio.proofs_check.claims.__path__[0]).glob("[!_]*.py"))


@pytest.mark.parametrize("claim", QUICK, ids=lambda claim: claim.id)
def test_the_verdict_is_the_declared_one(claim: Claim) -> None:
    entry = examine(claim, Sources())
    assert entry.verdict is claim.expected, [f.text for f in entry.findings]


MUTATIONS = [
    ("t6-s0", "c", "299/100", Verdict.REFUTED),
    ("popular-1.5", "bound", "149/100", Verdict.REFUTED),
    ("t7-s0", "a", "201/100", Verdict.REFUTED),
    ("t7-s0", "b", "199/100", Verdict.REFUTED),
    ("t7-rho", "b", "199/100", Verdict.REFUTED),
    ("switch-s0", "c", "101/100", Verdict.REFUTED),
    ("switch-s0", "b", "299/100", Verdict.REFUTED),
    ("fig3-s0", "constant", "168/100", Verdict.REFUTED),
    ("fig3-limit", "constant", "9999999/1000000", Verdict.REFUTED),
    ("t8-s0", "bound", "1555/1000", Verdict.REFUTED),
    ("popular-1.56", "bound", "1555/1000", Verdict.REFUTED),
    ("popular-a-l-geometric", "bound", "399/100", Verdict.REFUTED),
    ("popular-a-l-linear", "bound", "266/100", Verdict.REFUTED),
    ("popular-a-l-slots", "bound", "100", Verdict.OPEN),
    ("t5-sharper", "c", "49/100", Verdict.REFUTED),  # true at u <= 100, false at u = 2^1000000
    ("secular-enclosure", "b", "99/100", Verdict.REFUTED),
    ("secular-enclosure", "c", "18/100", Verdict.REFUTED),
    ("secular-enclosure", "c", "49/100", Verdict.OPEN),  # no such shares are known
    ("secular-every-prompt", "b", "99/100", Verdict.REFUTED),
    ("t5-sharper", "c", "1/4", Verdict.REFUTED),
    ("t5-constant", "c", "249/1000", Verdict.REFUTED),
    ("c2-s0", "c", "249/1000", Verdict.REFUTED),
    ("slicing-5", "c", "497/100", Verdict.REFUTED),
    ("slicing-5", "c", "499/100", Verdict.OPEN),  # the witness has 200 stages only
    ("four-slicings", "c", "3", Verdict.REFUTED),
    ("four-slicings", "c", "399/100", Verdict.OPEN),
    ("four-slicings-supremum", "c", "36390/10000", Verdict.REFUTED),
    ("slicing-doubling", "c", "245/100", Verdict.REFUTED),
    ("slicing-doubling", "c", "249/100", Verdict.OPEN),
    ("finite-in-order", "c", "99/100", Verdict.REFUTED),
    ("finite-in-order", "a", "2", Verdict.REFUTED),
    ("finite-a-l", "c", "99/100", Verdict.REFUTED),
    ("finite-a-l", "a", "2", Verdict.REFUTED),
    ("finite-a-l", "b", "99/100", Verdict.REFUTED),
    ("finite-gsa", "c", "99/100", Verdict.REFUTED),
    ("finite-gsa", "a", "2", Verdict.REFUTED),
    ("finite-gsa", "b", "99/100", Verdict.REFUTED),
    ("finite-thinned", "c", "99/100", Verdict.REFUTED),
    ("finite-thinned", "a", "2", Verdict.REFUTED),
    ("finite-staggered", "c", "99/100", Verdict.OPEN),  # the proof's constant
    ("finite-staggered-form", "c", "107/100", Verdict.OPEN),  # above 63/59
    ("alg2-learning", "c", "99/100", Verdict.OPEN),
    ("alg2-mean", "c", "99/100", Verdict.OPEN),
    ("finite-las", "c", "99/100", Verdict.REFUTED),
    ("finite-las", "a", "2", Verdict.REFUTED),
    ("alg2-every-run", "p", "51/100", Verdict.OPEN),
    ("never-worse", "c", "21/10", Verdict.OPEN),  # these lengths do not show it
    ("never-worse", "pair", "141/100", Verdict.OPEN),
    ("never-worse-chance", "c", "127/100", Verdict.OPEN),
    ("mean-and-tail", "c", "17", Verdict.OPEN),
    ("mean-and-tail", "p", "13/10", Verdict.OPEN),
    ("finite-fcfs", "c", "99/100", Verdict.REFUTED),
    ("finite-fcfs", "a", "2", Verdict.REFUTED),
    ("finite-fcfs-kept", "c", "99/100", Verdict.REFUTED),
    ("finite-fcfs-kept", "a", "2", Verdict.REFUTED),
    ("finite-slicing-paced", "b", "99/100", Verdict.OPEN),  # the proof's constant
    ("finite-slicing-paced", "k", "49/100", Verdict.OPEN),
    ("finite-offset-paced", "a", "199/100", Verdict.OPEN),
    ("finite-offset-paced", "b", "199/100", Verdict.OPEN),
    ("finite-offset-paced", "k", "99/100", Verdict.OPEN),
    ("finite-las", "ratio", "299/100", Verdict.OPEN),
    ("finite-las", "part", "199/100", Verdict.OPEN),
    ("t6-printed-limit", "c", "4", Verdict.OPEN),  # the ratio at u = 600 is not above 2
    ("gsa-large-memory", "bound", "31", Verdict.OPEN),
    ("gsa-large-memory", "e", "7/4", Verdict.OPEN),
    ("gba-doubling", "c", "699/100", Verdict.OPEN),
    ("gba-doubling", "d", "399/100", Verdict.OPEN),
    ("price-upper", "c", "2728/1000", Verdict.REFUTED),
    ("price-upper", "y", "5/2", Verdict.REFUTED),
    ("price-common-offset", "c", "3031/1000", Verdict.REFUTED),
    ("price-common-offset", "m", "2", Verdict.REFUTED),
    ("price-common-offset", "r", "2", Verdict.REFUTED),
    ("price-four-classes", "c", "2752/1000", Verdict.REFUTED),
    ("price-four-classes", "m", "3", Verdict.REFUTED),
    ("price-four-classes", "r", "3/2", Verdict.REFUTED),
    ("price-two-fixed-classes", "c", "375/100", Verdict.REFUTED),
    ("price-two-fixed-classes", "c", "382/100", Verdict.OPEN),  # the witness has 150 levels only
    ("price-two-fixed-classes", "m", "1", Verdict.REFUTED),
    ("price-two-fixed-classes", "r", "2", Verdict.REFUTED),
    ("price-one-machine", "c", "2728/1000", Verdict.REFUTED),
    ("price-one-machine", "y", "5/2", Verdict.REFUTED),
    ("price-lower", "c", "27284/10000", Verdict.REFUTED),
    ("price-lower-u3", "c", "21/10", Verdict.OPEN),
    ("price-lower-u3", "K", "27284/10000", Verdict.OPEN),
    ("price-lower-u3", "start", "1", Verdict.OPEN),
    ("price-lower-u3", "u", "900", Verdict.OPEN),
    ("price-lower-u6", "c", "244/100", Verdict.OPEN),
    ("price-lower-u6", "K", "27284/10000", Verdict.OPEN),
    ("price-lower-u6", "start", "1", Verdict.OPEN),
    ("price-lower-u6", "u", "100000", Verdict.OPEN),
    ("price-lower-u9", "c", "255/100", Verdict.OPEN),
    ("price-lower-u9", "K", "27284/10000", Verdict.OPEN),
    ("price-lower-u9", "start", "1", Verdict.OPEN),
    ("price-lower-u9", "u", "100000000", Verdict.OPEN),
    ("price-finite-offset", "c", "128/10", Verdict.OPEN),  # the proof's constant
    ("price-finite-offset", "y", "2", Verdict.OPEN),
    ("price-finite-fixed", "c", "7", Verdict.REFUTED),
    ("price-finite-fixed", "c", "23", Verdict.OPEN),  # the proof's constant
    ("price-finite-fixed", "b", "3", Verdict.OPEN),
    ("price-finite-fixed", "root", "3/2", Verdict.OPEN),  # more than sqrt 2
    ("price-short-intervals", "c", "49/100", Verdict.REFUTED),
    ("price-short-intervals", "top", "2619/1000", Verdict.OPEN),  # beyond ((1 + sqrt 5)/2)^2
    ("price-two-lengths", "a", "1/2", Verdict.REFUTED),
    ("price-two-lengths", "b", "1", Verdict.REFUTED),
    ("price-predictions-gap", "gap", "2/100", Verdict.OPEN),
    *(
        (f"price-predictions-{rho}", number, value, Verdict.OPEN)
        for rho, below, above in (
            ("5", "1574/1000", "1590/1000"),
            ("10", "1805/1000", "1857/1000"),
            ("100", "225/100", "230/100"),
            ("1000", "243/100", "249/100"),
            ("10000", "250/100", "260/100"),
        )
        for number, value in (("rho", f"{rho}1/10"), ("below", below), ("above", above))
    ),
    ("price-finite-mixed", "c", "9", Verdict.REFUTED),
    ("price-finite-mixed", "c", "61", Verdict.OPEN),  # the proof's constant
    ("price-finite-mixed", "g", "2", Verdict.OPEN),
    ("price-finite-mixed", "k", "1/2", Verdict.OPEN),
    ("price-finite-mixed", "h0", "1/5", Verdict.OPEN),
    ("price-finite-mixed", "h1", "1/4", Verdict.OPEN),
    ("price-finite-mixed", "eta", "187/100", Verdict.OPEN),
    ("price-finite-mixed", "w", "199/100", Verdict.OPEN),
    ("kept-upper", "c", "1999/1000", Verdict.REFUTED),
    ("kept-lower", "c", "1998/1000", Verdict.OPEN),
    ("kept-lower", "mu", "10000", Verdict.OPEN),
    ("kept-lower", "s", "1000", Verdict.OPEN),
    ("kept-lower", "u", "1000", Verdict.OPEN),
    ("kept-area", "c", "1001/1000", Verdict.REFUTED),
    ("kept-preemption-helps", "c", "25/19", Verdict.OPEN),
    ("kept-preemption-helps-long", "c", "187/100", Verdict.OPEN),
    ("kept-preemption-helps-long", "M", "5", Verdict.OPEN),
    ("kept-preemption-helps-long", "n", "20", Verdict.OPEN),
    ("kept-slices", "c", "2998/1000", Verdict.REFUTED),
    ("kept-slices", "g", "401/100", Verdict.REFUTED),
    ("kept-slices-doubling", "c", "2499/1000", Verdict.REFUTED),
    ("kept-slices-doubling", "g", "21/10", Verdict.REFUTED),
    ("kept-slices-geometric", "c", "2414/1000", Verdict.REFUTED),
    ("kept-slices-geometric", "g", "201/100", Verdict.OPEN),
    ("kept-restarts", "c", "599/100", Verdict.OPEN),
    ("kept-restarts", "g", "5", Verdict.REFUTED),
    ("kept-restarts", "h", "5/4", Verdict.REFUTED),
    ("kept-a-min", "c", "199/100", Verdict.OPEN),
    ("kept-a-l", "c", "199/100", Verdict.REFUTED),
    ("gsa-fluid", "bound", "47/10", Verdict.REFUTED),
    ("fig3-every-prompt", "bound", "179/100", Verdict.REFUTED),
    ("fig3-every-prompt", "bound", "199/100", Verdict.OPEN),  # q = 4/5 is far from 1
    ("t8-every-prompt", "bound", "159/100", Verdict.REFUTED),
    ("t8-every-prompt", "bound", "177/100", Verdict.OPEN),
    ("a-max-exact", "factor", "999/1000", Verdict.REFUTED),
    ("a-min-area", "c", "49/100", Verdict.REFUTED),
    ("fig1-fit", "a", "25/100", Verdict.OPEN),
    ("fig1-fit", "b", "3", Verdict.OPEN),
    ("fig1-fit", "c", "114/100", Verdict.OPEN),
    ("fig1-fit", "tolerance", "1/200", Verdict.OPEN),  # 0.0053 at u = 60, finer points needed
    ("svf-ratio", "c", "1/4", Verdict.REFUTED),
    ("svf-ratio", "c", "199/100", Verdict.OPEN),  # the proof's constant, not known to be needed
    ("mc-sf-4.3", "c", "399/100", Verdict.OPEN),
    ("mc-sf-4.1", "c", "1/11", Verdict.OPEN),
    ("gsa-finite", "bound", "4", Verdict.REFUTED),
    ("gsa-finite", "bound", "46", Verdict.OPEN),  # the proof's constant, not known to be needed
    ("gba-fluid", "bound", "399/100", Verdict.REFUTED),
    ("ec1-a-random", "a", "99/100", Verdict.REFUTED),
    ("t1-upper", "a", "99/100", Verdict.REFUTED),
    ("h-sf-2x", "bound", "199/100", Verdict.REFUTED),
    ("example-ec1", "M", "6", Verdict.OPEN),  # I2 needs 7
    ("lemma-3", "factor", "11", Verdict.OPEN),
    ("switch-guarantee", "c", "1308/1000", Verdict.REFUTED),
    ("fig3-1.6", "bound", "1555/1000", Verdict.REFUTED),
    ("route-area-order", "c", "1", Verdict.OPEN),
    ("route-area-order", "limit", "2", Verdict.OPEN),
    ("fig3-tight", "bound", "1555/1000", Verdict.OPEN),
    ("fig3-tight", "bound", "156/100", Verdict.OPEN),  # true, but not the least
    ("example-1", "A_max", "10", Verdict.REFUTED),
    ("example-1", "H-SF", "4", Verdict.REFUTED),
]


@pytest.mark.parametrize(("name", "number", "value", "verdict"), MUTATIONS)
def test_a_wrong_constant_changes_the_verdict(
    name: str, number: str, value: str, verdict: Verdict
) -> None:
    (claim,) = select([name])
    assert number in claim.numbers
    forged = replace(claim, numbers={**claim.numbers, number: Fraction(value)})
    assert examine(forged, Sources()).verdict is verdict
    assert verdict is not claim.expected


@pytest.mark.parametrize(
    ("name", "number", "value"),
    [
        ("t6-prompts", "c", "4"),  # the counterexamples reach 4.13 and 1.69, bounds become < 2
        ("fig3-prompts", "constant", "172/100"),
        ("t8-prompts", "bound", "157/100"),
        ("t7-prompts", "b", "3"),
        ("t2-statement", "upper", "130"),
        ("t6-exact", "c", "5"),
        ("t6-exact-live", "c", "4"),
        ("mc-sf-worst", "worst", "136/100"),
        ("fig3-1.6-prompts", "bound", "162/100"),
    ],
)
def test_a_counterexample_refutes_only_what_it_contradicts(
    name: str, number: str, value: str
) -> None:
    (claim,) = select([name])
    weaker = examine(replace(claim, numbers={number: Fraction(value)}), Sources())
    refuted = weaker.verdict is Verdict.REFUTED
    assert refuted == (name == "t6-prompts")  # s = 100 contradicts (4 - alpha)/2, too


def test_an_instance_refutes_only_where_a_min_is_slower() -> None:
    """Two outputs of 2 with M = 4 run at once under both: latency 4."""
    finding = t4_every_instance.compared(4, 2, 2, live=False)
    assert finding.outcome is not Bearing.AGAINST
    assert finding.text.endswith("4 <= 4")
    assert t4_every_instance.compared(3, 2, 2, live=True).outcome is Bearing.AGAINST


def test_period_counts_are_the_claimed_ones_where_nobody_is_cancelled() -> None:
    """M = 2, outputs 1, 1: both complete in period 1, as Lemma 1 has it; AlgorithmTwo(4): too."""
    assert not lemma_1.compared(2, (1, 1), 1, live=False).against
    assert lemma_1.compared(3, (2, 2), 1, live=True).against


def test_orders_and_packing_by_hand() -> None:
    """Two requests of 2 tokens, M = 4: both have room at 0."""
    two = Instance.of(4, [2, 2])
    assert ec1_memory.loose((0, 2), two) == [(1, 0), (1, 1)]
    assert ec1_memory.loose((0, 0), two) == []
    assert not ec1_memory.valid((0, 0), Instance.of(3, [2, 2]))
    assert ec1_memory.later((0, 1), (1, 1)) == 1


def test_the_enclosure_with_prompts_holds_the_known_values() -> None:
    """At s = 0, q = 1/2: Theorem 8's function, and the geometric closed form 1.55606."""
    low, high = figure_3_curves.enclosed(True, Fraction(1, 2), 0)
    assert low <= Fraction(9, 4) * Fraction(71, 16) / Fraction(417, 64) <= high < low + 1e-9
    low, high = figure_3_curves.enclosed(False, Fraction(1, 2), 0)
    assert 1.55605 < low <= high < 1.55607


def test_algorithm_5_on_disjoint_intervals() -> None:
    intervals = [(1, 3), (4, 6), (7, 9)]
    for low, high in intervals:
        assert {algorithm_5.start(intervals, o) for o in range(low, high + 1)} == {low}


@pytest.mark.parametrize(("name", "c"), [("route-16", "15"), ("route-28", "27")])
def test_a_cited_claim_needs_its_own_arithmetic(name: str, c: str) -> None:
    (claim,) = select([name])
    assert examine(replace(claim, numbers={"c": Fraction(c)}), Sources()).verdict is Verdict.OPEN


def test_no_finite_run_is_compared_with_a_bound_of_the_fluid_limit() -> None:
    """Simulated latencies in certified fluid bounds' units prove nothing: no row has both."""
    rows = json.loads((PUBLISHED / "claims.json").read_text(encoding="utf-8"))
    for row in rows:
        kinds = {finding["kind"] for finding in row["evidence"]}
        assert not ("sample" in kinds and any("certificate" in f["text"] for f in row["evidence"]))


def test_every_constant_is_mutated() -> None:
    mutated = {(name, number) for name, number, _, _ in MUTATIONS}
    stated = {
        (claim.id, number)
        for claim in claims()
        if claim.expected in (Verdict.PROVED, Verdict.CERTIFIED)
        for number in claim.numbers
    }
    missing = stated - mutated
    # the same check with the same number is mutated in another reading
    assert missing <= {("t7-rho", "a"), ("fig3-s0", "logarithm"), ("fig3-limit", "logarithm")}


def test_slicing_by_volume_costs_at_least_slicing_by_caps() -> None:
    """Levels 1, 5, 20, 80 of volume are the caps 1, 2, 5, 12 at s = 0; 3 tokens need 6."""
    shares = {1: 5, 2: 3, 4: 2, 7: 1, 12: 1}
    volumes = [k * (k + 1) // 2 for k, n in shares.items() for _ in range(n)]
    by_caps = latency("slicing", shares, 0, (1, 12), (1, 2, 5, 12))
    assert by_caps < four_slicings.latency(volumes, 5) < 2 * by_caps
    assert four_slicings.area(volumes) == latency("area", shares)
    only_first = latency("slicing", {1: 5}, 0, (1, 1), (1,))
    assert four_slicings.latency([1] * 5, 5) == only_first


def test_certificates_of_something_else_or_damaged_prove_nothing(tmp_path: Path) -> None:
    (claim,) = select(["t4-slicing"])
    source = Sources().certificates
    swapped = (source / "a-min-staggered-h-sf-u20.json").read_text()
    lower = json.loads((source / "slicing-doubling-h-sf-u100.json").read_text())
    lower["bound"][0] -= lower["bound"][1] // 1000
    for text in (swapped, json.dumps(lower), "{", ""):
        (tmp_path / "slicing-doubling-h-sf-u100.json").write_text(text)
        assert examine(claim, Sources(certificates=tmp_path)).verdict is Verdict.OPEN
    (tmp_path / "slicing-doubling-h-sf-u100.json").unlink()
    assert examine(claim, Sources(certificates=tmp_path)).verdict is Verdict.OPEN


def test_statements_are_complete() -> None:
    for claim in claims():
        for text in (claim.reading, claim.statement, claim.source, claim.relation):
            assert text
            assert text == text.strip()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_claims_make_neither_findings_nor_verdicts(path: Path) -> None:
    """A claim file may name a verdict only as the declared expectation of a `Claim`."""
    tree = ast.parse(path.read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = {node.func.id for node in calls if isinstance(node.func, ast.Name)}
    assert not made & {"Finding", "judge", "Entry"}
    (stated,) = (
        node
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CLAIMS"
    )
    allowed = {id(node) for node in ast.walk(stated)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("Verdict", "Bearing"):
            assert id(node) in allowed
