"""Certificates for the tests: written out, produced by plain enumeration, bounded by the letter.

Nothing here is clever. `enumerate_tree` is a second, naive producer; `bound` is the formula of
`proofs_check/FORMAT.md`, word for word, to hold the checker's prefix sums against.
"""

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from theory.model import Instance, Schedule

Cut = tuple[int, int, int]
Window = tuple[int, int | None]


def plain_schedule(instance: Instance, starts: Sequence[int]) -> Schedule:
    """Every request run once, from the given start times."""
    rows = zip(range(instance.n), starts, instance.output, strict=True)
    return Schedule.of([(i, t, t + o, True) for i, t, o in rows])


def document(instance: Instance, schedule: Schedule, lower: int, **changes: Any) -> dict[str, Any]:
    """A certificate as data: one leaf without prices, unless the changes say otherwise."""
    ends = zip(schedule.end, schedule.finished, strict=True)
    tel = sum(end for end, finished in ends if finished) - sum(instance.arrival)
    data = {
        "format": "kvratio-optimality",
        "version": 1,
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


def as_text(data: dict[str, Any]) -> str:
    return json.dumps(data)


def weight(instance: Instance, cut: Cut | None, i: int, start: int, step: int) -> int:
    """What request i, started at `start`, weighs in a constraint in a step. None is the budget."""
    s, o = instance.prompt[i], instance.output[i]
    if cut is None:
        return s + step - start + 1 if start <= step < start + o else 0
    k, b, peak = cut
    if s + o < peak:
        return 0
    columns = zip(instance.prompt, instance.output, strict=True)
    longest = max(prompt for prompt, output in columns if prompt + output >= peak)
    left = min(o, s + o - b)
    right = min((s + o + k * b + k - 1 - instance.memory) // k, b - longest)
    return int(start + o - left <= step < start + o + right)


def bound(
    instance: Instance,
    scale: int,
    cuts: Sequence[Cut],
    prices: dict[tuple[int, int], int],
    windows: Sequence[Window],
) -> Fraction:
    """The bound of a leaf by the letter of FORMAT.md, in steps. `prices` is by (c, k)."""
    horizon = max((k + 1 for _, k in prices), default=0)
    constraints = [None, *cuts]

    def cost(i: int, t: int) -> int:
        charged = sum(
            weight(instance, constraints[c], i, t, k) * price for (c, k), price in prices.items()
        )
        return scale * (t + instance.output[i] - instance.arrival[i]) + charged

    total = 0
    for i, (low, high) in enumerate(windows):
        last = max(low, horizon) if high is None else min(high, max(low, horizon))
        total += min(cost(i, t) for t in range(low, last + 1))
    limits = [instance.memory, *(k for k, _, _ in cuts)]
    total -= sum(limits[c] * price for (c, _), price in prices.items())
    return Fraction(total, scale)


def as_row(prices: dict[tuple[int, int], int]) -> list[list[int]]:
    """A row of a certificate, one segment a price."""
    return [[c, k, price] for (c, k), price in sorted(prices.items())]


def enumerate_tree(instance: Instance, lower: int) -> tuple[list[Any], list[Any]]:
    """A tree that proves `lower` by trying all start times, with its rows of prices.

    Fix the starts one after the other; close a case when the latencies alone suffice (row 0, no
    prices), or when the fixed requests overflow in some step (a row with one huge price there).
    When every start is fixed, nothing overflows and the latency is too small, `lower` is false:
    the case is closed with row 0 all the same, for the checker to reject.
    """
    tree: list[Any] = []
    rows: list[Any] = [[]]
    huge: dict[int, int] = {}
    twins = [
        [
            j
            for j in range(instance.n)
            if (instance.prompt[i], instance.output[i], instance.arrival[i])
            == (instance.prompt[j], instance.output[j], instance.arrival[j])
        ]
        for i in range(instance.n)
    ]

    def overflow(starts: dict[int, int]) -> int | None:
        for k in {t + instance.output[i] - 1 for i, t in starts.items()}:
            running = [i for i, t in starts.items() if t <= k < t + instance.output[i]]
            if sum(instance.prompt[i] + k - starts[i] + 1 for i in running) > instance.memory:
                return k
        return None

    def grow(low: tuple[int, ...], fixed: dict[int, int]) -> None:
        latencies = zip(low, instance.output, instance.arrival, strict=True)
        step = overflow(fixed)
        if sum(t + o - a for t, o, a in latencies) >= lower or (
            step is None and len(fixed) == instance.n
        ):
            tree.append(0)
        elif step is not None:
            if step not in huge:
                huge[step] = len(rows)
                rows.append([[0, step, lower + 1]])
            tree.append(huge[step])
        else:
            i = next(i for i in range(instance.n) if i not in fixed)
            tree.append([i, low[i]])
            grow(low, fixed | {i: low[i]})
            later = [
                max(t, low[i] + 1) if j in twins[i] and j >= i else t for j, t in enumerate(low)
            ]
            grow(tuple(later), fixed)

    grow(instance.arrival, {})
    return tree, rows
