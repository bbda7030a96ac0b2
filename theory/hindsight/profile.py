"""Profile cuts: a weight for every use and rest of a run, and the most that can run together.

A request that uses u tokens of cache in a step and has d steps to go after it has *profile* (u, d).
A table w(u, d) >= 0, nondecreasing in both arguments, is one constraint in every step: the weights
of those that run sum to at most R(w), the largest sum over profiles (u_1, d_1), (u_2, d_2), ...
that can go on together. Those can that pass the look-ahead test

    sum over d_i >= d of (u_i + d) <= M       for every d = d_1, d_2, ...

since d steps later all requests with d_i >= d still run, each with d tokens more. `Ahead` cuts are
such tables with a known R; here R is found by a dynamic program (`most`). The proof stands in
`proofs_check/FORMAT.md`; the cuts are of this project.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kvratio._compiled import compiled_on_disk
from kvratio.theory.hindsight.cuts import Zone
from kvratio.theory.model import Instance

Ints = NDArray[np.int64]
Corner = tuple[int, int, int]  # use, steps to go, weight

UNITS = 200  # integer weights that make up the limit of a table that is sought


@dataclass(frozen=True)
class Profile:
    """The table that is, at (u, d), the largest weight of a corner (u', d') with u' <= u, d' <= d.

    Corners ascend in weight, and none is reached by a smaller one.

    >>> half = Profile(((6, 0, 1),))  # who uses at least 6 of 10 tokens: one at a time
    >>> instance = Instance.of(10, [8, 8])
    >>> half.limit(instance), half.zone(instance, 0).weights
    (1, (0, 0, 0, 0, 0, 1, 1, 1))
    """

    corners: tuple[Corner, ...]

    @cached_property
    def _columns(self) -> tuple[Ints, Ints, Ints]:
        u, d, w = np.array(sorted(self.corners, key=lambda c: -c[1]), np.int64).reshape(-1, 3).T
        return u.copy(), d.copy(), w.copy()

    def limit(self, instance: Instance) -> int:
        """R(w) for the memory of the instance."""
        return int(most(instance.memory, *self._columns))

    def zone(self, instance: Instance, i: int) -> Zone:
        """The weight in every step of the run."""
        s, o = instance.prompt[i], instance.output[i]
        weights = [0] * o
        for u, d, w in self.corners:  # later ones are larger
            first = max(0, u - s - 1)
            if first < o - d:
                weights[first : o - d] = [w] * (o - d - first)
        return Zone(0, tuple(weights))

    def table(self, memory: int) -> Ints:
        """w(u, d) for 0 <= u, d <= memory; 0 where u + d > memory, which cannot occur."""
        found = np.zeros((memory + 1, memory + 1), np.int64)
        for u, d, w in self.corners:
            found[u:, d:] = w
        use, rest = np.indices(found.shape)
        return np.where(use + rest <= memory, found, 0)

    def to_json(self) -> list[str | list[list[int]]]:
        """The entry of a certificate's list of cuts."""
        return ["profile", [list(corner) for corner in self.corners]]


def profile_of(weights: Ints) -> Profile:
    """The profile cut of a monotone table `weights[u, d]`.

    >>> profile_of(np.array([[0, 0, 0], [0, 0, 2], [0, 1, 2]])).corners
    ((2, 1, 1), (1, 2, 2))
    """
    below = np.zeros_like(weights)
    below[1:] = weights[:-1]
    below[:, 1:] = np.maximum(below[:, 1:], weights[:, :-1])
    corners = [(int(u), int(d), int(weights[u, d])) for u, d in np.argwhere(weights > below)]
    return Profile(tuple(sorted(corners, key=lambda c: (c[2], c[0], c[1]))))


@compiled_on_disk
def most(memory: int, use: Any, rest: Any, weight: Any) -> Any:
    """R(w): the largest weight of a multiset of corners that pass the look-ahead test.

    Corners stand with `rest` descending. The state is the number of requests taken and the sum of
    their use; taking one with d steps to go asks that use + number * d <= memory.
    """
    count = memory // max(1, use.min()) if len(use) else 0
    best = np.full((count + 1, memory + 1), -1, weight.dtype)
    best[0, 0] = 0
    for a in range(len(use)):
        u, d, w = use[a], rest[a], weight[a]
        for c in range(1, count + 1):  # ascending: a corner may be taken again
            for total in range(u, memory - c * d + 1):
                before = best[c - 1, total - u]
                if before >= 0 and before + w > best[c, total]:
                    best[c, total] = before + w
    return best.max()


def most_of(memory: int, corners: Sequence[Corner]) -> int:
    """R(w) of corners in any order.

    >>> most_of(10, [(3, 4, 5)])  # two of them would need 2 * (3 + 4) tokens four steps later
    5
    >>> most_of(10, [(1, 4, 5), (6, 0, 5)])  # 2 * (1 + 4) = 10; 1 + 1 + 6 = 8
    15
    """
    return Profile(tuple(corners)).limit(Instance.of(memory, []))
