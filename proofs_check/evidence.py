"""The checks. Each function performs one and returns the `Finding`; nothing else makes findings.

Steps of a proof (`identity`, `positive`, `less_on`, ...) either hold or fail; failing steps leave
the claim open. Attempts to refute (`counterexample`, `equation`, `exceeded_at`) either succeed or
leave the claim as it was. Names say what holds; the texts are for readers with pencil and paper.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Context, Decimal
from fractions import Fraction
from math import comb, inf, sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from kvratio.proofs_check import blind, cancelling, copositive, interval, optimality, tails
from kvratio.proofs_check.certificate import CertificateError, read_certificate
from kvratio.proofs_check.polynomial import Coefficients, Like, Poly, positive_between, telescopes
from kvratio.proofs_check.tiny import AlgorithmTwo, OverBudgetError
from kvratio.proofs_check.verdict import Bearing, Estimate, Finding, Rigour
from kvratio.theory.model import Instance, Schedule, ScheduleError, verify

LONGEST = 24  # characters of a fraction that is printed in full
SHOWN = 12  # starts of a schedule that are printed
SHORT = 6  # of one that needs no decimals beside it
# Student's t, two-sided 95 %, by degrees of freedom (rounded up)
STUDENT = {
    2: 4.303, 3: 3.183, 4: 2.777, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.307, 9: 2.263,
    11: 2.201, 15: 2.132, 19: 2.094, 29: 2.046, 39: 2.023, 99: 1.985, 199: 1.972,
}  # fmt: skip

Number = int | Fraction


def show(x: Number) -> str:
    """A rational number for the reader: the fraction if short, and 8 significant digits.

    >>> show(Fraction(5, 4)), show(3), show(Fraction(14, 9))
    ('5/4', '3', '14/9 = 1.5555556')
    """
    x = Fraction(x)
    decimal = Context(prec=8).divide(Decimal(x.numerator), Decimal(x.denominator))
    exact = str(x)
    if len(exact) > LONGEST:
        return f"{decimal}..."
    plain = x.denominator == 1 or (Fraction(decimal) == x and len(exact) < SHORT)
    return exact if plain else f"{exact} = {decimal}"


def _step(kind: Rigour, holds: bool, text: str) -> Finding:
    return Finding(kind, Bearing.STEP if holds else Bearing.FAILED, text)


def _attempt(kind: Rigour, succeeds: bool, text: str) -> Finding:
    return Finding(kind, Bearing.AGAINST if succeeds else Bearing.WITHSTOOD, text)


def reported(text: str) -> Finding:
    """What a published file says, unchecked; it counts for nothing."""
    return Finding(Rigour.SAMPLE, Bearing.REMARK, text)


def words(text: str) -> Finding:
    """A sentence between checked steps; it counts for nothing."""
    return Finding(Rigour.EXACT, Bearing.REMARK, text)


def cited(text: str, source: str) -> Finding:
    """A step that a publication proves and nobody checked here: the claim is cited at best.

    >>> cited("packing", "Steinberg (1997)").kind
    <Rigour.CITED: 'cited'>
    """
    return Finding(Rigour.CITED, Bearing.STEP, f"not checked here: {text} ({source})")


def identity(text: str, left: Like, right: Like) -> Finding:
    """Two polynomials are identical.

    >>> identity("trivial", Poly.of(1), 1).outcome
    <Bearing.STEP: 'step'>
    """
    return _step(Rigour.EXACT, Poly.of(left) == right, f"identity: {text}")


def sums(text: str, total: Callable[[Poly], Like], summand: Callable[[Poly], Like]) -> Finding:
    """total(m) is the sum of summand(k) over k = 1 ... m, for every m, by induction."""
    return _step(Rigour.EXACT, telescopes(total, summand), f"sum by induction: {text}")


def nonnegative(text: str, polynomial: Like) -> Finding:
    """A polynomial is >= 0 where its variables are, having no negative coefficient."""
    holds = Poly.of(polynomial).nonnegative_coefficients()
    return _step(Rigour.EXACT, holds, f"no negative coefficient: {text}")


def positive(text: str, p: Coefficients, low: Number, high: Number) -> Finding:
    """A polynomial in one variable is > 0 on an open interval (Sturm's theorem)."""
    holds = positive_between(p, Fraction(low), Fraction(high))
    return _step(Rigour.EXACT, holds, f"no root between {low} and {high} (Sturm): {text}")


def quadratic(text: str, a: Number, b: Number, c: Number) -> Finding:
    """a x^2 + b x y + c y^2 >= 0 for all x, y >= 0.

    >>> quadratic("a square", 1, -2, 1).outcome
    <Bearing.STEP: 'step'>
    """
    holds = a >= 0 and c >= 0 and (b >= 0 or b * b <= 4 * a * c)
    numbers = f"({show(a)}) x^2 + ({show(b)}) x y + ({show(c)}) y^2 >= 0"
    return _step(Rigour.EXACT, holds, f"discriminant: {text}: {numbers}")


def at_most(text: str, value: Number, bound: Number) -> Finding:
    """A comparison of two numbers that a proof needs."""
    return _step(Rigour.EXACT, value <= bound, f"{text}: {show(value)} <= {show(bound)}")


def at_least(text: str, value: Number, bound: Number) -> Finding:
    """Likewise; for a claim "there is ... with ... >=" the witness is the proof."""
    return _step(Rigour.EXACT, value >= bound, f"{text}: {show(value)} >= {show(bound)}")


def above(text: str, value: Number, bound: Number) -> Finding:
    """Likewise, strictly."""
    return _step(Rigour.EXACT, value > bound, f"{text}: {show(value)} > {show(bound)}")


def counterexample(text: str, value: Number, bound: Number) -> Finding:
    """The claim says value <= bound here; it is refuted if not."""
    refutes = value > bound
    return _attempt(
        Rigour.EXACT, refutes, f"{text}: {show(value)} {'>' if refutes else '<='} {show(bound)}"
    )


def equation(text: str, left: Number, right: Number) -> Finding:
    """The claim says that two sides are equal here; it is refuted if they differ."""
    differ = left != right
    sign = "is not" if differ else "is"
    return _attempt(Rigour.EXACT, differ, f"{text}: {show(left)} {sign} {show(right)}")


def schedule(text: str, rows: Schedule, instance: Instance) -> tuple[Finding, int]:
    """A schedule keeps the model, and its total end-to-end latency (0 if it does not).

    >>> schedule("one", Schedule.of([(0, 0, 2, True)]), Instance.of(2, [2]))[1]
    2
    """
    try:
        tel = verify(rows, instance).tel
    except ScheduleError as error:
        return _step(Rigour.EXACT, False, f"{text}: {error}"), 0
    more = ", ..." if len(rows) > SHOWN else ""
    starts = ", ".join(map(str, rows.start[:SHOWN])) + more
    return _step(Rigour.EXACT, True, f"{text} (starts {starts}) is valid and has TEL {tel}"), tel


def overflow(text: str, policies: Mapping[Sequence[int], AlgorithmTwo]) -> Finding:
    """The claim says that no step of Algorithm 2, bounds 1, needs more than the memory here.

    >>> overflow("one", {(2, 2): AlgorithmTwo(2)}).outcome
    <Bearing.WITHSTOOD: 'withstood'>
    """
    for outputs, policy in policies.items():
        try:
            policy.latency(outputs, lower=1)
        except OverBudgetError as error:
            return _attempt(Rigour.EXACT, True, f"{text}: a step needs {error.needed} tokens")
    return _attempt(Rigour.EXACT, False, f"{text}: no step needs more than the memory")


def beaten(text: str, lengths: Sequence[int], orders: Sequence[blind.Order], c: Number) -> Finding:
    """Of requests that run one at a time, each length one of these and unknown: no policy without
    chance is always below c times the best of some orders.

    >>> beaten("7/5", [1, 3], [(0, 1), (1, 0)], Fraction(7, 5)).outcome
    <Bearing.STEP: 'step'>
    """
    return _step(Rigour.EXACT, blind.beaten(lengths, orders, Fraction(c)), text)


def refuted_by(text: str, steps: Sequence[Finding]) -> Finding:
    """The negation of the claim has been proved, by steps that must all hold.

    >>> refuted_by("x", [above("2", 2, 1), counterexample("a step's own", 2, 1)]).against
    False
    """
    wrong = (Bearing.FAILED, Bearing.AGAINST)
    proved = bool(steps) and all(f.outcome not in wrong for f in steps)
    kinds = [f.kind for f in steps if f.outcome is Bearing.STEP]
    proved = proved and bool(kinds) and Rigour.SAMPLE not in kinds
    kind = Rigour.INTERVAL if Rigour.INTERVAL in kinds else Rigour.EXACT
    return _attempt(kind, proved, "; ".join([text, *(f.text for f in steps)]))


def less_on(
    text: str, f: interval.Function, g: interval.Function, low: Fraction, high: Fraction
) -> Finding:
    """f < g on [low, high], by two implementations of interval arithmetic."""
    boxes = interval.below(f, g, low, high)
    how = ", ".join(f"{name} {n} boxes" for name, n in boxes.items()) if boxes else "not proved"
    return _step(Rigour.INTERVAL, boxes is not None, f"on [{low}, {high}]: {text} ({how})")


def all_less(
    text: str, cases: Sequence[tuple[interval.Function, interval.Function, Number]]
) -> Finding:
    """f < g at x for every (f, g, x), by two implementations of interval arithmetic."""
    holds = bool(cases) and all(interval.below(f, g, Fraction(x), Fraction(x)) for f, g, x in cases)
    return _step(Rigour.INTERVAL, holds, f"{text} ({len(cases)} comparisons)")


def extreme(
    u: int, y: Sequence[int], bound: Number, r: Sequence[int], bits: int
) -> tuple[Finding, Fraction, Fraction]:
    """The largest ratio of A_min to H-SF on lengths 1 ... u is attained by y, at most `bound`.

    `y` and `r` as in `kvratio.proofs_check.tails`. Returns the finding and the enclosure of the
    ratio.
    """
    below, above = tails.tail_ratio(y), Fraction(bound)
    holds = len(y) == len(r) == u and below <= above and tails.bounded(above, r, bits)
    text = f"s = 0, lengths 1 ... {u}: {show(below)} <= CR(A_min) <= {show(above)}"
    return _step(Rigour.EXACT, holds, text), below, above


def exceeded_at(
    text: str, bound: interval.Function, value: interval.Function, x: Number
) -> Finding:
    """The claim says value <= bound at x; it is refuted if two interval arithmetics prove >."""
    point = Fraction(x)
    refutes = interval.below(bound, value, point, point) is not None
    return _attempt(
        Rigour.INTERVAL, refutes, f"at {show(x)}: {text} {'fails' if refutes else 'stands'}"
    )


def certificate(file: Path, **expected: Any) -> tuple[Finding, Fraction]:
    """A doubly nonnegative certificate of what is `expected`: attributes of `RatioBound`.

    Returns the finding and the certified bound (0 when there is none).
    """
    name = f"certificate {file.name}"
    try:
        proved = copositive.check(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # a rejected certificate is a ValueError, too
        return _step(Rigour.EXACT, False, f"{name}: {error}"), Fraction(0)
    wrong = [key for key, value in expected.items() if getattr(proved, key) != value]
    if wrong:
        return _step(Rigour.EXACT, False, f"{name} is about something else: {wrong}"), Fraction(0)
    caps = f" with caps {', '.join(map(str, proved.caps))}" if proved.caps else ""
    text = (
        f"{name}: for all lengths in [{proved.lower}, {proved.upper}] and s = {proved.prompt}, "
        f"{proved.policy}{caps} <= {show(proved.bound)} times {proved.benchmark}"
    )
    return _step(Rigour.EXACT, True, text), proved.bound


def enclosure(file: Path, rho: Fraction) -> tuple[Finding, Fraction, Fraction]:
    """Certificates of the price of cancelling for volumes in [1, rho] (`cancelling`).

    Returns the finding and the ends of the price (0, 0 if rejected).
    """
    name = f"certificates for rho = {rho} in {file.name}"
    try:
        below, above = cancelling.read(file, rho)
    except ValueError as error:
        return _step(Rigour.EXACT, False, f"{name}: {error}"), Fraction(0), Fraction(0)
    ends = f"on some lengths no policy is below {show(below)}, on none a certain one above"
    text = f"{name}: times the area bound, {ends} {show(above)}"
    return _step(Rigour.EXACT, True, text), below, above


def optimum(file: Path, instance: Instance) -> tuple[Finding, int, int]:
    """An optimality certificate of this instance (its predictions do not matter).

    Returns the finding and the certified bounds of the least total latency (0, 0 if rejected).
    """
    name = f"certificate {file.name}"
    try:
        proof = read_certificate(file.read_text(encoding="utf-8"))
        proved = optimality.check(proof)
    except (OSError, ValueError, CertificateError) as error:
        return _step(Rigour.EXACT, False, f"{name}: {error}"), 0, 0
    for field in ("memory", "prompt", "output", "arrival"):
        if getattr(proof.instance, field) != getattr(instance, field):
            text = f"{name} is about another instance: {field}"
            return _step(Rigour.EXACT, False, text), 0, 0
    text = (
        f"{name}, {proved.leaves} cases: the least total latency of any schedule is at least "
        f"{proved.lower} and at most {proved.upper}"
    )
    return _step(Rigour.EXACT, True, text), proved.lower, proved.upper


def confidence(values: Sequence[float]) -> tuple[float, float]:
    """Mean and half width of Student's 95 % interval, for 3 values or more.

    Between the entries of `STUDENT` the next smaller one makes the interval a little wider.

    >>> confidence([1.0, 1.0, 1.0])
    (1.0, 0.0)
    """
    student = STUDENT[max(df for df in STUDENT if df < len(values))]
    return fmean(values), student * stdev(values) / sqrt(len(values))


def sample_at_most(text: str, values: Sequence[float], bound: float) -> Finding:
    """Simulated values have a mean of at most `bound`: supported, contradicted or neither.

    >>> sample_at_most("ratio", [1.9, 2.0, 2.1], 1.5).outcome
    <Bearing.AGAINST: 'against'>
    """
    mean, half = confidence(values)
    return _sample(text, values, f"<= {bound:.4g}", mean + half <= bound, mean - half > bound)


def sample_exceeds(text: str, values: Sequence[float], bound: float) -> Finding:
    """Lower bounds of values whose mean is claimed to be at most `bound`: they can only refute.

    >>> [sample_exceeds("", v, 1.5).outcome.value for v in ([1.9, 2.0, 2.1], [1.0, 1.1, 1.2])]
    ['against', 'failed']
    """
    mean, half = confidence(values)
    return _sample(f"{text}, at least", values, f"<= {bound:.4g}", False, mean - half > bound)


def sample_near(text: str, values: Sequence[float], target: float, tolerance: float) -> Finding:
    """Simulated values have a mean within a relative tolerance of `target`."""
    mean, half = confidence(values)
    near, far = abs(mean - target) + half, abs(mean - target) - half
    allowed = tolerance * target
    return _sample(
        text, values, f"{target:.4g} within {tolerance:.0%}", near <= allowed, far > allowed
    )


def in_setting(
    text: str, values: Sequence[float], allowed: tuple[float, float], holds: bool
) -> Finding:
    """Does a claim on the mean hold in one setting of a map, or fail there as the map says?

    `allowed`: least and largest mean of which the claim holds; `holds`: what the map says. An
    interval that lies on another side than that fails as evidence.

    >>> in_setting("ratio", [1.9, 2.0, 2.1], (0.0, 1.5), holds=False).outcome
    <Bearing.FAILS_HERE: 'fails here'>
    """
    mean, half = confidence(values)
    low, high = allowed
    within = low <= mean - half and mean + half <= high
    beyond = mean + half < low or mean - half > high
    finding = _sample(text, values, _between(low, high), within and holds, beyond and not holds)
    here = {Bearing.STEP: Bearing.HOLDS_HERE, Bearing.AGAINST: Bearing.FAILS_HERE}
    return replace(finding, outcome=here.get(finding.outcome, finding.outcome))


def on_record(text: str, found: tuple[float, float], allowed: tuple[float, float]) -> Finding:
    """The same by the word of a published map: mean and half width, not run again.

    >>> on_record("ratio", (2.0, 0.1), (0.0, 1.5)).outcome
    <Bearing.FAILS_HERE: 'fails here'>
    """
    low, high = found[0] - found[1], found[0] + found[1]
    holds = allowed[0] <= low and high <= allowed[1]
    fails = high < allowed[0] or low > allowed[1]
    outcome = Bearing.HOLDS_HERE if holds else Bearing.FAILS_HERE if fails else Bearing.FAILED
    numbers = f"{found[0]:.4f} ± {found[1]:.4f}, claimed {_between(*allowed)}"
    return Finding(Rigour.SAMPLE, outcome, f"{text}: {numbers} (published, not run again)")


def _between(low: float, high: float) -> str:
    """A range in words.

    >>> _between(0, 0.2), _between(1.25, inf), _between(0.9, 1.1)
    ('<= 0.2', '>= 1.25', '0.9 to 1.1')
    """
    if low <= 0:
        return f"<= {high:.4g}"
    return f">= {low:.4g}" if high == inf else f"{low:.4g} to {high:.4g}"


def proportions(text: str, ours: tuple[int, int], published: tuple[int, int]) -> Finding:
    """Two counts (successes, trials) may come from one probability: Fisher's exact test.

    They speak against it when the probability of so uneven a split, in this direction, is at most
    1/40, given the successes of both together; computed in integers.

    >>> proportions("", (0, 40), (114, 200)).outcome
    <Bearing.AGAINST: 'against'>
    """
    (low, n), (high, m) = sorted((ours, published), key=lambda c: Fraction(*c))
    successes = low + high
    tail = sum(comb(n, k) * comb(m, successes - k) for k in range(low + 1))
    p = Fraction(tail, comb(n + m, successes))
    outcome = Bearing.AGAINST if p <= Fraction(1, 40) else Bearing.STEP
    counts = f"{ours[0]} of {ours[1]}, published {published[0]} of {published[1]}"
    return Finding(Rigour.SAMPLE, outcome, f"{text}: {counts}, Fisher's exact p = {float(p):.2g}")


def _sample(
    text: str, values: Sequence[float], claimed: str, supports: bool, against: bool
) -> Finding:
    mean, half = confidence(values)
    outcome = Bearing.STEP if supports else Bearing.AGAINST if against else Bearing.FAILED
    numbers = f"{mean:.4f} ± {half:.4f} (95 %, {len(values)} seeds)"
    estimate = Estimate(mean, half, len(values))
    return Finding(Rigour.SAMPLE, outcome, f"{text}: {numbers}, claimed {claimed}", estimate)
