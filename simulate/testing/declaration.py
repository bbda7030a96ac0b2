"""What a declaration promises, step by step, by definition and independent of the engines.

`kvratio.simulate.declared` computes decisions; here a finished decision is held against the words
of
`kvratio.simulate.policy`, each test written as its definition reads, at every future step, without
any of the shortcuts that a scheduler takes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from kvratio.simulate.policy import Admits, Assumes, Evicts, Order, Policy, Ties
from kvratio.simulate.testing.history import Step
from kvratio.theory.model import Instance


def needs_bounds(policy: Policy) -> bool:
    """Can a run be judged only by someone who knows the assumed lengths?"""
    return (
        policy.admits in (Admits.LOOK_AHEAD, Admits.SLOT)
        or policy.order in (Order.ASSUMED_LENGTH, Order.VOLUME)
        or policy.evicts is Evicts.SMALLEST_BOUND
        or policy.promotes
    )


def in_a_known_order(policy: Policy) -> bool:
    """Does a run tell in which order its queue was? Prices that are learned are not in it."""
    return not policy.prices


def fits(instance: Instance, policy: Policy, step: Step, new: Sequence[int]) -> bool:
    """Do `new` pass the admission test beside what runs, at every future step?"""
    now, prompt, bound = step.now, instance.prompt, step.learned
    kept = {i: start for i, start in step.running.items() if i not in step.evicted}
    starts = {**kept, **dict.fromkeys(new, now)}
    free = 0 if len(starts) == 1 else policy.reserve  # alone, a request may have all the memory
    memory = (1 - free) * instance.memory
    if policy.admits in (Admits.NEXT_STEP, Admits.PACED, Admits.STAGGERED):
        return sum(prompt[i] + now + 1 - start for i, start in starts.items()) <= memory
    if policy.admits is Admits.SLOT:
        slots = (prompt[i] + max(bound[i], now + 1 - start) for i, start in starts.items())
        return sum(slots) <= memory
    ends = {i: max(start + bound[i], now + 1) for i, start in starts.items()}
    return all(
        sum(prompt[i] + time - start for i, start in starts.items() if time <= ends[i]) <= memory
        for time in range(now + 1, max((ends[i] for i in new), default=now) + 1)
    )


def next_in_line(
    instance: Instance, policy: Policy, step: Step, queue: Sequence[int]
) -> Sequence[int]:
    """Those of a queue (in order of joining) that may come first; one, unless luck decides."""
    if policy.order is Order.JOINED:
        return queue[:1]
    key = {
        Order.ASSUMED_LENGTH: step.learned,
        Order.ARRIVAL: dict(enumerate(instance.arrival)),
        Order.RANDOM: dict.fromkeys(queue, 0),
        Order.VOLUME: {
            i: sum(instance.prompt[i] + made for made in range(1, step.learned.get(i, 0) + 1))
            for i in queue
        },
    }[policy.order]
    least = min((key[i] for i in queue), default=0)
    first = [i for i in queue if key[i] == least]
    return first if policy.ties is Ties.RANDOM else sorted(first)[:1]


def rank(instance: Instance, policy: Policy, step: Step, request: int) -> tuple[int, ...]:
    """Place in the order of eviction; the smallest goes first."""
    if policy.evicts is Evicts.LAST:
        return (-list(step.running).index(request),)
    if policy.evicts is Evicts.NEWEST:
        return (-step.running[request], -instance.arrival[request], -request)
    return (max(step.bounds[request], step.made(request) if policy.live else 0),)


@dataclass(frozen=True)
class Judged:
    """A step, and what the declaration says about it.

    `due` have outlived a stage that has a next one, and are to be evicted; `for_cache` were evicted
    for lack of cache. `queue` are those that wait, in the order of joining, before the admissions;
    where phases are staggered, those of them that belong to the running phase.
    """

    step: Step
    due: Sequence[int]
    for_cache: Sequence[int]
    queue: Sequence[int]

    def paused(self, policy: Policy) -> bool:
        """Is nobody to be admitted in this step?"""
        return bool(self.for_cache) and policy.evicts is not Evicts.SMALLEST_BOUND

    def admissions(
        self, instance: Instance, policy: Policy
    ) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
        """(admitted in turn, admitted out of turn, who would have come next)."""
        queue, out_of_turn = list(self.queue), list(self.step.admitted)
        in_turn: list[int] = []
        while True:
            heads = next_in_line(instance, policy, self.step, queue)
            taken = next((i for i in heads if i in out_of_turn), None)
            if taken is None:
                return in_turn, out_of_turn, heads
            in_turn.append(taken)
            out_of_turn.remove(taken)
            queue.remove(taken)


def _due(policy: Policy, step: Step, early: Sequence[int]) -> list[int]:
    """Who has outlived a stage, and is to be evicted for it; `early` have a stage to come."""
    if policy.prices:
        # not everyone at a level: whoever was evicted there comes before those that overflowed
        return list(takewhile(lambda i: step.made(i) >= step.bounds[i], step.evicted))
    return [i for i in early if step.made(i) >= step.bounds[i]]


def judged(policy: Policy, steps: Sequence[Step]) -> Iterator[Judged]:
    """Walk through a run, keeping the stages and the queue as the declaration has them.

    Requests join the queue as `kvratio.simulate.declared` says: arrivals by index, then promoted,
    and after the admissions those evicted for lack of cache.
    """
    more = {Assumes.LOWER_THEN_UPPER: 1, Assumes.CAPS: len(policy.caps)}.get(policy.assumes, 0)
    stage: dict[int, int] = {}
    queue: list[int] = []
    phase: list[int] = []
    for step in steps:
        due = _due(policy, step, [i for i in step.running if stage.get(i, 0) < more])
        for_cache = [i for i in step.evicted if i not in due]
        promoted = [i for i in due if i in step.evicted]
        for i in promoted:
            stage[i] = stage.get(i, 0) + 1
        queue += sorted(i for i in step.waiting if i not in queue)
        queue += promoted
        at = Judged(step, due, for_cache, tuple(queue))
        if policy.admits is Admits.STAGGERED:
            if not (phase or step.running.keys() - set(step.evicted) or at.paused(policy)):
                least = min((step.learned[i] for i in queue), default=0)
                phase = [i for i in queue if step.learned[i] == least]
            at = replace(at, queue=tuple(phase))
        yield at
        phase = [i for i in phase if i not in step.admitted]
        queue = [i for i in queue if i not in step.admitted] + for_cache
