"""Slicing in time linear in u: exact upper bounds stage by stage, witnesses, and best caps.

Slicing with caps X_1 < X_2 < ... (X_0 = l - 1) on shares with tails S_k (the part of the requests
of length k or more): the requests longer than X_(r-1) take part in stage r. With
K = {X_(r-1)+2, ..., X_r}, P = S_(X_(r-1)+1), Q = S_(X_r+1) the stage lasts

    v(X_(r-1)+1) P + sum over K of (s + k) S_k

and is waited for by P + Q. A benchmark with increments b_k is the sum of b_k S_k^2. So a bound C
holds for all shares if there are numbers h_r with h_0 = C b_l and, for 0 <= Q <= S_k <= P,

    h_(r-1) P^2 + C sum_K b_k S_k^2 + C b_(X_r+1) Q^2
                - (v(X_(r-1)+1) P + sum_K (s+k) S_k) (P + Q)  >=  h_r Q^2:

adding these up leaves C * benchmark - slicing >= 0, as Q = 0 after the last stage. Put
S_k = Q + a_k, a_k >= 0. The left side is a quadratic in (P, Q), plus a term for every a_k:

    (2 C b_k Q - (s+k) (P + Q)) a_k + C b_k a_k^2  >=  -((s+k) (P + Q) - 2 C b_k Q)^2 / (4 C b_k),

and >= 0 while P <= tau Q, tau + 1 = the least of 2 C b_k / (s+k). So each stage is two quadratics
in P / Q, on [1, tau] and on [tau, infinity): an exact check, `StageBound.holds`. Where the h_r
come from does not matter; here they are the minima with all a_k = 0, in floating point. (So the
worst lengths end just after a cap.)
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import ceil

import numpy as np

from kvratio.theory.adversary import BENCHMARKS, Array, Witness
from kvratio.theory.checks import InputError, one_of
from kvratio.theory.forms import interval, prompt_length, slicing, volume
from kvratio.theory.survival import CHARGES

Caps = tuple[int, ...]
Numbers = list[tuple[float, float, float, float]]

SUM_BITS = 100  # sums of (s+k)^2 / b_k are rounded up to this many fractional bits
MARGIN = 1e-11  # relative distance of a certified bound from the float: a margin for rounding
NUDGE = 1e-13  # the h_r are lowered by this part, so that float noise cannot spoil a stage
BOUND_DIGITS = 10**13  # bounds are rounded up to a multiple of 1 / BOUND_DIGITS
PRECISE = 1e-14  # relative width at which the bisection for the bound stops
SHARE_DIGITS = 10**12  # tails of a witness are rounded to this part of the largest


@dataclass(frozen=True)
class Case:
    """Lengths [lower, upper] (tokens), a common prompt (tokens), a benchmark; all checked."""

    prompt: Fraction
    lower: int
    upper: int
    benchmark: str = "h-sf"

    def __post_init__(self) -> None:
        object.__setattr__(self, "prompt", prompt_length(self.prompt))
        interval(self.lower, self.upper)
        one_of("benchmark", self.benchmark, BENCHMARKS)

    def charge(self, k: int) -> Fraction:
        """The benchmark's charge: the sum of its increments b up to k."""
        return Fraction(CHARGES[self.benchmark](Fraction(k), self.prompt))

    def volume(self, k: int) -> Fraction:
        """v(k), exact."""
        return Fraction(volume(Fraction(k), self.prompt))

    def blocks(self, caps: Caps) -> list[tuple[int, int]]:
        """(X_(r-1) + 1, X_r) of every stage that some length takes part in, cut off at `upper`."""
        slicing(caps).caps(self.lower, self.upper)  # ascending, and reaching the upper end
        if caps[0] < self.lower:
            raise InputError("caps", list(caps), f"a first cap of at least l = {self.lower}")
        used = [cap for cap in caps if cap < self.upper]
        ends = [self.lower - 1, *used, self.upper]
        return [(a + 1, b) for a, b in pairwise(ends)]

    @cached_property
    def _sums(self) -> tuple[Array, Array, Array]:
        """v(k), the charge, and the sum of (s+i)^2 / b_i for 1 < i <= k; index k = 0 ... u."""
        k, s = np.arange(self.upper + 1.0), float(self.prompt)
        charge = np.asarray(CHARGES[self.benchmark](k, s))
        squares = np.zeros(len(k))
        squares[2:] = np.cumsum((s + k[2:]) ** 2 / np.diff(charge)[1:])
        return np.asarray(volume(k, s)), charge, squares

    @cached_property
    def _steps(self) -> list[Fraction]:
        """The increments b_k, exact; index k = 0 ... u."""
        charges = [self.charge(k) for k in range(self.upper + 1)]
        return [charges[0], *(after - before for before, after in pairwise(charges))]

    @cached_property
    def _squares_up(self) -> list[int]:
        """(s+k)^2 / b_k, rounded up, in units of 2^-SUM_BITS; index k = 0 ... u."""
        one = 1 << SUM_BITS
        exact = ((self.prompt + k) ** 2 * one / b for k, b in enumerate(self._steps[1:], 1))
        return [0, *map(ceil, exact)]

    def numbers(self, caps: Caps) -> Numbers:
        """For each stage, in floating point: v(X_(r-1)+1), and the sums of s + k over K, of b_k
        over K and X_r + 1 (no longer there in the last stage), and of (s+k)^2 / b_k over K."""
        v, charge, squares = self._sums
        return [
            (v[a], v[b] - v[a], charge[min(b + 1, self.upper)] - charge[a], squares[b] - squares[a])
            for a, b in self.blocks(caps)
        ]

    def bound(self, caps: Caps) -> float:
        """The least C that the minima with all a_k = 0 allow, in floating point.

        >>> from kvratio.theory.forms import geometric_caps
        >>> round(Case(Fraction(0), 1, 100).bound(geometric_caps(100)), 6)  # A_min: 2.333
        2.298645
        """
        numbers, start = self.numbers(caps), self._start
        low, high = 0.0, 1.0
        while _minima(high, start, numbers) is None:
            low, high = high, 2 * high
        while high - low > PRECISE * high:
            middle = (low + high) / 2
            if _minima(middle, start, numbers) is None:
                low = middle
            else:
                high = middle
        return high

    @cached_property
    def _start(self) -> float:
        return float(self.charge(self.lower))

    def allows(self, c: float, caps: Caps) -> bool:
        """Is the least C that the caps allow at most this? One try of the search in `bound`."""
        return _minima(c, self._start, self.numbers(caps)) is not None


def _minima(
    c: float, start: float, numbers: Numbers, nudge: float = 0.0
) -> list[tuple[float, float]] | None:
    """(h_r, the P / Q that attains it) for all stages but the last; None if C = c fails."""
    h, found = c * start, []
    for before, size, bench, _ in numbers[:-1]:
        a, b = h - before, before + size
        if a <= 0:
            return None
        quotient = max(1.0, b / (2 * a))
        h = (a * quotient - b) * quotient + c * bench - size
        h *= 1 - nudge
        found.append((h, quotient))
    before, _, _, square = numbers[-1]
    return found if h - before - square / (4 * c) >= 0 else None


@dataclass(frozen=True)
class StageBound:
    """Slicing with `caps` is at most `bound` times the benchmark; `minima` are the h_r."""

    case: Case
    caps: Caps
    bound: Fraction
    minima: tuple[Fraction, ...]

    def holds(self) -> bool:
        """Check every stage exactly; no float is involved.

        >>> case = Case(Fraction(0), 1, 2)  # the maximum is 1 + 1 / (2 sqrt 3) = 1.2887
        >>> [StageBound(case, (1, 2), Fraction(c, 100), (Fraction(3),)).holds() for c in (128, 129)]
        [False, True]
        """
        case, c = self.case, self.bound
        *inner, (first, last) = case.blocks(self.caps)
        if len(self.minima) != len(inner):
            return False
        h = c * case.charge(case.lower)
        for (a, b), after in zip(inner, self.minima, strict=True):
            if not self._stage_holds(a, b, h, after):
                return False
            h = after
        return h - case.volume(first) - self._square(first, last) / (4 * c) >= 0

    def _square(self, first: int, last: int) -> Fraction:
        """The sum over K of (s+k)^2 / b_k, rounded up."""
        return Fraction(sum(self.case._squares_up[first + 1 : last + 1]), 1 << SUM_BITS)

    def _step(self, k: int) -> Fraction:
        return self.case._steps[k]

    def _stage_holds(self, first: int, last: int, h: Fraction, after: Fraction) -> bool:
        case, c = self.case, self.bound
        before, size = case.volume(first), case.volume(last) - case.volume(first)
        bench = c * (case.charge(last) - case.charge(first))
        a, b = h - before, -before - size
        constant = bench + c * self._step(last + 1) - size - after
        if first == last:
            return _nonnegative(a, b, constant, Fraction(1), None)
        inner = range(first + 1, last + 1)
        tau = min(2 * c * self._step(k) / (case.prompt + k) for k in inner) - 1
        loss = self._square(first, last) / (4 * c)
        middle = max(tau, Fraction(1))
        return _nonnegative(a, b, constant, Fraction(1), middle) and _nonnegative(
            a - loss, b - 2 * loss + size, constant - loss + size - bench, middle, None
        )


def _nonnegative(
    a: Fraction, b: Fraction, c: Fraction, low: Fraction, high: Fraction | None
) -> bool:
    """Whether a y^2 + b y + c >= 0 for all low <= y <= high (None: infinity).

    >>> one, two = Fraction(1), Fraction(2)
    >>> _nonnegative(one, -2 * two, 2 * two, one, None)  # (y - 2)^2
    True
    >>> _nonnegative(one, -2 * two, 2 * two - Fraction(1, 9), one, None)
    False
    """

    def value(y: Fraction) -> Fraction:
        return (a * y + b) * y + c

    if value(low) < 0 or (value(high) < 0 if high is not None else a <= 0):
        return False
    if a <= 0:
        return True  # concave: the ends decide
    lowest = -b / (2 * a)
    inside = low < lowest and (high is None or lowest < high)
    return not inside or value(lowest) >= 0


def upper_bound(case: Case, caps: Caps) -> StageBound:
    """An upper bound for slicing with these caps, checked exactly before it is returned; O(u).

    Raises `ArithmeticError` when the check fails, as it can for caps that lie far apart.

    >>> from kvratio.theory.forms import geometric_caps
    >>> proof = upper_bound(Case(Fraction(0), 1, 1000), geometric_caps(1000))
    >>> round(float(proof.bound), 6)
    2.402109
    """
    proof = proposed(case, caps)
    if not proof.holds():
        raise ArithmeticError(f"the bound {float(proof.bound)} could not be verified")
    return proof


def proposed(case: Case, caps: Caps) -> StageBound:
    """The numbers that `upper_bound` checks, not checked: they prove nothing until `holds`.

    >>> proposed(Case(Fraction(0), 1, 2), (1, 2)).holds()
    True
    """
    bound = Fraction(ceil(BOUND_DIGITS * case.bound(caps) * (1 + MARGIN)), BOUND_DIGITS)
    found = _minima(float(bound), case._start, case.numbers(caps), NUDGE)
    return StageBound(case, caps, bound, tuple(Fraction(h) for h, _ in found or ()))


def worst_case(case: Case, caps: Caps) -> Witness:
    """Shares in whole numbers that attain the bound within rounding, with their exact ratio.

    >>> round(float(worst_case(Case(Fraction(0), 1, 2), (1, 2)).ratio), 6)  # 1 + 1 / (2 sqrt 3)
    1.288675
    """
    c = case.bound(caps)
    found = _minima(c, float(case.charge(case.lower)), case.numbers(caps)) or []
    *inner, (first, last) = case.blocks(caps)
    _, charge, _ = case._sums
    rest = np.arange(first + 1, last + 1)
    tails = {first: 1.0}
    tails |= dict(
        zip(
            rest.tolist(),
            ((float(case.prompt) + rest) / (2 * c * (charge[rest] - charge[rest - 1]))).tolist(),
            strict=True,
        )
    )
    here = 1.0
    for (a, b), (_, quotient) in zip(reversed(inner), reversed(found), strict=True):
        tails |= dict.fromkeys(range(a + 1, b + 1), here)
        here *= quotient
        tails[a] = here
    whole = {k: round(tail / here * SHARE_DIGITS) for k, tail in sorted(tails.items())}
    shares = {k: count - whole.get(k + 1, 0) for k, count in whole.items()}
    return Witness({k: x for k, x in shares.items() if x}, ratio(case, caps, whole))


def ratio(case: Case, caps: Caps, tails: dict[int, int]) -> Fraction:
    """Slicing over the benchmark at the tails S_k (l <= k <= u, decreasing), exactly, in O(u).

    >>> import kvratio.theory.forms
    >>> case = Case(Fraction(0), 1, 2)  # 2 requests of length 1 and 2 of length 2
    >>> ratio(case, (1, 2), {1: 4, 2: 2}) == kvratio.theory.forms.ratio(
    ...     slicing((1, 2)), kvratio.theory.forms.H_SF, {1: 2, 2: 2}, 0
    ... )
    True
    """
    above = bottom = Fraction(0)
    charge = Fraction(0)
    for first, last in case.blocks(caps):
        inner = sum((case.prompt + k) * tails[k] for k in range(first + 1, last + 1))
        waiting = tails[first] + tails.get(last + 1, 0)
        above += (case.volume(first) * tails[first] + inner) * waiting
    for k, tail in tails.items():
        before, charge = charge, case.charge(k)
        bottom += (charge - before) * tail * tail
    return above / bottom


def best_caps(case: Case, starts: tuple[Caps, ...]) -> tuple[Caps, float]:
    """Caps with a small bound, by descent from the given ones: move, drop or add a cap.

    A local minimum over single moves by powers of two; nothing proves that it is the best.

    >>> from kvratio.theory.forms import geometric_caps
    >>> caps, value = best_caps(Case(Fraction(0), 1, 20), (geometric_caps(20),))
    >>> value < Case(Fraction(0), 1, 20).bound(geometric_caps(20))
    True
    """
    best = min(starts, key=case.bound)
    value = case.bound(best)
    improved = True
    while improved:
        improved = False
        for caps in _neighbours(best, case):
            if not case.allows(value * (1 - PRECISE * 10), caps):
                continue
            there = case.bound(caps)
            if there < value * (1 - PRECISE * 10):
                best, value, improved = caps, there, True
    return best, value


def _neighbours(caps: Caps, case: Case) -> list[Caps]:
    """Caps that differ by one move; the last cap stays at the upper end."""
    inner, top = [c for c in caps if c < case.upper], case.upper
    jumps = [sign * 2**e for e in range(top.bit_length()) for sign in (1, -1)]
    moved = [
        [*inner[:r], cap + jump, *inner[r + 1 :]] for r, cap in enumerate(inner) for jump in jumps
    ]
    dropped = [[*inner[:r], *inner[r + 1 :]] for r in range(len(inner))]
    added = [[*inner, (a + b) // 2] for a, b in pairwise([case.lower, *inner, top])]
    candidates = [sorted(set(trial)) for trial in (*moved, *dropped, *added)]
    return [(*c, top) for c in candidates if all(case.lower <= x < top for x in c)]
