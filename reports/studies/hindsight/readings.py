"""MC-SF in the ways its publication can be read, beside the certified optimum of small trials.

arXiv 2502.07115 v5 orders the queue by length and adds requests while the look-ahead check holds.
It leaves open how equal lengths are ordered, and whether the scan goes on after a request that does
not fit. The reading used everywhere else: by index, and the scan stops.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from kvratio.reports.studies.hindsight.trials import Trial, draw
from kvratio.theory.hindsight.search import plain_schedule
from kvratio.theory.model import Instance, verify

SMALL = 12  # requests up to which the optimum is mostly proven and all readings are shown
TIES: dict[str, Callable[[Instance, int], int]] = {
    "by index": lambda _instance, i: i,
    "by index in reverse": lambda _instance, i: -i,
    "shortest prompt first": lambda instance, i: instance.prompt[i],
    "longest prompt first": lambda instance, i: -instance.prompt[i],
}
SCANS = {"the scan stops": False, "the scan goes on": True}


class Ratio(NamedTuple):
    """A reading: the mean of its latency over the optimum, enclosed, and how often it is optimal.

    `optimal`: trials in which its latency is not above that of the best schedule found.
    """

    reading: str
    low: float
    high: float
    optimal: int
    trials: int


def starts(instance: Instance, tie: Callable[[Instance, int], int], goes_on: bool) -> list[int]:
    """MC-SF's start times when every length is known; all requests are there at step 0.

    >>> instance = Instance.of(5, [4, 3, 1], prompt=[0, 2, 0])
    >>> starts(instance, TIES["by index"], goes_on=False)
    [3, 0, 0]
    """
    waiting = sorted(range(instance.n), key=lambda i: (instance.output[i], tie(instance, i), i))
    use = np.zeros(2 * sum(instance.output) + 1, dtype=np.int64)
    found, step = [0] * instance.n, 0
    while waiting:
        left = []
        for place, i in enumerate(waiting):
            o = instance.output[i]
            tokens = instance.prompt[i] + np.arange(1, o + 1)
            # the look-ahead check: with all that runs, at every step of this request's run
            if (use[step : step + o] + tokens <= instance.memory).all():
                use[step : step + o] += tokens
                found[i] = step
            elif goes_on:
                left.append(i)
            else:
                left += waiting[place:]
                break
        waiting, step = left, step + 1
    return found


def mean_ratios(trials: Sequence[Trial]) -> Iterator[Ratio]:
    """Every reading over the trials, all of model 1."""
    for tie, key in TIES.items():
        for scan, goes_on in SCANS.items():
            low, high, optimal = [], [], 0
            for t in trials:
                instance = draw(t.model, t.trial, t.seed, t.requests)
                schedule = plain_schedule(instance, starts(instance, key, goes_on))
                latency = verify(schedule, instance).tel
                low.append(latency / t.upper)
                high.append(latency / t.lower)
                optimal += latency <= t.upper
            means = float(np.mean(low)), float(np.mean(high))
            yield Ratio(f"{tie}, {scan}", *means, optimal, len(trials))


def as_rows(ratios: Iterator[Ratio]) -> str:
    """Lines of a table in Markdown."""
    return "".join(
        f"| {r.reading} | {r.low:.3f} | {r.high:.3f} | {r.optimal} of {r.trials} |\n"
        for r in ratios
    )
