"""What bounds in steps say in time, where a step is an iteration of a GPU.

An iteration in which C tokens are held takes between two affine functions of C,

    low.fixed + low.token C  <=  duration  <=  high.fixed + high.token C,

the left one where some request runs (`kvratio.simulate.iteration.IterationTime.between`). All
requests are present at time 0, so a policy makes the same schedule in time as in steps.

*Above.* C <= M in every step: a total latency of at most B steps is one of at most B (high.fixed +
high.token M).

*Above, with starts apart.* An iteration in which no prompt is processed lies below another line,
and what a request processes when it starts, its prompt or the cache of s + g tokens that it had to
give up, adds at most x to one iteration, by which at most n requests complete later. So B steps and
starts that add up to X are at most B (fixed + token M) + n X: less where starts are few. Where
preemption keeps the tokens each restart is a start of s + g tokens if they are computed again; if
they are swapped out and in, it is two transfers of them, and each iteration is rounded up twice.
`kvratio.theory.finite.kept` says how often a policy restarts its requests, at most.

*Below, for every schedule.* Steps in which nothing runs only add to it. Of the others, those up to
the r-th completion take low.fixed each and low.token for every token held in them, which are, added
up, at least the r smallest volumes v. So with L a lower bound in steps (`kvratio.theory.area`) the
total latency is at least low.fixed L + low.token (sum of (n - r + 1) v_(r)). It holds whether
preemption loses the tokens or keeps them: each token is made in a step that holds all before it.

*Ratios.* If a policy has B <= R A, A = (sum of (n - r + 1) v_(r))/M, then in time it has at most
R (high.fixed + high.token M)/(low.fixed + low.token M) times the optimum, for L >= A.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from kvratio.theory.area import area_bound
from kvratio.theory.checks import rational, whole
from kvratio.theory.finite.admission import at_once
from kvratio.theory.model import Instance, volume

PS_PER_NS = 1000


class Affine(NamedTuple):
    """Picoseconds of a step, and for every token held in it."""

    fixed: int
    token: int


def at_most(steps: Fraction, memory: int, high: Affine) -> Fraction:
    """Nanoseconds of total latency, at most, of a run with at most so many steps of it.

    >>> at_most(Fraction(10), 100, Affine(2000, 30))
    Fraction(50, 1)
    """
    exact = rational("steps", steps, least=0)
    each = high.fixed + high.token * whole("memory", memory, least=1)
    return exact * each / PS_PER_NS


def with_starts(
    steps: Fraction, memory: int, decoding: Affine, starts: Sequence[int], requests: int
) -> Fraction:
    """Nanoseconds of total latency, at most: steps of decoding, and picoseconds of every start.

    >>> with_starts(Fraction(10), 100, Affine(2000, 30), [1000, 500], 2)
    Fraction(53, 1)
    """
    delays = whole("requests", requests) * sum(starts)
    return at_most(steps, memory, decoding) + Fraction(delays, PS_PER_NS)


def swapping(decoding: Affine) -> Affine:
    """The line of `decoding` where iterations also swap: a second rounding to whole nanoseconds.

    >>> swapping(Affine(2000, 30))
    Affine(fixed=2999, token=30)
    """
    return decoding._replace(fixed=decoding.fixed + PS_PER_NS - 1)


def at_least(instance: Instance, low: Affine) -> Fraction:
    """Nanoseconds below which no schedule's total latency is.

    >>> at_least(Instance.of(3, [2, 2]), Affine(2000, 1000))  # 4 steps; volumes 3, 3
    Fraction(17, 1)
    """
    at_once(instance)
    steps = area_bound(instance)
    return (low.fixed * steps + low.token * held(instance)) / PS_PER_NS


def held(instance: Instance) -> int:
    """The sum of (n - r + 1) v_(r), in token-steps, volumes ascending.

    >>> held(Instance.of(9, [2, 1]))
    5
    """
    pairs = zip(instance.prompt, instance.output, strict=True)
    volumes = sorted(volume(s, o) for s, o in pairs)
    return sum((instance.n - r) * v for r, v in enumerate(volumes))


def loses(memory: int, low: Affine, high: Affine) -> Fraction:
    """By which factor a ratio against the area bound grows in time, at most.

    >>> loses(100, Affine(1000, 10), Affine(1000, 30))
    Fraction(2, 1)
    """
    cells = whole("memory", memory, least=1)
    return Fraction(high.fixed + high.token * cells, low.fixed + low.token * cells)
