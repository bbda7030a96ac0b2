"""The exact model: instances, schedules, and an independent verifier. Integers only.

One worker holds a KV cache of `memory` tokens. Time is cut into steps 0, 1, 2, ...; in one step
every running request makes one token. Request i has a prompt of `s` tokens and makes `o` output
tokens. An attempt that starts at step `a` makes its j-th token in step `a + j - 1`, and that step
needs `s + j` tokens of cache. The sum over running requests may never exceed `memory`. A running
request may be preempted (evicted) before a step, and frees its cache. What becomes of its tokens is
the run's reading of preemption, `Preemption`:

- `cancel`: they are lost, and a later attempt starts from nothing. The attempt that makes all `o`
  tokens, started at `a`, completes at `a + o`.
- `keep`: a later attempt begins with the `g` tokens that were made, started at `a` holds `s + g +
  j` tokens in step `a + j - 1`, and completes at `a + o - g`. That step restores the cache of the
  prompt and the `g` tokens, by one prefill or from the host's memory, beside making token g + 1. In
  steps this costs nothing; what it costs in seconds is `kvratio.simulate.timing`'s business.

Source: Chen, Ye, Zhou, arXiv 2508.14544 v2, section 2; arrivals and per-request prompts as in
Jaillet et al., arXiv 2502.07115 v5, section 2. `keep`: Kwon et al. (vLLM), arXiv 2309.06180,
section 4.5 (recomputation and swapping).

This module imports nothing of ours but the validators and the shape of a schedule
(`kvratio.theory.schedule`), and trusts no scheduler.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from kvratio.theory.checks import InputError, same_length, whole
from kvratio.theory.schedule import Attempt, Column, FullAttempt, Preemption, Schedule

__all__ = [
    "MOST_CAPS",
    "MOST_STEPS",
    "MOST_TOKENS",
    "REASONS",
    "Attempt",
    "Column",
    "FullAttempt",
    "Instance",
    "Preemption",
    "Schedule",
    "ScheduleError",
    "Verified",
    "verify",
    "volume",
]

# Far beyond any use, and small enough that 64-bit arithmetic elsewhere cannot overflow.
MOST_TOKENS = 10**9
MOST_STEPS = 10**12
MOST_CAPS = 2000  # stages of a policy with caps; a growth of 1.01 makes 1,393


def _column(name: str, values: Any, length: int, least: int) -> Column:
    """A tuple of `length` ints of at least `least`; one number stands for all requests."""
    most = MOST_STEPS if name == "arrival" else MOST_TOKENS
    if not hasattr(values, "__len__"):
        return (whole(name, values, least=least, most=most),) * length
    column = tuple(values.tolist() if hasattr(values, "tolist") else values)
    same_length(name, column, length, "output")
    # the quick test settles the usual case; the slow one finds the entry to name
    in_range = set(map(type, column)) <= {int} and (
        not column or (min(column) >= least and max(column) <= most)
    )
    if not in_range:
        column = tuple(
            whole(f"{name}[{i}]", v, least=least, most=most) for i, v in enumerate(column)
        )
    return column


@dataclass(frozen=True, slots=True)
class Instance:
    """Requests before one worker; immutable, validated, integers only.

    Shapes: the five columns have one entry a request. Units: `memory`, `prompt`, `output`,
    `lower`, `upper` in tokens, `arrival` in steps. The predicted interval [lower, upper] may
    miss the true output length; that is ordinary input. Use `Instance.of` to build one.

    Raises `InputError` for anything malformed, and for a request that can never fit
    (prompt + output > memory), naming it.
    """

    memory: int
    prompt: Column
    output: Column
    arrival: Column
    lower: Column
    upper: Column

    def __post_init__(self) -> None:
        memory = whole("memory", self.memory, least=1, most=MOST_TOKENS)
        object.__setattr__(self, "memory", memory)
        n = len(self.output)
        least = {"prompt": 0, "output": 1, "arrival": 0, "lower": 1, "upper": 1}
        for name, bound in least.items():
            object.__setattr__(self, name, _column(name, getattr(self, name), n, bound))
        for i, (s, o, low, high) in enumerate(
            zip(self.prompt, self.output, self.lower, self.upper, strict=True)
        ):
            if s + o > self.memory:
                required = f"at most memory = {self.memory} (otherwise it can never fit)"
                raise InputError(f"request {i}: prompt + output", s + o, required)
            if low > high:
                raise InputError(f"request {i}: interval", [low, high], "lower <= upper")

    @classmethod
    def of(
        cls,
        memory: int,
        output: Sequence[int],
        *,
        prompt: int | Sequence[int] = 0,
        arrival: int | Sequence[int] = 0,
        interval: tuple[int, int] | Sequence[tuple[int, int]] | None = None,
    ) -> "Instance":
        """Build an instance; one number or one interval stands for all requests.

        Without an interval nothing is predicted: request i gets [1, memory - prompt_i], which
        follows from its being able to fit at all.

        >>> Instance.of(10, [1, 1, 1, 1, 1], prompt=1, interval=(1, 4)).upper
        (4, 4, 4, 4, 4)
        """
        outputs = tuple(output.tolist() if hasattr(output, "tolist") else output)
        n = len(outputs)
        prompts = _column("prompt", prompt, n, 0)
        lower: Sequence[int]
        upper: Sequence[int]
        if interval is None:
            budget = whole("memory", memory, least=1)
            lower, upper = (1,) * n, tuple(max(1, budget - s) for s in prompts)
        else:
            pairs = _pairs(interval, n)
            lower, upper = tuple(p[0] for p in pairs), tuple(p[1] for p in pairs)
        arrivals = _column("arrival", arrival, n, 0)
        return cls(memory, prompts, outputs, arrivals, tuple(lower), tuple(upper))

    @property
    def n(self) -> int:
        """Number of requests."""
        return len(self.output)

    @property
    def common_prompt(self) -> int | None:
        """The prompt length shared by all requests, or None when they differ (or there is none).

        >>> Instance.of(10, [1, 2], prompt=3).common_prompt
        3
        """
        return self.prompt[0] if self.n and min(self.prompt) == max(self.prompt) else None

    def to_json(self) -> dict[str, Any]:
        """The instance as plain data, the format that `from_json` and the command line read."""
        columns = zip(self.prompt, self.output, self.arrival, self.lower, self.upper, strict=True)
        return {
            "memory": self.memory,
            "requests": [
                {"prompt": s, "output": o, "arrival": a, "interval": [low, high]}
                for s, o, a, low, high in columns
            ],
        }

    @classmethod
    def from_json(cls, data: Any) -> "Instance":
        """Read `{"memory": M, "requests": [{"prompt", "output", "arrival", "interval"}, ...]}`.

        `arrival` defaults to 0 and `interval` to no prediction (see `of`).

        >>> Instance.from_json({"memory": 9, "requests": [{"prompt": 1, "output": 2}]}).upper
        (8,)
        """
        if not isinstance(data, Mapping) or set(data) != {"memory", "requests"}:
            raise InputError("instance", data, 'an object with exactly "memory" and "requests"')
        memory = whole("memory", data["memory"], least=1)
        if not isinstance(data["requests"], list):
            raise InputError("requests", data["requests"], "a list of requests")
        rows = [_row(memory, i, entry) for i, entry in enumerate(data["requests"])]
        prompt, output, arrival, lower, upper = zip(*rows, strict=True) if rows else ((),) * 5
        return cls(memory, prompt, output, arrival, lower, upper)


def _pairs(interval: Any, n: int) -> list[tuple[int, int]]:
    """One (lower, upper) pair a request, from one pair for all or a sequence of pairs."""
    if hasattr(interval, "tolist"):
        interval = interval.tolist()
    if len(interval) == 2 and not any(hasattr(bound, "__len__") for bound in interval):
        return [(interval[0], interval[1])] * n
    same_length("interval", interval, n, "output")
    # as in `_column`: the quick test settles the usual case
    if not (set(map(type, interval)) <= {tuple, list} and set(map(len, interval)) <= {2}):
        for i, pair in enumerate(interval):
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise InputError(f"interval[{i}]", pair, "a pair [lower, upper]")
    return [(low, high) for low, high in interval]


def _row(memory: int, i: int, entry: Any) -> tuple[int, int, int, int, int]:
    known = {"prompt", "output", "arrival", "interval"}
    if not isinstance(entry, Mapping) or not {"prompt", "output"} <= set(entry) <= known:
        required = 'an object with "prompt" and "output", optionally "arrival" and "interval"'
        raise InputError(f"requests[{i}]", entry, required)
    prompt = whole(f"requests[{i}].prompt", entry["prompt"])
    interval = entry.get("interval", [1, max(1, memory - prompt)])
    if not isinstance(interval, list) or len(interval) != 2:
        raise InputError(f"requests[{i}].interval", interval, "a pair [lower, upper]")
    return (
        prompt,
        whole(f"requests[{i}].output", entry["output"], least=1),
        whole(f"requests[{i}].arrival", entry.get("arrival", 0)),
        whole(f"requests[{i}].interval[0]", interval[0], least=1),
        whole(f"requests[{i}].interval[1]", interval[1], least=1),
    )


def volume(prompt: int, tokens: int) -> int:
    """Token-steps of cache that an attempt of `tokens` tokens holds: the sum of s + 1 ... s + g.

    >>> volume(2, 3) == (2 + 1) + (2 + 2) + (2 + 3)
    True
    """
    return prompt * tokens + tokens * (tokens + 1) // 2


class ScheduleError(ValueError):
    """A schedule breaks the model. `reason` is one of `REASONS`; the rest says where.

    `step` is the step of the violation, `request` the request it concerns, `over` the number of
    tokens above the budget (None unless the reason is "over budget").
    """

    def __init__(
        self, reason: str, request: int, step: int | None = None, over: int | None = None
    ) -> None:
        self.reason, self.request, self.step, self.over = reason, request, step, over
        place = f"request {request}" + ("" if step is None else f", step {step}")
        tokens = "" if over is None else f", {over} tokens over"
        super().__init__(f"{reason}: {place}{tokens}")


REASONS = (
    "unknown request",  # an index outside 0 ... n - 1
    "empty attempt",  # it ends no later than it starts
    "starts before arrival",
    "runs past its last token",  # more tokens made than the output has
    "finished too early",  # called finished with fewer tokens than the output has
    "cancelled when complete",  # called cancelled with all tokens made
    "begins with lost tokens",  # it begins with tokens though a preemption loses them
    "begins with other tokens than were made",  # not with those that earlier attempts have made
    "attempts overlap",  # two attempts of one request at the same time
    "runs after completion",
    "completed twice",
    "never completed",
    "over budget",  # the cache holds more than `memory` tokens in some step
)


class Verified(NamedTuple):
    """What an accepted schedule achieves; `completion` in steps, `peak` in tokens."""

    completion: Column
    tel: int
    makespan: int
    peak: int


def verify(
    schedule: Schedule, instance: Instance, preemption: Preemption = Preemption.CANCEL
) -> Verified:
    """Check a schedule against the model and recompute everything it claims, in integers.

    Under `keep` an attempt must begin with exactly the tokens that those before it have made; under
    `cancel` with none.

    Work grows with the number of attempts (sorting them), not with steps: between two events
    the cache grows by the number of running requests a step, so its peaks stand at ends.

    Returns the completion time of every request, the total end-to-end latency (sum of
    completions minus arrivals), the makespan and the peak of the cache.
    Raises `ScheduleError` with the first violation found: attempts one by one, then each
    request's attempts together, then the budget in order of time.

    >>> instance = Instance.of(10, [1, 1, 1, 1, 1], prompt=1)
    >>> verify(Schedule.of([(i, 0, 1, True) for i in range(5)]), instance).tel
    5
    >>> kept = Schedule.of([(0, 0, 1, False), (0, 4, 6, True, 1)])
    >>> verify(kept, Instance.of(3, [3]), Preemption.KEEP).makespan
    6
    """
    _check_attempts(schedule, instance, preemption)
    completion = _check_requests(schedule, instance, preemption)
    peak = _check_budget(schedule, instance)
    tel = sum(completion) - sum(instance.arrival)
    return Verified(completion, tel, max(completion, default=0), peak)


def _check_attempts(schedule: Schedule, instance: Instance, preemption: Preemption) -> None:
    n, output, arrival = instance.n, instance.output, instance.arrival
    for i, start, end, finished, began in schedule.full_attempts():
        if not 0 <= i < n:
            raise ScheduleError("unknown request", i)
        if end <= start:
            raise ScheduleError("empty attempt", i, start)
        if start < arrival[i]:
            raise ScheduleError("starts before arrival", i, start)
        if began and not preemption.keeps:
            raise ScheduleError("begins with lost tokens", i, start)
        tokens = began + end - start
        if tokens > output[i]:
            raise ScheduleError("runs past its last token", i, start + output[i] - began)
        if finished and tokens < output[i]:
            raise ScheduleError("finished too early", i, end)
        if not finished and tokens == output[i]:
            raise ScheduleError("cancelled when complete", i, end)


def _check_requests(schedule: Schedule, instance: Instance, preemption: Preemption) -> Column:
    """Completion time of each request, its attempts being disjoint and the last one finished."""
    busy_until = [0] * instance.n
    made = [0] * instance.n  # tokens of which a later attempt begins with all
    completion: list[int | None] = [None] * instance.n
    for k in sorted(range(len(schedule)), key=schedule.start.__getitem__):
        i, start, end = schedule.request[k], schedule.start[k], schedule.end[k]
        done = completion[i]
        if done is not None and start >= done:
            reason = "completed twice" if schedule.finished[k] else "runs after completion"
            raise ScheduleError(reason, i, start)
        if start < busy_until[i]:
            raise ScheduleError("attempts overlap", i, start)
        busy_until[i] = end
        if preemption.keeps:
            if made[i] != (schedule.began[k] if schedule.began else 0):
                raise ScheduleError("begins with other tokens than were made", i, start)
            made[i] += end - start
        if schedule.finished[k]:
            completion[i] = end
    for i, done in enumerate(completion):
        if done is None:
            raise ScheduleError("never completed", i)
    return tuple(done for done in completion if done is not None)


def _check_budget(schedule: Schedule, instance: Instance) -> int:
    """Peak of the cache in tokens. In step k it holds the sum of (s + k + 1 - origin)."""
    memory = instance.memory
    # prompt - origin: what an attempt holds, but for a token a step
    held = [
        instance.prompt[i] - at for i, at in zip(schedule.request, schedule.origin, strict=True)
    ]
    starts = sorted(zip(schedule.start, held, strict=True))
    ends = sorted(zip(schedule.end, held, strict=True))
    running = base = peak = opened = 0  # the cache in step k holds base + running * k
    since = 0
    for end, its_base in ends:
        while opened < len(starts) and starts[opened][0] < end:
            begin, new_base = starts[opened]
            if begin > since:
                peak = max(peak, _peak(schedule, base, running, since, begin, memory))
                since = begin
            base += new_base + 1
            running += 1
            opened += 1
        if end > since:
            peak = max(peak, _peak(schedule, base, running, since, end, memory))
            since = end
        base -= its_base + 1
        running -= 1
    return peak


def _peak(schedule: Schedule, base: int, running: int, since: int, until: int, memory: int) -> int:
    """Cache in the last of the steps since ... until - 1, in which nothing starts or ends."""
    peak = base + running * (until - 1)
    if peak > memory:
        step = max(since, (memory - base) // running + 1)
        newest = max(
            (a for a in schedule.attempts() if a.start <= step < a.end),
            key=lambda a: (a.start, a.request),
        )
        raise ScheduleError("over budget", newest.request, step, base + running * step - memory)
    return peak
