"""Checker of optimality certificates: integers in, a verdict out. `FORMAT.md` proves its rules.

An accepted certificate proves `lower <= OPT <= upper`, OPT being the least total end-to-end
latency of any schedule of its instance. The upper bound is a verified schedule; the lower bound a
tree of cases over the start times, in each of which (a leaf) any prices give a bound, or help to
enumerate the schedules that could still be better.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise, zip_longest
from typing import NamedTuple

from kvratio.proofs_check.certificate import Certificate, CertificateError, Cut
from kvratio.proofs_check.enumeration import Enumeration, Meter
from kvratio.theory.model import ScheduleError, verify

ENUMERATED = 500_000_000  # units of work for all enumerations of a certificate: about a minute
FOREVER = 10**30  # the end of an open window: beyond every number the grammar can write
Request = tuple[int, int, int]  # prompt, output, arrival
Priced = tuple[list[list[int]], int]
Bend = tuple[int, int]  # the step after the start at which a ramp of weights begins, its factor
Case = tuple[tuple[int, ...], tuple[int, ...]]  # every request's earliest and latest start


class Certified(NamedTuple):
    """What an accepted certificate proves: `lower <= OPT <= upper` in steps, OPT when equal."""

    lower: int
    upper: int
    leaves: int


def check(certificate: Certificate) -> Certified:
    """Check a well-formed certificate; raise `CertificateError` unless it proves its claim.

    >>> from kvratio.theory.model import Instance, Schedule
    >>> schedule = Schedule.of([(0, 0, 2, True), (1, 2, 4, True)])
    >>> check(Certificate(Instance.of(2, [2, 2]), schedule, 6, 6, 1, (), (((0, 1, 1),),), (0,)))
    Certified(lower=6, upper=6, leaves=1)
    """
    lower, upper = certificate.lower, certificate.upper
    try:
        tel = verify(certificate.schedule, certificate.instance).tel
    except ScheduleError as error:
        raise CertificateError("invalid schedule", str(error)) from None
    if tel != upper:
        raise CertificateError("upper is not the latency", f"claimed {upper}, recomputed {tel}")
    if lower > upper:
        raise CertificateError("lower above upper", f"{lower} > {upper}")
    return Certified(lower, upper, _check_tree(certificate))


def _check_tree(certificate: Certificate) -> int:
    """Walk the tree in preorder with the open cases on a stack; return the number of leaves."""
    instance, scale = certificate.instance, certificate.scale
    requests = list(zip(instance.prompt, instance.output, instance.arrival, strict=True))
    priced = _pricing(certificate, requests)
    meter = Meter(ENUMERATED)
    open_cases: list[Case] = [(instance.arrival, (FOREVER,) * instance.n)]
    for k, node in enumerate(certificate.tree):
        if not open_cases:
            raise CertificateError("tree goes on", f"node {k}: every case is closed")
        earliest, latest = open_cases.pop()
        if isinstance(node, int) or isinstance(node[0], str):
            row = node if isinstance(node, int) else node[1]
            if row >= len(certificate.prices):
                raise CertificateError("unknown prices", f"node {k}: row {row}")
            costs, budget = priced(row)
            if not isinstance(node, int):
                windows = list(zip(earliest, latest, strict=True))
                Enumeration(
                    requests, instance.memory, (costs, budget), windows,
                    scale=scale, claim=certificate.lower, meter=meter,
                ).refute()  # fmt: skip
                continue
            bound = sum(map(_least, costs, earliest, latest, [scale] * instance.n)) - budget
            if bound <= scale * (certificate.lower - 1):  # above it TEL, an integer, is >= lower
                detail = f"node {k}: {bound}/{scale} does not exceed {certificate.lower} - 1"
                raise CertificateError("bound too weak", detail)
        else:
            i, step = node
            detail = f"node {k}: request {i}, step {step}"
            if i >= instance.n:
                raise CertificateError("unknown request", detail)
            if not earliest[i] <= step < latest[i]:
                raise CertificateError("split outside the window", detail)
            open_cases += reversed(_split((earliest, latest), requests, i, step))
    if open_cases:
        raise CertificateError("tree ends early", f"{len(open_cases)} cases have no node")
    return sum(isinstance(node, int) or node[0] == "all" for node in certificate.tree)


def _split(case: Case, requests: Sequence[Request], i: int, step: int) -> tuple[Case, Case]:
    """The cases "i starts at `step` or before" and "after `step`"; equals start in index order."""
    earliest, latest = case
    same = [request == requests[i] for request in requests]
    early = (min(b, step) if same[j] and j <= i else b for j, b in enumerate(latest))
    late = (max(a, step + 1) if same[j] and j >= i else a for j, a in enumerate(earliest))
    return (earliest, tuple(early)), (tuple(late), latest)


def _least(costs: list[int], earliest: int, latest: int, scale: int) -> int:
    """The least cost in a window; from the last entry on a later step costs `scale` more."""
    beyond = earliest - (len(costs) - 1)
    return min(costs[earliest : latest + 1]) if beyond <= 0 else costs[-1] + scale * beyond


def _weights(cut: Cut, s: int, o: int, memory: int, longest: int) -> tuple[int, list[int]]:
    """What a request weighs in a constraint: from which step after its start on, and how much."""
    match cut:
        case "ahead", k, g:
            most = (memory - k * g) // (k - 1) if k > 1 else memory
            return 0, [max(0, min(s + j, most) - k * max(0, g - o + j)) for j in range(1, o + 1)]
        case "gap", k, b, peak:
            before = min(o, s + o - b)
            after = min((s + o + k * b + k - 1 - memory) // k, b - longest)
            return o - before, [1] * (before + after if s + o >= peak else 0)
        case "profile", corners:
            weights = [0] * o
            for u, d, w in sorted(corners, key=lambda corner: corner[2]):  # the heaviest holds
                for j in range(max(1, u - s), o - d + 1):
                    weights[j - 1] = w
            return 0, weights
    raise CertificateError("unknown cut", f"{cut!r}"[:80])


def _limit(cut: Cut, memory: int) -> int:
    """The most that the weights of a constraint can sum to in a step."""
    match cut:
        case "ahead", k, g:
            return int(memory - k * g)
        case "profile", corners:
            return _together(corners, memory)
    return int(cut[1])


def _together(corners: Sequence[tuple[int, int, int]], memory: int) -> int:
    """The heaviest multiset of corners that can go on together, by number and use of those taken.

    >>> _together([(1, 4, 5), (6, 0, 5)], 10)  # 2 * (1 + 4) = 10; 1 + 1 + 6 = 8
    15
    """
    best = {(0, 0): 0}
    for u, d, w in sorted(corners, key=lambda corner: -corner[1]):  # the longest to go first
        newest = best
        while newest:  # once more the same corner
            more = [(k + 1, use + u, weight + w) for (k, use), weight in newest.items()]
            newest = {
                (k, use): weight
                for k, use, weight in more
                if use + k * d <= memory and weight > best.get((k, use), -1)
            }
            best = best | newest
    return max(best.values())


def _pricing(certificate: Certificate, requests: list[Request]) -> Callable[[int], Priced]:
    """A function of a row of prices: every request's costs by start, and what all limits earn."""
    scale, memory = certificate.scale, certificate.instance.memory
    constraints = [("ahead", 1, 0), *certificate.cuts]  # the first is the budget itself
    limits = [_limit(cut, memory) for cut in constraints]
    bends: dict[Request, list[list[Bend]]] = {request: [] for request in requests}
    for cut in constraints:
        peak = cut[-1] if cut[0] == "gap" else 0
        longest = max((s for s, o, _ in requests if s + o >= peak), default=0)
        for s, o, a in bends:
            first, weights = _weights(cut, s, o, memory, longest)
            # the weights of a profile cut have many bends, but few of its steps are priced
            direct = [*enumerate(weights)] if cut[0] == "profile" else _bends(first, weights)
            bends[s, o, a].append([pair for pair in direct if pair[1]])

    @lru_cache(maxsize=16)  # neighbouring leaves tend to share their prices
    def priced(row: int) -> Priced:
        segments = certificate.prices[row]
        end = max((step + len(values) for _, step, *values in segments), default=0)
        table = {c: [0] * end for c, *_ in segments}
        for c, step, *values in segments:
            table[c][step : step + len(values)] = values
        if memory * sum(map(sum, table.values())) >= 2**63:
            raise CertificateError("number too large", f"row {row}: memory times its prices")
        plain = (c for c in table if constraints[c][0] != "profile")
        ramps = {c: _ramps(table[c]) for c in plain}
        costs = {}
        for (s, o, a), its in bends.items():
            by_start = [scale * (t + o - a) for t in range(end + 1)]
            for c, prices in table.items():
                if constraints[c][0] == "profile":
                    for x, price in ((x, price) for x, price in enumerate(prices) if price):
                        for token, weight in its[c]:
                            if token <= x:
                                by_start[x - token] += price * weight
                    continue
                for step, bend in its[c]:
                    pairs = zip_longest(by_start, ramps[c][step:], fillvalue=0)
                    by_start = [cost + bend * ramp for cost, ramp in pairs]
            costs[s, o, a] = by_start
        return [costs[r] for r in requests], sum(limits[c] * sum(p) for c, p in table.items())

    return priced


def _ramps(prices: list[int]) -> list[int]:
    """The sum with weights 1, 2, 3, ... from each step on: of step t, p(t) + 2 p(t+1) + ...

    >>> _ramps([5, 0, 1])
    [8, 2, 1]
    """
    return list(accumulate(accumulate(reversed(prices))))[::-1]


def _bends(first: int, weights: list[int]) -> list[Bend]:
    """Weights from step `first` after the start on, as a sum of ramps 1, 2, 3, ...: (step, factor).

    The factors are the second differences; few are not 0, since weights are piecewise linear.

    >>> _bends(4, [3, 4, 5])  # 3 ramps at 4, less 2 at 5: 3, 4, 5, 6, 7, ...; 6 and 1 end it at 7
    [(4, 3), (5, -2), (7, -6), (8, 5)]
    """
    slopes = [b - a for a, b in pairwise((0, *weights, 0))]
    second = [b - a for a, b in pairwise((0, *slopes, 0))]
    return [(step, bend) for step, bend in enumerate(second, first) if bend]
