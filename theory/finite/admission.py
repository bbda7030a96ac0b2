"""Policies that start every request once: how long each waits, at most, on every finite instance.

**Lemma.** Let a policy serve a queue in order, admit its head by the look-ahead test of P (3) or in
constant slots, and assume of every request a length a_i that it does not outlive. While the head j
is kept out, the peaks s_i + a_i of the requests that run add up to at least M - (s_j + a_j) + 1.

*Look-ahead.* The test fails at some step T, with now < T <= now + a_j. There j would hold
s_j + T - now <= s_j + a_j tokens, and a running request that counts at T, s_i + T - start_i <=
s_i + a_i of them. Both together are more than M. *Slots.* The sum of the peaks is what is tested.

**Consequence.** Up to its start, at W_j, some head of the queue was kept out in every step, and all
that ran come before j in the queue, each for o_i steps, its true length. So with P_j the largest
peak of j and of those before it

    (M - P_j + 1) W_j <= sum over the i before j of o_i (s_i + a_i).

It is exact where every output has one token and M + 1 is a multiple of s + 1.

Any prompts; all requests present at time 0. Lengths are integers, so W_j can be rounded down.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, volume


class Job(NamedTuple):
    """What a request keeps from others: `charge`, token-steps; `peak`, tokens."""

    charge: int
    peak: int


def room(memory: int, peak: int) -> int:
    """Tokens spoken for, at least, while a head is kept out and no peak is above `peak`.

    >>> room(5, 3)
    3
    """
    return memory - peak + 1


def waiting(memory: int, queue: Iterable[Job]) -> int:
    """Steps that the jobs of a queue wait at most, all together, if they start in this order.

    >>> waiting(5, [Job(charge=3, peak=3)] * 3)  # one after the other: 0 + 1 + 2
    3
    """
    total = before = highest = 0
    for job in queue:
        highest = max(highest, job.peak)
        total += before // room(memory, highest)
        before += job.charge
    return total


def worst_waiting(memory: int, groups: Iterable[Sequence[Job]]) -> int:
    """The same for every order of the jobs of each group, the groups one after the other.

    The largest charges first delay the others most.

    >>> worst_waiting(1, [[Job(1, 1), Job(5, 1)]])
    5
    """
    total = before = highest = 0
    for group in groups:
        highest = max(highest, *(job.peak for job in group))
        for charge in sorted((job.charge for job in group), reverse=True):
            total += before // room(memory, highest)
            before += charge
    return total


def mean_waiting(memory: int, groups: Iterable[Sequence[Job]]) -> Fraction:
    """The same in expectation, where the order within each group is uniformly random.

    >>> mean_waiting(1, [[Job(1, 1), Job(5, 1)]])
    Fraction(3, 1)
    """
    total, before, highest = Fraction(0), 0, 0
    for group in groups:
        highest = max(highest, *(job.peak for job in group))
        charge = sum(job.charge for job in group)
        waits = len(group) * before + Fraction(len(group) - 1, 2) * charge
        total += waits / room(memory, highest)
        before += charge
    return total


def at_once(instance: Instance) -> None:
    """Raise `InputError` unless all requests are present at time 0."""
    if any(instance.arrival):
        raise InputError("arrival", max(instance.arrival), "0 for all requests in these bounds")


def jobs(instance: Instance, assumed: Sequence[int]) -> list[Job]:
    """Each request for its true length in a slot of its assumed one; as the engines, M - s at most.

    Raises `InputError` for arrivals after 0 and where a request outlives what is assumed.
    """
    at_once(instance)
    made = []
    rows = zip(instance.prompt, instance.output, assumed, strict=True)
    for i, (s, o, a) in enumerate(rows):
        if o > a:
            raise InputError(f"request {i}: output", o, f"at most {a}, which the policy assumes")
        peak = s + min(a, instance.memory - s)
        made.append(Job(o * peak, peak))
    return made


def _in_order(instance: Instance, assumed: Sequence[int], key: Sequence[int]) -> Fraction:
    queue = jobs(instance, assumed)
    order = sorted(range(instance.n), key=lambda i: (key[i], i))
    wait = waiting(instance.memory, (queue[i] for i in order))
    return Fraction(wait + sum(instance.output))


def h_sf(instance: Instance) -> Fraction:
    """At least the total latency of H-SF (P Algorithm 3), in steps. Any prompts.

    >>> h_sf(Instance.of(5, [3, 3]))  # 3 + (3 + 9/(5 - 3 + 1))
    Fraction(9, 1)
    """
    return _in_order(instance, instance.output, instance.output)


def svf(instance: Instance) -> Fraction:
    """The same for SVF (arXiv 2606.22327): true lengths, smallest volume first.

    >>> svf(Instance.of(5, [3, 3]))
    Fraction(9, 1)
    """
    volumes = [volume(s, o) for s, o in zip(instance.prompt, instance.output, strict=True)]
    return _in_order(instance, instance.output, volumes)


def mc_sf(instance: Instance) -> Fraction:
    """The same for MC-SF (arXiv 2502.07115): upper ends, smallest first. No output above its own.

    >>> mc_sf(Instance.of(5, [3, 3], interval=(3, 4)))
    Fraction(12, 1)
    """
    return _in_order(instance, instance.upper, _fitting(instance))


def mc_benchmark(instance: Instance) -> Fraction:
    """The same for MC-Benchmark: upper ends, by index. No output above its own.

    >>> mc_benchmark(Instance.of(5, [3, 3], interval=(3, 3)))
    Fraction(9, 1)
    """
    return _in_order(instance, instance.upper, range(instance.n))


def a_max(instance: Instance) -> Fraction:
    """The same for A_max (P Algorithm 1), whatever the random ties. No output above its upper end.

    >>> a_max(Instance.of(5, [3, 1], interval=(1, 3)))  # the long one first, at worst
    Fraction(7, 1)
    """
    groups = _by_upper_end(instance)
    return Fraction(worst_waiting(instance.memory, groups) + sum(instance.output))


def a_max_mean(instance: Instance) -> Fraction:
    """The same for the expected latency of A_max over its random ties.

    >>> a_max_mean(Instance.of(5, [3, 1], interval=(1, 3)))
    Fraction(6, 1)
    """
    return mean_waiting(instance.memory, _by_upper_end(instance)) + sum(instance.output)


def a_random(instance: Instance) -> Fraction:
    """The same for A_random (P Algorithm 4), for every order. Any prompts.

    >>> a_random(Instance.of(5, [3, 1]))
    Fraction(7, 1)
    """
    queue = jobs(instance, instance.output)
    groups = [queue] if queue else []
    return Fraction(worst_waiting(instance.memory, groups) + sum(instance.output))


def a_random_mean(instance: Instance) -> Fraction:
    """The same for the expected latency of A_random.

    >>> a_random_mean(Instance.of(5, [3, 1]))
    Fraction(17, 3)
    """
    queue = jobs(instance, instance.output)
    groups = [queue] if queue else []
    return mean_waiting(instance.memory, groups) + sum(instance.output)


def _fitting(instance: Instance) -> list[int]:
    """Upper ends, none above what fits: how A_max and MC-SF sort."""
    return [
        min(u, instance.memory - s) for s, u in zip(instance.prompt, instance.upper, strict=True)
    ]


def _by_upper_end(instance: Instance) -> list[list[Job]]:
    groups: dict[int, list[Job]] = {}
    for job, key in zip(jobs(instance, instance.upper), _fitting(instance), strict=True):
        groups.setdefault(key, []).append(job)
    return [group for _, group in sorted(groups.items())]
