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

from kvratio._compiled import compiled_on_disk
from kvratio.theory.hindsight.cuts import Budget, Cut
from kvratio.theory.hindsight.profile import UNITS, Profile
from kvratio.theory.model import Instance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SCALE = 10_000  # prices are rounded to this part of a step; the loss is below one step in TEL 10^4
# Shares of the latency that count as an improvement, of the newest starts in their running mean,
# and the length of a direction that is none.
IMPROVES, MEMORY, TINY = 1e-4, 0.02, 1e-12
LAST_LENGTH = 1e-4  # steps shorter than this share of the way to the target no longer matter
NOTHING = 1e-12  # share of a start that carries nothing
LIMIT = 40_000_000  # most requests x steps for which the tables are built (about 2 GB)


@dataclass(frozen=True, slots=True)
class DualBound:
    """A bound in units of 1 / `scale` and the integer prices (over `scale`) that prove it."""

    scaled: int
    prices: Ints
    scale: int = SCALE

    @property
    def steps(self) -> int:
        """The bound as a whole number of steps: latencies are whole, so it may be rounded up."""
        return -(-self.scaled // self.scale)


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
        self.instance, self.horizon = instance, horizon
        constraints = (Budget(), *cuts)
        self.plain = len(constraints)
        self.cuts: tuple[Cut | Profile, ...] = tuple(cuts)
        limits = [c.limit(instance) for c in constraints]
        self.limits = np.array(limits, dtype=np.int64)[:, None]
        # weights of profile cuts by the rest after the token, and the first and last that are not 0
        self._profiles = np.zeros((0, instance.n, max(instance.output, default=0)), np.int64)
        self._in_floats = self._profiles.astype(float)
        self._spans = _spans(self._profiles)
        self._output = np.array(instance.output, np.int64)
        zones = [[c.zone(instance, i) for i in range(instance.n)] for c in constraints]
        reach = [abs(z.first) + len(z.weights) for row in zones for z in row]
        self._pad = max(reach, default=0) + 1
        self._width = horizon + 2 * self._pad + 2
        self._bends = self._second_differences(zones)
        starts = np.arange(horizon + 1)
        output, arrival = (np.array(c, dtype=np.int64) for c in (instance.output, instance.arrival))
        self.latency: Ints = starts + output[:, None] - arrival[:, None]
        self.opening = Window(arrival, np.full(instance.n, horizon))

    @property
    def profiles(self) -> int:
        """Number of profile cuts."""
        return len(self._profiles)

    @property
    def scale(self) -> int:
        """Prices are integers over it; finer with profile cuts, whose weights are large numbers."""
        return SCALE * UNITS if self.profiles else SCALE

    def add(self, profiles: Sequence[Profile]) -> None:
        """More constraints, after those that are there; prices get one row more for each."""
        if not profiles:
            return
        limits = np.array([[p.limit(self.instance)] for p in profiles], np.int64)
        tables = np.zeros((len(profiles), *self._profiles.shape[1:]), np.int64)
        for p, profile in enumerate(profiles):
            for i, o in enumerate(self.instance.output):
                tables[p, i, :o] = profile.zone(self.instance, i).weights[::-1]
        self.cuts += tuple(profiles)
        self.limits = np.concatenate([self.limits, limits])
        self._set_profiles(np.concatenate([self._profiles, tables]))

    def keep(self, chosen: Sequence[int]) -> None:
        """Of the profile cuts only these stay, by their place among the profile cuts."""
        rows = [*range(self.plain), *(self.plain + p for p in chosen)]
        self.cuts = tuple(self.cuts[c - 1] for c in rows[1:])
        self.limits = self.limits[rows]
        self._set_profiles(self._profiles[list(chosen)])

    def _set_profiles(self, profiles: Ints) -> None:
        self._profiles, self._in_floats = profiles, profiles.astype(float)
        self._spans = _spans(profiles)

    def _second_differences(self, zones: Sequence[Sequence[Any]]) -> Ints:
        """Rows (request, place, factor): the prices' double running sums, read from that place on,
        times the factor are a part of the request's costs by start."""
        found: list[tuple[int, int, int]] = []
        for i in range(self.instance.n):
            for c, line in enumerate(zones):
                weights = np.array(line[i].weights, dtype=np.int64)
                bends = np.convolve(weights, [1, -2, 1]) if len(weights) else weights
                place = c * self._width + self._pad + line[i].first
                found += [(i, place + int(x), int(bends[x])) for x in np.flatnonzero(bends)]
        return np.array(found, np.int64).reshape(-1, 3)

    def _costs(self, prices: Any) -> Any:
        """What the prices charge every request for every start; exact for integer prices."""
        sums = np.zeros((self.plain, self._width), dtype=prices.dtype)
        sums[:, self._pad + 2 : self._pad + 2 + self.horizon] = prices[: self.plain]
        np.cumsum(np.cumsum(sums, axis=1), axis=1, out=sums)
        costs = np.zeros((self.instance.n, self.horizon + 1), prices.dtype)
        charge_plain(costs, self._bends, sums.ravel())
        if self.profiles:
            table, step = np.nonzero(prices[self.plain :])
            values = prices[self.plain + table, step]
            weights = self._profiles if prices.dtype == np.int64 else self._in_floats
            charge(costs, weights, self._spans, self._output, table, step, values)
        return costs

    def forbidden(self, window: Window) -> NDArray[np.bool_]:
        """Starts outside the window."""
        starts = np.arange(self.horizon + 1)
        return (starts < window.earliest[:, None]) | (starts > window.latest[:, None])

    def _use(self, starts: Ints) -> Floats:
        """Weights that the constraints carry in every step when each request starts there."""
        shares = np.zeros((self.instance.n, self.horizon + 1))
        shares[np.arange(self.instance.n), starts] = 1
        places = np.indices((len(self._profiles), self.horizon)).reshape(2, -1)
        profiles = self.profile_use(shares, places[0], places[1])
        return np.concatenate([self.plain_use(shares), profiles.reshape(-1, self.horizon)])

    def plain_use(self, shares: Floats) -> Floats:
        """Weights that all but the profile cuts carry in every step, for shares of each start."""
        bends = carry_plain(shares, self._bends, self.plain * self._width).reshape(self.plain, -1)
        use: Floats = bends[:, ::-1].cumsum(axis=1).cumsum(axis=1)[:, ::-1]
        return use[:, self._pad + 2 : self._pad + 2 + self.horizon]

    def profile_use(self, shares: Floats, tables: Ints, steps: Ints) -> Floats:
        """Weights that these profile cuts carry in these steps, for shares of each start."""
        used: Floats = carry(shares, self._in_floats, self._spans, self._output, tables, steps)
        return used

    def bound(self, prices: Ints, window: Window | None = None) -> DualBound:
        """The exact bound of integer prices (over `scale`), for starts within the window."""
        costs, earned = self.priced(prices)
        costs[self.forbidden(window or self.opening)] = np.iinfo(np.int64).max
        return DualBound(sum(int(v) for v in costs.min(axis=1)) - earned, prices, self.scale)

    def priced(self, prices: Ints) -> tuple[Ints, int]:
        """What every start costs with integer prices, and what the limits earn, over `scale`."""
        costs: Ints = self.scale * self.latency + self._costs(prices)
        return costs, sum(int(v) for v in (self.limits * prices).sum(axis=1))

    def rounded(self, prices: Floats) -> Ints:
        """Real prices as integers over `scale`."""
        return np.rint(prices * self.scale).astype(np.int64)

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
        forbidden = self.forbidden(window or self.opening)
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


@compiled_on_disk
def charge_plain(costs: Any, bends: Any, sums: Any) -> None:
    """Add to `costs[i, start]` the running sums of prices at the bends of the weights."""
    starts = costs.shape[1]
    for b in range(len(bends)):
        i, place, factor = bends[b]
        for t in range(starts):
            costs[i, t] += factor * sums[place + t]


@compiled_on_disk
def carry_plain(shares: Any, bends: Any, size: int) -> Any:
    """The transpose: second differences of the weights carried, when requests start in shares."""
    first, end = _carrying(shares)
    found = np.zeros(size)
    for b in range(len(bends) - 1, -1, -1):
        i, place, factor = bends[b]
        for t in range(first[i], end[i]):
            found[place + t] += factor * shares[i, t]
    return found


@compiled_on_disk
def _carrying(shares: Any) -> Any:
    """For every request the first start with a share worth summing, and the one after the last."""
    n, starts = shares.shape
    first, end = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for i in range(n):
        for t in range(starts):
            if shares[i, t] > NOTHING:
                if end[i] == 0:
                    first[i] = t
                end[i] = t + 1
    return first, end


def _spans(profiles: Ints) -> Ints:
    """For every profile cut and request: the first rest with a weight, and the one after the last.

    >>> _spans(np.array([[[0, 3, 0, 4, 0], [0, 0, 0, 0, 0]]])).tolist()
    [[[1, 4], [0, 0]]]
    """
    some = profiles != 0
    weighs = some.any(axis=2)
    first, last = some.argmax(axis=2), profiles.shape[2] - some[:, :, ::-1].argmax(axis=2)
    return np.where(weighs[:, :, None], np.stack([first, last], axis=2), 0)


@compiled_on_disk
def charge(
    costs: Any, profiles: Any, spans: Any, output: Any, tables: Any, steps: Any, values: Any
) -> None:
    """Add to `costs[i, start]` the prices `values` of profile cuts in some steps.

    In step x a request with d steps to go started at x - o + 1 + d: starts ascend with d. Flat
    places without a sign spare the test for negative ones (a quarter of the time).
    """
    n, starts = costs.shape
    line, weights, length = costs.ravel(), profiles.ravel(), profiles.shape[2]
    for p in range(len(tables)):
        table, value = tables[p], values[p]
        for i in range(n):
            at_rest_0 = steps[p] - output[i] + 1
            first = max(spans[table, i, 0], -at_rest_0)
            end = min(spans[table, i, 1], starts - at_rest_0)
            if first < end:
                a = np.uint64(i * starts + at_rest_0 + first)
                b = np.uint64((table * n + i) * length + first)
                for k in range(np.uint64(end - first)):
                    line[a + k] += value * weights[b + k]


@compiled_on_disk
def carry(shares: Any, profiles: Any, spans: Any, output: Any, tables: Any, steps: Any) -> Any:
    """What profile cuts carry in some steps when requests start in shares."""
    n, starts = shares.shape
    line, weights, length = shares.ravel(), profiles.ravel(), profiles.shape[2]
    begin, stop = _carrying(shares)
    found = np.zeros(len(tables))
    for p in range(len(tables)):
        table = tables[p]
        total = 0.0
        for i in range(n):
            at_rest_0 = steps[p] - output[i] + 1
            first = max(spans[table, i, 0], begin[i] - at_rest_0)
            end = min(spans[table, i, 1], stop[i] - at_rest_0)
            if first < end:
                a = np.uint64(i * starts + at_rest_0 + first)
                b = np.uint64((table * n + i) * length + first)
                for k in range(np.uint64(end - first)):
                    total += line[a + k] * weights[b + k]
        found[p] = total
    return found
