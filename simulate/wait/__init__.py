"""WAIT and Nested WAIT in timed runs: types, thresholds and rates from the requests themselves.

The paper's algorithms are told the types and their arrival rates. Here they are those of the
requests of the run: what the paper calls known is read from the whole run beforehand.

- `thresholds`: from rates, or from shares and the budget
- `schedulers`: the two algorithms, written to be read
- `fast`: a run of the same compiled, which is what `run_wait` does; `steps`, `state`: its parts
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil

from kvratio._compiled import disabled
from kvratio.simulate.holding import HeldRun, run_holder
from kvratio.simulate.iteration import NS_PER_S, Batch, IterationTime
from kvratio.simulate.timing import Timing
from kvratio.simulate.wait.schedulers import NestedWait, Wait
from kvratio.simulate.wait.thresholds import (
    RequestType,
    Thresholds,
    memory_of_nested,
    memory_of_wait,
    nested_for_budget,
    nested_thresholds,
    wait_for_budget,
    wait_thresholds,
)
from kvratio.theory.checks import InputError, one_of
from kvratio.theory.model import Instance

TITLES = {"wait": "WAIT", "nested-wait": "Nested WAIT"}
SEGMENTS = 10  # as many as in the paper's section 6.2


def run_wait(
    name: str,
    instance: Instance,
    timing: Timing,
    progress: Callable[[int], None] | None = None,
) -> HeldRun:
    """Run "wait" or "nested-wait" in time, with thresholds that follow from requests and clock.

    >>> from kvratio.simulate.iteration import IterationTime
    >>> timing = Timing((0,) * 4, IterationTime.linear(10**9, 10**6))
    >>> run_wait("wait", Instance.of(20, [2, 2, 2, 2], prompt=1), timing).counts.evictions
    0
    """
    one_of("policy", name, TITLES)
    timing.check(instance)
    needs_whole_prompts(name, timing)
    scheduler = scheduler_for(name, instance, timing)
    found = None
    if not disabled():
        from kvratio.simulate.wait import fast  # imports numba

        found = fast.run(instance, scheduler, timing, name, progress)
    if found is None:  # `scheduler` is as before: the compiled run only reads from it
        return run_holder(instance, scheduler, timing, (name, 0), progress)
    return found


def needs_whole_prompts(name: str, timing: Timing) -> None:
    """Raise `InputError` where prefill is chunked: the thresholds of both algorithms follow from
    the duration of an iteration that processes the prompts of all who join it."""
    if timing.chunk is not None:
        required = f"none for {name}, whose thresholds count prompts processed whole"
        raise InputError("chunk", timing.chunk, required)


def scheduler_for(name: str, instance: Instance, timing: Timing) -> Wait | NestedWait:
    """The scheduler with its thresholds: from equations (11) and (12) where the arrival rates and
    the budget allow, otherwise the largest that the budget holds (the rule of section 6.1)."""
    nested = name == "nested-wait"
    if not instance.n:
        return NestedWait((1,), (1,))
    ends = segment_ends(instance.output)
    types = types_of(instance, timing.arrival, ends, one_prompt=nested)
    found = None
    if max(timing.arrival) > min(timing.arrival):
        period = _period(types, timing.iteration, nested)
        derive = nested_thresholds if nested else wait_thresholds
        found = derive(types, period, instance.memory)
    if found is None:
        by_budget = nested_for_budget if nested else wait_for_budget
        found = by_budget(types, instance.memory)
    if nested:
        return NestedWait(found, ends)
    return Wait(found, lambda _, output: bisect_left(ends, output))


def segment_ends(output: Sequence[int]) -> list[int]:
    """The distinct lengths if they are few, otherwise those that part the requests into ten equal
    shares, as far as their lengths allow.

    >>> segment_ends([5, 9, 5])
    [5, 9]
    >>> segment_ends(range(1, 21))
    [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]
    """
    ordered = sorted(output)
    distinct = sorted(set(ordered))
    if len(distinct) <= SEGMENTS:
        return distinct
    last = (-(-len(ordered) * k // SEGMENTS) - 1 for k in range(1, SEGMENTS + 1))
    return sorted({ordered[k] for k in last})


def types_of(
    instance: Instance, arrival: Sequence[int], ends: Sequence[int], *, one_prompt: bool
) -> list[RequestType]:
    """Types by output length, with mean prompts and rates a second (shares, if all come at once).

    `one_prompt`: the mean over all requests instead of that of the type.

    >>> types_of(Instance.of(20, [3, 5], prompt=2), (0, 10**9), [3, 5], one_prompt=True)[0].rate
    Fraction(1, 1)
    """
    prompts: list[list[int]] = [[] for _ in ends]
    for s, o in zip(instance.prompt, instance.output, strict=True):
        prompts[bisect_left(ends, o)].append(s)
    span = Fraction(max(arrival) - min(arrival), NS_PER_S) or Fraction(1)
    mean = Fraction(sum(instance.prompt), instance.n)
    return [
        RequestType(mean if one_prompt else Fraction(sum(of), len(of)), end, len(of) / span)
        for of, end in zip(prompts, ends, strict=True)
    ]


def _period(
    types: Sequence[RequestType], times: IterationTime, nested: bool
) -> Callable[[Thresholds], Fraction]:
    """Seconds that an iteration takes with n_j requests in every stage, prompts included."""
    held = memory_of_nested if nested else memory_of_wait
    before = [0, *(each.output for each in types[:-1])] if nested else [0] * len(types)
    stages = [each.output - first for each, first in zip(types, before, strict=True)]

    def seconds(thresholds: Thresholds) -> Fraction:
        starting = list(zip(thresholds, types, strict=True))[: 1 if nested else None]
        batch = Batch(
            running=sum(n * count for n, count in zip(thresholds, stages, strict=True)),
            started=sum(n for n, _ in starting),
            cache=ceil(held(types, thresholds)),
            prompt=ceil(sum(n * each.prompt for n, each in starting)),
            pairs=ceil(
                sum(n * each.prompt * (each.prompt + 1) / Fraction(2) for n, each in starting)
            ),
        )
        return Fraction(times.nanoseconds(batch), NS_PER_S)

    return seconds
