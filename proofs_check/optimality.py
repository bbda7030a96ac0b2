"""Checker of optimality certificates: integers in, a verdict out. `FORMAT.md` proves its rules.

An accepted certificate proves `lower <= OPT <= upper`, OPT being the least total end-to-end
latency (TEL) of any schedule of its instance. The upper bound is a schedule that `theory.model`
verifies. The lower bound is a tree of cases over the start times; in each case (leaf) any prices
give a bound, which is recomputed here. No code is shared with any producer.
"""

from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import accumulate
from typing import NamedTuple

from proofs_check.certificate import Certificate, CertificateError
from theory.model import ScheduleError, verify

FOREVER = 10**30  # the end of an open window: beyond every number the grammar can write
Request = tuple[int, int, int]  # prompt, output, arrival
Priced = tuple[list[list[int]], int]
Case = tuple[tuple[int, ...], tuple[int, ...]]  # every request's earliest and latest start


class Certified(NamedTuple):
    """What an accepted certificate proves: `lower <= OPT <= upper` in steps, OPT when equal."""

    lower: int
    upper: int
    leaves: int


def check(certificate: Certificate) -> Certified:
    """Check a well-formed certificate; raise `CertificateError` unless it proves its claim.

    >>> from theory.model import Instance, Schedule
    >>> instance = Instance.of(2, [2, 2])
    >>> schedule = Schedule.of([(0, 0, 2, True), (1, 2, 4, True)])
    >>> check(Certificate(instance, schedule, 6, 6, 1, (), (((0, 1, 1),),), (0,)))
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
    priced = lru_cache(maxsize=16)(partial(_price, certificate, tuple(requests)))
    open_cases: list[Case] = [(instance.arrival, (FOREVER,) * instance.n)]
    for k, node in enumerate(certificate.tree):
        if not open_cases:
            raise CertificateError("tree goes on", f"node {k}: every case is closed")
        earliest, latest = open_cases.pop()
        if isinstance(node, int):
            if node >= len(certificate.prices):
                raise CertificateError("unknown prices", f"node {k}: row {node}")
            costs, budget = priced(node)
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
    return sum(isinstance(node, int) for node in certificate.tree)


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


def _price(certificate: Certificate, requests: Sequence[Request], row: int) -> Priced:
    """Apply a row of prices: the start costs of every request, and what all constraints earn."""
    scale, cuts, memory = certificate.scale, certificate.cuts, certificate.instance.memory
    segments = certificate.prices[row]
    end = max((step + len(values) for _, step, *values in segments), default=0)
    table = {c: [0] * end for c in (0, *(segment[0] for segment in segments))}
    for c, step, *values in segments:
        table[c][step : step + len(values)] = values
    # mass[c][t] is the sum of the prices of constraint c before step t, moment that of k * price
    mass = {c: [0, *accumulate(prices)] for c, prices in table.items()}
    moment = [0, *accumulate(k * price for k, price in enumerate(table[0]))]
    earned = mass[0][-1] * memory
    costs: dict[Request, list[int]] = {}
    for s, o, a in set(requests):
        # token j = k - t + 1, made in step k, is charged (s + j) * price = (s + 1 - t + k) * price
        sums = zip(mass[0], _shift(mass[0], o), moment, _shift(moment, o), strict=True)
        charges = [(s + 1 - t) * (q - p) + n - m for t, (p, q, m, n) in enumerate(sums)]
        costs[s, o, a] = [scale * (t + o - a) + charge for t, charge in enumerate(charges)]
    for c in mass.keys() - {0}:
        k, b, peak = cuts[c - 1]
        earned += mass[c][-1] * k
        concerned = [(s, o, a) for s, o, a in costs if s + o >= peak]
        longest = max((s for s, _, _ in concerned), default=0)
        for s, o, a in concerned:
            before, after = (
                min(o, s + o - b),
                min((s + o + k * b + k - 1 - memory) // k, b - longest),
            )
            if before + after > 0:
                zone = zip(_shift(mass[c], o - before), _shift(mass[c], o + after), strict=True)
                costs[s, o, a] = [x + q - p for x, (p, q) in zip(costs[s, o, a], zone, strict=True)]
    return [costs[request] for request in requests], earned


def _shift(total: list[int], by: int) -> list[int]:
    """`total[t + by]` for every t, the last entry repeated beyond the end."""
    return total[by:] + total[-1:] * min(by, len(total))
