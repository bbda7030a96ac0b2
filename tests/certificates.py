"""Certificates without any cleverness: a leaf's bound by the letter of `FORMAT.md`; one by hand."""

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from kvratio.theory.model import Instance

Cut = tuple[Any, ...]
Window = tuple[int, int | None]


def copositive_by_hand() -> dict[str, Any]:
    """Lengths 1 and 2, no prompt, H-SF over the area bound, ratio at most 4/3.

    H-SF: (1, 1; 1, 4), area: (1, 1; 1, 3). 4/3 area - H-SF = (1/3, 1/3; 1/3, 0) is all N.
    """
    return {
        "format": "kvratio-copositive",
        "version": 1,
        "policy": "h-sf",
        "caps": [],
        "benchmark": "area",
        "prompt": [0, 1],
        "lower": 1,
        "upper": 2,
        "lengths": [1, 2],
        "bound": [4, 3],
        "denominator": 1,
        "pivots": [0, 0],
        "factor": [[1], [0, 1]],
    }


def as_text(data: dict[str, Any]) -> str:
    return json.dumps(data)


def weight(instance: Instance, cut: Cut | None, i: int, start: int, step: int) -> int:
    """What request i, started at `start`, weighs in a constraint in a step. None is the budget."""
    s, o = instance.prompt[i], instance.output[i]
    if cut is None:
        return s + step - start + 1 if start <= step < start + o else 0
    if cut[0] == "ahead":
        _, k, g = cut
        if not start <= step < start + o:
            return 0
        used, left = s + step - start + 1, start + o - step - 1
        most = used if k == 1 else min(used, (instance.memory - k * g) // (k - 1))
        return max(0, most - k * max(0, g - left))
    if cut[0] == "profile":
        if not start <= step < start + o:
            return 0
        used, left = s + step - start + 1, start + o - step - 1
        return max((w for u, d, w in cut[1] if u <= used and d <= left), default=0)
    _, k, b, peak = cut
    if s + o < peak:
        return 0
    columns = zip(instance.prompt, instance.output, strict=True)
    longest = max(prompt for prompt, output in columns if prompt + output >= peak)
    left = min(o, s + o - b)
    right = min((s + o + k * b + k - 1 - instance.memory) // k, b - longest)
    return int(start + o - left <= step < start + o + right)


def limit(instance: Instance, cut: Cut | None) -> int:
    """What the weights in a constraint may sum to in a step. None is the budget."""
    if cut is None:
        return instance.memory
    if cut[0] == "profile":
        return heaviest(instance.memory, cut[1])
    return instance.memory - cut[1] * cut[2] if cut[0] == "ahead" else int(cut[1])


def heaviest(memory: int, corners: Sequence[Sequence[int]]) -> int:
    """The largest weight of a multiset of corners that can go on together: all of them tried."""

    def fit(chosen: list[Sequence[int]]) -> bool:
        return all(
            sum(u + ahead for u, d, _ in chosen if d >= ahead) <= memory
            for ahead in range(memory + 1)
        )

    def grow(chosen: list[Sequence[int]], first: int) -> int:
        best = sum(w for _, _, w in chosen)
        for k in range(first, len(corners)):
            if fit([*chosen, corners[k]]):
                best = max(best, grow([*chosen, corners[k]], k))
        return best

    return grow([], 0)


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
    total -= sum(limit(instance, constraints[c]) * price for (c, _), price in prices.items())
    return Fraction(total, scale)


def as_row(prices: dict[tuple[int, int], int]) -> list[list[int]]:
    """A row of a certificate, one segment a price."""
    return [[c, k, price] for (c, k), price in sorted(prices.items())]
