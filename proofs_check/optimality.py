"""Checker of optimality certificates: integers in, a verdict out. The rules are in `FORMAT.md`.

An accepted certificate proves `lower <= OPT <= upper`, where OPT is the least total end-to-end
latency (TEL) of any schedule of its instance. The upper bound is a schedule that `theory.model`
verifies. The lower bound is a tree of cases over the start times; in each case (leaf) any prices
for the cache give a bound that this module recomputes. It shares no code with any producer.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from proofs_check.certificate import Certificate, Prices, CertificateError, read_certificate
from theory.model import Instance, ScheduleError, verify

FOREVER = 10**30  # end of an open window: beyond every number the grammar can write


class Certified(NamedTuple):
    """What an accepted certificate proves: `lower <= OPT <= upper` in steps, OPT when equal."""

    lower: int
    upper: int
    leaves: int

    @property
    def optimal(self) -> bool:
        """True when the schedule of the certificate is proved optimal."""
        return self.lower == self.upper


class Kind(NamedTuple):
    """Equal requests, in ascending order of index; by symmetry they start in that order."""

    prompt: int
    output: int
    arrival: int
    members: tuple[int, ...]


# A case: for every kind, the earliest and the latest starts of its members, both ascending.
Windows = tuple[tuple[int, ...], ...]


class Case(NamedTuple):
    earliest: Windows
    latest: Windows


def check_text(text: str) -> Certified:
    """Read and check the text of a certificate; raise `CertificateError` unless it proves its claim."""
    return check(read_certificate(text))


def check(certificate: Certificate) -> Certified:
    """Check a well-formed certificate; raise `CertificateError` with a reason unless it proves its claim.

    >>> from theory.model import Instance, Schedule
    >>> one = Instance.of(3, [2, 1])
    >>> starts = Schedule.of([(0, 1, 3, True), (1, 0, 1, True)])
    >>> check(Certificate(one, starts, 3, 4, 1, ((),), (0,)))
    Certified(lower=3, upper=4, leaves=1)
    """
    _check_upper(certificate)
    if certificate.lower > certificate.upper:
        raise CertificateError("lower above upper", f"{certificate.lower} > {certificate.upper}")
    return Certified(certificate.lower, certificate.upper, _check_tree(certificate))


def _check_upper(certificate: Certificate) -> None:
    try:
        verified = verify(certificate.schedule, certificate.instance)
    except ScheduleError as error:
        raise CertificateError("invalid schedule", str(error)) from None
    if verified.tel != certificate.upper:
        detail = f"claimed {certificate.upper}, the schedule's latency is {verified.tel}"
        raise CertificateError("upper is not the latency", detail)


def kinds(instance: Instance) -> tuple[Kind, ...]:
    """Requests grouped by (prompt, output, arrival)."""
    groups: dict[tuple[int, int, int], list[int]] = {}
    columns = zip(instance.prompt, instance.output, instance.arrival, strict=True)
    for i, key in enumerate(columns):
        groups.setdefault(key, []).append(i)
    return tuple(Kind(*key, tuple(members)) for key, members in groups.items())


def _check_tree(certificate: Certificate) -> int:
    """Walk the tree in preorder with the open cases on a stack; return the number of leaves."""
    groups = kinds(certificate.instance)
    place = {i: (g, r) for g, kind in enumerate(groups) for r, i in enumerate(kind.members)}
    root = Case(
        tuple((kind.arrival,) * len(kind.members) for kind in groups),
        tuple((FOREVER,) * len(kind.members) for kind in groups),
    )
    bounds = _Bounds(certificate, groups)
    open_cases = [root]
    leaves = 0
    for k, node in enumerate(certificate.tree):
        if not open_cases:
            raise CertificateError("tree goes on", f"node {k}: every case is closed")
        case = open_cases.pop()
        if isinstance(node, int):
            bounds.close(k, node, case)
            leaves += 1
            continue
        request, step = node
        if request not in place:
            raise CertificateError("unknown request", f"node {k}: request {request}")
        g, r = place[request]
        if not case.earliest[g][r] <= step < case.latest[g][r]:
            raise CertificateError(
                "split outside the window", f"node {k}: request {request}, step {step}"
            )
        open_cases += reversed(_split(case, g, r, step))
    if open_cases:
        raise CertificateError("tree ends early", f"{len(open_cases)} cases have no node")
    return leaves


def _split(case: Case, g: int, r: int, step: int) -> tuple[Case, Case]:
    """The two cases "member r of kind g starts at `step` or before" and "after `step`".

    Members start in order, so what starts before member r is early too, what starts later late.
    """
    early = tuple(min(b, step) if q <= r else b for q, b in enumerate(case.latest[g]))
    late = tuple(max(a, step + 1) if q >= r else a for q, a in enumerate(case.earliest[g]))
    return (
        Case(case.earliest, (*case.latest[:g], early, *case.latest[g + 1 :])),
        Case((*case.earliest[:g], late, *case.earliest[g + 1 :]), case.latest),
    )


class _Bounds:
    """Recomputes the bounds of leaves; the costs under the last prices used are kept."""

    def __init__(self, certificate: Certificate, groups: Sequence[Kind]) -> None:
        self.certificate, self.groups = certificate, groups
        self.row = -1
        self.costs: list[list[int]] = []
        self.budget = 0

    def close(self, k: int, row: int, case: Case) -> None:
        """Raise `CertificateError` unless every schedule of the case has TEL >= lower."""
        certificate = self.certificate
        if row >= len(certificate.prices):
            raise CertificateError("unknown prices", f"node {k}: row {row}")
        if row != self.row:
            prices = certificate.prices[row]
            self.costs = [start_costs(kind, prices, certificate.scale) for kind in self.groups]
            self.budget = certificate.instance.memory * sum(prices)
            self.row = row
        bound = sum(map(self._least, self.costs, case.earliest, case.latest)) - self.budget
        # TEL is an integer, so a bound above lower - 1 is enough
        if bound <= certificate.scale * (certificate.lower - 1):
            detail = f"node {k}: {bound}/{certificate.scale} must exceed {certificate.lower - 1}"
            raise CertificateError("bound too weak", detail)

    def _least(self, costs: list[int], earliest: Sequence[int], latest: Sequence[int]) -> int:
        """Sum over the members of one kind of the least cost in the member's window."""
        total = 0
        window, least = None, 0
        for a, b in zip(earliest, latest, strict=True):
            if (a, b) != window:
                window = (a, b)
                least = min(costs[a : b + 1], default=0)
                last = len(costs) - 1
                if b > last:
                    # costs[last] is the cost of the first unpriced start; from there on each
                    # later step costs `scale` more
                    beyond = costs[last] + self.certificate.scale * max(0, a - last)
                    least = min(least, beyond) if a <= last else beyond
            total += least
        return total


def start_costs(kind: Kind, prices: Prices, scale: int) -> list[int]:
    """Latency plus priced cache of one request, for start = 0 ... len(prices), times `scale`.

    A start at t costs `scale * (t + o - a) + sum_{j=1..o} (s + j) * prices[t + j - 1]`, by prefix
    sums of `prices[k]` and `k * prices[k]`.

    >>> start_costs(Kind(1, 2, 0, (0,)), (5, 0, 7), scale=1)
    [12, 24, 18, 5]
    """
    s, o, a = kind.prompt, kind.output, kind.arrival
    mass = [0, *accumulate(prices)]
    moment = [0, *accumulate(k * v for k, v in enumerate(prices))]
    mass_end = mass[o:] + mass[-1:] * min(o, len(mass))
    moment_end = moment[o:] + moment[-1:] * min(o, len(moment))
    return [
        scale * (t + o - a) + (s + 1 - t) * (p - m) + q - n
        for t, (m, p, n, q) in enumerate(zip(mass, mass_end, moment, moment_end, strict=True))
    ]
