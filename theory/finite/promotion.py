"""A_l with any threshold: requests that run a first time to be found long, and a second time.

P's Algorithm 6 and its version for any lengths, as the engines run them: first in, first out; all
are assumed to have m tokens (a smaller upper end is assumed itself); whoever has made them and goes
on is cancelled, assumed to have its upper end, and joins the queue's end. All arrive at 0, so every
first run starts before every second one, and those who start again keep the order of the index.

**Second starts.** Before j starts for the second time, at W, it runs for m steps; in all other
steps it waits, so that the head of the queue is kept out and the lemma of
`kvratio.theory.finite.admission` holds of the others that run: their first runs, min(o_i, m) steps
in a slot of s_i + m_i, and the second runs of those before j, o_i steps in s_i + u_i. With P_j the
largest peak of a head up to then

    W <= m + (first runs of all others + second runs before j)/(M - P_j + 1).
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from kvratio.theory.checks import InputError, whole
from kvratio.theory.finite import admission
from kvratio.theory.finite.admission import Job, at_once, jobs
from kvratio.theory.model import Instance


class Runs(NamedTuple):
    """First runs of all, by index; second runs of those who need one, with index and output."""

    first: list[Job]
    steps: list[int]  # of the first runs
    second: list[tuple[int, Job]]


def runs(instance: Instance, threshold: int | None = None) -> Runs:
    """The runs of A_l.

    Raises `InputError` where a request outlives its upper end, and without a threshold where the
    lower ends of requests that run twice differ (they would start again in another order).
    """
    at_once(instance)
    cap = None if threshold is None else whole("threshold", threshold, least=1)
    limits = [instance.memory - s for s in instance.prompt]
    firsts = [
        min(low if cap is None else min(cap, high), most)
        for low, high, most in zip(instance.lower, instance.upper, limits, strict=True)
    ]
    steps = [min(o, m) for o, m in zip(instance.output, firsts, strict=True)]
    peaks = [s + m for s, m in zip(instance.prompt, firsts, strict=True)]
    first = [Job(k * peak, peak) for k, peak in zip(steps, peaks, strict=True)]
    slots = jobs(instance, instance.upper)
    again = [i for i in range(instance.n) if instance.output[i] > firsts[i]]
    if len({firsts[i] for i in again}) > 1:
        found = sorted({firsts[i] for i in again})
        raise InputError("lower ends", found, "one for all requests that outlive their own")
    return Runs(first, steps, [(i, slots[i]) for i in again])


def a_l(instance: Instance, threshold: int | None = None) -> Fraction:
    """At least the total latency of A_l, in steps: P Algorithm 6, or with a threshold.

    Holds for both admission tests of the policy. Any prompts.

    >>> a_l(Instance.of(6, [1, 3], prompt=0, interval=(1, 3)))  # 1 + (1 + 0 + 3)
    Fraction(5, 1)
    """
    first, steps, second = runs(instance, threshold)
    memory, again = instance.memory, {i for i, _ in second}
    alone = sum(instance.output)
    once = [i for i in range(instance.n) if i not in again]
    return Fraction(
        alone + _first_waits(memory, first, once) + _second(memory, first, steps, second)
    )


def _first_waits(memory: int, first: Sequence[Job], counted: Sequence[int]) -> int:
    """Waits for the first starts of the `counted`."""
    total = before = highest = 0
    mine = set(counted)
    for i, job in enumerate(first):
        highest = max(highest, job.peak)
        total += before // admission.room(memory, highest) if i in mine else 0
        before += job.charge
    return total


def _second(
    memory: int, first: Sequence[Job], steps: Sequence[int], second: Sequence[tuple[int, Job]]
) -> int:
    """Steps before the second starts."""
    before = sum(job.charge for job in first)
    highest, total = max((job.peak for job in first), default=0), 0
    for i, job in second:
        highest = max(highest, job.peak)
        total += steps[i] + (before - first[i].charge) // admission.room(memory, highest)
        before += job.charge
    return total
