"""Lagrangian bounds on schedules that keep the tokens of what they preempt.

A request makes token j in a step of its own choice, later than token j - 1, and that step needs
s + j tokens of cache. So a schedule is an ascending sequence of steps for each request. Prices on
the cache of each step, and on having completed by the end of each step, let every request choose
its sequence alone:

    sum_i least cost of i  -  sum over steps of (M * price + limit * price)  <=  TEL

for every schedule, with or without preemption. The limit of the second kind, how many requests can
have completed by then, is that of one machine of speed M which serves the shortest remaining volume
first (Schrage, 1968: nothing has completed more at any time). Prices of the cache that fall as the
mean busy times of `kvratio.theory.area.moment_bound` do give about that bound, prices of 1 on the
completions those of the volumes; subgradient steps go on from the better of the two. What they end
with is rounded to whole numbers, whose bound is computed in integers.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kvratio.theory.machine import shortest_first
from kvratio.theory.model import Instance, volume

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Kind = tuple[int, int, int]  # prompt, output, arrival: requests of a kind are interchangeable

SCALE = 10_000  # prices are rounded to this part of a step
NEVER = 1 << 60  # costs more than any sequence of steps
LIMIT = 20_000_000  # most entries of the tables, tokens x steps
# Length of the first subgradient step as a share of the way to the target; its shrinking after so
# many steps without improvement; a share of the bound that counts as improvement; no direction.
FIRST, SHRINK, PATIENCE, IMPROVES, TINY = 1.0, 0.7, 8, 1e-6, 1e-12


class Prices(NamedTuple):
    """Of a token of cache, and of having completed by its end, in every step of the horizon."""

    cache: NDArray[Any]
    done: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """An instance with its kinds of requests, and a horizon from which on all prices are 0."""

    instance: Instance
    kinds: tuple[Kind, ...]
    counts: Ints
    limits: Ints  # most requests that can have completed by the end of each step

    @classmethod
    def of(cls, instance: Instance, horizon: int) -> "Kept":
        """The relaxation; the horizon is put off to the last arrival."""
        rows = zip(instance.prompt, instance.output, instance.arrival, strict=True)
        kinds = Counter(rows)
        steps = max(horizon, *instance.arrival, 1)
        return cls(instance, tuple(kinds), np.array([*kinds.values()]), _limits(instance, steps))

    @property
    def horizon(self) -> int:
        """The number of steps that can have a price."""
        return len(self.limits)

    @property
    def size(self) -> int:
        """Entries of the tables."""
        return sum(o for _, o, _ in self.kinds) * (self.horizon + 1)

    def tables(self, prices: Prices, unit: Any) -> tuple[list[NDArray[Any]], list[NDArray[Any]]]:
        """Least cost of the last 1, 2, ... tokens from each step on, and with the first in it.

        Shapes: an array for each number of tokens left, a row for each kind (0 where it has fewer
        tokens), a column for each step and one for the end. A completion at C costs `unit` C.
        """
        prompts, outputs, arrivals = (np.array(column) for column in zip(*self.kinds, strict=True))
        steps, end = np.arange(self.horizon), self.horizon
        late = np.cumsum(prices.done[::-1])[::-1]  # completed by the end of this step or a later
        early = steps[None, :] < arrivals[:, None]
        after = unit * (steps + 1)[None, :] - unit * arrivals[:, None] + late[None, :]
        least, first = [], []
        for left in range(1, int(outputs.max()) + 1):
            use = np.where(outputs >= left, prompts + outputs - left + 1, 0)
            here = np.where(early, NEVER, use[:, None] * prices.cache[None, :] + after)
            beyond = (unit * (end + left - arrivals))[:, None]
            costs = np.concatenate([here, beyond], axis=1)
            best = np.minimum.accumulate(costs[:, ::-1], axis=1)[:, ::-1]
            first.append(costs)
            least.append(best)
            after = best[:, 1:]
        return least, first

    def paid(self, prices: Prices) -> Any:
        """What all limits earn, by the first step that counts."""
        each = self.instance.memory * prices.cache + self.limits * prices.done
        return np.concatenate([np.cumsum(each[::-1])[::-1], [0]])

    def bound(self, prices: Prices, unit: Any) -> Any:
        """Below this no schedule's latency is, in parts of 1 / `unit` step."""
        least, _ = self.tables(prices, unit)
        alone = [least[o - 1][k, 0] for k, (_, o, _) in enumerate(self.kinds)]
        return np.dot(self.counts, np.array(alone)) - self.paid(prices)[0]

    def slope(self, prices: Prices) -> tuple[float, Prices]:
        """The bound in steps, and by how much each constraint is broken by what the kinds choose.

        Each kind makes every token as early as it can without paying more.
        """
        least, first = self.tables(prices, 1.0)
        total = -float(self.paid(prices)[0])
        use = np.full(self.horizon + 1, -float(self.instance.memory))
        done = np.zeros(self.horizon + 1)
        for k, (s, o, _) in enumerate(self.kinds):
            total += float(self.counts[k] * least[o - 1][k, 0])
            step = 0
            for left in range(o, 0, -1):
                costs, best = first[left - 1][k], least[left - 1][k]
                step += int(np.argmax(costs[step:] <= best[step:]))
                if step >= self.horizon:
                    break
                use[step] += self.counts[k] * (s + o - left + 1)
                if left == 1:
                    done[step] += self.counts[k]
                step += 1
        return total, Prices(use[:-1], np.cumsum(done)[:-1] - self.limits)

    def rounded(self, prices: Prices) -> Prices:
        """In whole parts of 1 / SCALE step."""
        return Prices(*(np.rint(SCALE * price).astype(np.int64) for price in prices))

    def improve(self, upper: int, *, iterations: int, deadline: float = float("inf")) -> Prices:
        """Prices in steps after so many subgradient steps, the best found; Ctrl-C ends them."""
        nothing = np.zeros(self.horizon)
        counting = Prices(nothing, np.ones(self.horizon))
        starts = [(self.slope(start), start) for start in (counting, self.moments())]
        (value, slope), prices = max(starts, key=lambda pair: pair[0][0])
        best, best_slope, found = value, slope, prices
        length, idle, memory = FIRST, 0, self.instance.memory
        try:
            for _ in range(iterations):
                cache = slope.cache / memory  # tokens and requests on one footing
                size = float(cache @ cache + slope.done @ slope.done)
                if size < TINY or monotonic() > deadline or best > upper - 1:
                    break
                step = length * max(upper - value, TINY) / size
                prices = Prices(
                    np.maximum(0, prices.cache + step * cache / memory),
                    np.maximum(0, prices.done + step * slope.done),
                )
                value, slope = self.slope(prices)
                idle += 1
                if value > best + IMPROVES * best:
                    idle = 0
                if value > best:
                    best, best_slope, found = value, slope, prices
                if idle >= PATIENCE:
                    length, idle = length * SHRINK, 0
                    prices, value, slope = found, best, best_slope
        except KeyboardInterrupt:
            pass
        return found

    def moments(self) -> Prices:
        """Prices that fall by 1/volume of whom one machine serves, shortest volume first."""
        memory, falls = self.instance.memory, np.zeros(self.horizon)
        works = _volumes(self.instance)
        for i, begin, end in shortest_first(works, _releases(self.instance), fixed=True):
            for step in range(begin // memory, min(-(-end // memory), self.horizon)):
                share = min(end, (step + 1) * memory) - max(begin, step * memory)
                falls[step] += share / (memory * works[i])
        return Prices(np.cumsum(falls[::-1])[::-1] - falls / 2, np.zeros(self.horizon))


def _volumes(instance: Instance) -> list[int]:
    return [volume(s, o) for s, o in zip(instance.prompt, instance.output, strict=True)]


def _releases(instance: Instance) -> list[int]:
    return [instance.memory * a for a in instance.arrival]


def _limits(instance: Instance, horizon: int) -> Ints:
    """Requests that one machine of speed M has completed by the end of each step.

    >>> _limits(Instance.of(3, [2, 2, 1]), 3).tolist()  # volumes 1, 3, 3
    [1, 2, 3]
    """
    ends: Sequence[tuple[int, int, int]] = [
        *shortest_first(_volumes(instance), _releases(instance), fixed=False)
    ]
    completion = {i: -(-end // instance.memory) for i, _, end in ends}
    found = np.zeros(horizon, dtype=np.int64)
    for end in completion.values():
        found[end - 1 :] += 1
    return found
