"""What a declaration promises, step by step, by definition and independent of the engines.

`kvratio.simulate.declared` computes decisions; here a finished run is held against the definitions
of the words, which stand beside their other meanings in `kvratio.simulate.words`. Each is written
as it reads, at every future step, without any of the shortcuts that a scheduler takes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kvratio.simulate import words
from kvratio.simulate.policy import Policy, Ties
from kvratio.simulate.testing.history import Step
from kvratio.theory.model import Instance


def needs_bounds(policy: Policy) -> bool:
    """Can a run be judged only with knowledge of the assumed lengths?"""
    kinds = (policy.admits, policy.order, policy.evicts)
    return policy.promotes or any(words.of(word).by_assumed for word in kinds)


def in_a_known_order(policy: Policy) -> bool:
    """Does a run tell in which order its queue was?"""
    return bool(words.of(policy.order).told)


def admits_all_that_fit(policy: Policy) -> bool:
    """Is the largest prefix of the queue admitted that fits?"""
    return not words.of(policy.admits).spreads


def evicts_in_order(policy: Policy) -> bool:
    """Does an overflow evict in a declared order, and no more than necessary?"""
    return bool(words.of(policy.evicts).ranked)


def fits(instance: Instance, policy: Policy, step: Step, new: Sequence[int]) -> bool:
    """Do `new` pass the admission test beside what runs, at every future step?"""
    return bool(words.of(policy.admits).passes(instance, policy, step, new))


def heads(instance: Instance, policy: Policy, step: Step, queue: Sequence[int]) -> Sequence[int]:
    """The requests of a queue (in order of joining) that may come first; one, unless by chance."""
    key = words.of(policy.order).keys(instance, step, queue)
    least = min((key[i] for i in queue), default=0)
    first = [i for i in queue if key[i] == least]
    return first if policy.ties is Ties.RANDOM else sorted(first)[:1]


def rank(instance: Instance, policy: Policy, step: Step, request: int) -> tuple[int, ...]:
    """Place in the order of eviction; the smallest goes first."""
    place: tuple[int, ...] = words.of(policy.evicts).place(instance, policy, step, request)
    return place


@dataclass(frozen=True)
class Judged:
    """A step, and what the declaration says about it.

    `due` have outlived a stage that has a next one, and are to be evicted; `for_cache` were evicted
    for lack of cache. `queue` are the waiting requests that are eligible, in the order of joining,
    before the admissions.
    """

    step: Step
    due: Sequence[int]
    for_cache: Sequence[int]
    queue: Sequence[int]

    def paused(self, policy: Policy) -> bool:
        """Is no request to be admitted in this step?"""
        return bool(self.for_cache) and bool(words.of(policy.evicts).pauses)

    def admissions(
        self, instance: Instance, policy: Policy
    ) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
        """(admitted in turn, admitted out of turn, requests that would have come next)."""
        queue, out_of_turn = list(self.queue), list(self.step.admitted)
        in_turn: list[int] = []
        while True:
            first = heads(instance, policy, self.step, queue)
            taken = next((i for i in first if i in out_of_turn), None)
            if taken is None:
                return in_turn, out_of_turn, first
            in_turn.append(taken)
            out_of_turn.remove(taken)
            queue.remove(taken)


def judged(policy: Policy, steps: Sequence[Step]) -> Iterator[Judged]:
    """Walk through a run, keeping the stages and the queue as the declaration has them.

    Requests join the queue as `kvratio.simulate.declared` says: arrivals by index, then promoted,
    and after the admissions those evicted for lack of cache.
    """
    assumption = words.of(policy.assumes)
    more = assumption.later_stages(policy)
    stage: dict[int, int] = {}
    queue: list[int] = []
    eligible: list[int] = []
    for step in steps:
        due = assumption.outlived(step, [i for i in step.running if stage.get(i, 0) < more])
        for_cache = [i for i in step.evicted if i not in due]
        promoted = [i for i in due if i in step.evicted]
        for i in promoted:
            stage[i] = stage.get(i, 0) + 1
        queue += sorted(i for i in step.waiting if i not in queue)
        queue += promoted
        at = Judged(step, due, for_cache, tuple(queue))
        eligible = words.of(policy.admits).eligible(step, queue, eligible, at.paused(policy))
        yield replace(at, queue=tuple(eligible))
        eligible = [i for i in eligible if i not in step.admitted]
        queue = [i for i in queue if i not in step.admitted] + for_cache
