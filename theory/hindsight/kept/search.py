"""Search over the states of schedules that keep their tokens, a layer of states for each step.

A state is left out when the prices say that no schedule through it has a latency below the target.
Nothing else is left out, so the search decides whether there is such a schedule, if it comes to
its end.
"""

from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

from kvratio.theory.hindsight.kept.prices import SCALE, Kept, Prices
from kvratio.theory.hindsight.kept.states import Class, State, after, beginning, classes, full_steps


class Searched(NamedTuple):
    """The best path of states with a latency below the target (None: none was found).

    `looked` ways through a step were tried, dead ends included, and `full` of them are full steps;
    `whole`: all that the prices do not exclude.
    """

    latency: int | None
    path: tuple[State, ...]
    looked: int
    full: int
    whole: bool


class Rest:
    """What the rest of a schedule costs at least, by whole prices over SCALE."""

    def __init__(self, kept: Kept, prices: Prices) -> None:
        least, _ = kept.tables(prices, SCALE)
        self.kinds, self.horizon = kept.kinds, kept.horizon
        self.least = [
            [least[left][k].tolist() for left in range(o)] for k, (_, o, _) in enumerate(kept.kinds)
        ]
        self.paid = kept.paid(prices).tolist()
        self.late = [*prices.done[::-1].cumsum()[::-1].tolist(), 0]

    def bound(self, state: State, spent: int, step: int) -> int:
        """Of all schedules that are in this state before a step; `spent`: by the completed."""
        at = min(step, self.horizon)
        total = SCALE * spent - self.paid[at]
        for (_, output, arrival), least, made in zip(self.kinds, self.least, state, strict=True):
            for tokens in made:
                left = output - tokens
                if not left:
                    total += self.late[at]
                elif step > self.horizon:
                    total += SCALE * (step + left - arrival)
                else:
                    total += least[left - 1][step]
        return int(total)


Layer = dict[State, tuple[int, State]]  # latency of the completed, and the state before


def search(
    kept: Kept,
    rest: Rest,
    below: int,
    *,
    most: int,
    deadline: float = float("inf"),
) -> Searched:
    """Look for a schedule with a latency below `below`; ends after about `most` ways.

    >>> from kvratio.theory.model import Instance
    >>> kept = Kept.of(Instance.of(4, [4, 4, 4]), 24)
    >>> rest = Rest(kept, kept.rounded(kept.improve(24, iterations=20)))
    >>> found = search(kept, rest, 24, most=10_000)
    >>> found.latency, found.whole
    (19, True)
    """
    start = beginning(kept.counts.tolist())
    looked = full = 0
    best: int | None = None
    path: tuple[State, ...] = (start,)
    layers: list[Layer] = [{start: (0, start)}]
    if rest.bound(start, 0, 0) > SCALE * (below - 1):
        return Searched(None, (), 0, 0, True)
    while layers[-1]:
        step, later = len(layers) - 1, Layer()
        for state, (spent, _) in layers[-1].items():
            able = classes(state, kept.kinds, step)
            for taken in full_steps(able, kept.instance.memory):
                if looked >= most or monotonic() > deadline:
                    return Searched(best, path, looked, full, False)
                looked += 1
                if taken is None:
                    continue
                full += 1
                then, cost = after(state, able, taken), spent + _latency(kept, able, taken, step)
                if cost >= below or cost >= later.get(then, (below,))[0]:
                    continue
                if _complete(kept, then):
                    best, below = cost, cost
                    path = (*_way(layers, state), then)
                elif rest.bound(then, cost, step + 1) <= SCALE * (below - 1):
                    later[then] = (cost, state)
        layers.append(later)
    return Searched(best, path, looked, full, True)


def _latency(kept: Kept, able: Sequence[Class], taken: Sequence[int], step: int) -> int:
    """Of those that complete in this step."""
    total = 0
    for (k, tokens, _, _), count in zip(able, taken, strict=True):
        _, output, arrival = kept.kinds[k]
        if tokens + 1 == output:
            total += count * (step + 1 - arrival)
    return total


def _complete(kept: Kept, state: State) -> bool:
    return all(made[0] == o for made, (_, o, _) in zip(state, kept.kinds, strict=True))


def _way(layers: Sequence[Layer], state: State) -> tuple[State, ...]:
    """The states up to this one, which is in the last layer."""
    way = [state]
    for layer in reversed(layers[1:]):
        way.append(layer[way[-1]][1])
    return tuple(reversed(way))
