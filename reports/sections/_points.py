"""The simulated points of the curves: policies on the lengths that are worst for their forms."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

from kvratio.reports.progress import Report
from kvratio.reports.studies.convergence import Law, Size, mean_and_half_width, simulate, truncated
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policies.slicing import slicing as slicing_policy
from kvratio.theory.forms import A_L, A_MAX, A_MIN, H_SF, Form, geometric_caps, ratio, slicing
from kvratio.theory.lengths import Lengths

LONG = 20  # u of the two lengths, in tokens
SHARES = 100  # the worst share of long requests is sought among its multiples of 1 / SHARES
ALPHAS = tuple(Fraction(k, 20) for k in (2, 5, 10, 15))
QS = tuple(Fraction(k, 10) for k in (3, 5, 7, 8))
RARE = 1e-4  # lengths beyond which fewer requests lie are cut off
SIZE = Size(1000, 20)
SEEDS = 5

# the curves on which points lie
A_MAX_CURVE, A_MIN_CURVE, A_L_CURVE = "A_max", "A_min, s = 0", "A_l"
SLICING_CURVE = "slicing"


class Point(NamedTuple):
    """A simulated ratio to H-SF at `x` (alpha or q), beside the ratio of the forms.

    `curve` is the label of the curve that it belongs to.
    """

    curve: str
    policy: str
    lengths: str
    x: Fraction
    form: Fraction
    mean: float
    half_width: float


class Contender(NamedTuple):
    """A form with the label of its curve, and the policies that claim to follow it."""

    curve: str
    form: Form
    policies: tuple[str, ...]


def worst_shares(form: Form, low: int, high: int) -> dict[int, int]:
    """The mixture of two lengths with the largest ratio to H-SF, in parts of `SHARES`.

    >>> worst_shares(A_MIN, 1, 4)
    {1: 80, 4: 20}
    """
    mixtures = [{low: SHARES - k, high: k} for k in range(1, SHARES)]
    return max(mixtures, key=lambda shares: ratio(form, H_SF, shares, 0, (low, high)))


def two_length_points(report: Report) -> list[Point]:
    """Every policy on its worst mixture of two lengths, at each alpha."""
    points: list[Point] = []
    for alpha in ALPHAS:
        low, high = int(alpha * LONG), LONG
        for contender in (
            Contender(A_MAX_CURVE, A_MAX, ("a-max",)),
            Contender(A_MIN_CURVE, A_MIN, ("a-min", "a-min-thinned")),
            Contender(A_L_CURVE, A_L, ("a-l",)),
            Contender(SLICING_CURVE, slicing((low, high)), ("slicing",)),
        ):
            shares = worst_shares(contender.form, low, high)
            text = f"{shares[low]} % of {low}, {shares[high]} % of {high} tokens"
            law = Law(text, {k: Fraction(x) for k, x in shares.items()}, low, high)
            points += _points(law, contender, (low, high), alpha, report)
    return points


def endless_points(
    name: str, distribution: Callable[[Fraction], Lengths], report: Report
) -> list[Point]:
    """A_min and slicing with doubling caps on a family of lengths, at each q."""
    points: list[Point] = []
    for q in QS:
        lengths = distribution(q)
        high = next(k for k in range(1, 10**4) if lengths.survival(k + 1) < RARE)
        law = Law(f"{name}, q = {float(q)}, cut at {high}", truncated(lengths, high), 1, high)
        caps = geometric_caps(high)
        for contender in (
            Contender(A_MIN_CURVE, A_MIN, ("a-min", "a-min-thinned")),
            Contender(SLICING_CURVE, slicing(caps), ("slicing",)),
        ):
            points += _points(law, contender, caps, q, report)
    return points


def _points(
    law: Law, contender: Contender, caps: tuple[int, ...], x: Fraction, report: Report
) -> Iterable[Point]:
    declared = {
        name: slicing_policy(caps) if name == "slicing" else POLICIES[name]
        for name in contender.policies
    }
    found = []
    for seed in range(SEEDS):
        report(f"{law.name}, seed {seed}")
        found.append(simulate(law, (POLICIES["h-sf"], *declared.values()), SIZE, seed))
    exact = ratio(contender.form, H_SF, law.shares, law.prompt, (law.low, law.high))
    for name in declared:
        ratios = [latency[name] / latency["h-sf"] for latency in found]
        yield Point(contender.curve, name, law.name, x, exact, *mean_and_half_width(ratios))
