"""The policies with a proved bound on a law of lengths: fluid form, and bounds of both kinds.

The requests of a law are in random order and have its interval as prediction. MC-SF and
MC-Benchmark are shown with exact predictions, as in their paper (arXiv 2502.07115); with one
interval for all they are A_max but for its ties.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from kvratio.reports.studies.convergence import Latency, Law, laws, mean_length, of
from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.policy import Policy
from kvratio.theory.finite import closed, last_in, promotion, thinned
from kvratio.theory.finite.closed import Counts
from kvratio.theory.finite.pipelines import growing
from kvratio.theory.finite.policies import BoundOf, upper_bound
from kvratio.theory.forms import A_MAX, A_MIN, A_RANDOM, H_SF, in_pipelines
from kvratio.theory.forms import promotion as promoted
from kvratio.theory.model import Instance

PAIR = Law(
    "two-point l=1 u=2 q=0.5", {1: Fraction(1, 2), 2: Fraction(1, 2)}, 1, 2
)  # thinned A_min has a bound at these sizes
GROWTH = {"gsa": Fraction(2), "gba": Fraction(3, 2)}  # of caps, as declared


@dataclass(frozen=True)
class Held:
    """A policy on a law.

    `form` gives x'Qx; `mean` a bound on the expected latency over orders and seeds, in steps, or
    None where there is none at that memory; `every` one on each run (None: there is none of that
    kind), which is the same for all orders unless `ordered`. `exact`: predictions are exact.
    """

    policy: Policy
    form: Latency
    mean: Callable[[Counts, int], Fraction | None]
    every: BoundOf | None
    ordered: bool = False
    exact: bool = False


def all_laws() -> tuple[Law, ...]:
    """Those of the study of convergence, and the lengths 1 and 2."""
    return (*laws(), PAIR)


def held(law: Law) -> Iterator[Held]:
    """Every policy that has a proved bound, on a law.

    >>> [held.policy.name for held in held(PAIR)][-3:]
    ['gsa', 'gba', 'a-min-thinned']
    """
    s, low, high = law.prompt, law.low, law.high

    def shortest_first(counts: Counts, memory: int) -> Fraction:
        return closed.h_sf(counts, s, memory)

    def at_random(counts: Counts, memory: int) -> Fraction:
        return closed.a_random(counts, s, memory)

    yield Held(POLICIES["h-sf"], of(H_SF), shortest_first, _every("h-sf"))
    yield Held(POLICIES["svf"], of(H_SF), shortest_first, _every("svf"))
    yield Held(POLICIES["mc-sf"], of(H_SF), shortest_first, _every("mc-sf"), exact=True)
    yield Held(
        POLICIES["mc-benchmark"], of(A_RANDOM), at_random, _every("mc-benchmark"), True, True
    )
    yield Held(POLICIES["a-random"], of(A_RANDOM), at_random, _every("a-random"))
    yield Held(
        POLICIES["a-max"],
        of(A_MAX),
        lambda counts, memory: closed.a_max(counts, s, memory, high),
        _every("a-max"),
    )
    yield Held(POLICIES["fcfs"], of(A_RANDOM), at_random, _every("fcfs"), ordered=True)
    yield Held(
        POLICIES["fcfs-watermark"],
        of(A_RANDOM),
        lambda counts, memory: at_random(counts, POLICIES["fcfs-watermark"].budget(memory)),
        _every("fcfs-watermark"),
        ordered=True,
    )
    yield Held(  # one interval: in the order of the index, until predictions are outlived
        POLICIES["shortest-predicted"],
        of(A_RANDOM),
        lambda counts, memory: last_in.in_any_order(counts, s, memory),
        _every("shortest-predicted"),
    )
    yield from _promoted(law)
    yield _in_phases("gsa", law, closed.gsa)
    yield _in_phases("gba", law, closed.gba)

    if law == PAIR:  # the study of convergence has it on the others, where these sizes are small

        def in_expectation(counts: Counts, memory: int) -> Fraction | None:
            found = thinned.terms(counts, s, memory, low)
            return None if found is None else found.latency

        yield Held(POLICIES["a-min-thinned"], of(A_MIN), in_expectation, None)


def _every(policy: str) -> BoundOf:
    def bound(instance: Instance) -> Fraction:
        found = upper_bound(policy, instance)
        assert found is not None  # a common prompt, one right interval
        return found

    return bound


def _promoted(law: Law) -> Iterator[Held]:
    """A_l: as printed on two lengths, otherwise with its threshold, under both admission tests."""
    two = len([x for x in law.shares.values() if x]) == 2
    m = law.low if two else mean_length(law)
    names = ["a-l"] if two else [f"a-l:threshold={m},admits={t}" for t in ("slots", "look-ahead")]
    for name in names:
        yield Held(
            named(name),
            of(promoted(m)),
            lambda counts, memory: closed.a_l(counts, law.prompt, memory, m, law.high),
            lambda instance: promotion.a_l(instance, m),
            ordered=True,
        )


def _in_phases(name: str, law: Law, mean: Callable[..., Fraction]) -> Held:
    caps = growing(GROWTH[name])
    used = closed.reaching(caps, max(k for k, x in law.shares.items() if x), caps[-1])
    return Held(
        POLICIES[name],
        of(in_pipelines(used, known=name == "gba")),
        lambda counts, memory: mean(counts, law.prompt, memory, caps),
        _every(name),
        ordered=True,
    )
