"""The non-preemptive policies of arXiv 2508.14544 by their definition, for instances on paper.

At every step the longest feasible prefix of the queue starts, in ascending order of the *assumed*
lengths, ties by index; feasible is what keeps equation (3): with every request running to its
assumed length, the cache stays within the budget in every step to come. Assuming the true lengths
this is H-SF (Algorithm 3), assuming the upper ends A_max (Algorithm 1). Slow, and meant to be read.
"""

from collections.abc import Sequence

from theory.model import Instance, Schedule


def greedy(instance: Instance, assumed: Sequence[int]) -> Schedule:
    """The schedule; `assumed` has a length for every request, never below its true one (tokens).

    >>> instance = Instance.of(10, [1, 1, 1, 1, 1], prompt=1)
    >>> greedy(instance, [4] * 5).start
    (0, 0, 1, 1, 2)
    """
    queue = sorted(range(instance.n), key=lambda i: (assumed[i], i))
    starts: dict[int, int] = {}
    now = 0
    while queue:
        running = {i: a for i, a in starts.items() if a + instance.output[i] > now}
        while queue and _feasible(instance, assumed, running | {queue[0]: now}):
            running[queue[0]] = starts[queue[0]] = now
            queue.pop(0)
        now += 1
    rows = [(i, a, a + instance.output[i], True) for i, a in sorted(starts.items())]
    return Schedule.of(rows)


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
