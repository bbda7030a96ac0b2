"""Good schedules with full knowledge: serial generation in a given order, and annealing of orders.

Serial generation takes the requests in an order and starts each at the first step at which it fits
beside those already placed. Some order gives an optimal schedule (take the starts of one,
shifted left as far as they go), so searching orders loses nothing. Annealing moves one request
to another place in the order, or swaps two.
"""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

from theory.model import Instance, Schedule

Ints = NDArray[np.int64]
Function = TypeVar("Function", bound=Callable[..., Any])

HOTTEST, COLDEST = 10.0, 0.3  # temperatures in steps of latency
NEAR = 0.7  # share of moves to a place at most a third of the order away; the rest are swaps
BLOCK = 5_000  # moves between two looks at the clock


def _compiled(function: Function) -> Function:
    """Compile with numba, with its cache on disk where one can be written."""
    try:
        compiled: Function = numba.njit(cache=True)(function)
    except RuntimeError:  # numba finds no folder for its cache
        compiled = numba.njit(function)
    return compiled


@_compiled
def _generate(
    memory: int,
    prompt: Ints,
    output: Ints,
    arrival: Ints,
    easier: NDArray[np.bool_],
    order: Ints,
    use: Ints,
    start: Ints,
) -> int:
    """Fill `start` and `use` (one entry a step) in the given order; return the latency."""
    use[:] = 0
    latency = 0
    for place in range(len(order)):
        i = order[place]
        s, o, t = prompt[i], output[i], arrival[i]
        for earlier in range(place):  # where an easier request did not fit, this one does not
            j = order[earlier]
            if easier[i, j] and start[j] > t:
                t = start[j]
        left = o  # tokens not yet found to fit, tested from the last, which is the largest
        while left > 0:
            if use[t + left - 1] + s + left > memory:
                t += 1
                left = o
            else:
                left -= 1
        for token in range(o):
            use[t + token] += s + 1 + token
        start[i] = t
        latency += t + o - arrival[i]
    return latency


@_compiled
def _anneal(
    memory: int,
    prompt: Ints,
    output: Ints,
    arrival: Ints,
    easier: NDArray[np.bool_],
    order: Ints,
    best: Ints,
    use: Ints,
    seed: int,
    moves: int,
    hottest: float,
    coldest: float,
) -> tuple[int, int]:
    """Anneal `order` in place, keep the best order in `best`; return both latencies."""
    np.random.seed(seed)
    n = len(order)
    start = np.zeros(n, np.int64)
    now = _generate(memory, prompt, output, arrival, easier, order, use, start)
    least = _generate(memory, prompt, output, arrival, easier, best, use, start)
    trial = order.copy()
    for move in range(moves):
        temperature = hottest * (coldest / hottest) ** (move / moves)
        trial[:] = order
        i = np.random.randint(n)
        if np.random.random() < NEAR:
            reach = max(2, n // 3)
            j = min(n - 1, max(0, i + np.random.randint(-reach, reach + 1)))
            moved = trial[i]
            step = 1 if j > i else -1
            for k in range(i, j, step):
                trial[k] = trial[k + step]
            trial[j] = moved
        else:
            j = np.random.randint(n)
            trial[i], trial[j] = trial[j], trial[i]
        latency = _generate(memory, prompt, output, arrival, easier, trial, use, start)
        if latency <= now or np.random.random() < np.exp((now - latency) / temperature):
            now = latency
            order[:] = trial
            if now < least:
                least = now
                best[:] = order
    return now, least


def generate(instance: Instance, order: Sequence[int]) -> Schedule:
    """The serial schedule of an order: every request starts as early as the earlier ones allow.

    >>> generate(Instance.of(2, [2, 2, 1]), [2, 0, 1]).to_json()
    [[0, 0, 2, True], [1, 2, 4, True], [2, 0, 1, True]]
    """
    tables = _tables(instance)
    start = np.zeros(instance.n, np.int64)
    _generate(*tables, np.array(order, np.int64), _empty(instance), start)
    return plain_schedule(instance, start.tolist())


def plain_schedule(instance: Instance, starts: Sequence[int]) -> Schedule:
    """One uncancelled attempt a request, from start times."""
    rows = enumerate(zip(starts, instance.output, strict=True))
    return Schedule.of([(i, start, start + o, True) for i, (start, o) in rows])


def anneal(
    instance: Instance,
    orders: Sequence[Sequence[int]],
    *,
    moves: int,
    seed: int,
    deadline: float = float("inf"),
) -> list[int]:
    """The best order found by annealing from each of `orders`, with `moves` moves in all.

    Same seed, same answer, unless the clock (`time.monotonic`) passes `deadline` first.

    >>> instance = Instance.of(9, [7, 4, 1, 4, 1])
    >>> order = anneal(instance, [range(5)], moves=2000, seed=1)
    >>> from theory.model import verify
    >>> verify(generate(instance, order), instance).tel
    20
    """
    tables, use = _tables(instance), _empty(instance)
    rng = np.random.default_rng(seed)
    found: list[tuple[int, list[int]]] = []
    share = max(1, moves // len(orders))
    blocks = max(1, share // BLOCK)
    for first in orders:
        order = np.array(first, np.int64)
        best, least = order.copy(), 0
        for block in range(blocks):
            cooled = COLDEST / HOTTEST
            hottest, coldest = (HOTTEST * cooled ** ((block + k) / blocks) for k in (0, 1))
            _, least = _anneal(
                *tables,
                order,
                best,
                use,
                int(rng.integers(2**31)),
                share // blocks,
                hottest,
                coldest,
            )
            if monotonic() > deadline:
                break
        found.append((int(least), best.tolist()))
        if monotonic() > deadline:
            break
    return min(found)[1]


def _tables(instance: Instance) -> tuple[int, Ints, Ints, Ints, NDArray[np.bool_]]:
    columns = (instance.prompt, instance.output, instance.arrival)
    prompt, output, arrival = (np.array(c, np.int64) for c in columns)
    easier = np.ones((instance.n, instance.n), np.bool_)
    for column in (prompt, output, arrival):
        easier &= column[None, :] <= column[:, None]
    return instance.memory, prompt, output, arrival, easier


def _empty(instance: Instance) -> Ints:
    """An unused cache, long enough for the requests one after the other."""
    steps = max(instance.arrival, default=0) + sum(instance.output)
    return np.zeros(steps + max(instance.output, default=0) + 1, np.int64)
