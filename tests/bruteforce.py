"""The optimum by brute force: independent of everything else, for tiny instances only.

Two searches over plain lists of integers. The first tries every vector of start times; the
second every schedule of the model, cancellations included, one step at a time.
"""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from itertools import product

WAITING, DONE = -1, -2  # a running request is the number of tokens it has made


def optimum(
    memory: int, prompt: Sequence[int], output: Sequence[int], arrival: Sequence[int]
) -> int:
    """Least total latency over all vectors of start times.

    >>> optimum(2, [0, 0], [2, 2], [0, 0])
    6
    """
    n = len(output)
    # one after the other is always possible, so the horizon below is long enough: in a better
    # schedule nobody completes later than this total
    now, best = 0, 1
    for i in range(n):
        now = max(now, arrival[i]) + output[i]
        best += now - arrival[i]
    horizon = max(arrival, default=0) + best
    used = [0] * (horizon + max(output, default=0))

    def place(i: int, cost: int) -> None:
        nonlocal best
        if i == n:
            best = min(best, cost)
            return
        for start in range(arrival[i], horizon):
            latency = start + output[i] - arrival[i]
            if cost + latency + sum(output[i + 1 :]) >= best:
                return
            steps = range(start, start + output[i])
            if all(used[k] + prompt[i] + k - start + 1 <= memory for k in steps):
                for k in steps:
                    used[k] += prompt[i] + k - start + 1
                place(i + 1, cost + latency)
                for k in steps:
                    used[k] -= prompt[i] + k - start + 1

    place(0, 0)
    return best


def optimum_with_cancelling(
    memory: int, prompt: Sequence[int], output: Sequence[int], arrival: Sequence[int]
) -> int:
    """Least total latency over all schedules, by Dijkstra's algorithm over the states of a step.

    >>> optimum_with_cancelling(2, [0, 0], [2, 2], [0, 0])
    6
    """
    last_arrival = max(arrival, default=0)

    def choices(state: tuple[int, ...], now: int) -> Iterator[tuple[int, ...]]:
        """Tokens made after one more step, for every way to go on, start, cancel or wait."""
        options = []
        for made, a in zip(state, arrival, strict=True):
            if made == DONE or now < a:
                options.append((made,))
            elif made == WAITING:
                options.append((WAITING, 1))
            else:
                # cancelled, cancelled and started again, or one more token
                options.append((WAITING, 1, made + 1))
        for chosen in product(*options):
            need = (s + g for s, g in zip(prompt, chosen, strict=True) if g > 0)
            if sum(need) <= memory:
                yield tuple(DONE if g == o else g for g, o in zip(chosen, output, strict=True))

    start = ((WAITING,) * len(output), 0)
    paths = [(0, start)]
    settled = set()
    while True:
        cost, (state, now) = heappop(paths)
        if all(made == DONE for made in state):
            return cost
        if (state, now) in settled:
            continue
        settled.add((state, now))
        step_cost = sum(m != DONE and a <= now for m, a in zip(state, arrival, strict=True))
        for following in choices(state, now):
            # after the last arrival the clock no longer matters
            clock = min(now + 1, last_arrival)
            heappush(paths, (cost + step_cost, (following, clock)))


def optimum_keeping(
    memory: int, prompt: Sequence[int], output: Sequence[int], arrival: Sequence[int]
) -> int:
    """Least total latency where preempted requests keep their tokens, by Dijkstra's algorithm.

    Every set of requests that fit may run in a step, also a smaller one than would fit.

    >>> optimum_keeping(4, [0, 0, 0], [4, 4, 4], [0, 0, 0])
    19
    """
    n = len(output)
    start = (0, (0,) * n)
    queue, seen = [(0, *start)], set()
    while queue:
        latency, step, made = heappop(queue)
        if (step, made) in seen:
            continue
        seen.add((step, made))
        if made == tuple(output):
            return latency
        able = [i for i in range(n) if arrival[i] <= step and made[i] < output[i]]
        for chosen in product((False, True), repeat=len(able)):
            run = [i for i, runs in zip(able, chosen, strict=True) if runs]
            if sum(prompt[i] + made[i] + 1 for i in run) <= memory and (run or not able):
                then = tuple(made[i] + (i in run) for i in range(n))
                heappush(queue, (latency + len(able), step + 1, then))
    raise AssertionError("requests can always run one by one")
