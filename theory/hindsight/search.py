"""Good schedules with full knowledge: serial generation in a given order, and annealing of orders.

Serial generation takes the requests in an order and starts each at the first step at which it fits
beside those already placed, or some steps after it. The delays are needed: unlike in ordinary
scheduling, no order without delays need give an optimal schedule, since a request that starts
earlier holds *more* cache while it runs. (The smallest example found: M = 4, no prompts, outputs
4, 2, 4, 2. All 24 orders give a latency of at least 20, the optimum is 19.)
Annealing (`annealing`) moves a request in the order, swaps two, or changes a delay.
"""

from collections.abc import Sequence
from time import monotonic

import numpy as np

from kvratio.theory.hindsight.annealing import LONGEST_DELAY, Ints, State, Tables, place
from kvratio.theory.hindsight.annealing import anneal as anneal_order
from kvratio.theory.hindsight.stopped import Stopped
from kvratio.theory.model import Instance, Schedule

# Temperatures in steps of latency: restarts begin at each in turn. Measured on Model 1 (n near 50):
# 3 and 6 from MC-SF's order are 1 to 1.5 % better than one run from 10.
HOTTEST, COLDEST = (6.0, 3.0), 0.3
RESTART = 100_000  # moves of a run; more moves are more runs
BLOCK = 5_000  # moves between two looks at the clock


def generate(
    instance: Instance, order: Sequence[int], delay: Sequence[int] | None = None
) -> Schedule:
    """The serial schedule of an order: every request starts as early as the earlier ones allow.

    With delays (one a request, in steps) it starts that many steps later, or at the next step at
    which it fits.

    >>> generate(Instance.of(2, [2, 2, 1]), [2, 0, 1]).to_json()
    [[0, 0, 2, True], [1, 2, 4, True], [2, 0, 1, True]]
    """
    tables = _tables(instance)
    state = _state(instance, order, delay)
    place(tables, state, 0)
    return plain_schedule(instance, state.start.tolist())


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
    """The best schedule found by annealing from `orders`, with `moves` moves in all.

    Runs of at most `RESTART` moves begin at the orders in turn; each order is tried at least once.
    Same seed, same answer, unless the clock (`time.monotonic`) passes `deadline` first. Ctrl-C
    raises `Stopped` with the best schedule, `KeyboardInterrupt` if no run has ended.

    >>> instance = Instance.of(9, [7, 4, 1, 4, 1])
    >>> from kvratio.theory.model import verify
    >>> verify(anneal(instance, [range(5)], moves=2000, seed=1), instance).tel
    20
    """
    tables = _tables(instance)
    rng = np.random.default_rng(seed)
    runs = max(len(orders), moves // RESTART)
    found: list[tuple[int, list[int], list[int]]] = []
    try:
        for run in range(runs):
            state = _state(instance, orders[run % len(orders)], None)
            place(tables, state, 0)
            # the first order is tried at every temperature before the others are tried again
            hottest = HOTTEST[(run // len(orders)) % len(HOTTEST)]
            found.append(_run(tables, state, rng, moves // runs, hottest, deadline))
            if monotonic() > deadline:
                break
    except KeyboardInterrupt:
        if not found:
            raise
        raise Stopped(generate(instance, *min(found)[1:])) from None
    _, the_order, the_delay = min(found)
    return generate(instance, the_order, the_delay)


def _run(
    tables: Tables,
    state: State,
    rng: np.random.Generator,
    moves: int,
    hottest: float,
    deadline: float,
) -> tuple[int, list[int], list[int]]:
    """One annealing run in blocks: the least sum of starts, with its order and delays."""
    kept, best = (State(*(column.copy() for column in state)) for _ in range(2))
    blocks = max(1, moves // BLOCK)
    cooled = COLDEST / hottest
    found: list[tuple[int, list[int], list[int]]] = []
    for block in range(blocks):
        hot, cold = (hottest * cooled ** ((block + k) / blocks) for k in (0, 1))
        seed = int(rng.integers(2**31))
        least = anneal_order(tables, state, kept, best, seed, moves // blocks, hot, cold)
        found.append((least, best.order.tolist(), best.delay.tolist()))
        if monotonic() > deadline:
            break
    return min(found)


def _tables(instance: Instance) -> Tables:
    columns = (instance.prompt, instance.output, instance.arrival)
    prompt, output, arrival = (np.array(c, np.int64) for c in columns)
    easier = np.ones((instance.n, instance.n), np.bool_)
    for column in (prompt, output, arrival):
        easier &= column[None, :] <= column[:, None]
    return Tables(instance.memory, prompt, output, arrival, easier)


def _state(instance: Instance, order: Sequence[int], delay: Sequence[int] | None) -> State:
    """The order before anything is placed, and an unused cache that is long enough for all."""
    n = instance.n
    late: Ints = np.zeros(n, np.int64) if delay is None else np.array(delay, np.int64)
    steps = max(instance.arrival, default=0) + sum(instance.output)
    spare = max(instance.output, default=0) + n * LONGEST_DELAY
    first, start = np.zeros(n, np.int64), np.zeros(n, np.int64)
    use = np.zeros(steps + spare + 1, np.int64)
    return State(np.array(order, np.int64), late, first, start, use)
