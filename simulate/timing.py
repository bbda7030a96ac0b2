"""Time in a run: arrivals and durations of iterations, in integer nanoseconds.

Without it a run is in unit steps. With it, step k begins at a time T(k): T(0) = 0, and T(k + 1) is
T(k) plus the duration of the iteration that step k is. A request that arrives at time a is seen in
the first step with T(k) >= a; when nobody runs or waits, the next step begins at the next arrival.
Everything else is as in unit steps, so a timed run is a schedule of the model for the requests with
the arrival steps that were observed.

Where preemption keeps the tokens, a request with prompt s that starts again with g of them has its
cache back in the iteration that makes token g + 1. Either that iteration processes s + g tokens
for it, as it would a prompt of that length (recomputation; all at once, as prompts are, unless
prefill is chunked: `kvratio.simulate.chunks`). Or (swapping) the cache of s + g tokens goes to the
host's memory in the iteration in which the request is preempted, and comes back in that in which it
starts again; both iterations take that much longer, and the request processes one token as any
other that runs.
"""

from dataclasses import dataclass

from kvratio.simulate.iteration import MOST_PS, NS_PER_S, PS_PER_NS, Batch, IterationTime
from kvratio.simulate.workloads import Requests
from kvratio.theory.checks import InputError, same_length, whole
from kvratio.theory.model import MOST_TOKENS, Instance

MOST_NS = 10**18  # of an arrival: thirty years


@dataclass(frozen=True, slots=True)
class Timing:
    """When requests arrive, in nanoseconds, and how long iterations take.

    `swap`: picoseconds for the cache of a token on its way to the host's memory, or back; None
    where the cache of a preempted request that keeps its tokens is recomputed. `chunk`: tokens that
    an iteration processes, decodes first, and the rest of them of prompts, in chunks; None: every
    prompt is processed whole, in one iteration.

    >>> Timing((0, 5), IterationTime(fixed=1000)).arrival
    (0, 5)
    """

    arrival: tuple[int, ...]
    iteration: IterationTime
    swap: int | None = None
    chunk: int | None = None

    def __post_init__(self) -> None:
        if self.swap is not None:
            whole("swap", self.swap, least=1, most=MOST_PS)
        if self.chunk is not None:
            whole("chunk", self.chunk, least=1, most=MOST_TOKENS)
        for i, time in enumerate(self.arrival):
            whole(f"arrival[{i}]", time, most=MOST_NS)

    @classmethod
    def of(cls, requests: Requests, iteration: IterationTime) -> "Timing":
        """The arrival times of a trace or a workload, rounded up; all 0 where it has none.

        >>> Timing.of(Requests("two", (3, 4)), IterationTime(fixed=1000)).arrival
        (0, 0)
        """
        if requests.arrival is None:
            return cls((0,) * len(requests), iteration)
        times = (second * NS_PER_S for second in requests.arrival)
        return cls(tuple(-(-time.numerator // time.denominator) for time in times), iteration)

    def swapping(self, tokens: int) -> int:
        """Nanoseconds for the cache of so many tokens between the accelerators and the host.

        >>> Timing((), IterationTime(fixed=1000), swap=700).swapping(3)
        3
        """
        return -(-tokens * (self.swap or 0) // PS_PER_NS)

    def check(self, instance: Instance) -> None:
        """Require an arrival time for every request, and none in steps.

        >>> Timing((5,), IterationTime(fixed=1000)).check(Instance.of(9, [1]))
        """
        same_length("arrival times", self.arrival, instance.n, "output")
        if any(instance.arrival):
            raise InputError("arrival", max(instance.arrival), "step 0 for all in a timed run")


class Watch:
    """The time that has passed in a run of the reference engine.

    `times` are the beginnings of all steps so far, the current one last; `busy` nanoseconds went by
    in iterations with running requests; `held` sums tokens in the cache times nanoseconds.
    """

    def __init__(self, iteration: IterationTime) -> None:
        self._iteration = iteration
        self.times = [0]
        self.busy = 0
        self.held = 0

    def iterate(self, batch: Batch, resting: int = 0, swapping: int = 0) -> int:
        """An iteration passes, with `resting` tokens held beside it; returns the time after it.

        It takes `swapping` nanoseconds longer than its batch says.

        >>> Watch(IterationTime(fixed=7000)).iterate(Batch(1, 1, 3, 2, 3))
        7
        """
        duration = self._iteration.nanoseconds(batch) + swapping
        self.busy += duration if batch.running else 0
        self.held += duration * (batch.cache + resting)
        self.times.append(self.times[-1] + duration)
        return self.times[-1]

    def skip_to(self, time: int, cache: int = 0) -> int:
        """Nothing happens until `time`, with `cache` tokens held.

        >>> Watch(IterationTime(fixed=7000)).skip_to(12)
        12
        """
        self.held += (time - self.times[-1]) * cache
        self.times.append(time)
        return time
