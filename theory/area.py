"""Certified lower bounds on the total latency of every schedule, from volumes alone; exact.

A request with a prompt of s tokens and o output tokens fills the cache by s + 1, s + 2, ..., s + o
in the o steps of its last attempt: its volume is v = s o + o (o + 1) / 2 token-steps. A step offers
M. So every schedule is also a preemptive schedule of jobs of size v on one machine of speed M:

* no schedule has a smaller sum of completion times than shortest remaining volume first
  (`remaining_bound`; with equal arrivals this is (1/M) sum_r (n - r + 1) v_(r));
* a request completes a fixed time after the mean moment of its own cache use, and the sum of those
  mean moments is least when the smallest volume always goes first (`moment_bound`; it is never
  below `remaining_bound` when all requests arrive together, as a request cannot fill the whole
  cache up to its end);
* every request needs at least its o steps;
* where requests arrive over time, prices of the cache join the last two: a request needs its steps
  *and* waits where the cache is full (`kvratio.theory.cache_prices`, which says why).

Evictions only add to the work, so the bounds hold with and without them. They also hold where a
stopped request keeps its tokens: it still fills s + 1, ..., s + o, only not in consecutive steps,
so that it completes later after its mean moment, if anything.

Sources: shortest remaining time first, Schrage (1968); mean busy times, Goemans (1997); the area
bound for the KV cache, Jaillet et al., arXiv 2502.07115 v5, Lemma 4.7.
"""

from fractions import Fraction

from kvratio.theory.cache_prices import all_together, price_bound
from kvratio.theory.machine import shortest_first, way_to_completion, work
from kvratio.theory.model import Instance, volume

# `moment_bound` adds one fraction for each distinct volume. Each is rounded down to this many
# binary digits, which keeps the sum a lower bound and its denominator small.
DIGITS = 48


def lower_bound(instance: Instance) -> int:
    """A number of steps below which no schedule's total end-to-end latency can be.

    `area_bound`, rounded up: latencies are whole numbers of steps. Takes about a second for 10^5
    requests.

    >>> lower_bound(Instance.of(10, [1, 1, 1, 1, 1, 1], prompt=1))  # the optimum is 5 + 2
    7
    """
    bound = area_bound(instance)
    return -((-bound.numerator) // bound.denominator)


def area_bound(instance: Instance) -> Fraction:
    """The best of the bounds above on the total end-to-end latency, in steps.

    >>> area_bound(Instance.of(10, [4, 4], prompt=1, arrival=[0, 9]))
    Fraction(8, 1)
    """
    found = max(remaining_bound(instance), moment_bound(instance), Fraction(sum(instance.output)))
    return found if all_together(instance.arrival) else max(found, price_bound(instance))


def remaining_bound(instance: Instance) -> Fraction:
    """Total latency of shortest remaining volume first on one machine of speed `memory`.

    >>> remaining_bound(Instance.of(10, [1, 2, 3]))  # (3*1 + 2*3 + 1*6) / 10
    Fraction(3, 2)
    """
    completion = [0] * instance.n
    for i, _, end in shortest_first(*work(instance), fixed=False):
        completion[i] = end
    return Fraction(sum(completion), instance.memory) - sum(instance.arrival)


def moment_bound(instance: Instance) -> Fraction:
    """Least sum of mean moments of cache use, plus the fixed way from there to the completions.

    Two tokens alone under memory 3 put their volume 3 into the first step (mean moment 1/2) and
    are done 5/6 steps after their mean moment.

    >>> round(moment_bound(Instance.of(3, [2])), 6)
    Fraction(1333333, 1000000)
    """
    # For each volume, the sum over its requests of 2 memory volume (mean moment + way).
    moments: dict[int, int] = {}
    for i, start, end in shortest_first(*work(instance), fixed=True):
        v = volume(instance.prompt[i], instance.output[i])
        moments[v] = moments.get(v, 0) + end * end - start * start
    memory = instance.memory
    for s, o in zip(instance.prompt, instance.output, strict=True):
        v = volume(s, o)
        moments[v] += memory * way_to_completion(s, o)
    total = sum((m << DIGITS) // (2 * memory * v) for v, m in moments.items())
    return Fraction(total, 1 << DIGITS) - sum(instance.arrival)
