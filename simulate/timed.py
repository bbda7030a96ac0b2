"""Runs in time: a schedule in steps, when its steps were, and latencies in seconds.

Times are exact integers in nanoseconds; only `Seconds.to_json` turns them into seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from kvratio.simulate.iteration import NS_PER_S
from kvratio.simulate.measures import Ints, percentile
from kvratio.simulate.records import Run
from kvratio.simulate.timing import Timing
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Preemption, Schedule

Column = tuple[int, ...]
TAILS = (Fraction(1, 2), Fraction(95, 100), Fraction(99, 100))


class Moments(NamedTuple):
    """Some steps, ascending, every one in which an attempt started or ended or a request arrived.

    `step`, the `time` at which it began, and the time `after` it, at which the next one began.
    """

    step: Sequence[int]
    time: Sequence[int]
    after: Sequence[int]


class Passed(NamedTuple):
    """Nanoseconds in iterations with running requests, and cache over time in token-nanoseconds."""

    busy: int
    held: int


class Distribution(NamedTuple):
    """Mean and nearest-rank percentiles over requests, in nanoseconds."""

    mean: Fraction
    p50: int
    p95: int
    p99: int

    @classmethod
    def of(cls, values: Sequence[int] | Ints) -> "Distribution":
        """Of one value a request; zeros if there is none.

        >>> Distribution.of([1, 2, 6]).mean
        Fraction(3, 1)
        """
        if not len(values):
            return cls(Fraction(0), 0, 0, 0)
        array = values if isinstance(values, np.ndarray) else _integers(values)
        tails = [percentile(array, share) for share in TAILS]
        total: int = sum(array.tolist())  # of Python's integers: it may exceed 64 bits
        return cls(Fraction(total, len(array)), *tails)


@dataclass(frozen=True, slots=True)
class Seconds:
    """What a run costs in time.

    `latency`: from arrival to the last token. `ttft`: from arrival to the first token, made in the
    iteration that processes the prompt, or its last chunk; after an eviction the same token is made
    again, so the first attempt counts. `tpot`: from the first to the last token over the tokens
    after the first, in whole nanoseconds (rounded down), of requests with two tokens or more;
    evictions and waiting for a restart are part of it. `span`: from the first arrival to the last
    token, in nanoseconds. `tokens_per_second` counts output tokens once. `busy`: share of the span
    in iterations with running requests. `mean_cache`: time average of the cache over the span, a
    share of the budget.
    """

    latency: Distribution
    ttft: Distribution
    tpot: Distribution
    span: int
    tokens_per_second: Fraction
    requests_per_second: Fraction
    busy: Fraction
    mean_cache: Fraction

    def to_json(self) -> dict[str, float]:
        """Plain numbers: times in seconds, rates a second, shares."""
        numbers: dict[str, float] = {}
        for name in ("latency", "ttft", "tpot"):
            times: Distribution = getattr(self, name)
            for statistic, value in times._asdict().items():
                numbers[f"{name}_{statistic}_s"] = float(Fraction(value) / NS_PER_S)
        numbers["span_s"] = self.span / NS_PER_S
        for field in fields(self)[4:]:
            numbers[field.name] = float(getattr(self, field.name))
        return numbers


class Counts(NamedTuple):
    """What a run counts besides time; the peak in tokens."""

    iterations: int
    evictions: int
    generated_tokens: int
    wasted_tokens: int
    peak_cache: int


@dataclass(frozen=True)
class TimedRun:
    """A run, with the nanosecond at which each attempt started, made its first token, and ended.

    `run` is in steps: its instance has the arrival steps that were observed, so that
    `kvratio.theory.model.verify` accepts its schedule. `arrival` has one entry a request; `start`,
    `first` and `end` one an attempt, in the order of the schedule.
    """

    run: Run
    arrival: Column
    start: Column
    first: Column
    end: Column
    passed: Passed

    @property
    def counts(self) -> Counts:
        """Iterations, evictions, tokens."""
        found = self.run.measures
        tokens = (found.generated_tokens, found.wasted_tokens)
        return Counts(found.makespan, found.evictions, *tokens, found.peak_cache)

    @cached_property
    def seconds(self) -> Seconds:
        """Latencies, rates and shares."""
        instance, schedule = self.run.instance, self.run.schedule
        if not instance.n:
            nothing, zero = Distribution.of(()), Fraction(0)
            return Seconds(nothing, nothing, nothing, 0, zero, zero, zero, zero)
        request, ended = np.array(schedule.request), np.array(schedule.finished)
        end = _integers(self.end)  # nothing is later
        arrival, first_tokens = (np.array(c, dtype=end.dtype) for c in (self.arrival, self.first))
        done, first = np.zeros_like(arrival), np.full_like(arrival, end.max())
        done[request[ended]] = end[ended]
        np.minimum.at(first, request, first_tokens)
        output = np.array(instance.output)
        several = output > 1
        tpot = (done - first)[several] // (output[several] - 1)
        span = max(self.end) - min(self.arrival)
        return Seconds(
            latency=Distribution.of(done - arrival),
            ttft=Distribution.of(first - arrival),
            tpot=Distribution.of(tpot),
            span=span,
            tokens_per_second=Fraction(sum(instance.output) * NS_PER_S, span),
            requests_per_second=Fraction(instance.n * NS_PER_S, span),
            busy=Fraction(self.passed.busy, span),
            mean_cache=Fraction(self.passed.held, instance.memory * span),
        )


def timed_run(
    label: tuple[str, int],
    instance: Instance,
    timing: Timing,
    schedule: Schedule,
    moments: Moments,
    passed: Passed,
    preemption: Preemption = Preemption.CANCEL,
) -> TimedRun:
    """Put together what an engine of a timed run found. `label`: the policy's name and the seed.

    Raises `InputError` if a start or an end is missing in the moments.
    """
    at, after = _integers(moments.time), _integers(moments.after)
    seen = np.searchsorted(at, _integers(timing.arrival))
    observed = replace(instance, arrival=tuple(np.array(moments.step)[seen].tolist()))
    start, end = _places(moments, schedule.start), _places(moments, schedule.end)
    return TimedRun(
        Run(*label, observed, schedule, preemption),
        timing.arrival,
        tuple(at[start].tolist()),
        tuple(after[start].tolist()),
        tuple(at[end].tolist()),
        passed,
    )


def _integers(values: Sequence[int]) -> Any:
    """An array of 64-bit integers, or of Python's where those do not suffice."""
    return np.array(values, dtype=np.int64 if max(values, default=0) < 1 << 62 else object)


def _places(moments: Moments, steps: Column) -> Any:
    """Where the steps stand among the moments."""
    known, asked = np.array(moments.step), np.array(steps, dtype=np.int64)
    places = np.searchsorted(known, asked)
    if len(places) and (places.max() == len(known) or (known[places] != asked).any()):
        raise InputError("moments", len(known), "every step of a start or an end")
    return places
