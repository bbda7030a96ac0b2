"""Enumeration of the schedules of a case, for leaves that prices alone do not bound well enough.

Integers in, a verdict out, as in the rest of the checker; `FORMAT.md` proves the rules. The cache
in use is one integer with a field of bits for every step to come, the present one lowest. A field
holds use + 2^(b-1) - 1 - M, so that its highest bit is set if and only if use is above M: a sum
fits if no such bit is set, and of two uses one is nowhere above the other if taking it away from
the other, all highest bits set beforehand, borrows none of them.
"""

from collections.abc import Sequence
from itertools import accumulate

from kvratio.proofs_check.certificate import CertificateError

NEVER = 10**60  # a cost beyond every sum of costs that the grammar can write
LARGEST = 1000  # bits of use that count as one unit of work
WIDEST = 1_000_000  # partial schedules at a step, each counted by its units: about 600 MB
Request = tuple[int, int, int]  # prompt, output, arrival
Partial = tuple[int, int, int]  # sum of starts, least cost of going on (negated), packed use
Layer = dict[int, list[Partial]]  # partial schedules by the requests that have started, as bits


class Meter:
    """Units of work that may still be spent; `spend` raises when they are gone."""

    def __init__(self, units: int) -> None:
        self.left = units

    def spend(self, units: int) -> None:
        """Take units away."""
        self.left -= units
        if self.left < 0:
            raise CertificateError("search too long", "more work, or width, than the format allows")


class _Times:
    """Costs of a request's starts: those within its window, and the least from a step on."""

    def __init__(self, costs: Sequence[int], earliest: int, latest: int, scale: int) -> None:
        self.end = len(costs) - 1  # from here on every step costs `scale` more
        self.costs, self.earliest, self.latest, self.scale = costs, earliest, latest, scale
        allowed = (c if earliest <= t <= latest else NEVER for t, c in enumerate(costs[:-1]))
        ascending = [*allowed, self._beyond(max(self.end, earliest))]
        self.least = list(accumulate(reversed(ascending), min))[::-1]

    def _beyond(self, step: int) -> int:
        return self.costs[-1] + self.scale * (step - self.end) if step <= self.latest else NEVER

    def at(self, step: int) -> int:
        """Of starting at this step."""
        if not self.earliest <= step <= self.latest:
            return NEVER
        return self.costs[step] if step < self.end else self._beyond(step)

    def after(self, step: int) -> int:
        """The least of all starts from this step on."""
        if step <= self.end:
            return self.least[step]
        return self._beyond(max(step, self.earliest))


class Enumeration:
    """The search for schedules below a claim in one case.

    `costs` are those of every request's starts (from the last entry on, a later step costs `scale`
    more) and `earned` is what all limits earn, in units of 1 / `scale` step.

    >>> two, free = [(0, 2, 0), (0, 2, 0)], ([[2], [2]], 0)
    >>> Enumeration(two, 2, free, [(0, 10), (0, 10)], scale=1, claim=6, meter=Meter(9999)).refute()
    >>> Enumeration(two, 2, free, [(0, 10), (0, 10)], scale=1, claim=7, meter=Meter(9999)).refute()
    Traceback (most recent call last):
    kvratio.proofs_check.certificate.CertificateError: bound too weak: a schedule of latency 6
    """

    def __init__(
        self,
        requests: Sequence[Request],
        memory: int,
        priced: tuple[Sequence[Sequence[int]], int],
        windows: Sequence[tuple[int, int]],
        *,
        scale: int,
        claim: int,
        meter: Meter,
    ) -> None:
        self.claim, self.limit, self.meter = claim, scale * (claim - 1), meter
        self.every = range(len(requests))
        self.whole = (1 << len(requests)) - 1
        self.least_latency = sum(o - a for _, o, a in requests)  # if all started at step 0
        self.first = min((earliest for earliest, _ in windows), default=0)
        costs, earned = priced
        columns = zip(costs, windows, strict=True)
        self.times = [_Times(its, *window, scale) for its, window in columns]
        self.bound = sum(its.after(self.first) for its in self.times) - earned
        self.equal = [
            sum(1 << j for j in range(i) if requests[j] == requests[i]) for i in self.every
        ]
        span = max((o for _, o, _ in requests), default=1)
        self.bits = memory.bit_length() + 1
        self.unit = 1 + span * self.bits // LARGEST
        meter.spend(len(requests) * span * self.unit)  # for making the runs below
        lowest = (1 << self.bits) - 1
        ones = ((1 << span * self.bits) - 1) // lowest  # the lowest bit of every field
        self.highest = ones << self.bits - 1
        self.unused = ones * ((lowest >> 1) - memory)
        self.last = ((lowest >> 1) - memory) << self.bits * (span - 1)
        self.runs = [
            sum(s + j << self.bits * (j - 1) for j in range(1, o + 1)) for s, o, _ in requests
        ]

    def refute(self) -> None:
        """Raise unless every schedule of the case has at least the claimed latency."""
        step = self.first
        layer: Layer = {}
        if self.bound <= self.limit and self.every:  # without requests no claim above 0 is made
            layer[0] = [(0, -self.bound, self.unused)]
        while layer:
            layer = {
                started: self._undominated(sorted(partials))
                for started, partials in self._after(layer, step).items()
            }
            step += 1

    def _after(self, layer: Layer, step: int) -> Layer:
        """The partial schedules at the next step that may still beat the claim."""
        extra = [its.at(step) - its.after(step) for its in self.times]
        later = [its.after(step + 1) - its.after(step) for its in self.times]
        startable = [i for i in self.every if extra[i] < NEVER // 2]
        found: Layer = {}
        width = Meter(WIDEST)
        # for sets of started requests: what it costs that all others start later, and the others
        # that may start now: index, cost above the least, use of cache
        waiting: dict[int, tuple[int, list[tuple[int, int, int]]]] = {}
        for before, partials in layer.items():
            stack = [(before, 0, *partial) for partial in partials]
            while stack:
                started, first, total, cost, use = stack.pop()
                self.meter.spend(self.unit * len(self.every))
                if started not in waiting:
                    others = [i for i in startable if not started >> i & 1]
                    waiting[started] = (
                        sum(later[i] for i in self.every if not started >> i & 1),
                        [
                            (i, extra[i], self.runs[i])
                            for i in others
                            if not self.equal[i] & ~started
                        ],
                    )
                delay, able = waiting[started]
                if delay - cost <= self.limit:
                    width.spend(self.unit)
                    shifted = (use >> self.bits) + self.last
                    found.setdefault(started, []).append((total, cost - delay, shifted))
                slack = self.limit + cost
                for i, more, run in able:
                    both = use + run
                    if i < first or more > slack or both & self.highest:
                        continue
                    now, at = started | 1 << i, total + step
                    if now == self.whole:
                        self._finished(at + self.least_latency)
                    else:
                        stack.append((now, i + 1, at, cost - more, both))
        return found

    def _finished(self, latency: int) -> None:
        if latency < self.claim:
            raise CertificateError("bound too weak", f"a schedule of latency {latency}")

    def _undominated(self, partials: list[Partial]) -> list[Partial]:
        """Those that no other one with the same requests matches in starts and in every step."""
        kept: list[Partial] = []
        uses: list[int] = []  # theirs; the one that dominated last stands first
        highest, compared = self.highest, 0
        for partial in partials:
            use = partial[2] | highest
            for place, other in enumerate(uses):
                if (use - other) & highest == highest:
                    compared += place + 1
                    uses.insert(0, uses.pop(place))
                    break
            else:
                compared += len(uses)
                kept.append(partial)
                uses.append(partial[2])
        self.meter.spend(self.unit * compared)
        return kept
