"""All schedules of a case that could be better than a claim, step by step, of few requests.

A partial schedule says which requests have started by a step, and when. Prices bound every way to
go on: what its starts cost, and for each other request the least cost of a start still possible.
Those that cannot beat the claim are dropped, and so are those that are *dominated*: where another
one has started the same requests at no higher sum of starts and uses no more cache in any step to
come. If nothing is left, no schedule of the case beats the claim. `proofs_check/FORMAT.md` proves
this; its checker repeats the search in its own way, so a leaf of a proof need only name its prices.
"""

from time import monotonic
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kvratio._compiled import compiled_on_disk
from kvratio.theory.hindsight.relaxation import Ints, Relaxation, Window
from kvratio.theory.model import Instance

MOST = 20  # requests of an instance that is searched
ROOM = 1 << 14  # partial schedules for which there is room at first
NEVER = 1 << 60  # cost of a start that is not allowed: above every sum of costs
# as the checker counts (`proofs_check/FORMAT.md`): work on uses of so many bits counts once, and of
# so many partial schedules at a step
LARGEST, WIDEST = 1000, 1_000_000


class Enumerated(NamedTuple):
    """What a search came to: `closed` if no schedule of the case beats the claim.

    `starts` are those of a schedule that does, if one was met. `work` counts as the checker does.
    """

    closed: bool
    starts: list[int] | None
    work: int


class _Layer(NamedTuple):
    """Partial schedules at a step: the requests started (bits), their sum of starts, the least cost
    (over `scale`) of going on, the use of cache from this step on, and the starts."""

    started: Ints
    total: Ints
    cost: Ints
    use: NDArray[np.int32]
    starts: NDArray[np.int32]

    def chosen(self, rows: Any) -> "_Layer":
        """Those in these rows."""
        return _Layer(*(column[rows] for column in self))


def enumerated(
    relaxation: Relaxation,
    prices: Ints,
    window: Window,
    claim: int,
    work: int,
    deadline: float = float("inf"),
) -> Enumerated:
    """Search the window for a latency below `claim`, with at most `work` units of work.

    It also ends when the clock (`time.monotonic`) passes `deadline`.

    >>> from kvratio.theory.model import Instance
    >>> relaxation = Relaxation(Instance.of(2, [2, 2]), (), horizon=4)
    >>> free = np.zeros((1, 4), np.int64)
    >>> enumerated(relaxation, free, relaxation.opening, 6, 10**4)[:2]
    (True, None)
    >>> enumerated(relaxation, free, relaxation.opening, 7, 10**4)[:2]
    (False, [0, 2])
    """
    instance = relaxation.instance
    if instance.n > MOST:
        return Enumerated(False, None, 0)
    costs = _Costs.of(relaxation, prices, window)
    bound, limit = int(costs.least[:, 0].sum()) - costs.earned, relaxation.scale * (claim - 1)
    if bound > limit:
        return Enumerated(True, None, 0)
    runs, before = _runs(instance), _before(instance)
    unit = 1 + runs.shape[1] * (instance.memory.bit_length() + 1) // LARGEST
    below = claim - sum(instance.output) + sum(instance.arrival)
    layer = _empty(1, *runs.shape)
    layer.cost[0] = bound
    spent = step = 0
    while len(layer.started):
        now = costs.at(step)
        room = 2 * len(layer.started) + ROOM
        while True:
            out = _empty(room, *runs.shape)
            whole = (instance.memory, limit, below)
            count, looked = _advance(layer, out, step, *now, before, runs, *whole)
            if count <= room or count * unit > WIDEST:
                break
            room = count
        if count < 0:
            return Enumerated(False, out.starts[0].tolist(), spent)
        spent += looked * instance.n * unit
        if spent > work or count * unit > WIDEST:
            return Enumerated(False, None, spent)
        layer = out.chosen(slice(count))
        order = np.lexsort((-layer.cost, layer.total, layer.started))
        kept, compared = _undominated(layer.started[order], layer.use[order])
        spent += compared * unit
        if spent > work or monotonic() > deadline:
            return Enumerated(False, None, spent)
        layer = layer.chosen(order[kept])
        step += 1
    return Enumerated(True, None, spent)


class _Costs(NamedTuple):
    """What starts cost with some prices in a window; `least[i, t]` of those from t on."""

    costs: Ints
    least: Ints
    earned: int
    scale: int

    @classmethod
    def of(cls, relaxation: Relaxation, prices: Ints, window: Window) -> "_Costs":
        costs, earned = relaxation.priced(prices)
        costs[relaxation.forbidden(window)] = NEVER
        least = np.minimum.accumulate(costs[:, ::-1], axis=1)[:, ::-1]
        return cls(costs, least, earned, relaxation.scale)

    def at(self, step: int) -> tuple[Ints, Ints]:
        """Of every request: what a start at this step, and a later one, cost above the least."""
        end = self.least.shape[1] - 1
        now, then = min(step, end), min(step + 1, end)
        later = self.least[:, then] - self.least[:, now] + (self.scale if step >= end else 0)
        later = np.where(self.least[:, then] >= NEVER, NEVER, later)
        return self.costs[:, now] - self.least[:, now], later


def _runs(instance: Instance) -> NDArray[np.int32]:
    """The use of cache in every step of a run, 0 after its end."""
    runs = np.zeros((instance.n, max(instance.output)), np.int32)
    for i, (s, o) in enumerate(zip(instance.prompt, instance.output, strict=True)):
        runs[i, :o] = s + 1 + np.arange(o)
    return runs


def _empty(room: int, n: int, span: int) -> _Layer:
    """Room for partial schedules, of which nothing has started in any."""
    started, total, cost = (np.zeros(room, np.int64) for _ in range(3))
    return _Layer(
        started, total, cost, np.zeros((room, span), np.int32), np.zeros((room, n), np.int32)
    )


def _before(instance: Instance) -> Ints:
    """For every request the equal ones with a smaller index, as bits: they start no later."""
    rows = list(zip(instance.prompt, instance.output, instance.arrival, strict=True))
    return np.array(
        [sum(1 << j for j in range(i) if rows[j] == row) for i, row in enumerate(rows)], np.int64
    )


@compiled_on_disk
def _advance(
    layer: Any, out: Any, step: int, extra: Any, later: Any, before: Any, runs: Any,
    memory: int, limit: int, target: int,
) -> Any:  # fmt: skip
    """Go on from every partial schedule with every set of starts at this step.

    Returns the number of partial schedules at the next step (those beyond the room of `out` are
    counted, not written) and of those looked at; -1 and the starts in `out` for a whole schedule
    whose sum of starts is below `target`.
    """
    n, span = runs.shape
    every = (1 << n) - 1
    room, count, looked = len(out.started), 0, 0
    started, cost, nexts = (
        np.zeros(n + 1, np.int64),
        np.zeros(n + 1, np.int64),
        np.zeros(n + 1, np.int64),
    )
    use, starts = np.zeros((n + 1, span), np.int32), np.zeros(n, np.int32)
    for k in range(len(layer.started)):
        started[0], cost[0], nexts[0] = layer.started[k], layer.cost[k], 0
        use[0], starts[:] = layer.use[k], layer.starts[k]
        depth = 0
        entered = True
        while depth >= 0:
            if entered:  # nothing more starts at this step
                looked += 1
                waiting = cost[depth]
                for i in range(n):
                    if not started[depth] >> i & 1 and waiting <= limit:
                        waiting += later[i]
                if waiting <= limit:
                    if count < room:
                        out.started[count] = started[depth]
                        out.total[count] = layer.total[k] + depth * step
                        out.cost[count] = waiting
                        out.use[count, : span - 1] = use[depth, 1:]
                        out.use[count, span - 1] = 0
                        out.starts[count] = starts
                    count += 1
            entered = False
            i = nexts[depth]
            while i < n:
                if (
                    not started[depth] >> i & 1
                    and before[i] & ~started[depth] == 0
                    and cost[depth] + extra[i] <= limit
                ):
                    fits = True
                    for x in range(span):
                        if runs[i, x] and use[depth, x] + runs[i, x] > memory:
                            fits = False
                            break
                    if fits:
                        break
                i += 1
            if i == n:
                depth -= 1
                continue
            nexts[depth] = i + 1
            starts[i] = step
            now = started[depth] | 1 << i
            if now == every:
                if layer.total[k] + (depth + 1) * step < target:
                    out.starts[0] = starts
                    return -1, looked
                continue
            use[depth + 1] = use[depth] + runs[i]
            started[depth + 1], cost[depth + 1] = now, cost[depth] + extra[i]
            nexts[depth + 1] = i + 1
            depth += 1
            entered = True
    return count, looked


@compiled_on_disk
def _undominated(started: Any, use: Any) -> Any:
    """Which partial schedules, sorted by started and total, no earlier one dominates.

    The one that dominated last is tried first: a few dominate most.
    """
    kept, tried = np.zeros(len(started), np.int64), np.zeros(len(started), np.int64)
    count, pairs, first = 0, 0, 0
    for k in range(len(started)):
        if k and started[k] != started[k - 1]:
            first = count
        dominated = False
        for place in range(first, count):
            other, less = tried[place], True
            pairs += 1
            for x in range(use.shape[1]):
                if use[other, x] > use[k, x]:
                    less = False
                    break
            if less:
                dominated = True
                for later in range(place, first, -1):
                    tried[later] = tried[later - 1]
                tried[first] = other
                break
        if not dominated:
            kept[count] = tried[count] = k
            count += 1
    return kept[:count], pairs
