"""The price of cancelling for volumes in [1, rho], enclosed by two certificates, checked exactly.

**A policy, from above.** Levels 1 = L_0 < ... < L_N = rho. Stages in this order: up to L_0, to the
end, up to L_1, to the end, ..., up to L_(N-1), to the end, to the end (2N + 1, numbered from 0).
Each request draws a sequence of stages with growing levels, the last of them "to the end",
independently of its volume; `runs` are the shares of requests that go from one stage straight to
another. With p_k the mean of the survival function S over (L_(k-1), L_k), p_0 that up to 1,
S(L_k) <= p_k, and the area is at least the sum of W_k p_k^2, W_k = L_k - L_(k-1). A stage costs its
time times what is unfinished before and after it (random order within a stage), so the policy costs
at most p'Pp, P >= 0 entrywise; and that is at most lambda times the sum of W_k p_k^2 for all p,
lambda the largest (Pz)_k/(W_k z_k), for any z > 0.

**Lengths, from below.** Volumes L_k with tails p_k (share of volume L_k or more). Prices beta at
times t_0 = 0 < ... < t_m, linear between them, 0 at the last. The potential of
`kvratio.theory.price.predictions`, at these times and linear between them, is worked out backwards:

    phi_i(t_k) = min(phi_i(t_(k+1)) + t_(k+1) - t_k, beta(t_k) w_ij + P_ij phi_j(t_k) over j > i).

Both conditions are linear in t between two times, so they hold there, too. All in integers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

from kvratio.theory.checks import InputError


@dataclass(frozen=True)
class PolicyProof:
    """A policy on [levels[0], levels[-1]], weights z. `runs`: (from, to, count); -1 is the start.

    >>> whole = PolicyProof((10, 40), ((-1, 2, 1),), (3, 1))  # run to the end; rho = 4
    >>> whole.ratio
    Fraction(3, 2)
    """

    levels: tuple[int, ...]
    runs: tuple[tuple[int, int, int], ...]
    weights: tuple[int, ...]

    def __post_init__(self) -> None:
        _increasing("levels", self.levels)
        if len(self.weights) != len(self.levels) or min(self.weights) < 1:
            raise InputError("weights", self.weights, "a positive whole number for each level")
        balance = [0] * (self.stages + 1)
        for a, b, count in self.runs:
            grows = -1 <= a < b < self.stages and (a < 0 or self.level(a) < self.level(b))
            if not grows or count < 1:
                raise InputError("runs", (a, b, count), "stages with growing levels, and a count")
            balance[a + 1] -= count
            balance[b + 1] += count
        inner = [balance[q + 1] for q in range(self.stages) if self.level(q) < self.last]
        if any(inner) or balance[0] == 0:
            raise InputError("runs", inner, "as many that leave an inner stage as enter it")

    @property
    def last(self) -> int:
        """The index of the last level."""
        return len(self.levels) - 1

    @property
    def stages(self) -> int:
        """How many stages there are."""
        return 2 * self.last + 1

    def level(self, stage: int) -> int:
        """The index of a stage's level."""
        return self.last if stage % 2 or stage == 2 * self.last else stage // 2

    @property
    def rho(self) -> Fraction:
        """The largest volume over the smallest."""
        return Fraction(self.levels[-1], self.levels[0])

    @property
    def ratio(self) -> Fraction:
        """No survival function on [1, rho] makes the policy cost more than this times the area."""
        z, steps = self.weights, _steps(self.levels)
        used = list(accumulate(w * x for w, x in zip(steps, z, strict=True)))
        time, wait, count = [0] * self.stages, [0] * self.stages, 0
        for a, b, share in self.runs:
            i = self.level(a) if a >= 0 else 0
            before = used[i] - self.levels[i] * z[i] if a >= 0 else 0
            time[b] += share * (used[self.level(b)] - before)
            count += share if a < 0 else 0
            for q in range(a + 1, b + 1):  # unfinished before stage q ...
                wait[q] += share * z[i]
            for q in range(max(a, 0), b):  # ... and after it
                wait[q] += share * z[i]
        past = [0, *accumulate(time)]
        gradient = [0] * len(z)
        ends = [0] * (len(z) + 1)
        for a, b, share in self.runs:
            i = self.level(a) if a >= 0 else 0
            gradient[i] += share * (past[b + 1] - past[a + 1] + past[b] - past[max(a, 0)])
            if a >= 0:
                gradient[i] += share * wait[b] * self.levels[i]
                ends[i] -= share * wait[b]
            ends[self.level(b)] += share * wait[b]
        later = list(accumulate(reversed(ends)))[::-1]
        return max(
            Fraction(g + w * c, 2 * count * count * w * x)
            for g, w, c, x in zip(gradient, steps, later[: len(z)], z, strict=True)
        )


@dataclass(frozen=True)
class LengthsProof:
    """Volumes `levels` with tails `tails`, and prices at times; `unit` is the price 1.

    >>> two = LengthsProof((8, 18), (5, 2), (0, 12), (1,), 1)  # rho = 9/4, two fifths are long
    >>> two.ratio  # (1 + sqrt(9/4))/2
    Fraction(5, 4)
    """

    levels: tuple[int, ...]
    tails: tuple[int, ...]
    times: tuple[int, ...]
    prices: tuple[int, ...]
    unit: int

    def __post_init__(self) -> None:
        _increasing("levels", self.levels)
        _increasing("times", (1, *(t + 1 for t in self.times[1:])))
        falls = all(a >= b >= 1 for a, b in pairwise(self.tails))
        if len(self.tails) != len(self.levels) or not falls:
            raise InputError("tails", self.tails, "a falling positive number for each level")
        if len(self.prices) != len(self.times) - 1 or min(self.prices) < 0 or self.times[0]:
            raise InputError("prices", self.prices, "one for each time from 0 on, but the last")

    @property
    def rho(self) -> Fraction:
        """The largest volume over the smallest."""
        return Fraction(self.levels[-1], self.levels[0])

    @property
    def ratio(self) -> Fraction:
        """No policy costs less than this times the area on these lengths."""
        steps = _steps(self.levels)
        area = sum(w * p * p for w, p in zip(steps, self.tails, strict=True))
        gaps = [b - a for a, b in pairwise(self.times)]
        around = [a + b for a, b in zip((0, *gaps), gaps, strict=False)]  # twice the integral's
        paid = self.tails[0] * sum(p * g for p, g in zip(self.prices, around, strict=True))
        bound = 2 * self._potential(steps, gaps) - paid
        return Fraction(bound * self.tails[0], self.unit * area)

    def _potential(self, steps: Sequence[int], gaps: Sequence[int]) -> int:
        """At the start, times the mass of all requests and the unit of prices."""
        tails = self.tails
        used = list(accumulate(w * p for w, p in zip(steps, tails, strict=True)))
        # a run from level i to j uses used[j] - used[i] + p_i L_i: so much without used[j]
        start = [p * v - u for p, v, u in zip(tails, self.levels, used, strict=True)]
        n = len(tails)
        after = [0] * (n + 1)
        for price, gap in zip(reversed(self.prices), reversed(gaps), strict=True):
            now = [0] * (n + 1)
            wait = self.unit * gap
            least = price * used[-1]  # of price used[j] + now[j + 1] over j >= i
            for i in range(n - 1, -1, -1):  # known to exceed the level before i: tail p_i
                least = min(least, price * used[i] + now[i + 1])
                now[i] = min(after[i] + wait * tails[i], price * start[i] + least)
            after = now
        return after[0]


def _steps(levels: Sequence[int]) -> list[int]:
    return [a - b for a, b in zip(levels, (0, *levels), strict=False)]


def _increasing(name: str, numbers: Sequence[int]) -> None:
    positive = len(numbers) > 1 and numbers[0] >= 1
    if not positive or any(a >= b for a, b in pairwise(numbers)):
        raise InputError(name, numbers, "increasing positive whole numbers, at least two")


def proofs(data: Mapping[str, Any]) -> tuple[PolicyProof, LengthsProof]:
    """Both certificates from plain data (`to_json`)."""
    above, below = data["policy"], data["lengths"]
    return (
        PolicyProof(
            tuple(above["levels"]),
            tuple((a, b, count) for a, b, count in above["runs"]),
            tuple(above["weights"]),
        ),
        LengthsProof(
            tuple(below["levels"]),
            tuple(below["tails"]),
            tuple(below["times"]),
            tuple(below["prices"]),
            below["unit"],
        ),
    )
