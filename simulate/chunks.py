"""Chunked prefill with decodes first: what a run in time is under it, and its verifier.

`Timing.chunk` is the token budget of an iteration. Every request whose prefill is over processes
one token and makes one, whatever the budget; what is left of it processes prompts, in the order in
which their requests started. So the prefill of a prompt of s tokens (of s + g, where a preempted
request is recomputed with the g tokens that it has kept) takes one iteration or more:

- *Start.* A request may start while some of the budget is left, so of the requests of a declared
  policy at most one is under way between two iterations. (A scheduler of one's own may start more;
  they wait for their chunks.) A request that is swapped in processes one token, as if it decoded.
- *Cache.* From the iteration of its start on a request holds s + g + 1 tokens: its prompt, what it
  has kept, and the place of the token that its prefill ends with.
- *First token.* The iteration that processes the last chunk makes token g + 1. `ttft` counts to its
  end.
- *Preemption.* A request that is preempted during its prefill starts it anew. It has made no token,
  so where tokens are lost nothing is wasted, and where they are swapped nothing goes out.
- *Decodes first.* Where the requests that decode are as many as the budget or more, no prompt is
  processed and no request starts; decodes are never held back.

Source: Agrawal et al., Sarathi-Serve, arXiv 2403.02310 (stall-free batching: decodes, then chunks
of prefills under way, then new requests while budget is left; the cache of a whole prompt is
allocated when it starts). Its budget is constant here; its alternative, a budget that shrinks as a
prefill goes on, is not modelled.

With the stretches of prefill cut off, the run is a schedule of the exact model (`TimedRun.run`): an
attempt begins with the iteration that makes its first token. Every lower bound on schedules holds
for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from kvratio.simulate.timed import Counts, TimedRun
from kvratio.theory.model import Instance, Schedule, ScheduleError, verify

NOT_A_PREFILL = "no prefill stands here"
OTHER_END = "the prefill does not end here"


class Stretch(NamedTuple):
    """Steps `first` ... `end - 1`, in which a request held its cache and made no token, as its
    prefill was under way. `complete`: it made one in step `end`; else it was preempted before."""

    request: int
    first: int
    end: int
    complete: bool


@dataclass(frozen=True)
class ChunkedRun(TimedRun):
    """A timed run under chunked prefill. Its attempts begin with their first tokens; `stretches`
    are the steps of prefill before that, in the order of the starts. `chunk`: tokens an iteration.
    `swaps`: whether kept tokens come back from the host, without prefill."""

    stretches: tuple[Stretch, ...]
    chunk: int
    swaps: bool

    @cached_property
    def counts(self) -> Counts:
        """As of any run; preempted prefills are evictions, and the peak counts prefills."""
        usual = super().counts
        lost = sum(not stretch.complete for stretch in self.stretches)
        return usual._replace(
            iterations=max(usual.iterations, max((s.end for s in self.stretches), default=0)),
            evictions=usual.evictions + lost,
            peak_cache=verify_chunked(self),
        )


def chunked(found: TimedRun, stretches: Sequence[Stretch], chunk: int, swaps: bool) -> ChunkedRun:
    """A timed run with its stretches of prefill."""
    columns = (found.run, found.arrival, found.start, found.first, found.end, found.passed)
    return ChunkedRun(*columns, tuple(stretches), chunk, swaps)


@dataclass(slots=True)
class _Prefill:
    """A prefill: of `size` tokens, from step `first` on, to make a token in step `end`, or to be
    preempted then. `done`: tokens processed. `place`: -1 if it takes one step, and so goes before
    the others that start with it, otherwise that of its stretch."""

    request: int
    first: int
    end: int
    complete: bool
    size: int
    place: int = -1
    done: int = 0


def verify_chunked(run: ChunkedRun) -> int:
    """Check a run's steps from nothing, and return the peak of the cache in tokens.

    Its schedule must be one of the model, its stretches must stand before first tokens or before
    preemptions, every prefill must end just where the budget lets it, and the cache must hold all.
    Work grows with attempts and steps. Raises `ScheduleError` with the first violation.
    """
    schedule, instance, reading = run.run.schedule, run.run.instance, run.run.preemption
    verify(schedule, instance, reading)
    prefills = _prefills(run)
    _replay(run, prefills)
    return _peak(schedule, instance, prefills)


def _prefills(run: ChunkedRun) -> list[_Prefill]:
    """All prefills: those of the attempts, and those that were preempted; with their sizes."""
    schedule, instance, keeps = run.run.schedule, run.run.instance, run.run.preemption.keeps
    pieces: dict[int, list[tuple[int, int, int]]] = {}  # of each request: start, end, tokens begun
    for i, start, end, _, began in schedule.full_attempts():
        pieces.setdefault(i, []).append((start, end, began))
    before: dict[tuple[int, int], tuple[int, int]] = {}  # an attempt's prefill: first step, place
    found = []
    for place, (i, first, end, complete) in enumerate(run.stretches):
        mine = pieces.get(i, [])
        starts = any(start == end for start, _, _ in mine)
        overlaps = any(start < end and first < until for start, until, _ in mine)
        late = not any(start >= end for start, _, _ in mine)
        wrong = not 0 <= i < instance.n or first >= end or overlaps or late or (complete > starts)
        if wrong or first < instance.arrival[i]:
            raise ScheduleError(NOT_A_PREFILL, i, first)
        if complete:
            before[i, end] = (first, place)
        else:
            kept = sum(until - start for start, until, _ in mine if until <= first) if keeps else 0
            found.append(_Prefill(i, first, end, False, instance.prompt[i] + kept, place))
    for i, mine in pieces.items():
        for start, _, began in mine:
            first, place = before.get((i, start), (start, -1))
            size = instance.prompt[i] + began
            if not (run.swaps and began):
                found.append(_Prefill(i, first, start, True, size, place))
            elif first < start:
                raise ScheduleError(NOT_A_PREFILL, i, first)
    return found


def _replay(run: ChunkedRun, prefills: Sequence[_Prefill]) -> None:
    """Process prompts step by step, and see that each ends where it is said to."""
    schedule, swaps = run.run.schedule, run.swaps
    steps = 1 + max((*schedule.end, *(p.end for p in prefills)), default=0)
    change = [0] * (steps + 1)  # of the requests that decode, from step to step
    for _, start, end, _, began in schedule.full_attempts():
        change[start if swaps and began else start + 1] += 1
        change[end] -= 1
    decoding = list(accumulate(change))
    waiting = sorted(prefills, key=lambda p: (p.first, p.place))
    waiting.reverse()
    going: list[_Prefill] = []
    for step in range(steps):
        going = [p for p in going if p.complete or p.end > step]
        while waiting and waiting[-1].first == step:
            going.append(waiting.pop())
        budget = max(0, run.chunk - decoding[step])
        for prefill in going:
            now = min(budget, prefill.size - prefill.done)
            prefill.done += now
            budget -= now
            over = prefill.done == prefill.size
            if over != (prefill.complete and prefill.end == step):
                raise ScheduleError(OTHER_END, prefill.request, step)
        going = [p for p in going if p.done < p.size]


def _peak(schedule: Schedule, instance: Instance, prefills: Sequence[_Prefill]) -> int:
    """The most tokens in the cache; a prefill holds all that its last step needs."""
    steps = 1 + max((*schedule.end, *(p.end for p in prefills)), default=0)
    level, moving = [0] * (steps + 1), [0] * (steps + 1)
    for i, start, end, _, began in schedule.full_attempts():
        level[start] += instance.prompt[i] + began
        level[end] -= instance.prompt[i] + began + end - start
        moving[start] += 1
        moving[end] -= 1
    for prefill in prefills:
        level[prefill.first] += prefill.size + 1
        level[prefill.end] -= prefill.size + 1
    running = accumulate(moving)
    cache = list(accumulate(change + count for change, count in zip(level, running, strict=True)))
    peak = max(cache)
    if peak > instance.memory:
        raise ScheduleError("over budget", -1, cache.index(peak), peak - instance.memory)
    return peak
