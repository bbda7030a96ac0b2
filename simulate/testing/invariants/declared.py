"""The invariants that follow from a declaration: order, admission test, maximality, evictions.

They apply to declared policies, and to schedulers and systems that say which `Policy` they
implement (`declares`); where that policy goes by assumed lengths, the scheduler must tell them
(`assumed`). What a word of a declaration means stands in `kvratio.simulate.testing.declaration`.
"""

from kvratio.simulate.policy import Policy
from kvratio.simulate.testing.cases import Case
from kvratio.simulate.testing.declaration import (
    Judged,
    admits_all_that_fit,
    evicts_in_order,
    fits,
    in_a_known_order,
    judged,
    needs_bounds,
    rank,
)
from kvratio.simulate.testing.history import History
from kvratio.simulate.testing.invariants.registry import Violation, invariant
from kvratio.simulate.testing.subject import Subject

SCOPE = "declared policies, and those that say which declaration they implement"


def _declares(subject: Subject) -> bool:
    policy = subject.declares
    return policy is not None and (subject.has_bounds or not needs_bounds(policy))


def _orders(subject: Subject) -> bool:
    policy = subject.declares
    return _declares(subject) and policy is not None and in_a_known_order(policy)


def _walk(subject: Subject, case: Case) -> tuple[History, Policy, list[Judged]]:
    history = subject.play(case.instance, case.seed)
    assert subject.declares is not None
    return history, subject.declares, list(judged(subject.declares, history.steps))


@invariant(
    "queue-order",
    "The admitted come first in the declared order of the queue.",
    "kvratio.simulate.policy.Order, Ties",
    scope=f"{SCOPE}, unless ranks are learned",
    applies=_orders,
)
def queue_order(subject: Subject, case: Case) -> None:
    """Take the admitted from the head of the queue, one by one."""
    history, policy, walk = _walk(subject, case)
    for at in walk:
        in_turn, out_of_turn, heads = at.admissions(history.instance, policy)
        if out_of_turn:
            told = f"admits {out_of_turn} after {list(in_turn)}, where {list(heads)} came next"
            raise Violation(f"step {at.step.now}: {told}")


@invariant(
    "admission-test",
    "The admitted pass the declared admission test together; none is admitted in a step whose "
    "overflow evicts the newest or clears.",
    "arXiv 2508.14544 (3); kvratio.simulate.policy.Admits",
    scope=SCOPE,
    applies=_declares,
)
def admission_test(subject: Subject, case: Case) -> None:
    """The test by definition, at every future step."""
    history, policy, walk = _walk(subject, case)
    for at in walk:
        admitted = at.step.admitted
        if admitted and at.paused(policy):
            raise Violation(f"step {at.step.now}: admits {list(admitted)} after an overflow")
        if admitted and not fits(history.instance, policy, at.step, admitted):
            raise Violation(f"step {at.step.now}: {list(admitted)} fail the admission test")


@invariant(
    "maximal-prefix",
    "The admitted are the largest prefix of the queue that passes the admission test.",
    "arXiv 2508.14544 Algorithms 1 to 3",
    scope=f"{SCOPE}, unless starts are spread or ranks are learned",
    applies=lambda subject: (
        _orders(subject) and subject.declares is not None and admits_all_that_fit(subject.declares)
    ),
)
def maximal_prefix(subject: Subject, case: Case) -> None:
    """Would the head of the queue have fitted too?"""
    history, policy, walk = _walk(subject, case)
    for at in walk:
        in_turn, out_of_turn, heads = at.admissions(history.instance, policy)
        if at.paused(policy) or out_of_turn or not heads:
            continue
        if all(fits(history.instance, policy, at.step, [*in_turn, i]) for i in heads):
            raise Violation(f"step {at.step.now}: {list(heads)} would have fitted too")


@invariant(
    "stages-end",
    "A request that has made all tokens of a stage that has a next one is evicted, to wait for it.",
    "kvratio.simulate.policy.Assumes",
    scope=f"{SCOPE}, with stages, unless ranks are learned",
    applies=lambda subject: (
        _orders(subject) and subject.declares is not None and subject.declares.promotes
    ),
)
def stages_end(subject: Subject, case: Case) -> None:
    """No request that is due stays."""
    for at in _walk(subject, case)[2]:
        stay = [i for i in at.due if i not in at.step.evicted]
        if stay:
            raise Violation(f"step {at.step.now}: {stay} go on beyond the end of their stage")


def _evicts_for_cache_alone(subject: Subject) -> bool:
    policy = subject.declares
    in_order = policy is not None and not policy.thinned and evicts_in_order(policy)
    return _declares(subject) and in_order


@invariant(
    "eviction-order",
    "An overflow evicts in the declared order.",
    "arXiv 2508.14544 Algorithm 2; kvratio.simulate.policy.Evicts",
    scope=f"{SCOPE}, unless evictions are random, or all are cleared",
    applies=_evicts_for_cache_alone,
)
def eviction_order(subject: Subject, case: Case) -> None:
    """No request that stays ranks before an evicted one."""
    history, policy, walk = _walk(subject, case)
    for at in walk:
        stay = [i for i in at.step.running if i not in at.step.evicted]
        place = {i: rank(history.instance, policy, at.step, i) for i in (*stay, *at.for_cache)}
        for i in at.for_cache:
            kept = [j for j in stay if place[j] < place[i]]
            if kept:
                raise Violation(f"step {at.step.now}: evicts {i} and keeps {kept}")


@invariant(
    "no-needless-eviction",
    "An overflow evicts no more than is needed for the next step to fit.",
    "arXiv 2508.14544 Algorithm 2",
    scope=f"{SCOPE}, unless evictions are random, or all are cleared",
    applies=_evicts_for_cache_alone,
)
def no_needless_eviction(subject: Subject, case: Case) -> None:
    """Without the last eviction the next step would not fit.

    The last one ranks highest; among equal ranks it may be any, so the largest need counts.
    """
    history, policy, walk = _walk(subject, case)
    for at in walk:
        if not at.for_cache:
            continue
        step, prompt = at.step, history.instance.prompt
        place = {i: rank(history.instance, policy, step, i) for i in at.for_cache}
        use = {i: prompt[i] + step.made(i) + 1 for i in step.running}
        last = max(place, key=lambda i: (place[i], use[i]))
        need = use[last] + sum(use[i] for i in step.running if i not in step.evicted)
        if need <= history.instance.memory:
            told = f"{need} of {history.instance.memory} tokens with {last}, which is evicted"
            raise Violation(f"step {step.now}: {told}")
