"""Simulated annealing of the orders that serial generation turns into schedules, compiled.

The state is an order of the requests and a delay for each (`search.generate` has the meaning). A
move changes the order from some place on, so only that suffix is placed anew. Two observations make
placing cheap and lose nothing:

* a request that does not fit at a start because a step lacks `over` tokens, with `left` tokens
  still to make there, does not fit at the next min(left, over) - 1 starts either: a start one step
  later needs one token less in that step;
* where a request with at most the same prompt, output and arrival did not fit before, this one does
  not fit either.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from kvratio._compiled import compiled_on_disk

Ints = NDArray[np.int64]
Function = TypeVar("Function", bound=Callable[..., Any])

# Shares of the moves: to another place at most NEAR places away, a new delay (half of them 0, the
# others up to LONGEST_DELAY); the rest are swaps.
MOVED, DELAYED, LONGEST_DELAY = 0.63, 0.12, 9
NEAR = 8


class Tables(NamedTuple):
    """An instance as arrays; `easier[i, j]`: j has at most i's prompt, output and arrival."""

    memory: int
    prompt: Ints
    output: Ints
    arrival: Ints
    easier: NDArray[np.bool_]


class State(NamedTuple):
    """An order and its delays, where the requests start, and the cache in use, a step each.

    `first` are the starts before a request's own delay.
    """

    order: Ints
    delay: Ints
    first: Ints
    start: Ints
    use: Ints


@compiled_on_disk
def _fit(memory: int, use: Ints, prompt: int, output: int, start: int) -> int:
    """The first start from `start` on at which a request fits beside what is in use."""
    left = output  # tokens not yet found to fit, tested from the last, which is the largest
    while left > 0:
        # a place without a sign spares the test for negative ones
        over = use[np.uint64(start + left - 1)] + prompt + left - memory
        if over > 0:
            start += min(left, over)
            left = output
        else:
            left -= 1
    return start


@compiled_on_disk
def _add(use: Ints, prompt: int, output: int, start: int, sign: int) -> None:
    first = np.uint64(start)
    for token in range(np.uint64(output)):
        use[first + token] += sign * (prompt + 1 + np.int64(token))


@compiled_on_disk
def place(tables: Any, state: Any, begin: int) -> int:
    """Place the requests of the order from place `begin` on; return the sum of their starts."""
    total = 0
    for at in range(begin, len(state.order)):
        i = state.order[at]
        s, o, t = tables.prompt[i], tables.output[i], tables.arrival[i]
        for earlier in range(at):
            j = state.order[earlier]
            if state.first[j] > t and tables.easier[i, j]:
                t = state.first[j]
        t = _fit(tables.memory, state.use, s, o, t)
        state.first[i] = t
        if state.delay[i] > 0:
            t = _fit(tables.memory, state.use, s, o, t + state.delay[i])
        state.start[i] = t
        total += t
        _add(state.use, s, o, t, 1)
    return total


@compiled_on_disk
def _remove(tables: Any, state: Any, begin: int) -> int:
    """Undo `place`; return the sum of the starts."""
    total = 0
    for at in range(begin, len(state.order)):
        i = state.order[at]
        _add(state.use, tables.prompt[i], tables.output[i], state.start[i], -1)
        total += state.start[i]
    return total


@compiled_on_disk
def _propose(state: Any) -> int:
    """Change the order or a delay at random; return the first place that is concerned."""
    order, n = state.order, len(state.order)
    a = np.random.randint(n)
    kind = np.random.random()
    if kind < DELAYED:
        state.delay[order[a]] = 0
        if np.random.random() < 0.5:
            state.delay[order[a]] = np.random.randint(1, LONGEST_DELAY + 1)
        return a
    if kind < DELAYED + MOVED:
        b = min(n - 1, max(0, a + np.random.randint(-NEAR, NEAR + 1)))
        moved = order[a]
        step = 1 if b > a else -1
        for k in range(a, b, step):
            order[k] = order[k + step]
        order[b] = moved
    else:
        b = np.random.randint(n)
        order[a], order[b] = order[b], order[a]
    return min(a, b)


@compiled_on_disk
def anneal(
    tables: Any, state: Any, kept: Any, best: Any, seed: int, moves: int, hot: float, cold: float
) -> int:
    """Anneal `state` in place, temperatures falling from `hot` to `cold` (steps of latency).

    `state` must be placed. `kept` is scratch of the same shape; `best` takes the order and delays
    of the least sum of starts seen, which is returned (with `state`'s own when nothing is better).
    """
    np.random.seed(seed)
    now = state.start.sum()
    least = now
    best.order[:] = state.order
    best.delay[:] = state.delay
    for move in range(moves):
        temperature = hot * (cold / hot) ** (move / moves)
        kept.order[:] = state.order
        kept.delay[:] = state.delay
        kept.first[:] = state.first
        kept.start[:] = state.start
        begin = _propose(state)
        # the requests from `begin` on are the same ones, in another order or with another delay
        change = -_remove(tables, state, begin)
        change += place(tables, state, begin)
        if change <= 0 or np.random.random() < np.exp(-change / temperature):
            now += change
            if now < least:
                least = now
                best.order[:] = state.order
                best.delay[:] = state.delay
        else:
            _remove(tables, state, begin)
            state.order[:] = kept.order
            state.delay[:] = kept.delay
            state.first[:] = kept.first
            state.start[:] = kept.start
            for at in range(begin, len(state.order)):
                i = state.order[at]
                _add(state.use, tables.prompt[i], tables.output[i], state.start[i], 1)
    return int(least)
