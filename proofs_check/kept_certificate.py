"""Certificates for schedules that keep their tokens: the grammar of `FORMAT-KEPT.md`, the proof.

An accepted certificate proves `lower <= OPT <= upper`, OPT being the least total end-to-end latency
of any schedule of its instance in which preempted requests keep their tokens. Integers only.
"""

import heapq
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from kvratio.proofs_check.certificate import MAX_STEPS, CertificateError, parsed, problem, whole
from kvratio.theory.model import Instance, Preemption, Schedule, ScheduleError, verify, volume

FORMAT = "kvratio-kept-optimality"
KEYS = "format version instance schedule lower upper scale cache done search"
REASONS = (  # beside those of the grammar that both formats share
    "malformed prices", "malformed search", "invalid schedule", "upper is not the latency",
    "lower above upper", "schedule below the bound", "search too short",
)  # fmt: skip

Kind = tuple[int, int, int]  # prompt, output, arrival
State = tuple[tuple[int, ...], ...]  # of each kind the tokens of its requests, ascending
Class = tuple[int, int, int, int]  # kind, tokens made, use in the next step, requests


class KeptCertificate(NamedTuple):
    """A well-formed certificate: `lower`, `upper` in steps; prices by step, in steps / `scale`."""

    instance: Instance
    schedule: Schedule
    lower: int
    upper: int
    scale: int
    cache: tuple[int, ...]
    done: tuple[int, ...]
    search: int


class KeptCertified(NamedTuple):
    """What is proved: `lower <= OPT <= upper`, and how many ways through a step were tried."""

    lower: int
    upper: int
    ways: int


def is_kept(text: str) -> bool:
    """Does the text name this format? No file of the other one can.

    >>> is_kept('{"format": "kvratio-optimality"}')
    False
    """
    return f'"{FORMAT}"' in text


def read_kept(text: str) -> KeptCertificate:
    """Parse the text of a certificate; raise `CertificateError` unless it follows the grammar.

    >>> read_kept('{"format": "kvratio-kept-optimality"}')  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    kvratio.proofs_check.certificate.CertificateError: wrong keys: expected an object...
    """
    data = parsed(text, FORMAT, KEYS, (1,))
    instance, schedule, lower, upper, scale = problem(data)
    cache, done = _prices(data["cache"]), _prices(data["done"])
    if not whole(data["search"]):
        raise CertificateError("malformed search", "expected an integer, at least 0")
    return KeptCertificate(
        instance, schedule, lower, upper, scale, cache, done, int(data["search"])
    )


def _prices(data: Any) -> tuple[int, ...]:
    if type(data) is not list or not all(map(whole, data)):
        raise CertificateError("malformed prices", "expected a list of integers, at least 0")
    if len(data) > MAX_STEPS:
        raise CertificateError("number too large", f"prices beyond step {MAX_STEPS}")
    return tuple(data)


def check_kept(certificate: KeptCertificate) -> KeptCertified:
    """Check a well-formed certificate; raise `CertificateError` unless it proves its claim.

    >>> instance = Instance.of(2, [2, 2])
    >>> schedule = Schedule.of([(0, 0, 2, True), (1, 2, 4, True)])
    >>> check_kept(KeptCertificate(instance, schedule, 5, 6, 1, (), (), 0))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    kvratio.proofs_check.certificate.CertificateError: search too short: step 0: more than 0 ways...
    """
    instance, lower, upper = certificate.instance, certificate.lower, certificate.upper
    try:
        tel = verify(certificate.schedule, instance, Preemption.KEEP).tel
    except ScheduleError as error:
        raise CertificateError("invalid schedule", str(error)) from None
    if tel != upper:
        raise CertificateError("upper is not the latency", f"claimed {upper}, recomputed {tel}")
    if lower > upper:
        raise CertificateError("lower above upper", f"{lower} > {upper}")
    return KeptCertified(lower, upper, _Search(certificate).ways())


class _Search:
    """All schedules in full steps, but those that the prices show to be no shorter than `lower`."""

    def __init__(self, certificate: KeptCertificate) -> None:
        instance = certificate.instance
        self.memory, self.scale = instance.memory, certificate.scale
        self.lower, self.most = certificate.lower, certificate.search
        rows = list(zip(instance.prompt, instance.output, instance.arrival, strict=True))
        counts = Counter(rows)
        self.kinds, self.start = tuple(counts), tuple((0,) * c for c in counts.values())
        prices = len(certificate.cache), len(certificate.done), *instance.arrival
        self.end = max(prices)  # from this step on nothing has a price and everybody is there
        cache = [*certificate.cache, *[0] * (self.end - prices[0])]
        done = [*certificate.done, *[0] * (self.end - prices[1])]
        limits = _limits(instance, self.end)
        earned = [self.memory * y + k * w for y, w, k in zip(cache, done, limits, strict=True)]
        self.earned = [*accumulate(reversed(earned), initial=0)][::-1]
        self.late = [*accumulate(reversed(done), initial=0)][::-1]
        self.least = [self._least(kind, cache) for kind in self.kinds]

    def _least(self, kind: Kind, cache: list[int]) -> list[list[int]]:
        """By tokens left and step: the least cost of making them from this step on."""
        s, o, a = kind
        after = [self.scale * (c - a) + late for c, late in enumerate([0, *self.late])]
        rows: list[list[int]] = [[]]
        for left in range(1, o + 1):
            use, best = s + o - left + 1, self.scale * (self.end + left - a)
            row = [best] * (self.end + 1)
            for step in range(self.end - 1, -1, -1):
                if step >= a:
                    best = min(best, use * cache[step] + after[step + 1])
                row[step] = best
            rows.append(row)
            after = row
        return rows

    def ways(self) -> int:
        """Go through the steps; return how many full ones were tried."""
        tried, step, layer = 0, 0, {self.start: 0}
        if self._bound(self.start, 0, 0) > self.scale * (self.lower - 1):
            return 0
        while layer:
            later: dict[State, int] = {}
            for state, spent in layer.items():
                able = self._able(state, step)
                full = _full(able, self.memory, self.most - tried)
                tried += len(full)
                if tried > self.most:
                    detail = f"step {step}: more than {self.most} ways through the steps"
                    raise CertificateError("search too short", detail)
                for taken in sorted(full):
                    then, cost = self._after(state, able, taken, step, spent)
                    if cost >= self.lower or cost >= later.get(then, self.lower):
                        continue
                    if all(made[0] == o for made, (_, o, _) in zip(then, self.kinds, strict=True)):
                        detail = f"a schedule takes {cost}, below {self.lower}"
                        raise CertificateError("schedule below the bound", detail)
                    if self._bound(then, cost, step + 1) <= self.scale * (self.lower - 1):
                        later[then] = cost
            layer, step = later, step + 1
        return tried

    def _bound(self, state: State, spent: int, step: int) -> int:
        """Below this, in parts of 1 / scale, is no latency of a schedule with this state."""
        at = min(step, self.end)
        total = self.scale * spent - self.earned[at]
        for (_, o, a), least, made in zip(self.kinds, self.least, state, strict=True):
            for tokens in made:
                if tokens == o:
                    total += self.late[at]
                elif step > self.end:
                    total += self.scale * (step + o - tokens - a)
                else:
                    total += least[o - tokens][step]
        return total

    def _able(self, state: State, step: int) -> list[Class]:
        """Who could run, by remaining volume, kind and tokens."""
        found = []
        for k, ((s, o, a), made) in enumerate(zip(self.kinds, state, strict=True)):
            for tokens, count in Counter(made).items():
                if a <= step and tokens < o:
                    rest = volume(s, o) - volume(s, tokens)
                    found.append((rest, k, tokens, s + tokens + 1, count))
        return [(k, tokens, use, count) for _, k, tokens, use, count in sorted(found)]

    def _after(
        self, state: State, able: list[Class], taken: tuple[int, ...], step: int, spent: int
    ) -> tuple[State, int]:
        """The state after the step, and the latencies of all that have completed."""
        counts = [Counter(made) for made in state]
        for (k, tokens, _, _), count in zip(able, taken, strict=True):
            counts[k][tokens] -= count
            counts[k][tokens + 1] += count
            if tokens + 1 == self.kinds[k][1]:
                spent += count * (step + 1 - self.kinds[k][2])
        return tuple(tuple(sorted(made.elements())) for made in counts), spent


def _full(able: list[Class], memory: int, most: int) -> set[tuple[int, ...]]:
    """How many of each class run, so that nobody else fits; if there are more than `most`, some.

    One more request at a time, the largest use first. FORMAT-KEPT.md has the proof.

    >>> sorted(_full([(0, 2, 3, 1), (1, 0, 1, 2)], 3, 9))
    [(0, 2), (1, 0)]
    """
    uses = [use for _, _, use, _ in able]
    there = [0] * len(able)
    ways = {tuple(there)}
    for k in sorted(range(len(able)), key=lambda k: -uses[k]):
        for _ in range(able[k][3]):
            ways = {new for way in ways for new in _with_one_more(way, k, uses, there, memory)}
            there[k] += 1
            if len(ways) > most:  # each of them is part of another one of all
                return ways
    return ways


def _with_one_more(
    way: tuple[int, ...], k: int, uses: list[int], there: list[int], memory: int
) -> Iterator[tuple[int, ...]]:
    """Where nobody of those `there` fits beside `way`: the same with one more of class k there."""
    room = memory - sum(taken * use for taken, use in zip(way, uses, strict=True))
    if uses[k] <= room:
        yield (*way[:k], way[k] + 1, *way[k + 1 :])
        return
    yield way
    out = [use for taken, n, use in zip(way, there, uses, strict=True) if taken < n]
    for j, taken in enumerate(way):
        if taken and j != k and uses[j] <= min(out, default=uses[j]):
            other = list(way)
            other[j], other[k] = taken - 1, way[k] + 1
            yield tuple(other)


def _limits(instance: Instance, steps: int) -> list[int]:
    """How many requests can have completed by the end of each step: shortest remaining volume.

    >>> _limits(Instance.of(3, [2, 2, 1]), 3)  # volumes 1, 3, 3 at 3 a step
    [1, 2, 3]
    """
    memory, columns = instance.memory, (instance.arrival, instance.prompt, instance.output)
    coming = sorted(((memory * a, volume(s, o)) for a, s, o in zip(*columns, strict=True)))
    waiting: list[int] = []  # remaining volumes
    completed = [0] * (steps + 1)
    now = k = 0
    while waiting or k < len(coming):
        now = now if waiting else max(now, coming[k][0])
        while k < len(coming) and coming[k][0] <= now:
            heapq.heappush(waiting, coming[k][1])
            k += 1
        left = heapq.heappop(waiting)
        until = min(now + left, coming[k][0]) if k < len(coming) else now + left
        if until < now + left:
            heapq.heappush(waiting, now + left - until)
        else:
            completed[min(steps, -(-until // memory) - 1)] += 1
        now = until
    return [*accumulate(completed)][:steps]
