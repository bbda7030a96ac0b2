"""The non-preemptive policies by their definitions, for instances on paper and small studies.

At every step the longest feasible prefix of the queue starts; feasible is what keeps equation (3)
of arXiv 2508.14544: with every request running to its *assumed* length, the cache stays within the
budget in every step to come. The queue has the requests that have arrived, in ascending order of
`key` (the assumed length unless given), ties by index. Assuming the true lengths this is H-SF
(Algorithm 3) and MC-SF, assuming the upper ends A_max (Algorithm 1), with volumes as keys SVF, with
a random order as keys A_random (Algorithm 4).
Slow, and meant to be read.
"""

from collections.abc import Sequence

from kvratio.theory.model import Instance, Schedule


def greedy(
    instance: Instance,
    assumed: Sequence[int],
    key: Sequence[int] | None = None,
    *,
    skip: bool = False,
) -> Schedule:
    """The schedule; `assumed` has a length for every request, never below its true one (tokens).

    `skip`: whoever does not fit is passed over, and those behind it may start.

    >>> instance = Instance.of(10, [1, 1, 1, 1, 1], prompt=1)
    >>> greedy(instance, [4] * 5).start
    (0, 0, 1, 1, 2)
    """
    key = assumed if key is None else key
    queue = sorted(range(instance.n), key=lambda i: (key[i], i))
    starts: dict[int, int] = {}
    now = 0
    while queue:
        running = {i: a for i, a in starts.items() if a + instance.output[i] > now}
        for i in [i for i in queue if instance.arrival[i] <= now]:
            if not _feasible(instance, assumed, running | {i: now}):
                if skip:
                    continue
                break
            running[i] = starts[i] = now
            queue.remove(i)
        now += 1
    return from_starts(instance, [starts[i] for i in range(instance.n)])


def pipeline(instance: Instance, parallel: int) -> Schedule:
    """Equal requests of o tokens each, the j-th starting at floor(j o / parallel).

    >>> pipeline(Instance.of(3, [2, 2, 2]), 2).start
    (0, 1, 2)
    """
    length = instance.output[0]
    return from_starts(instance, [j * length // parallel for j in range(instance.n)])


def from_starts(instance: Instance, starts: Sequence[int]) -> Schedule:
    """The schedule in which every request runs once, from its start (in steps)."""
    rows = enumerate(zip(starts, instance.output, strict=True))
    return Schedule.of([(i, a, a + o, True) for i, (a, o) in rows])


def _feasible(instance: Instance, assumed: Sequence[int], starts: dict[int, int]) -> bool:
    """Equation (3) at every assumed completion, where alone the cache can peak."""
    for last in {start + assumed[i] - 1 for i, start in starts.items()}:
        held = sum(
            instance.prompt[i] + last - start + 1
            for i, start in starts.items()
            if start <= last < start + assumed[i]
        )
        if held > instance.memory:
            return False
    return True
