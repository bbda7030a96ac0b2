"""Worst-case length distributions: exact witnesses that bound a competitive ratio from below.

A competitive ratio in the fluid limit is the maximum of x'Ax / x'Bx over shares x >= 0 of the
output lengths, where A and B are latency forms (`kvratio.theory.forms`). A `Problem` names the two
forms and the family of lengths. `worst_case` looks for the maximum in floating point (coordinate
ascent from several starts, then an eigenvector on the support that it found), rounds what it finds
to small whole numbers, and evaluates those exactly: whatever the search did, the ratio that it
reports is the exact ratio of the shares that it reports. The matching upper bound comes from
`kvratio.theory.certificates`.

>>> worst = worst_case(Problem("a-min", "h-sf", upper=2))  # P, Theorem 6: (3 - 1/2) / 2
>>> worst.ratio == ratio(A_MIN, H_SF, worst.shares, 0, within=(1, 2))
True
>>> round(float(worst.ratio), 6)
1.25
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from kvratio.theory.checks import InputError, one_of, rational, whole
from kvratio.theory.forms import (
    A_MAX,
    A_MIN,
    A_MIN_STAGGERED,
    A_RANDOM,
    AREA,
    H_SF,
    Form,
    ratio,
    slicing,
)
from kvratio.theory.matrices import matrix_float
from kvratio.theory.model import MOST_CAPS, MOST_TOKENS

Array = NDArray[np.float64]

FORMS = {
    "h-sf": H_SF,
    "area": AREA,
    "a-random": A_RANDOM,
    "a-max": A_MAX,
    "a-min": A_MIN,
    "a-min-staggered": A_MIN_STAGGERED,
}
POLICIES = (*FORMS, "slicing")
BENCHMARKS = ("h-sf", "area")

SUPPORT = 1e-9  # a share below this part of the largest (in scaled coordinates) counts as none
MOST_LENGTHS = (
    2000  # of dense matrices, 32 MB each; see kvratio.theory.survival and kvratio.theory.stages
)
LONGEST = 1_000_000  # lengths in all; minutes and a gigabyte with the multipliers of survival
ROUNDING_LOSS = 1e-10  # relative loss of ratio allowed when the witness is rounded
SETTLED = 1e-13  # relative gain of a whole sweep below which coordinate ascent stops
SWEEPS = 400
RANDOM_STARTS = 2


@dataclass(frozen=True)
class Problem:
    """Which ratio is to be bounded: `policy` over `benchmark` for lengths in [lower, upper].

    `prompt` is the common prompt s (tokens, exact), `caps` the caps of slicing (tokens), `lengths`
    the lengths that may have a share (default: all). Raises `InputError` for anything malformed.

    >>> Problem("slicing", "h-sf", upper=4).caps
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: caps: expected caps for slicing, and for no other policy, \
got ()
    """

    policy: str
    benchmark: str
    lower: int = 1
    upper: int = 1
    prompt: Fraction = Fraction(0)
    caps: tuple[int, ...] = ()
    lengths: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        one_of("policy", self.policy, POLICIES)
        one_of("benchmark", self.benchmark, BENCHMARKS)
        low = whole("lower", self.lower, least=1)
        high = whole("upper", self.upper, least=low, most=MOST_TOKENS)
        prompt = rational("prompt", self.prompt, least=0, most=MOST_TOKENS)
        object.__setattr__(self, "prompt", prompt)
        if high - low >= LONGEST and not self.lengths:
            raise InputError("upper", high, f"an interval of at most {LONGEST} lengths")
        if len(self.caps) > MOST_CAPS:
            raise InputError("caps", f"{len(self.caps)} caps", f"at most {MOST_CAPS}")
        if (self.policy == "slicing") != bool(self.caps):
            raise InputError("caps", self.caps, "caps for slicing, and for no other policy")
        lengths = tuple(self.lengths) or tuple(range(low, high + 1))
        for k, length in enumerate(lengths):
            whole(f"lengths[{k}]", length, least=low, most=high)
        if any(a >= b for a, b in pairwise(lengths)):
            raise InputError("lengths", lengths, "strictly ascending lengths")
        object.__setattr__(self, "lengths", lengths)
        self.form()

    def form(self) -> Form:
        """The form of the policy, that is A."""
        if self.policy != "slicing":
            return FORMS[self.policy]
        form = slicing(self.caps)
        form.caps(self.lower, self.upper)  # the caps must reach the upper end
        return form

    def matrices(self) -> tuple[Array, Array]:
        """A and B over `lengths`, in double precision. Raises `InputError` for a long interval."""
        if self.upper - self.lower >= MOST_LENGTHS:
            raise InputError("upper", self.upper, f"an interval of at most {MOST_LENGTHS} lengths")
        chosen = np.array(self.lengths) - self.lower
        pick = np.ix_(chosen, chosen)
        s = float(self.prompt)
        a = matrix_float(self.form(), s, self.lower, self.upper)
        b = matrix_float(FORMS[self.benchmark], s, self.lower, self.upper)
        return a[pick], b[pick]

    def ratio(self, shares: dict[int, int]) -> Fraction:
        """The exact ratio at the given shares (whole numbers, in any unit)."""
        within = (self.lower, self.upper)
        return ratio(self.form(), FORMS[self.benchmark], shares, self.prompt, within)


@dataclass(frozen=True)
class Witness:
    """A length distribution and its exact ratio: the competitive ratio is at least this.

    `shares` maps lengths (tokens) to whole numbers of requests, in any unit.
    """

    shares: dict[int, int]
    ratio: Fraction


def worst_case(
    problem: Problem, *, seed: int = 0, progress: Callable[[str], None] | None = None
) -> Witness:
    """The worst length distribution found, as whole numbers, with its exact ratio.

    The starts are fixed ones and `RANDOM_STARTS` drawn from `seed`. `progress` gets one line a
    start. Work: a sweep costs O(n^2) for n lengths; u = 100 takes about a second.

    >>> worst_case(Problem("h-sf", "area", upper=50)).shares
    {50: 1}
    """
    a, b, scale = scaled(*problem.matrices())
    best, record = np.zeros(len(a)), 0.0
    for name, start in _starts(len(a), np.random.default_rng(whole("seed", seed))):
        x, value = maximise(a, b, start)
        if value > record * (1 + SETTLED):
            best, record = x, value
        if progress is not None:
            progress(f"start {name}: ratio {value:.9f}, best {record:.9f}")
    counts = _small_integers(best * scale, lambda x: _quotient(a, b, x / scale))
    shares = {k: c for k, c in zip(problem.lengths, counts, strict=True) if c}
    return Witness(shares, problem.ratio(shares))


def scaled(a: Array, b: Array) -> tuple[Array, Array, Array]:
    """A and B in coordinates z with x = scale * z, chosen so that B has ones on its diagonal."""
    scale = 1 / np.sqrt(np.diag(b))
    return a * np.outer(scale, scale), b * np.outer(scale, scale), scale


def top_eigenvector(a: Array, b: Array) -> tuple[Array, float]:
    """The vector with the largest x'Ax / x'Bx over all x, signs included, and that ratio."""
    last = len(a) - 1
    values, vectors = scipy.linalg.eigh(a, b, subset_by_index=(last, last))
    x = vectors[:, 0]
    return x * np.sign(x.sum()), float(values[0])


def maximise(a: Array, b: Array, start: Array) -> tuple[Array, float]:
    """A local maximum of x'Ax / x'Bx over x >= 0, and its value, from a start x >= 0.

    >>> x, value = maximise(np.array([[1.0, 2.0], [2.0, 1.0]]), np.eye(2), np.ones(2))
    >>> round(value, 9)
    3.0
    """
    x = start / start.max()
    for _ in range(SWEEPS):
        before = _quotient(a, b, x)
        _sweep(a, b, x)
        x /= x.max()
        if _quotient(a, b, x) <= before * (1 + SETTLED):
            break
    support = np.flatnonzero(x > SUPPORT)
    block = np.ix_(support, support)
    inner, value = top_eigenvector(a[block], b[block])
    if inner.min() > 0 and value >= _quotient(a, b, x):
        x = np.zeros(len(a))
        x[support] = inner / inner.max()
    return x, _quotient(a, b, x)


def _sweep(a: Array, b: Array, x: Array) -> None:
    """Maximise the quotient exactly in one coordinate after the other, in place.

    In coordinate t >= 0 it is (a0 + 2 a1 t + a2 t^2) / (b0 + 2 b1 t + b2 t^2), and where its
    derivative vanishes, (a2 b1 - b2 a1) t^2 + (a2 b0 - b2 a0) t + (a1 b0 - b1 a0) = 0.
    """
    ax, bx = a @ x, b @ x
    top, bottom = x @ ax, x @ bx
    for k in range(len(x)):
        old, a2, b2 = x[k], a[k, k], b[k, k]
        a1, b1 = ax[k] - a2 * old, bx[k] - b2 * old
        a0, b0 = top - old * (2 * a1 + a2 * old), bottom - old * (2 * b1 + b2 * old)
        if b0 <= SETTLED * bottom or old == x.sum():  # the only share: its size does not matter
            continue
        new, value = old, top / bottom
        for t in (0.0, *_roots(a2 * b1 - b2 * a1, a2 * b0 - b2 * a0, a1 * b0 - b1 * a0)):
            there = (a0 + t * (2 * a1 + a2 * t)) / (b0 + t * (2 * b1 + b2 * t))
            if t >= 0 and there > value:
                new, value = t, there
        if new != old:
            x[k] = new
            ax += (new - old) * a[:, k]
            bx += (new - old) * b[:, k]
            top, bottom = a0 + new * (2 * a1 + a2 * new), b0 + new * (2 * b1 + b2 * new)


def _roots(c2: float, c1: float, c0: float) -> list[float]:
    """The real roots of c2 t^2 + c1 t + c0, without cancellation."""
    square = c1 * c1 - 4 * c2 * c0
    if square < 0:
        return []
    q = -(c1 + np.copysign(np.sqrt(square), c1)) / 2
    return [top / bottom for top, bottom in ((q, c2), (c0, q)) if bottom]


def _quotient(a: Array, b: Array, x: Array) -> float:
    return float(x @ a @ x / (x @ b @ x))


def _starts(n: int, generator: np.random.Generator) -> Iterator[tuple[str, Array]]:
    """Equal shares; nearly all requests short; random sparse ones. All shares are positive."""
    faint = np.full(n, SUPPORT)
    yield "equal", np.ones(n)
    yield "short", faint + np.eye(n)[0] + 0.01 * np.eye(n)[-1]
    for k in range(RANDOM_STARTS):
        chosen = generator.random(n) < 0.2
        yield f"random {k + 1}", faint + generator.exponential(size=n) * chosen


def _small_integers(x: Array, quotient: Callable[[Array], float]) -> list[int]:
    """The shortest whole multiples of x that lose no more than `ROUNDING_LOSS` of the quotient."""
    aim = quotient(x) * (1 - ROUNDING_LOSS)
    for digits in range(1, 16):
        rounded = np.round(x * (10.0**digits / x.max()))
        if quotient(rounded) >= aim:
            break
    counts = [int(c) for c in rounded]
    divisor = int(np.gcd.reduce(np.array(counts, dtype=np.int64)))
    return [c // divisor for c in counts]
