"""How far from the optimum is each policy on small instances? All of them, one by one.

Every instance of a size is enumerated: budgets up to a limit, every common prompt, every multiset
of output lengths that fit, all requests at time 0. Beside it stands its exact optimum
(`kvratio.reports.studies.smallest.optimum`). The order of the requests and the ties of a policy
are treated thus:

- `Orders.NONE`: the policy sorts by true length, so that the order does not matter.
- `Orders.ALL`: every order of the requests is tried. For a policy that never evicts and takes
  equals in random order, the mean over all orders is its exact expectation, the largest value
  its unluckiest tie-break. For a first-come-first-served policy the same numbers say what the
  worst and the average order of simultaneous arrivals cost.
- `Orders.SEEDS`: a policy that evicts at random is run several times, with independent draws:
  its mean is an estimate, its largest value a lower bound on the unluckiest run.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from itertools import combinations_with_replacement, permutations
from typing import Any, NamedTuple

from kvratio.reports.studies.smallest.optimum import TinyOptimum
from kvratio.simulate.kernel import run
from kvratio.simulate.measures import latencies
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policy import Admits, Order, Policy, Ties
from kvratio.theory.model import Instance


class Orders(Enum):
    """Which runs of a policy an instance gets."""

    NONE = "does not matter"
    ALL = "all"
    SEEDS = "seeds"


class Predicted(Enum):
    """What is predicted of the output lengths: one interval for all, or each one exactly."""

    NOTHING_READ = "none read"
    EXACT = "exact"
    TIGHT = "[shortest, longest]"
    VACUOUS = "[1, M - s]"


@dataclass(frozen=True, slots=True)
class Contender:
    """One row of the study: a policy, what is predicted to it, and which runs it gets."""

    policy: str
    predicted: Predicted
    orders: Orders
    also: str = ""

    @property
    def key(self) -> str:
        """Short name, unique among the contenders."""
        return f"{self.policy} {self.predicted.name.lower()}"

    def declaration(self) -> Policy:
        """The policy to run. With all orders tried, random ties become the order of the requests.

        >>> Contender("a-random", Predicted.EXACT, Orders.ALL).declaration().randomised
        False
        """
        policy = POLICIES[self.policy]
        if self.orders is not Orders.ALL:
            return policy
        order = Order.ARRIVAL if policy.order is Order.RANDOM else policy.order
        return replace(policy, ties=Ties.INDEX, order=order)

    def seen(self, unit: "Unit", outputs: tuple[int, ...]) -> tuple[Any, ...]:
        """All that its runs depend on: the policy, and the columns that it reads."""
        instance = self.instance(unit.memory, unit.prompt, [outputs])
        columns = sorted(POLICIES[self.policy].sees)
        return (self.policy, *(getattr(instance, column) for column in columns))

    def instance(
        self, memory: int, prompt: int, batches: list[tuple[int, ...]], gap: int = 0
    ) -> Instance:
        """Batches of the same outputs in some orders, `gap` steps apart, as they are predicted."""
        outputs = [o for batch in batches for o in batch]
        arrival = [k * gap for k, batch in enumerate(batches) for _ in batch]
        interval: Any = {
            Predicted.NOTHING_READ: (1, memory - prompt),
            Predicted.EXACT: [(o, o) for o in outputs],
            Predicted.TIGHT: (min(outputs), max(outputs)),
            Predicted.VACUOUS: (1, memory - prompt),
        }[self.predicted]
        return Instance.of(memory, outputs, prompt=prompt, arrival=arrival, interval=interval)


CONTENDERS = (
    Contender("h-sf", Predicted.EXACT, Orders.NONE, "also MC-SF with exact predictions"),
    Contender("a-random", Predicted.EXACT, Orders.ALL, "also MC-Benchmark, over arrival orders"),
    Contender("a-max", Predicted.TIGHT, Orders.ALL, "also MC-SF with the same prediction"),
    Contender("a-max", Predicted.VACUOUS, Orders.ALL, "also MC-SF with the same prediction"),
    Contender("a-min", Predicted.TIGHT, Orders.SEEDS),
    Contender("a-min", Predicted.VACUOUS, Orders.SEEDS),
    Contender("a-min-live", Predicted.TIGHT, Orders.SEEDS),
    Contender("a-min-live", Predicted.VACUOUS, Orders.SEEDS),
    Contender("a-min-thinned", Predicted.TIGHT, Orders.SEEDS),
    Contender("a-min-thinned", Predicted.VACUOUS, Orders.SEEDS),
    Contender("a-l", Predicted.TIGHT, Orders.ALL),
    Contender("a-l", Predicted.VACUOUS, Orders.ALL),
    Contender("fcfs", Predicted.NOTHING_READ, Orders.ALL),
    Contender("slicing", Predicted.NOTHING_READ, Orders.SEEDS),
)


class Unit(NamedTuple):
    """A piece of the study: n requests, a budget, a common prompt, the shortest output."""

    n: int
    memory: int
    prompt: int
    shortest: int


def units(requests: int, memory: int) -> list[Unit]:
    """All pieces up to a size, small ones first.

    >>> units(1, 2)
    [Unit(n=1, memory=1, prompt=0, shortest=1), Unit(n=1, memory=2, prompt=0, shortest=1), \
Unit(n=1, memory=2, prompt=0, shortest=2), Unit(n=1, memory=2, prompt=1, shortest=1)]
    """
    return [
        Unit(n, m, s, shortest)
        for n in range(1, requests + 1)
        for m in range(1, memory + 1)
        for s in range(m)
        for shortest in range(1, m - s + 1)
    ]


def runs(contender: Contender, unit: Unit, outputs: tuple[int, ...], seeds: int) -> list[int]:
    """The total latencies of a contender's runs on one multiset of outputs, in steps.

    >>> runs(CONTENDERS[0], Unit(4, 4, 0, 2), (2, 2, 3, 3), seeds=1)
    [16]
    """
    policy = contender.declaration()
    if policy.admits is Admits.PACED:  # it learns from earlier requests: one run at a time
        instance = contender.instance(unit.memory, unit.prompt, [outputs])
        schedules = (run(instance, policy, seed).schedule for seed in range(seeds))
        return [int(latencies(schedule, instance).sum()) for schedule in schedules]
    batches = [outputs] * (seeds if contender.orders is Orders.SEEDS else 1)
    if contender.orders is Orders.ALL:
        batches = sorted(set(permutations(outputs)))
    return _in_a_row(contender, policy, unit, batches)


def _in_a_row(
    contender: Contender, policy: Policy, unit: Unit, batches: list[tuple[int, ...]]
) -> list[int]:
    """Total latency of each batch of requests, all in one run, each batch long after the last.

    A policy that remembers nothing of completed requests meets each batch as if it were alone,
    and the random draws of different requests are independent.
    """
    gap = 4 * sum(batches[0])
    while True:
        instance = contender.instance(unit.memory, unit.prompt, batches, gap)
        schedule = run(instance, policy).schedule
        each = latencies(schedule, instance).reshape(len(batches), unit.n)
        if each.max() < gap:
            return [int(total) for total in each.sum(axis=1)]
        gap *= 4  # some batch was not done when the next one came


class Extreme(NamedTuple):
    """The worst instance found: its ratio, and what it takes to see it again."""

    ratio: Fraction
    latency: Fraction
    optimum: int
    memory: int
    prompt: int
    outputs: tuple[int, ...]

    def to_json(self) -> list[Any]:
        """Plain data; `from_json` reads it back."""
        return [str(self.ratio), str(self.latency), *self[2:]]

    @classmethod
    def from_json(cls, data: list[Any]) -> "Extreme":
        """Read what `to_json` writes."""
        ratio, latency, optimum, memory, prompt, outputs = data
        return cls(Fraction(ratio), Fraction(latency), optimum, memory, prompt, tuple(outputs))


@dataclass(frozen=True, slots=True)
class Tally:
    """What one contender did on many instances.

    `optimal` counts the instances on which every run was optimal; `worst` is over single runs,
    `mean` over the means of an instance's runs.
    """

    instances: int
    optimal: int
    worst: Extreme
    mean: Extreme

    def to_json(self) -> list[Any]:
        """Plain data; `from_json` reads it back."""
        return [self.instances, self.optimal, self.worst.to_json(), self.mean.to_json()]

    @classmethod
    def from_json(cls, data: list[Any]) -> "Tally":
        """Read what `to_json` writes."""
        return cls(data[0], data[1], Extreme.from_json(data[2]), Extreme.from_json(data[3]))


def merge(tallies: Iterable[Tally]) -> Tally:
    """One tally of all, in any order: among equal ratios the smallest instance stands for all."""
    parts = list(tallies)
    return Tally(
        sum(part.instances for part in parts),
        sum(part.optimal for part in parts),
        min((part.worst for part in parts), key=_rank),
        min((part.mean for part in parts), key=_rank),
    )


def _rank(extreme: Extreme) -> tuple[Any, ...]:
    return (-extreme.ratio, len(extreme.outputs), extreme.memory, extreme.prompt, extreme.outputs)


def tallies(
    unit: Unit, seeds: int, contenders: Iterable[Contender] = CONTENDERS
) -> dict[str, Tally]:
    """Run every contender on every instance of a unit.

    >>> tallies(Unit(2, 2, 0, 2), seeds=1)["h-sf exact"].worst.ratio
    Fraction(1, 1)
    """
    optimum = TinyOptimum(unit.memory)
    longest = unit.memory - unit.prompt
    parts: dict[str, list[Tally]] = {}
    for rest in combinations_with_replacement(range(unit.shortest, longest + 1), unit.n - 1):
        outputs = (unit.shortest, *rest)
        best = optimum.total_latency([(0, unit.prompt, o) for o in outputs])
        known: dict[Any, list[int]] = {}  # different predictions may look the same to a policy
        for contender in contenders:
            seen = contender.seen(unit, outputs)
            if seen not in known:
                known[seen] = runs(contender, unit, outputs, seeds)
            totals = known[seen]
            mean = Fraction(sum(totals), len(totals))
            worst, average = (
                Extreme(latency / best, latency, best, unit.memory, unit.prompt, outputs)
                for latency in (Fraction(max(totals)), mean)
            )
            tally = Tally(1, int(mean == best), worst, average)
            parts.setdefault(contender.key, []).append(tally)
    return {key: merge(tallied) for key, tallied in parts.items()}


Results = dict[tuple[Unit, str], Tally]  # by unit and the contender's key
