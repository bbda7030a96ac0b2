"""Good schedules with full knowledge: serial generation in a given order, and annealing of orders.

Serial generation takes the requests in an order and starts each at the first step at which it fits
beside those already placed, or some steps after it. The delays are needed: unlike in ordinary
scheduling, no order without delays need give an optimal schedule, since a request that starts
earlier holds *more* cache while it runs. (The smallest example found: M = 4, no prompts, outputs
4, 2, 4, 2. All 24 orders give a latency of at least 20, the optimum is 19.)
Annealing moves a request in the order, swaps two, or changes a delay.
"""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

from kvratio.theory.model import Instance, Schedule

Ints = NDArray[np.int64]
Function = TypeVar("Function", bound=Callable[..., Any])

HOTTEST, COLDEST = 10.0, 0.3  # temperatures in steps of latency
# Shares of the moves: to a place at most a third of the order away, a new delay (half of them 0,
# the others up to LONGEST_DELAY); the rest are swaps.
NEAR, DELAYS, LONGEST_DELAY = 0.62, 0.12, 9
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
    delay: Ints,
    use: Ints,
    start: Ints,
    first: Ints,
) -> int:
    """Fill `start`, `first` (without own delay) and `use` (a step each); return the latency."""
    use[:] = 0
    latency = 0
    for place in range(len(order)):
        i = order[place]
        s, o, t = prompt[i], output[i], arrival[i]
        for earlier in range(place):  # where an easier request did not fit, this one does not
            j = order[earlier]
            if easier[i, j] and first[j] > t:
                t = first[j]
        for attempt in range(2):
            left = o  # tokens not yet found to fit, tested from the last, which is the largest
            while left > 0:
                if use[t + left - 1] + s + left > memory:
                    t += 1
                    left = o
                else:
                    left -= 1
            if attempt == 0:
                first[i] = t
                if delay[i] == 0:
                    break
                t += delay[i]
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
    delay: Ints,
    best_order: Ints,
    best_delay: Ints,
    use: Ints,
    seed: int,
    moves: int,
    hottest: float,
    coldest: float,
) -> int:
    """Anneal `order` and `delay` in place, keep the best ones; return the least latency."""
    np.random.seed(seed)
    n = len(order)
    start, first = np.zeros(n, np.int64), np.zeros(n, np.int64)
    now = _generate(memory, prompt, output, arrival, easier, order, delay, use, start, first)
    least = _generate(
        memory, prompt, output, arrival, easier, best_order, best_delay, use, start, first
    )
    trial = order.copy()
    for move in range(moves):
        temperature = hottest * (coldest / hottest) ** (move / moves)
        trial[:] = order
        i = np.random.randint(n)
        kept = delay[i]
        kind = np.random.random()
        if kind < NEAR:
            reach = max(2, n // 3)
            j = min(n - 1, max(0, i + np.random.randint(-reach, reach + 1)))
            moved = trial[i]
            step = 1 if j > i else -1
            for k in range(i, j, step):
                trial[k] = trial[k + step]
            trial[j] = moved
        elif kind < NEAR + DELAYS:
            delay[i] = 0
            if np.random.random() < 0.5:
                delay[i] = np.random.randint(1, LONGEST_DELAY + 1)
        else:
            j = np.random.randint(n)
            trial[i], trial[j] = trial[j], trial[i]
        latency = _generate(
            memory, prompt, output, arrival, easier, trial, delay, use, start, first
        )
        if latency <= now or np.random.random() < np.exp((now - latency) / temperature):
            now = latency
            order[:] = trial
            if now < least:
                least = now
                best_order[:] = order
                best_delay[:] = delay
        else:
            delay[i] = kept
    return least


def generate(
    instance: Instance, order: Sequence[int], delay: Sequence[int] | None = None
) -> Schedule:
    """The serial schedule of an order: every request starts as early as the earlier ones allow.

    With delays (one a request, in steps) it starts that many steps later, or at the next step at
    which it fits.

    >>> generate(Instance.of(2, [2, 2, 1]), [2, 0, 1]).to_json()
    [[0, 0, 2, True], [1, 2, 4, True], [2, 0, 1, True]]
    """
    n = instance.n
    start, first = np.zeros(n, np.int64), np.zeros(n, np.int64)
    late = np.zeros(n, np.int64) if delay is None else np.array(delay, np.int64)
    use = _empty(instance)
    _generate(*_tables(instance), np.array(order, np.int64), late, use, start, first)
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
) -> Schedule:
    """The best schedule found by annealing from each of `orders`, with `moves` moves in all.

    Same seed, same answer, unless the clock (`time.monotonic`) passes `deadline` first.

    >>> instance = Instance.of(9, [7, 4, 1, 4, 1])
    >>> from kvratio.theory.model import verify
    >>> verify(anneal(instance, [range(5)], moves=2000, seed=1), instance).tel
    20
    """
    tables, use = _tables(instance), _empty(instance)
    rng = np.random.default_rng(seed)
    found: list[tuple[int, list[int], list[int]]] = []
    share = max(1, moves // len(orders))
    blocks = max(1, share // BLOCK)
    cooled = COLDEST / HOTTEST
    for initial in orders:
        order, delay = np.array(initial, np.int64), np.zeros(instance.n, np.int64)
        best_order, best_delay, least = order.copy(), delay.copy(), 0
        for block in range(blocks):
            block_seed = int(rng.integers(2**31))
            hottest, coldest = (HOTTEST * cooled ** ((block + k) / blocks) for k in (0, 1))
            state = (order, delay, best_order, best_delay, use)
            least = _anneal(*tables, *state, block_seed, share // blocks, hottest, coldest)
            if monotonic() > deadline:
                break
        found.append((int(least), best_order.tolist(), best_delay.tolist()))
        if monotonic() > deadline:
            break
    _, the_order, the_delay = min(found)
    return generate(instance, the_order, the_delay)


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
    spare = max(instance.output, default=0) + instance.n * LONGEST_DELAY
    return np.zeros(steps + spare + 1, np.int64)
