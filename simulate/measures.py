"""What a schedule costs: latencies, evictions, tokens, and cache use over time. Exact integers.

Percentiles are nearest-rank: p95 is the smallest latency that at least 95 % of requests do not
exceed. Times are in steps, cache in tokens.
"""

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from kvratio.theory.checks import InputError, rational
from kvratio.theory.model import Instance, Schedule, volume

Ints = npt.NDArray[np.int64]


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
        columns = asdict(self)
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
    rank = -((-share.numerator * len(values)) // share.denominator)
    return int(np.partition(values, rank - 1)[rank - 1])


def latencies(schedule: Schedule, instance: Instance) -> Ints:
    """End-to-end latency of every request, in steps, by request."""
    request = np.array(schedule.request, dtype=np.int64)
    end = np.array(schedule.end, dtype=np.int64)
    finished = np.array(schedule.finished, dtype=bool)
    result = -np.array(instance.arrival, dtype=np.int64)
    result[request[finished]] += end[finished]
    return result


def cache_profile(schedule: Schedule, instance: Instance) -> tuple[Ints, Ints, Ints]:
    """Cache use over time in pieces between starts and ends: (time, base, running).

    In step k from time[p] on, and before time[p + 1], the cache holds base[p] + running[p] * k
    tokens: one more each step for each running request. `tokens_at` evaluates it.
    """
    if not len(schedule):
        nothing = np.zeros(1, dtype=np.int64)
        return nothing, nothing, nothing
    start = np.array(schedule.start, dtype=np.int64)
    end = np.array(schedule.end, dtype=np.int64)
    held = (
        np.array(instance.prompt, dtype=np.int64)[np.array(schedule.request, dtype=np.int64)]
        + 1
        - np.array(schedule.origin, dtype=np.int64)
    )
    moment = np.concatenate([start, end])
    order = np.argsort(moment, kind="stable")
    base = np.cumsum(np.concatenate([held, -held])[order])
    count = np.cumsum(np.concatenate([np.ones_like(start), -np.ones_like(end)])[order])
    moment = moment[order]
    last = np.append(np.flatnonzero(np.diff(moment)), len(moment) - 1)
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


def measure(schedule: Schedule, instance: Instance) -> Measures:
    """All measures of a complete schedule.

    >>> instance = Instance.of(10, [1, 1, 1], prompt=1)
    >>> measure(Schedule.of([(i, 0, 1, True) for i in range(3)]), instance).tel
    3
    """
    if not instance.n:
        zero = Fraction(0)
        return Measures(0, zero, 0, 0, 0, zero, 0, 0, 0, 0, 0, zero)
    latency = latencies(schedule, instance)
    start, end = np.array(schedule.start), np.array(schedule.end)
    request = np.array(schedule.request)
    arrival = np.array(instance.arrival, dtype=np.int64)
    first = np.full(instance.n, end.max())
    np.minimum.at(first, request, start)
    tokens = end - start
    generated = int(tokens.sum())
    makespan = int(end.max())
    prompt = np.array(instance.prompt)[request]
    began = np.array(schedule.began or 0)  # an attempt from b tokens on is one of prompt + b
    area = sum(map(volume, (prompt + began).tolist(), tokens.tolist()))
    time, base, running = cache_profile(schedule, instance)
    peak = int((base[:-1] + running[:-1] * (time[1:] - 1)).max())
    tel = int(latency.sum())
    return Measures(
        tel=tel,
        mean_latency=Fraction(tel, instance.n),
        p50=percentile(latency, Fraction(1, 2)),
        p95=percentile(latency, Fraction(95, 100)),
        p99=percentile(latency, Fraction(99, 100)),
        ttft=Fraction(int((first + 1 - arrival).sum()), instance.n),
        makespan=makespan,
        evictions=len(schedule) - instance.n,
        generated_tokens=generated,
        wasted_tokens=generated - sum(instance.output),
        peak_cache=peak,
        mean_cache=Fraction(area, makespan * instance.memory),
        restored_tokens=int(((prompt + began) * (began > 0)).sum()),
    )
