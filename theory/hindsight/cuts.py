"""Linear constraints that every schedule without cancellations keeps in every step.

Each constraint gives a request started at t a weight in the steps around its run, and bounds the
sum of all weights in any one step by a limit. The budget is one of them. The others are needed
because the budget alone hardly binds a fractional schedule when requests are large: two requests
that each fill most of the cache at their end must complete far apart, yet halves of them need not.

Measured with M ~ U{30..50} and lengths up to M (20 and 50 requests), the gap of the Lagrangian
bound to the best known schedule falls from 25 to 31 % (budget alone) to 6 to 10 % (all of them).
More cuts of either family hardly help: 24 look-ahead and 63 gap cuts more raise the exact linear
relaxation by 0.2 to 0.5 % (10 and 13 requests), where 1 to 4 % are missing to the optimum.

The proofs stand in `proofs_check/FORMAT.md`; both families are of this project.
"""

from dataclasses import dataclass
from typing import NamedTuple

from kvratio.theory.model import Instance


class Zone(NamedTuple):
    """Weights of a request in the steps start + first, start + first + 1, ..."""

    first: int
    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """The cache: token j weighs s + j, the limit is M.

    >>> Budget().zone(Instance.of(9, [3], prompt=2), 0)
    Zone(first=0, weights=(3, 4, 5))
    """

    def limit(self, instance: Instance) -> int:
        """All the memory."""
        return instance.memory

    def zone(self, instance: Instance, i: int) -> Zone:
        """Tokens of cache that request i holds in its steps."""
        s, o = instance.prompt[i], instance.output[i]
        return Zone(0, tuple(range(s + 1, s + o + 1)))


@dataclass(frozen=True, slots=True)
class Gap:
    """At most `count` requests are within reach of their completions: they complete apart.

    A request with peak p = s + o >= `least` that completes at C occupies the steps
    [C - l, C + r) with l = min(o, p - b), r = min(floor((p + k b + k - 1 - M) / k), b - S), where
    k = `count`, b = `base` and S is the longest prompt concerned. With k = 1 and b = M / 2 this
    says that large requests complete p + p' - M steps apart, exactly as they do in a chain.

    >>> Gap(1, 5, 0).zone(Instance.of(10, [8, 8]), 0)  # steps 5 ... 10 of 0 ... 7
    Zone(first=5, weights=(1, 1, 1, 1, 1, 1))
    """

    count: int
    base: int
    least: int

    def limit(self, instance: Instance) -> int:  # noqa: ARG002 (one interface)
        """Number of requests."""
        return self.count

    def zone(self, instance: Instance, i: int) -> Zone:
        """The occupied steps, each of weight 1."""
        k, b, memory = self.count, self.base, instance.memory
        columns = zip(instance.prompt, instance.output, strict=True)
        longest = max((s for s, o in columns if s + o >= self.least), default=0)
        peak = instance.prompt[i] + instance.output[i]
        if peak < self.least:
            return Zone(0, ())
        before = min(instance.output[i], peak - b)
        after = min((peak + k * b + k - 1 - memory) // k, b - longest)
        return Zone(instance.output[i] - before, (1,) * max(0, before + after))

    def to_json(self) -> list[str | int]:
        """The entry of a certificate's list of cuts."""
        return ["gap", self.count, self.base, self.least]


@dataclass(frozen=True, slots=True)
class Ahead:
    """The budget, charged already for what the running requests will add until one completes.

    A request with use w and d steps to go after the present one weighs
    max(0, min(w, cap) - K max(0, G - d)) with K = `count`, G = `depth` and
    cap = floor((M - K G) / (K - 1)) (none for K = 1); the limit is M - K G, which must be > 0.

    >>> Ahead(1, 2).zone(Instance.of(9, [4]), 0)  # use 1 2 3 4, less 0 0 1 2
    Zone(first=0, weights=(1, 2, 2, 2))
    """

    count: int
    depth: int

    def limit(self, instance: Instance) -> int:
        """Tokens left when `count` requests grow for `depth` steps."""
        return instance.memory - self.count * self.depth

    def zone(self, instance: Instance, i: int) -> Zone:
        """Capped use, less the discount near the completion."""
        s, o = instance.prompt[i], instance.output[i]
        limit = self.limit(instance)
        cap = limit // (self.count - 1) if self.count > 1 else limit + s + o
        discount = (self.count * max(0, self.depth - (o - j)) for j in range(1, o + 1))
        uses = (min(s + j, cap) for j in range(1, o + 1))
        return Zone(0, tuple(max(0, w - c) for w, c in zip(uses, discount, strict=True)))

    def to_json(self) -> list[str | int]:
        """The entry of a certificate's list of cuts."""
        return ["ahead", self.count, self.depth]


Cut = Gap | Ahead


def standard_cuts(instance: Instance) -> tuple[Cut, ...]:
    """The cuts that are useful on instances whose requests are large against the memory.

    >>> standard_cuts(Instance.of(40, [30, 30]))[0]
    Gap(count=1, base=20, least=0)
    >>> standard_cuts(Instance.of(40, [3, 3]))
    ()
    """
    memory = instance.memory
    columns = list(zip(instance.prompt, instance.output, strict=True))
    if 5 * max((s + o for s, o in columns), default=0) <= memory:
        return ()
    cuts = [Ahead(count, memory // part) for count, part in ((2, 8), (2, 5), (3, 12))]
    # a zone that began before its request could be touched by prices however late the start is
    apart = [Gap(1, memory // 2, 0)] if max(s for s, _ in columns) <= memory // 2 else []
    return (*apart, *(cut for cut in cuts if cut.depth and cut.limit(instance) > 0))
