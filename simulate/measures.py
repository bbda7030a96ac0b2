"""What a schedule costs: latencies, evictions, tokens, and cache use over time. Exact integers.

Percentiles are nearest-rank: p95 is the smallest latency that at least 95 % of requests do not
exceed. Times are in steps, cache in tokens.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from kvratio.theory.checks import InputError, rational
from kvratio.theory.model import Instance, Schedule, volume

Ints = npt.NDArray[np.int64]
P50, P95, P99 = Fraction(1, 2), Fraction(95, 100), Fraction(99, 100)
NUMBERS = 1 << 62  # sums below it are exact in 64 bits


@dataclass(frozen=True, slots=True)
class Measures:
    """Results of one run.

    `tel` is the total end-to-end latency (sum of completions minus arrivals). `ttft` is the mean
    number of steps from arrival to a request's first token; a token remade after an eviction is
    the same token (greedy decoding), so the first attempt counts. `wasted_tokens` were made and
    lost. `restored_tokens`: where evictions keep the tokens, prompts and tokens of all requests
    that start again; their cache is computed anew or swapped back, which takes no token-steps.
    `mean_cache` is the time average of the cache over the makespan, a share of the budget.
    """

    tel: int
    mean_latency: Fraction
    p50: int
    p95: int
    p99: int
    ttft: Fraction
    makespan: int
    evictions: int
    generated_tokens: int
    wasted_tokens: int
    peak_cache: int
    mean_cache: Fraction
    restored_tokens: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain numbers; fractions become floats. `restored_tokens` only if there are any."""
        columns = {name: getattr(self, name) for name in self.__slots__}
        if not self.restored_tokens:
            del columns["restored_tokens"]
        return {k: float(v) if isinstance(v, Fraction) else v for k, v in columns.items()}


def percentile(values: Ints, share: Fraction) -> int:
    """Nearest-rank percentile of integers, exactly.

    >>> percentile(np.arange(1, 101), Fraction(95, 100))
    95
    """
    rational("share", share, above=0, most=1)
    if not len(values):
        raise InputError("values", [], "at least one number")
    return _nearest(np.sort(values), share)


def _nearest(rising: Ints, share: Fraction) -> int:
    rank = -((-share.numerator * len(rising)) // share.denominator)
    return int(rising[rank - 1])


class _Columns(NamedTuple):
    """A schedule's attempts as arrays, with the prompts of their requests."""

    request: Ints
    start: Ints
    end: Ints
    finished: npt.NDArray[np.bool_]
    began: Ints
    prompt: Ints

    @classmethod
    def of(cls, schedule: Schedule, instance: Instance) -> "_Columns":
        request, start, end = (
            np.array(column, dtype=np.int64)
            for column in (schedule.request, schedule.start, schedule.end)
        )
        finished = np.array(schedule.finished, dtype=bool)
        began = np.array(schedule.began or 0, dtype=np.int64)
        prompt = np.array(instance.prompt, dtype=np.int64)[request]
        return cls(request, start, end, finished, began, prompt)


def latencies(schedule: Schedule, instance: Instance) -> Ints:
    """End-to-end latency of every request, in steps, by request."""
    return _latencies(_Columns.of(schedule, instance), np.array(instance.arrival, dtype=np.int64))


def _latencies(made: _Columns, arrival: Ints) -> Ints:
    result = -arrival
    result[made.request[made.finished]] += made.end[made.finished]
    return result


def cache_profile(schedule: Schedule, instance: Instance) -> tuple[Ints, Ints, Ints]:
    """Cache use over time in pieces between starts and ends: (time, base, running).

    In step k from time[p] on, and before time[p + 1], the cache holds base[p] + running[p] * k
    tokens: one more each step for each running request. `tokens_at` evaluates it.
    """
    if not len(schedule):
        nothing = np.zeros(1, dtype=np.int64)
        return nothing, nothing, nothing
    return _profile(_Columns.of(schedule, instance))


def _profile(made: _Columns) -> tuple[Ints, Ints, Ints]:
    start, end = made.start, made.end
    held = made.prompt + 1 - (start - made.began)
    moment = np.concatenate([start, end])
    order = np.argsort(moment, kind="stable")
    base = np.cumsum(np.concatenate([held, -held])[order])
    count = np.cumsum(np.concatenate([np.ones_like(start), -np.ones_like(end)])[order])
    moment = moment[order]
    last = np.flatnonzero(np.append(moment[1:] != moment[:-1], True))
    return moment[last], base[last], count[last]


def tokens_at(steps: Ints, profile: tuple[Ints, Ints, Ints]) -> Ints:
    """Tokens in the cache during the given steps.

    >>> instance = Instance.of(9, [3], prompt=2)
    >>> profile = cache_profile(Schedule.of([(0, 0, 3, True)]), instance)
    >>> tokens_at(np.array([0, 1, 2, 3]), profile).tolist()
    [3, 4, 5, 0]
    """
    time, base, running = profile
    piece = np.searchsorted(time, steps, side="right") - 1
    tokens: Ints = np.where(piece >= 0, base[piece] + running[piece] * steps, 0)
    return tokens


def _area(held: Ints, tokens: Ints) -> int:
    """Token-steps of all attempts, exactly: in 64 bits where these suffice."""
    if (int(held.max()) + int(tokens.max()) + 1) * int(tokens.sum()) < NUMBERS:
        return int(cast(Any, volume(cast(Any, held), cast(Any, tokens))).sum())
    return sum(map(volume, held.tolist(), tokens.tolist()))


def measure(schedule: Schedule, instance: Instance) -> Measures:
    """All measures of a complete schedule.

    >>> instance = Instance.of(10, [1, 1, 1], prompt=1)
    >>> measure(Schedule.of([(i, 0, 1, True) for i in range(3)]), instance).tel
    3
    """
    if not instance.n:
        zero = Fraction(0)
        return Measures(0, zero, 0, 0, 0, zero, 0, 0, 0, 0, 0, zero)
    made = _Columns.of(schedule, instance)
    request, start, end, _, began, prompt = made  # an attempt from b tokens on has prompt + b
    arrival = np.array(instance.arrival, dtype=np.int64)
    latency = np.sort(_latencies(made, arrival))
    first = np.full(instance.n, end.max())
    np.minimum.at(first, request, start)
    tokens = end - start
    generated = int(tokens.sum())
    makespan = int(end.max())
    area = _area(prompt + began, tokens)
    time, base, running = _profile(made)
    peak = int((base[:-1] + running[:-1] * (time[1:] - 1)).max())
    tel = int(latency.sum())
    return Measures(
        tel=tel,
        mean_latency=Fraction(tel, instance.n),
        p50=_nearest(latency, P50),
        p95=_nearest(latency, P95),
        p99=_nearest(latency, P99),
        ttft=Fraction(int((first + 1 - arrival).sum()), instance.n),
        makespan=makespan,
        evictions=len(schedule) - instance.n,
        generated_tokens=generated,
        wasted_tokens=generated - sum(instance.output),
        peak_cache=peak,
        mean_cache=Fraction(area, makespan * instance.memory),
        restored_tokens=int(((prompt + began) * (began > 0)).sum()),
    )
