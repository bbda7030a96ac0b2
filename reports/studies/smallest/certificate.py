"""Optimality certificates of very small instances, by plain enumeration of the start times.

The certificates follow `proofs_check/FORMAT.md`; nothing here is trusted. For anything larger
than a handful of requests use `kvratio.theory.hindsight`, which searches with prices.
"""

from typing import Any

from kvratio.proofs_check.certificate import FORMAT, VERSIONS
from kvratio.theory.hindsight.search import plain_schedule
from kvratio.theory.model import Instance, Schedule


def document(instance: Instance, schedule: Schedule, lower: int, **changes: Any) -> dict[str, Any]:
    """A certificate as data: one leaf without prices, unless the changes say otherwise.

    >>> document(Instance.of(2, [2]), plain_schedule(Instance.of(2, [2]), [0]), 2)["upper"]
    2
    """
    ends = zip(schedule.end, schedule.finished, strict=True)
    tel = sum(end for end, finished in ends if finished) - sum(instance.arrival)
    data = {
        "format": FORMAT,
        "version": VERSIONS[0],
        "instance": instance.to_json(),
        "schedule": schedule.to_json(),
        "lower": lower,
        "upper": tel,
        "scale": 1,
        "cuts": [],
        "prices": [[]],
        "tree": [0],
    }
    return data | changes


def certificate(instance: Instance, starts: list[int]) -> dict[str, Any]:
    """A certificate that a schedule without cancellations, given by its starts, is optimal.

    If it is not, the result is a certificate that the checker rejects.

    >>> certificate(Instance.of(2, [2, 2]), [0, 2])["lower"]
    6
    """
    schedule = plain_schedule(instance, starts)
    tel = sum(schedule.end) - sum(instance.arrival)
    tree, rows = enumerate_tree(instance, tel)
    return document(instance, schedule, tel, tree=tree, prices=rows)


def enumerate_tree(instance: Instance, lower: int) -> tuple[list[Any], list[Any]]:
    """A tree that proves the lower bound by trying all start times, and its rows of prices.

    Fix the starts one after the other. Close a case when the latencies alone suffice (row 0, no
    prices), or when the fixed requests overflow in some step (a row with one huge price there).
    When every start is fixed, nothing overflows and the latency is below `lower`, then `lower` is
    false: the case is closed with row 0 all the same, for the checker to reject.

    >>> enumerate_tree(Instance.of(2, [2, 2]), 6)
    ([[0, 0], [1, 0], 1, [1, 1], 1, 0, 0], [[], [[0, 1, 7]]])
    """
    tree: list[Any] = []
    rows: list[Any] = [[]]
    row_of_step: dict[int, int] = {}
    requests = list(zip(instance.prompt, instance.output, instance.arrival, strict=True))

    def overflow(starts: dict[int, int]) -> int | None:
        """A step in which the fixed requests do not fit; such a step is the last of one of them."""
        for k in sorted({t + instance.output[i] - 1 for i, t in starts.items()}):
            running = [i for i, t in starts.items() if t <= k < t + instance.output[i]]
            if sum(instance.prompt[i] + k - starts[i] + 1 for i in running) > instance.memory:
                return k
        return None

    def grow(low: tuple[int, ...], fixed: dict[int, int]) -> None:
        latency = sum(t + o - a for t, (_, o, a) in zip(low, requests, strict=True))
        step = overflow(fixed)
        if latency >= lower or (step is None and len(fixed) == instance.n):
            tree.append(0)
        elif step is not None:
            if step not in row_of_step:
                row_of_step[step] = len(rows)
                rows.append([[0, step, lower + 1]])
            tree.append(row_of_step[step])
        else:
            i = len(fixed)
            tree.append([i, low[i]])
            grow(low, fixed | {i: low[i]})
            later = (
                max(t, low[i] + 1) if requests[j] == requests[i] and j >= i else t
                for j, t in enumerate(low)
            )
            grow(tuple(later), fixed)

    grow(instance.arrival, {})
    return tree, rows
