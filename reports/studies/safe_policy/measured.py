"""What the study safe-policy keeps of a run."""

from typing import NamedTuple

import numpy as np

from kvratio.simulate.records import Run

DIGITS = 6  # of a published number


class Measured(NamedTuple):
    """Of one run, in steps: mean latency, 99th percentile, means of the time to the first token and
    of the time for each later one; the share of its tokens that were lost; and the mean latency of
    the requests that need more than half the budget (None: there are none)."""

    mean: float
    p99: float
    ttft: float
    tpot: float
    lost: float
    large: float | None


def measured(found: Run) -> Measured:
    """What the study keeps of a run.

    >>> from kvratio.simulate.kernel import run
    >>> from kvratio.simulate.policies import POLICIES
    >>> from kvratio.theory.model import Instance
    >>> measured(run(Instance.of(9, [3, 1], prompt=2), POLICIES["fcfs"]))
    Measured(mean=2.0, p99=3, ttft=1.0, tpot=1.0, lost=0.0, large=3.0)
    """
    schedule, instance, its = found.schedule, found.instance, found.measures
    request, start = np.array(schedule.request), np.array(schedule.start)
    finished = np.array(schedule.finished, dtype=bool)
    first = np.full(instance.n, its.makespan)
    np.minimum.at(first, request, start)
    end = np.zeros(instance.n, np.int64)
    end[request[finished]] = np.array(schedule.end)[finished]
    output, prompt = np.array(instance.output), np.array(instance.prompt)
    later = output > 1
    each = (end - first - 1)[later] / (output - 1)[later]
    large = (2 * (prompt + output) > instance.memory).nonzero()[0]
    waits = end - np.array(instance.arrival)
    return Measured(
        mean=rounded(float(its.mean_latency)),
        p99=its.p99,
        ttft=rounded(float(its.ttft)),
        tpot=rounded(float(each.mean())) if len(each) else 0.0,
        lost=rounded(its.wasted_tokens / its.generated_tokens),
        large=rounded(float(waits[large].mean())) if len(large) else None,
    )


def rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
