"""A search for policies with small worst ratios on volumes in [1, rho], in floating point.

The candidates are those of `kvratio.theory.price.enclosed`: shares of requests that go from stage
to stage. Their worst ratio is the Perron root of the form; it is lowered by exponentiated gradients
on the paths through the stages (each path's share is multiplied by exp(-eta times its marginal
cost)). What is found proves nothing: it is rounded to a certificate that is checked exactly.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kvratio.theory.price.enclosed import PolicyProof

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
GROWTH = 13.8  # of the levels of offset slicing, where the search starts
STEP = 0.055  # of the logarithms of the levels
LEAST = 30  # levels
REQUESTS = 100_000  # shares are rounded to multiples of one over this
LEVEL_UNIT, WEIGHT_UNIT = 10**6, 10**6


class Waves(NamedTuple):
    """What a policy costs, stage by stage, where the survival function has the means z."""

    run_time: Floats  # of each run
    survive: Floats  # unfinished after the stage where a run begins
    time: Floats
    waiting: Floats  # unfinished before and after each stage


class Stages:
    """The stages on a geometric grid of levels, and all possible runs between them."""

    def __init__(self, rho: float, count: int) -> None:
        self.levels: Floats = rho ** (np.arange(count + 1) / count)
        self.steps = np.diff(self.levels, prepend=0.0)
        self.count, self.stages = count, 2 * count + 1
        level = [count if q % 2 or q == 2 * count else q // 2 for q in range(self.stages)]
        self.level: Ints = np.array(level)
        pairs = [
            (a, b) for b in range(self.stages) for a in range(-1, b) if a < 0 or level[a] < level[b]
        ]
        self.start, self.end = (np.array(side) for side in zip(*pairs, strict=True))
        self.inner = self.start >= 0
        self.before: Ints = np.where(self.inner, self.level[self.start], 0)
        self.by_start = np.argsort(self.start, kind="stable")
        self.cuts = np.searchsorted(self.start[self.by_start], np.arange(-1, self.stages + 1))

    def waves(self, shares: Floats, z: Floats) -> Waves:
        """The times and the waiting of all stages."""
        used = np.cumsum(self.steps * z)
        spared = self.levels[self.before] * z[self.before] - used[self.before]
        run_time = np.where(self.inner, spared, 0.0) + used[self.level[self.end]]
        survive = np.where(self.inner, z[self.before], z[0])
        change = np.zeros(self.stages + 2)
        np.add.at(change, self.start + 1, shares * survive)
        np.add.at(change, self.end + 1, -shares * survive)
        left = np.cumsum(change)
        time = np.asarray(np.bincount(self.end, shares * run_time, self.stages), np.float64)
        return Waves(run_time, survive, time, left[: self.stages] + left[1 : self.stages + 1])

    def _around(self, time: Floats) -> Floats:
        """For each run, the time of the stages during which its requests wait, before and after."""
        past = np.concatenate([[0.0], np.cumsum(time)])
        before = past[self.end + 1] - past[self.start + 1]
        return np.asarray(before + past[self.end] - past[np.maximum(self.start, 0)])

    def times_form(self, shares: Floats, z: Floats) -> Floats:
        """The form times z."""
        waves = self.waves(shares, z)
        weight = shares * waves.waiting[self.end]
        found = np.zeros(self.count + 1)
        inner, before = self.inner, self.before
        np.add.at(found, before[inner], weight[inner] * self.levels[before[inner]])
        ends = np.bincount(self.level[self.end], weight, self.count + 1)
        ends -= np.bincount(before[inner], weight[inner], self.count + 1)
        found += self.steps * np.cumsum(ends[::-1])[::-1]
        np.add.at(found, before, shares * self._around(waves.time))
        return found / 2

    def worst(
        self, shares: Floats, z: Floats | None = None, rounds: int = 300
    ) -> tuple[float, Floats]:
        """The largest ratio (from above) and where it is, by powers of the form."""
        z = self.levels**-0.5 if z is None else z
        above = np.inf
        for _ in range(rounds):
            image = self.times_form(shares, z) / self.steps
            quotients = image / z
            above = float(quotients.max())
            z = image / np.sqrt(self.steps @ image**2)
            if quotients.max() - quotients.min() < 1e-6 * above:
                break
        return above, z

    def marginal(self, shares: Floats, z: Floats) -> Floats:
        """What a little more of each run adds to the cost."""
        waves = self.waves(shares, z)
        delay = waves.survive * self._around(waves.time)
        return np.asarray(waves.run_time * waves.waiting[self.end] + delay)

    def shifted(self, shares: Floats, cost: Floats, eta: float) -> Floats:
        """The shares after each path's is multiplied by exp(-eta cost), and all are rescaled."""
        out = np.zeros(self.stages + 1)
        np.add.at(out, self.start + 1, shares)
        chance = shares / np.maximum(out[self.start + 1], 1e-300)
        worth = np.where(self.level == self.count, 0.0, -np.inf)
        moves = np.zeros_like(shares)
        for a in range(self.stages - 1, -2, -1):
            mine = self.by_start[self.cuts[a + 1] : self.cuts[a + 2]]
            if len(mine) == 0:
                continue
            with np.errstate(divide="ignore"):
                logs = np.log(chance[mine]) - eta * cost[mine] + worth[self.end[mine]]
            top = logs.max()
            if np.isfinite(top):
                scaled = np.exp(logs - top)
                moves[mine] = scaled / scaled.sum()
                if a >= 0:
                    worth[a] = top + np.log(scaled.sum())
        return self.flow(moves)

    def flow(self, moves: Floats) -> Floats:
        """The shares of all runs, from the chances of the next stage."""
        inflow, shares = np.zeros(self.stages + 1), np.zeros_like(moves)
        inflow[0] = 1
        for a in range(-1, self.stages):
            mine = self.by_start[self.cuts[a + 1] : self.cuts[a + 2]]
            shares[mine] = inflow[a + 1] * moves[mine]
            np.add.at(inflow, self.end[mine] + 1, shares[mine])
        return shares

    def first(self) -> Floats:
        """All runs, with some weight on offset slicing: where the search starts."""
        even = self.shifted(np.ones(len(self.start)), np.zeros(len(self.start)), 0)
        gap = max(1, round(np.log(min(GROWTH, self.levels[-1])) / np.log(self.levels[1])))
        at = {pair: k for k, pair in enumerate(zip(self.start, self.end, strict=True))}
        offset = np.zeros_like(even)
        for first in range(gap):
            stage = -1
            for level in range(first, self.count, gap):
                offset[at[stage, 2 * level]] += 1 / gap
                stage = 2 * level
            offset[at[stage, 2 * self.count]] += 1 / gap
        return 0.7 * even + 0.3 * offset

    def rounded(self, shares: Floats) -> Ints:
        """The runs of `REQUESTS` requests, by largest remainders, stage after stage."""
        inflow = np.zeros(self.stages + 1, dtype=np.int64)
        runs = np.zeros(len(shares), dtype=np.int64)
        inflow[0] = REQUESTS
        for a in range(-1, self.stages):
            mine = self.by_start[self.cuts[a + 1] : self.cuts[a + 2]]
            total = inflow[a + 1]
            if total == 0 or len(mine) == 0:
                continue
            exact = shares[mine] / shares[mine].sum() * total
            runs[mine] = np.floor(exact)
            order = np.argsort(runs[mine] - exact, kind="stable")
            runs[mine[order[: total - runs[mine].sum()]]] += 1
            np.add.at(inflow, self.end[mine] + 1, runs[mine])
        return runs


def improved(stages: Stages, shares: Floats, rounds: int) -> tuple[Floats, Floats]:
    """Better shares, and their worst survival function; the step grows until it fails."""
    eta = 1.0
    ratio, z = stages.worst(shares)
    for _ in range(rounds):
        cost = stages.marginal(shares, z)
        while True:
            tried = stages.shifted(shares, cost, eta)
            found, worst = stages.worst(tried, z, 100)
            if found < ratio + 1e-9 or eta < 1e-4:
                break
            eta /= 2
        if eta < 1e-4:
            break
        shares, ratio, z, eta = tried, found, worst, 1.3 * eta
    return shares, z


def search(rho: float, rounds: int = 200) -> tuple[PolicyProof, Any, Floats]:
    """A certificate for volumes in [1, rho], and the levels and worst means behind it.

    >>> proof = search(2.0, rounds=60)[0]
    >>> 1.2071 < proof.ratio < 1.2072  # (1 + sqrt 2)/2
    True
    """
    stages = Stages(rho, max(LEAST, int(np.ceil(np.log(rho) / STEP))))
    shares, z = improved(stages, stages.first(), rounds)
    runs = stages.rounded(shares)
    z = stages.worst(runs / REQUESTS, z, 2000)[1]
    z = z / z[0]
    proof = PolicyProof(
        tuple(round(LEVEL_UNIT * float(x)) for x in stages.levels),
        tuple(
            (int(a), int(b), int(k))
            for a, b, k in zip(stages.start, stages.end, runs, strict=True)
            if k > 0
        ),
        tuple(max(1, round(WEIGHT_UNIT * float(x))) for x in z),
    )
    return proof, stages.levels, z
