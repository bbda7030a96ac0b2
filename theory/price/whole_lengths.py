"""Offset slicing on whole lengths in [l, u]: its worst ratio to H-SF and to the area bound.

Levels are rounded down to whole tokens; attempts below l tokens, and those that would not go beyond
the attempt before, are left out. In the tails S_k = share of length k or more the form is S'PS with
P >= 0 entrywise (T and left of `kvratio.theory.price.offset` are sums of tails), and a benchmark is
the sum of b_k S_k^2. So the largest ratio over all S is the Perron root of P in the metric b, which
a positive vector z encloses: z'Pz / z'bz <= ratio <= the largest (P z)_k / (b_k z_k). With the
integrals of P in closed form (breaks at ln v_k and ln v_k + beta, T constant and left linear
between), this is exact up to floating point. The lower end is taken at falling tails, so that it
belongs to lengths.

Against H-SF the bound is much smaller than K where outputs are long: `against_h_sf`.
"""

from functools import cache
from math import ceil
from typing import Any, NamedTuple

import numpy as np
import sympy
from numpy.typing import NDArray

from kvratio.theory.bound import Bound, identity, nonnegative, numeric, words
from kvratio.theory.checks import InputError, one_of, rational
from kvratio.theory.forms import Shares, batch_charge, interval, prompt_length, volume
from kvratio.theory.formula import digits
from kvratio.theory.price.constant import OURS, enclosure, value
from kvratio.theory.price.offset import CONDITION, POLICY
from kvratio.theory.survival import CHARGES

Array = NDArray[np.float64]
BENCHMARKS = {"h-sf": "H-SF", "area": "area bound"}
MOST_LENGTHS = 2000  # a dense matrix of that order
# (s, u) of the published numbers, l = 1, growth b of K; and b of the curve against H-SF
POINTS = ((0, 100), (0, 400), (1, 400), (10, 400), (100, 400), (1000, 400))
GROWTHS = (3, 4, 6, 8, 10, 12, 14, 17, 20, 25, 30)


_CLOSE = 1e-12  # relative width at which the enclosure of a Perron root is narrow enough
_MOST_PRODUCTS = 10_000


class Range(NamedTuple):
    """The largest ratio lies between these floats (relative error about 1e-12)."""

    below: float
    above: float


def best_growth() -> float:
    """b = 13.8073..., at which the constant is K."""
    return float(enclosure().y_below ** 2)


def form(s: Any, l: int, u: int, growth: float) -> tuple[Array, Array]:  # noqa: E741
    """P in the tails S_l ... S_u, and the volumes v_l ... v_u.

    >>> p, v = form(0, 1, 1, 4.0)  # one length, the first: every first attempt completes
    >>> p.tolist(), v.tolist()
    ([[1.0]], [1.0])
    """
    prompt, (low, high) = float(prompt_length(s)), interval(l, u)
    if high - low >= MOST_LENGTHS:
        raise InputError("u", u, f"at most l + {MOST_LENGTHS - 1}")
    if not growth > 1:
        raise InputError("growth", growth, "a number above 1")
    beta = np.log(growth)
    v = np.asarray(volume(np.arange(low, high + 1.0), prompt))
    ends = np.log(v)
    breaks = np.unique(np.concatenate([ends, ends + beta]))
    start, end = breaks[:-1], breaks[1:]
    middle = (start + end) / 2
    cap = np.searchsorted(ends, middle)  # so many lengths are at most the level
    before = np.searchsorted(ends, middle - beta)
    index = np.arange(len(v))
    steps = np.diff(v, prepend=0.0)
    inside = (index > before[:, None]) & (index < cap[:, None])
    time = np.where(inside, steps, 0.0)
    runs = np.flatnonzero(before < cap)
    time[runs, before[runs]] = v[before[runs]]
    starts = np.concatenate([[-np.inf], ends[:-1]])

    def last_levels(log_level: Array) -> Array:
        """How much of [l - beta, l] lies where S_k is what is left."""
        top = np.minimum(log_level[:, None], ends)
        reached = top - np.maximum(log_level[:, None] - beta, starts)
        return np.asarray(np.clip(reached, 0, None))

    left = (last_levels(start) + last_levels(end)) / 2
    p = 2 / beta**2 * (time * (end - start)[:, None]).T @ left
    return (p + p.T) / 2, v


def latency(shares: Shares, s: Any, growth: Any = None) -> float:
    """x'Qx of offset slicing on these shares of lengths, by name as `kvratio.theory.forms.tel`.

    A prediction is not read, so the first attempt may be of one token whatever the interval.

    >>> latency({1: 1}, 0)  # the first level of at least the volume 1 is the first at all
    1.0
    >>> alone = latency({50: 1}, 0) / volume(50, 0)
    >>> round(alone, 3)  # 1 + 2/ln b = 1.762, less the attempts below a token
    1.733
    """
    high = max(shares)
    p, _ = form(s, 1, high, best_growth() if growth is None else float(growth))
    tails = np.cumsum([float(shares.get(k, 0)) for k in range(high, 0, -1)])[::-1]
    return float(tails @ p @ tails)


@cache
def worst_ratio(
    s: Any,
    l: int,  # noqa: E741
    u: int,
    benchmark: str = "h-sf",
    growth: float | None = None,
) -> Range:
    """The largest ratio over all lengths in [l, u]; `growth` is b, by default that of K.

    u = 400 takes about a second. Raises `InputError` for more than `MOST_LENGTHS` lengths.

    >>> round(worst_ratio(0, 1, 100).above, 6), round(worst_ratio(0, 1, 100, "area").above, 6)
    (1.404748, 2.449516)
    """
    charge = CHARGES[one_of("benchmark", benchmark, BENCHMARKS)]
    p, _ = form(s, l, u, best_growth() if growth is None else growth)
    lengths = np.arange(l, u + 1.0)
    bench = np.diff(np.asarray(charge(lengths, float(rational("s", s)))), prepend=0.0)
    root = 1 / np.sqrt(bench)
    scaled = p * root[:, None] * root
    above, vector = _perron(scaled)
    tails = np.minimum.accumulate(vector * root)
    return Range(float(tails @ p @ tails / (bench @ tails**2)), above)


def _perron(matrix: Array) -> tuple[float, Array]:
    """An upper end of the Perron root of a matrix of positive entries, and its vector z.

    Power iteration until the largest (P z)_k / z_k, which falls to the root, is within `_CLOSE` of
    the least one, which rises to it: a few products instead of all eigenvectors.

    >>> above, vector = _perron(np.array([[2.0, 1.0], [1.0, 2.0]]))
    >>> above, float(vector[0] / vector[1])
    (3.0, 1.0)
    """
    vector = np.ones(len(matrix))
    for _ in range(_MOST_PRODUCTS):
        product = matrix @ vector
        quotients = product / vector
        if quotients.max() <= quotients.min() * (1 + _CLOSE):
            return float(quotients.max()), vector
        vector = product / product.max()
    raise ArithmeticError(f"no Perron vector within {_MOST_PRODUCTS} products")


def against_h_sf() -> Bound:
    """K times the largest quotient of the increments of the area bound and of H-SF."""
    s, low, d = sympy.symbols("s l d", nonnegative=True)
    l = low + 1  # noqa: E741 (l >= 1)
    factor = (2 * s + l + 1) / (2 * (s + l))
    k = l + 1 + d
    v = sympy.expand(volume(k, s) - volume(k - 1, s))
    c = batch_charge(k, s) - batch_charge(k - 1, s)
    return Bound(
        id="price/offset slicing/H-SF",
        statement="For all lengths in [l, u] and a common prompt s: offset slicing is at most "
        "K (2s + l + 1)/(2 (s + l)) times H-SF: K/2 = 1.36418... for long outputs without prompts, "
        "K for long prompts",
        policy=POLICY,
        family=f"all lengths in [l, u], a common prompt; {CONDITION}",
        benchmark="H-SF",
        closed_form="K (2s + l + 1)/(2 (s + l))",
        value=digits(value()),
        attained="in the limit of long prompts, and at s = 0 of l and u/l to infinity (K/2)",
        source=OURS,
        steps=(
            identity(
                "v(l) = (2s + l + 1)/(2 (s + l)) c(l)", volume(l, s), factor * batch_charge(l, s)
            ),
            nonnegative(
                "later increments have no larger a quotient: k > l",
                sympy.expand(2 * (s + l) * (factor * c - v)),
                s,
                low,
                d,
            ),
            words("So the area bound is at most that factor times H-SF, and the rest is K."),
            identity(
                "s = 0, l to infinity: a half",
                sympy.limit(factor.subs(s, 0), low, sympy.oo),
                sympy.Rational(1, 2),
            ),
        ),
    )


def at_point(s: int, u: int, benchmark: str) -> Bound:
    """The worst ratio on [1, u] as a number."""
    found = worst_ratio(s, 1, u, benchmark)
    name = BENCHMARKS[benchmark]
    return Bound(
        id=f"price/offset slicing/{name}/s={s}, u={u}",
        statement=f"s = {s}, all lengths in [1, {u}], levels rounded down to whole tokens, "
        f"b = 13.8073...: the largest ratio to {name} is between {found.below:.6f} and "
        f"{found.above:.6f}",
        policy=POLICY,
        family=f"all lengths in [1, {u}], s = {s}; {CONDITION}",
        benchmark=name,
        closed_form="Perron root of the form in tails",
        value=digits(sympy.Rational(ceil(found.above * 10**6), 10**6)),
        attained="at falling tails, up to the difference of both numbers",
        source=OURS,
        steps=(
            words("z'Pz/z'bz at falling tails below, the largest (P z)_k/(b_k z_k) above."),
            numeric("P has its integrals in closed form; eigenvector and products in floats"),
        ),
    )


def curve(s: int, u: int) -> dict[int, float]:
    """The worst ratio to H-SF on [1, u] by the growth b of the levels, `GROWTHS`.

    >>> curve(0, 20)[10] < curve(0, 20)[4]
    True
    """
    return {growth: worst_ratio(s, 1, u, "h-sf", float(growth)).above for growth in GROWTHS}


def bounds() -> list[Bound]:
    """The bound against H-SF, and the worst ratios at the published points."""
    points = [at_point(s, u, name) for s, u in POINTS for name in BENCHMARKS]
    return [against_h_sf(), *points]
