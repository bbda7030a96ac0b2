"""The exact optimum of very small instances, by memoised search over the states of a worker.

Made for exhaustive studies: an instance costs about a millisecond, because all instances of one
budget share their states. Cancelling never helps (`proofs_check/FORMAT.md`), so a state is who
waits, and the cache that those who run will use in the coming steps. Nothing is published on the
word of this search alone: what the study states has a certificate of its own.
"""

from collections.abc import Iterator, Sequence

Request = tuple[int, int, int]  # arrival (in a state: steps until it arrives), prompt, output
State = tuple[tuple[Request, ...], int]


class TinyOptimum:
    """Least total latencies under one budget. The memo only grows.

    >>> TinyOptimum(6).total_latency([(0, 0, 6), (0, 0, 3)])
    9
    """

    def __init__(self, memory: int) -> None:
        # cache use by step, packed into one int: one field a step, its highest bit says "over"
        self._width = memory.bit_length() + 2
        ones = sum(1 << (self._width * k) for k in range(memory))
        self._over = ones << (self._width - 1)
        self._slack = ones * ((1 << (self._width - 1)) - 1 - memory)
        self._profiles: dict[tuple[int, int], int] = {}
        self._memo: dict[State, int] = {}

    def total_latency(self, requests: Sequence[Request]) -> int:
        """Least total latency of requests (arrival, prompt, output), in steps."""
        return self._waits((tuple(sorted(requests)), 0)) + sum(o for _, _, o in requests)

    def starts(self, requests: Sequence[Request]) -> list[int]:
        """Start times of an optimal schedule, in the order of the requests.

        >>> TinyOptimum(2).starts([(0, 0, 2), (0, 0, 2)])
        [0, 2]
        """
        started: list[tuple[Request, int]] = []
        state: State = (tuple(sorted(requests)), 0)
        now = 0
        while state[0]:
            least = self._waits(state)
            following, begun = next(
                (following, begun)
                for cost, following, begun in self._choices(state)
                if cost + self._waits(following) == least
            )
            started += [((0, s, o), now) for s, o in begun]
            state, now = following, now + 1
        return self._by_request(requests, started)

    def _by_request(
        self, requests: Sequence[Request], started: list[tuple[Request, int]]
    ) -> list[int]:
        """Give the start times of equal shapes to the earliest arrivals."""
        starts = [0] * len(requests)
        for i in sorted(range(len(requests)), key=requests.__getitem__):
            shape = (0, *requests[i][1:])
            k = next(k for k, (begun, _) in enumerate(started) if begun == shape)
            starts[i] = started.pop(k)[1]
        return starts

    def _waits(self, state: State) -> int:
        """Least total number of steps that the requests of a state wait after their arrivals."""
        if not state[0]:
            return 0
        if state not in self._memo:
            choices = self._choices(state)
            self._memo[state] = min(cost + self._waits(rest) for cost, rest, _ in choices)
        return self._memo[state]

    def _choices(self, state: State) -> Iterator[tuple[int, State, list[tuple[int, int]]]]:
        """Every way to spend a step: requests left waiting, the state after it, who starts."""
        waiting, used = state
        later = [(d - 1, s, o) for d, s, o in waiting if d]
        ready = [(s, o) for d, s, o in waiting if not d]
        for begun, use in self._startable(ready, used):
            if not use and not later:
                continue  # no request runs or arrives: one must start
            left = list(ready)
            for shape in begun:
                left.remove(shape)
            rest = tuple(sorted([*later, *((0, s, o) for s, o in left)]))
            yield len(left), (rest, use >> self._width), begun

    def _startable(
        self, ready: list[tuple[int, int]], used: int
    ) -> Iterator[tuple[list[tuple[int, int]], int]]:
        """Every choice of ready requests that fits to the end, with the cache use it leads to."""
        if not ready:
            yield [], used
            return
        shape, count = ready[0], ready.count(ready[0])
        for number in range(count + 1):
            for begun, use in self._startable(ready[count:], used):
                yield [shape] * number + begun, use
            used += self._profile(*shape)
            if (used + self._slack) & self._over:
                return

    def _profile(self, prompt: int, output: int) -> int:
        if (prompt, output) not in self._profiles:
            steps = (prompt + j + 1 << self._width * j for j in range(output))
            self._profiles[prompt, output] = sum(steps)
        return self._profiles[prompt, output]
