"""Exact checker of doubly nonnegative certificates for competitive ratios in the fluid limit.

The claim of a certificate: for all shares x >= 0 of the listed output lengths,

    x'Ax <= bound * x'Bx,

where A and B are the latency forms of a policy and of a benchmark for a common prompt of s
tokens, in units of n^2 / (2 M) steps. The certificate gives integers F (lower triangular),
d >= 0 and D >= 1; with P = F diag(d) F' / D it must hold that

    N = bound * B - A - P  is nonnegative in every entry.

P is positive semidefinite as it is a sum of squares with weights d / D (its LDL' factorisation is
part of the file, so it is multiplied out, not computed). So for x >= 0 both x'Px and x'Nx are at
least 0, which is the claim. Everything is computed in Python's integers.

A and B are built by `kvratio.proofs_check.fluid` from what the policies do, stage by stage.

The file is one JSON object with exactly the keys in `KEYS`, each once; numbers are integers of at
most `MAX_DIGITS` characters. `prompt` and `bound` are [numerator, denominator]; `caps` is the list
of slicing's caps and [] for every other policy; `lengths` lists the lengths within [lower, upper]
that have a share; `factor` has row i of i + 1 integers.
"""

import json
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any

from kvratio.proofs_check import fluid

FORMAT = "kvratio-copositive"
VERSION = 1
CLAIM = "format version policy caps benchmark prompt lower upper lengths bound"
KEYS = f"{CLAIM} denominator pivots factor"
POLICIES = ("h-sf", "area", "a-random", "a-max", "a-min", "a-min-staggered", "slicing")
BENCHMARKS = ("h-sf", "area")
MAX_DIGITS = 60  # bounds the work that a file can cause; solvers' need about 30
MAX_LENGTHS = 400

REASONS = (
    "not JSON",
    "duplicate key",
    "not an integer",
    "number too large",
    "wrong keys",
    "unknown format",
    "unknown version",
    "unknown policy",
    "malformed caps",
    "malformed prompt",
    "malformed lengths",
    "malformed bound",
    "malformed factor",
    "negative pivot",
    "negative entry",
)


class CopositiveError(ValueError):
    """A certificate is rejected: `reason` is one of `REASONS`, `detail` says where and what."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}")


@dataclass(frozen=True, slots=True)
class RatioBound:
    """What an accepted certificate proves: x'Ax <= bound * x'Bx for all shares of `lengths`.

    `prompt`, `lower`, `upper`, `lengths` and `caps` in tokens.
    """

    policy: str
    caps: tuple[int, ...]
    benchmark: str
    prompt: Fraction
    lower: int
    upper: int
    lengths: tuple[int, ...]
    bound: Fraction


def check(text: str) -> RatioBound:
    """Check the text of a certificate; return what it proves or raise `CopositiveError`.

    >>> check("{}")
    Traceback (most recent call last):
    ...
    kvratio.proofs_check.copositive.CopositiveError: wrong keys: expected exactly: format version \
policy caps benchmark prompt lower upper lengths bound denominator pivots factor
    """
    data = _load(text)
    claim = _claim(data)
    denominator, pivots, factor = _evidence(data, len(claim.lengths))
    size = range(len(claim.lengths))
    a, a_scale = _form(claim.policy, claim)
    b, b_scale = _form(claim.benchmark, claim)
    # the sign of N, multiplied by all denominators
    top, bottom = claim.bound.numerator, claim.bound.denominator
    b_unit, a_unit = top * a_scale * denominator, bottom * b_scale * denominator
    p_unit = bottom * a_scale * b_scale
    for i in size:
        weighted = [f * d for f, d in zip(factor[i], pivots, strict=False)]
        for j in range(i + 1):
            p = sum(map(int.__mul__, weighted, factor[j]))
            if b_unit * b[i][j] - a_unit * a[i][j] - p_unit * p < 0:
                where = f"lengths {claim.lengths[i]} and {claim.lengths[j]}"
                raise CopositiveError("negative entry", f"N at the {where}")
    return claim


def ratio(claim: RatioBound, shares: dict[int, int]) -> Fraction:
    """The exact ratio of the claim's policy to its benchmark at a witness: shares by length.

    A lower bound of the maximum that a certificate bounds from above. `claim.bound` plays no role.
    Raises `CopositiveError` for a length that the claim does not have, or a negative share.

    >>> claim = RatioBound("a-random", (), "h-sf", Fraction(0), 1, 3, (1, 3), Fraction(2))
    >>> ratio(claim, {1: 3, 3: 1})  # (1 + 3) / 2
    Fraction(2, 1)
    """
    if not set(shares) <= set(claim.lengths) or min(shares.values(), default=0) < 0:
        raise CopositiveError("malformed lengths", "shares must be nonnegative, of these lengths")
    x = [shares.get(k, 0) for k in claim.lengths]

    def value(policy: str) -> Fraction:
        form, scale = _form(policy, claim)
        both = sum(2 * x[i] * x[j] * q for i, row in enumerate(form) for j, q in enumerate(row))
        return Fraction(both - sum(x[i] * x[i] * row[i] for i, row in enumerate(form)), scale)

    benchmark = value(claim.benchmark)
    if not benchmark:
        raise CopositiveError("malformed lengths", "a witness needs a positive share")
    return value(claim.policy) / benchmark


def _form(policy: str, claim: RatioBound) -> tuple[list[list[int]], int]:
    """The symmetric matrix of a form as integers and their common denominator."""
    within = (claim.lower, claim.upper)
    caps = claim.caps if policy == claim.policy else ()
    stages = list(fluid.stages(policy, claim.lengths, claim.prompt, within, caps))
    t_scale = lcm(*(x.denominator for times, _ in stages for x in times))
    w_scale = lcm(*(x.denominator for _, waits in stages for x in waits))
    n = len(claim.lengths)
    total = [[0] * n for _ in range(n)]
    for times, waits in stages:
        t = [x.numerator * (t_scale // x.denominator) for x in times]
        w = [x.numerator * (w_scale // x.denominator) for x in waits]
        for i in range(n):
            if t[i] or w[i]:
                row, t_i, w_i = total[i], t[i], w[i]
                for j in range(i + 1):
                    row[j] += t_i * w[j] + w_i * t[j]
    return total, 2 * t_scale * w_scale


def _load(text: str) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise CopositiveError("duplicate key", f"among {[key for key, _ in pairs]!r}"[:80])
        return dict(pairs)

    def integer(digits: str) -> int:
        if len(digits) > MAX_DIGITS:
            raise CopositiveError("number too large", f"{len(digits)} characters")
        return int(digits)

    def no_integer(number: str) -> Any:
        raise CopositiveError("not an integer", number[:MAX_DIGITS])

    try:
        data = json.loads(
            text,
            object_pairs_hook=unique,
            parse_int=integer,
            parse_float=no_integer,
            parse_constant=no_integer,
        )
    except CopositiveError:
        raise
    except (ValueError, RecursionError) as error:
        raise CopositiveError("not JSON", str(error)) from None
    if type(data) is not dict or set(data) != set(KEYS.split()):
        raise CopositiveError("wrong keys", f"expected exactly: {KEYS}")
    return data


def _integers(value: Any, least: int | None = None) -> bool:
    """A list of integers (true and false are none), each at least `least`."""
    if type(value) is not list or not set(map(type, value)) <= {int}:
        return False
    return least is None or min(value, default=least) >= least


def _ascending(values: list[int]) -> bool:
    return all(a < b for a, b in pairwise(values))


def _fraction(value: Any, reason: str) -> Fraction:
    if not _integers(value, 0) or len(value) != 2 or value[1] == 0:
        raise CopositiveError(reason, "expected [numerator, denominator], at least 0 and 1")
    return Fraction(value[0], value[1])


def _claim(data: dict[str, Any]) -> RatioBound:
    if data["format"] != FORMAT:
        raise CopositiveError("unknown format", f"expected {FORMAT!r}")
    if type(data["version"]) is not int or data["version"] != VERSION:
        raise CopositiveError("unknown version", f"expected {VERSION}")
    policy, benchmark, caps = data["policy"], data["benchmark"], data["caps"]
    if policy not in POLICIES or benchmark not in BENCHMARKS:
        raise CopositiveError("unknown policy", f"{policy!r} over {benchmark!r}")
    low, high, lengths = data["lower"], data["upper"], data["lengths"]
    if not (_integers([low, high], 1) and _integers(lengths, 1) and _ascending(lengths)):
        raise CopositiveError("malformed lengths", "expected ascending integers, at least 1")
    if not (0 < len(lengths) <= MAX_LENGTHS and low <= lengths[0] and lengths[-1] <= high):
        raise CopositiveError("malformed lengths", f"1 to {MAX_LENGTHS} within [lower, upper]")
    if high - low >= 2 * MAX_LENGTHS:
        raise CopositiveError("malformed lengths", f"an interval of at most {2 * MAX_LENGTHS}")
    used = policy == "slicing"
    if not (_integers(caps, 1) and _ascending(caps)) or bool(caps) != used:
        raise CopositiveError("malformed caps", "ascending integers for slicing, else []")
    if used and caps[-1] < high:
        raise CopositiveError("malformed caps", "the last cap must reach upper")
    bound, prompt = _fraction(data["bound"], "malformed bound"), data["prompt"]
    return RatioBound(
        policy,
        tuple(caps),
        benchmark,
        _fraction(prompt, "malformed prompt"),
        low,
        high,
        tuple(lengths),
        bound,
    )


def _evidence(data: dict[str, Any], n: int) -> tuple[int, list[int], list[list[int]]]:
    denominator, pivots, factor = data["denominator"], data["pivots"], data["factor"]
    if not _integers([denominator], 1):
        raise CopositiveError("malformed factor", "denominator must be an integer, at least 1")
    if type(factor) is not list or not all(map(_integers, [pivots, *factor])):
        raise CopositiveError("malformed factor", "pivots and rows must be lists of integers")
    if [len(pivots), *map(len, factor)] != [n, *range(1, n + 1)]:
        raise CopositiveError("malformed factor", f"expected {n} pivots and rows of 1 to {n}")
    if min(pivots) < 0:
        raise CopositiveError("negative pivot", f"pivot {pivots.index(min(pivots))}")
    return denominator, pivots, factor
