"""Latency in the fluid limit, from what the policies do, stage by stage. Fractions only.

As M and n / M grow, the total end-to-end latency is n^2 / (2 M) x'Qx for the shares x of the output
lengths. This module has the only definition of the forms Q in proofs_check, and takes none from
`theory`. A policy works in stages. A stage takes the time T(j) for each unit of share of length j
that takes part. A request of length j that completes in the stage waits on average half of it, a
request that is left over waits all of it: W(j) = done(j) + 2 left(j). The form is the sum over the
stages of T(x) W(x). With a common prompt of s tokens, c(k) = k (s + k) (a batch charged its peak)
and v(k) = s k + k (k + 1) / 2 (staggered starts), for lengths in [l, u]:

    h-sf, area       stage k: length k runs, T = c(k) or v(k); the longer ones wait
    a-random         one stage, T = c(j);   a-max: one stage, T = j (s + u)
    a-l              stage 1: all run l tokens, T = c(l); stage 2: those of length u, T = c(u)
    a-min            stage k (arXiv 2508.14544, Lemma 2), with e = s + l for k = l and e = 1 else:
                     T(j) = e j, done(j) = e / (s + j), left(j) = (j - k) / (s + j), for j >= k
    a-min-staggered  the same, less e k (k - 1) / (2 (s + k)) of the time
    slicing          stage with cap X after cap Y: T(j) = v(min(j, X)) for j > Y
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from kvratio.theory.checks import InputError, one_of

Row = list[Fraction]
Stage = tuple[Row, Row]  # T and W, an entry for each length
Shares = Mapping[int, Fraction | int]
Interval = tuple[int, int]


class Setting(NamedTuple):
    """What a form depends on: lengths in [low, high] (tokens), the prompt, slicing's caps."""

    lengths: Sequence[int]
    prompt: Fraction
    low: int
    high: int
    caps: Sequence[int]

    def charge(self, k: int) -> Fraction:
        """c(k), in token-steps."""
        return k * (self.prompt + k)

    def volume(self, k: int) -> Fraction:
        """v(k), in token-steps."""
        return self.prompt * k + Fraction(k * (k + 1), 2)

    def waits(self, after: int, cap: int) -> Row:
        """Requests longer than `after` take part; those longer than `cap` are left over."""
        return [Fraction((j > after) + (j > cap)) for j in self.lengths]

    def where(self, time: Callable[[int], Fraction | int], after: int, cap: int) -> Row:
        """T(j) for the lengths j in (after, cap], 0 for the others."""
        return [Fraction(time(j)) if after < j <= cap else Fraction(0) for j in self.lengths]


def _h_sf(its: Setting) -> Iterator[Stage]:
    for k in its.lengths:
        yield its.where(its.charge, k - 1, k), its.waits(k - 1, k)


def _area(its: Setting) -> Iterator[Stage]:
    for k in its.lengths:
        yield its.where(its.volume, k - 1, k), its.waits(k - 1, k)


def _a_random(its: Setting) -> Iterator[Stage]:
    yield its.where(its.charge, 0, its.high), its.waits(0, its.high)


def _a_max(its: Setting) -> Iterator[Stage]:
    yield its.where(lambda j: j * (its.prompt + its.high), 0, its.high), its.waits(0, its.high)


def _a_l(its: Setting) -> Iterator[Stage]:
    if not set(its.lengths) <= {its.low, its.high}:
        raise InputError("lengths", list(its.lengths), f"only {its.low} and {its.high} for a-l")
    yield its.where(lambda _: its.charge(its.low), 0, its.high), its.waits(0, its.low)
    yield its.where(its.charge, its.low, its.high), its.waits(its.low, its.high)


def _a_min(its: Setting) -> Iterator[Stage]:
    return _a_min_stages(its, lambda _: Fraction(0))


def _a_min_staggered(its: Setting) -> Iterator[Stage]:
    return _a_min_stages(its, lambda k: k * (k - 1) / (2 * (its.prompt + k)))


def _a_min_stages(its: Setting, saved: Callable[[int], Fraction]) -> Iterator[Stage]:
    """Lemma 2; `saved(k)` is how much less than j a restarted request of stage k is charged."""
    s = its.prompt
    for k in range(its.low, its.high + 1):
        slot = s + its.low if k == its.low else Fraction(1)
        less = saved(k)
        times = [slot * (j - less) if j >= k else Fraction(0) for j in its.lengths]
        waits = [(slot + 2 * (j - k)) / (s + j) if j >= k else Fraction(0) for j in its.lengths]
        yield times, waits


def _slicing(its: Setting) -> Iterator[Stage]:
    if not its.caps or its.caps[-1] < max(its.lengths):
        required = f"caps of which the last reaches the longest length, {max(its.lengths)}"
        raise InputError("caps", list(its.caps), required)
    for after, cap in pairwise((0, *its.caps)):
        if cap <= after:
            raise InputError("caps", list(its.caps), "ascending caps, at least 1")
        served = (min(j, cap) if j > after else 0 for j in its.lengths)
        yield [its.volume(tokens) for tokens in served], its.waits(after, cap)


_STAGES: Mapping[str, Callable[[Setting], Iterator[Stage]]] = {
    "h-sf": _h_sf,
    "area": _area,
    "a-random": _a_random,
    "a-max": _a_max,
    "a-l": _a_l,
    "a-min": _a_min,
    "a-min-staggered": _a_min_staggered,
    "slicing": _slicing,
}
POLICIES = tuple(_STAGES)


def stages(
    policy: str,
    lengths: Sequence[int],
    prompt: Fraction | int,
    within: Interval,
    caps: Sequence[int] = (),
) -> Iterator[Stage]:
    """The rows T and W of every stage over `lengths` (tokens), which lie in the interval `within`.

    Raises `InputError` for an unknown policy, for lengths outside the interval, and for caps that
    leave a request unserved, are not ascending, or belong to no slicing.

    >>> list(stages("a-random", [1, 2], 0, (1, 2)))
    [([Fraction(1, 1), Fraction(4, 1)], [Fraction(1, 1), Fraction(1, 1)])]
    >>> stages("a-mim", [1, 2], 0, (1, 2))
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: policy: expected one of a-l, a-max, a-min, \
a-min-staggered, a-random, area, h-sf, slicing, got 'a-mim'; nearest: a-min
    """
    make = _STAGES[one_of("policy", policy, POLICIES)]
    low, high = within
    if not lengths or not 1 <= low <= min(lengths) <= max(lengths) <= high:
        raise InputError("lengths", list(lengths), f"lengths in [{low}, {high}], at least 1")
    if len(set(lengths)) < len(lengths):
        raise InputError("lengths", list(lengths), "each length once")
    if caps and policy != "slicing":
        raise InputError("caps", list(caps), f"none for {policy}")
    return make(Setting(lengths, Fraction(prompt), low, high, caps))


def latency(
    policy: str,
    shares: Shares,
    prompt: Fraction | int = 0,
    within: Interval | None = None,
    caps: Sequence[int] = (),
) -> Fraction:
    """x'Qx for shares x (any positive multiple of them), by default within their own range.

    >>> latency("h-sf", {1: 1, 2: 1})  # 1 * (1 + 2) + 4 * 1
    Fraction(7, 1)
    """
    lengths = sorted(shares)
    x = [Fraction(shares[k]) for k in lengths]
    within = within or (lengths[0], lengths[-1])

    def dot(row: Row) -> Fraction:
        return sum((a * b for a, b in zip(row, x, strict=True) if a), Fraction(0))

    each = stages(policy, lengths, prompt, within, caps)
    return sum((dot(times) * dot(waits) for times, waits in each), Fraction(0))


def shares_of(tails: Sequence[Fraction]) -> dict[int, Fraction]:
    """The shares of the lengths 1, 2, ... from those of all lengths >= 1, >= 2, ...

    >>> shares_of([Fraction(1), Fraction(1, 3)])
    {1: Fraction(2, 3), 2: Fraction(1, 3)}
    """
    following = [*tails[1:], Fraction(0)]
    return {k + 1: a - b for k, (a, b) in enumerate(zip(tails, following, strict=True))}


def ratio(
    policy: str,
    benchmark: str,
    shares: Shares,
    prompt: Fraction | int = 0,
    within: Interval | None = None,
    caps: Sequence[int] = (),
) -> Fraction:
    """Latency of a policy over that of a benchmark.

    >>> ratio("a-min", "h-sf", {1: 2, 2: 1})  # P, Theorem 6: (3 - 1/2) / 2
    Fraction(5, 4)
    """
    return latency(policy, shares, prompt, within, caps) / latency(
        benchmark, shares, prompt, within
    )
