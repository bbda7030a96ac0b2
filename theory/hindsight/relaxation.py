"""Lagrangian bounds: any nonnegative prices of the constraints give a lower bound on the latency.

With a price for every constraint and step, each request chooses its start alone. If request i
started at t costs f_i(t) = t + o_i - a_i + (its weights times the prices), then

    sum_i min_t f_i(t)  -  sum over constraints and steps of limit * price  <=  TEL

for every schedule (`kvratio.theory.hindsight.cuts` lists the constraints). Prices are improved in
floating point by subgradient steps, then rounded to integers over a common scale; the bound of the
rounded prices is computed in integers and is valid whatever happened before.

The weights are piecewise linear in time, so their second differences are sparse, and a sum of
weights times prices is a short combination of the prices' double running sums.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from kvratio.theory.hindsight.cuts import Budget, Cut
from kvratio.theory.model import Instance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SCALE = 10_000  # prices are rounded to this part of a step; the loss is below one step in TEL 10^4
# Shares of the latency that count as an improvement, of the newest starts in their running mean,
# and the length of a direction that is none.
IMPROVES, MEMORY, TINY = 1e-4, 0.02, 1e-12
LAST_LENGTH = 1e-4  # steps shorter than this share of the way to the target no longer matter
LIMIT = 40_000_000  # most requests x steps for which the tables are built (about 2 GB)


@dataclass(frozen=True, slots=True)
class DualBound:
    """A bound in units of 1 / SCALE and the integer prices (over SCALE) that prove it."""

    scaled: int
    prices: Ints

    @property
    def steps(self) -> int:
        """The bound as a whole number of steps: latencies are whole, so it may be rounded up."""
        return -(-self.scaled // SCALE)


class Steps(NamedTuple):
    """Lengths of subgradient steps, as shares of the way to the target.

    The length starts at `first` and shrinks by the factor `shrink` after `patience` steps without
    improvement.
    """

    first: float
    shrink: float
    patience: int


FROM_SCRATCH = Steps(first=1.0, shrink=0.9, patience=20)
FROM_GOOD_PRICES = Steps(first=1.0, shrink=0.7, patience=10)


class Window(NamedTuple):
    """First and last allowed start of every request; a last start at the horizon is an open end."""

    earliest: Ints
    latest: Ints


class Progress(NamedTuple):
    """Where improving ended: real prices and their bound, mean and spread of the chosen starts."""

    prices: Floats
    bound: float
    mean: Floats
    spread: Floats


class Relaxation:
    """The Lagrangian of an instance with some cuts; prices stand in steps 0 ... horizon - 1.

    Prices have shape (1 + number of cuts, horizon), the budget first. Windows of starts have
    shape (n,); the last column of the cost table stands for all starts from `horizon` on.

    >>> relaxation = Relaxation(Instance.of(2, [2, 2]), (), horizon=4)
    >>> relaxation.bound(np.array([[0, SCALE, 0, 0]])).steps
    6
    """

    def __init__(self, instance: Instance, cuts: Sequence[Cut], horizon: int) -> None:
        self.instance, self.cuts, self.horizon = instance, tuple(cuts), horizon
        constraints = (Budget(), *cuts)
        limits = [c.limit(instance) for c in constraints]
        self.limits = np.array(limits, dtype=np.int64)[:, None]
        zones = [[c.zone(instance, i) for i in range(instance.n)] for c in constraints]
        reach = [abs(z.first) + len(z.weights) for row in zones for z in row]
        self._pad = max(reach, default=0) + 1
        self._width = horizon + 2 * self._pad + 2
        self._operator = self._second_differences(zones)
        self._real = self._operator.astype(np.float64)
        self._transposed = self._real.T.tocsr()
        starts = np.arange(horizon + 1)
        output, arrival = (np.array(c, dtype=np.int64) for c in (instance.output, instance.arrival))
        self.latency: Ints = starts + output[:, None] - arrival[:, None]
        self.opening = Window(arrival, np.full(instance.n, horizon))

    def _second_differences(self, zones: Sequence[Sequence[Any]]) -> Any:
        """Sparse matrix from double running sums of prices to costs, one row a (request, start)."""
        starts = np.arange(self.horizon + 1)
        rows, columns, entries = [], [], []
        for c, line in enumerate(zones):
            for i, zone in enumerate(line):
                weights = np.array(zone.weights, dtype=np.int64)
                bends = np.convolve(weights, [1, -2, 1]) if len(weights) else weights
                for x in np.flatnonzero(bends):
                    rows.append(i * (self.horizon + 1) + starts)
                    columns.append(c * self._width + self._pad + zone.first + x + starts)
                    entries.append(np.full(len(starts), bends[x]))
        shape = (self.instance.n * (self.horizon + 1), len(zones) * self._width)
        if not rows:
            return csr_array(shape, dtype=np.int64)
        where = (np.concatenate(rows), np.concatenate(columns))
        return csr_array((np.concatenate(entries), where), shape=shape)

    def _costs(self, prices: Any) -> Any:
        """What the prices charge every request for every start; exact for integer prices."""
        sums = np.zeros((len(prices), self._width), dtype=prices.dtype)
        sums[:, self._pad + 2 : self._pad + 2 + self.horizon] = prices
        np.cumsum(np.cumsum(sums, axis=1), axis=1, out=sums)
        exact = np.issubdtype(sums.dtype, np.integer)
        operator = self._operator if exact else self._real
        return (operator @ sums.ravel()).reshape(self.instance.n, -1)

    def _forbidden(self, window: Window) -> NDArray[np.bool_]:
        starts = np.arange(self.horizon + 1)
        return (starts < window.earliest[:, None]) | (starts > window.latest[:, None])

    def _use(self, starts: Ints) -> Floats:
        """Weights that the constraints carry in every step when each request starts there."""
        rows = np.arange(self.instance.n) * (self.horizon + 1) + starts
        chosen = np.zeros(self._operator.shape[0])
        chosen[rows] = 1
        bends = (self._transposed @ chosen).reshape(len(self.limits), -1)
        use: Floats = bends[:, ::-1].cumsum(axis=1).cumsum(axis=1)[:, ::-1]
        return use[:, self._pad + 2 : self._pad + 2 + self.horizon]

    def bound(self, prices: Ints, window: Window | None = None) -> DualBound:
        """The exact bound of integer prices (over SCALE), for starts within the window."""
        costs = SCALE * self.latency + self._costs(prices)
        costs[self._forbidden(window or self.opening)] = np.iinfo(np.int64).max
        earned = sum(int(v) for v in (self.limits * prices).sum(axis=1))
        return DualBound(sum(int(v) for v in costs.min(axis=1)) - earned, prices)

    def rounded(self, prices: Floats) -> Ints:
        """Real prices as integers over SCALE."""
        return np.rint(prices * SCALE).astype(np.int64)

    def improve(
        self,
        target: float,
        *,
        iterations: int,
        prices: Floats | None = None,
        window: Window | None = None,
        deadline: float = float("inf"),
    ) -> Progress:
        """Improve prices by deflected subgradient steps towards a latency `target`.

        The direction halves the angle between the newest subgradient and the direction before
        (Sherali and Ulular 1989); after a stall it starts anew from the best prices.
        Stops after `iterations`, when the bound exceeds `target`, when steps become too small to
        matter, or when the clock (`time.monotonic`) passes `deadline`. Prices of 0 start it all
        when none are given. Everything is in floating point: the result is a proposal, which
        `bound` makes a proof.
        """
        forbidden = self._forbidden(window or self.opening)
        limits = self.limits.astype(float)
        # y is a price in units of the whole limit, which puts all constraints on one scale
        y = np.zeros((len(limits), self.horizon)) if prices is None else prices * limits
        best, best_y, direction = -np.inf, y, np.zeros_like(y)
        steps = FROM_SCRATCH if prices is None else FROM_GOOD_PRICES
        length, stalled = steps.first, 0
        everyone = np.arange(self.instance.n)
        mean = square = np.zeros(self.instance.n)
        for _ in range(iterations):
            costs = self.latency + self._costs(y / limits)
            costs[forbidden] = np.inf
            starts = costs.argmin(axis=1)
            value = float(costs[everyone, starts].sum() - y.sum())
            mean = mean + MEMORY * (starts - mean)
            square = square + MEMORY * (starts.astype(float) ** 2 - square)
            if value > best + IMPROVES * abs(best):
                stalled = 0
            stalled += 1
            if value > best:
                best, best_y = value, y
            if best > target or length < LAST_LENGTH or monotonic() > deadline:
                break
            if stalled > steps.patience:
                length, stalled = length * steps.shrink, 0
                y, direction = best_y, np.zeros_like(y)
                continue
            newest = self._use(starts) / limits - 1
            newest = np.where((y <= 0) & (newest < 0), 0.0, newest)
            direction = newest + direction * _norm(newest) / max(_norm(direction), TINY)
            feasible = np.where((y <= 0) & (direction < 0), 0.0, direction)
            norm = float((feasible**2).sum())
            if norm < TINY:
                break
            y = np.maximum(0.0, y + length * (target - value) / norm * feasible)
        return Progress(best_y / limits, best, mean, np.sqrt(np.maximum(0.0, square - mean**2)))


def _norm(x: Floats) -> float:
    return float(np.sqrt((x**2).sum()))
