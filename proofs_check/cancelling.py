"""Certificates of the price of cancelling for volumes in [1, rho]: what they prove. Whole numbers.

A certificate is a row of `kvratio study predictions` (JSON). Fluid limit, all requests at time 0;
what is cancelled is lost. Volumes L_0 < ... < L_N, rho = L_N/L_0; W_k = L_k - L_(k-1), W_0 = L_0.
Everything is worked out here from the definitions, stage by stage and time by time.

**A policy.** 2 N + 1 stages: up to L_0, to the end, up to L_1, to the end, ..., up to L_(N-1), to
the end, to the end. `runs` lists (stage, next stage, count), -1 being the start: how many requests
go on where, independently of their volumes. p_k is the mean of the survival function S over
(L_(k-1), L_k), p_0 = 1: S(L_k) <= p_k, the area bound is at least the sum of W_k p_k^2. A stage
costs its time times the unfinished before and after it, both linear in p with coefficients >= 0, so
the form is p'Pp, and at most max (P z)_k/(W_k z_k) times the area for any z > 0.

**Lengths.** Volumes L_k, tails p_k = share of L_k or more. With prices beta at times, linear
between them, 0 at the last, potentials u_i (times p_i; i: known to reach L_i) go backwards:

    u_i(t) = min(u_i(t') + p_i (t' - t), beta(t) w_ij + u_(j+1)(t) over j >= i),
    w_ij = p_i L_i + the sum of W_k p_k over i < k <= j.

Whatever is done next, it uses no less (waiting; an attempt up to L_j; one up to between two
volumes uses more than one to the lower and fails as often). So no policy has a mean latency below
u_0(0) less the integral of beta; both conditions are linear in between two times.
"""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from kvratio.theory.checks import InputError


def read(file: Path, rho: Fraction) -> tuple[Fraction, Fraction]:
    """What the certificates for rho in a file prove: the least and the largest price.

    Raises `InputError` for a file without them, or with ones that are none.
    """
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        (row,) = [row for row in rows if Fraction(row["rho"]) == rho]
        return at_least(row["lengths"], rho), at_most(row["policy"], rho)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        if isinstance(error, InputError):
            raise
        required = f"certificates for rho = {rho}, as `kvratio study predictions` makes ({error})"
        raise InputError("certificates", str(file), required) from None


def _checked(levels: Sequence[int], rho: Fraction, parts: Sequence[Sequence[int]]) -> list[int]:
    """The steps between the levels; raises `InputError` unless all are whole and they rise."""
    whole = all(type(x) is int for part in (levels, *parts) for x in part)
    steps = [b - a for a, b in pairwise((0, *levels))]
    if not whole or len(levels) < 2 or min(steps) < 1 or Fraction(levels[-1], levels[0]) != rho:
        raise InputError("levels", levels[:3], f"rising whole numbers, the last {rho} the first")
    return steps


def at_most(policy: Mapping[str, Any], rho: Fraction) -> Fraction:
    """No lengths with volumes in [1, rho] make the policy cost more times the area bound.

    >>> whole = {"levels": [10, 40], "runs": [[-1, 2, 1]], "weights": [3, 1]}
    >>> at_most(whole, Fraction(4))  # run to the end: (1 + sqrt rho)/2
    Fraction(3, 2)
    """
    levels, runs, z = policy["levels"], policy["runs"], policy["weights"]
    steps = _checked(levels, rho, (z, *runs))
    last = len(levels) - 1
    ends = [last if q % 2 or q == 2 * last else q // 2 for q in range(2 * last + 1)]
    if len(z) != len(levels) or min(z) < 1:
        raise InputError("weights", z[:3], "a positive whole number for each level")
    inflow = [0] * len(ends)
    outflow = [0] * len(ends)
    time = [[0] * len(z) for _ in ends]  # coefficients of p
    unfinished = [[0] * len(z) for _ in ends]  # before and after the stage, added up
    total = 0
    for a, b, count in runs:
        begun = -1 if a < 0 else ends[a]
        if not -1 <= a < b < len(ends) or begun >= ends[b] or count < 1:
            raise InputError(
                "runs", [a, b, count], "a later stage with a higher level, and a count"
            )
        inflow[b] += count
        for k in range(begun + 1, ends[b] + 1):
            time[b][k] += count * steps[k]
        if a < 0:
            total += count
        else:
            outflow[a] += count
            time[b][begun] += count * levels[begun]
        alive = max(begun, 0)
        for q in range(a + 1, b + 1):
            unfinished[q][alive] += count
        for q in range(max(a, 0), b):
            unfinished[q][alive] += count
    if total < 1 or any(
        i != o for i, o, end in zip(inflow, outflow, ends, strict=True) if end < last
    ):
        raise InputError("runs", "flow", "as many that go on from an inner stage as reach it")
    image = [0] * len(z)  # twice P z
    for one, other in zip(time, unfinished, strict=True):
        of_one, of_other = _dot(one, z), _dot(other, z)
        for k in range(len(z)):
            image[k] += one[k] * of_other + other[k] * of_one
    scale = 2 * total * total
    return max(Fraction(x, scale * w * y) for x, w, y in zip(image, steps, z, strict=True))


def at_least(lengths: Mapping[str, Any], rho: Fraction) -> Fraction:
    """No policy costs less on these lengths, times the area bound.

    >>> two = {"levels": [8, 18], "tails": [5, 2], "times": [0, 12], "prices": [1], "unit": 1}
    >>> at_least(two, Fraction(9, 4))  # (1 + sqrt rho)/2
    Fraction(5, 4)
    """
    levels, tails, times = lengths["levels"], lengths["tails"], lengths["times"]
    prices, unit = lengths["prices"], lengths["unit"]
    steps = _checked(levels, rho, (tails, times, prices, [unit]))
    gaps = [b - a for a, b in pairwise(times)]
    falls = len(tails) == len(levels) and all(a >= b >= 1 for a, b in pairwise(tails))
    if not falls or times[0] != 0 or min(gaps) < 1:
        raise InputError("tails, times", tails[:3], "falling positive tails; times from 0 on")
    if len(prices) != len(gaps) or min(prices) < 0 or unit < 1:
        raise InputError("prices", prices[:3], "one for each time but the last, and their unit")
    n = len(levels)
    used = list(accumulate(w * p for w, p in zip(steps, tails, strict=True)))
    spare = [
        p * v - u for p, v, u in zip(tails, levels, used, strict=True)
    ]  # less what came before
    after = [0] * n
    for price, gap in zip(reversed(prices), reversed(gaps), strict=True):
        now = [0] * n
        best = None  # of price used_j + u_(j+1), j >= i
        for i in range(n - 1, -1, -1):
            beyond = now[i + 1] if i + 1 < n else 0
            ends = price * used[i] + beyond
            best = ends if best is None else min(best, ends)
            now[i] = min(after[i] + unit * tails[i] * gap, best + price * spare[i])
        after = now
    paid = sum((a + b) * gap for (a, b), gap in zip(pairwise((*prices, 0)), gaps, strict=True))
    area = sum(w * p * p for w, p in zip(steps, tails, strict=True))
    return Fraction((2 * after[0] - tails[0] * paid) * tails[0], unit * area)


def _dot(one: Sequence[int], other: Sequence[int]) -> int:
    return sum(a * b for a, b in zip(one, other, strict=True))
