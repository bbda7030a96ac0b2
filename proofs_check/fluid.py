"""Latency in the fluid limit, from what the policies do, stage by stage. Fractions only.

As M and n / M grow, the total end-to-end latency is n^2 / (2 M) x'Qx for the shares x of the output
lengths. This module has the only definition of the forms Q in this room, and takes none from
`theory`. A policy works in stages; a stage takes the time T(j) for each unit of share of length j
that takes part; a request of length j that completes in it waits on average half of the stage,
one that is left over waits all of it: W(j) = done(j) + 2 left(j). The form is the sum over the
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

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

POLICIES = ("h-sf", "area", "a-random", "a-max", "a-l", "a-min", "a-min-staggered", "slicing")

Row = list[Fraction]
Shares = Mapping[int, Fraction | int]
Interval = tuple[int, int]


def stages(
    policy: str,
    lengths: Sequence[int],
    prompt: Fraction | int,
    within: Interval,
    caps: Sequence[int] = (),
) -> Iterator[tuple[Row, Row]]:
    """The rows T and W of every stage over `lengths` (tokens), which lie in the interval `within`.

    >>> list(stages("a-random", [1, 2], 0, (1, 2)))
    [([Fraction(1, 1), Fraction(4, 1)], [Fraction(1, 1), Fraction(1, 1)])]
    """
    s, zero = Fraction(prompt), Fraction(0)
    low, high = within

    def charge(k: int) -> Fraction:
        return k * (s + k)

    def volume(k: int) -> Fraction:
        return s * k + Fraction(k * (k + 1), 2)

    def waits(after: int, cap: int) -> Row:
        """Those of lengths above `after` take part; the ones above `cap` are left over."""
        return [Fraction((j > after) + (j > cap)) for j in lengths]

    if policy in ("h-sf", "area"):
        size = charge if policy == "h-sf" else volume
        for k in lengths:
            yield [size(k) if j == k else zero for j in lengths], waits(k - 1, k)
    elif policy in ("a-random", "a-max"):
        cost = charge if policy == "a-random" else lambda j: j * (s + high)
        yield [cost(j) for j in lengths], waits(0, high)
    elif policy == "a-l":
        yield [charge(low) for j in lengths], waits(0, low)
        yield [charge(high) if j > low else zero for j in lengths], waits(low, high)
    elif policy == "slicing":
        after = 0
        for cap in caps:
            times = [volume(min(j, cap)) if j > after else zero for j in lengths]
            yield times, waits(after, cap)
            after = cap
    else:
        for k in range(low, high + 1):
            e = s + low if k == low else Fraction(1)
            less = k * (k - 1) / (2 * (s + k)) if policy == "a-min-staggered" else zero
            yield (
                [e * (j - less) if j >= k else zero for j in lengths],
                [(e + 2 * (j - k)) / (s + j) if j >= k else zero for j in lengths],
            )


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

    rows = stages(policy, lengths, prompt, within, caps)
    return sum((dot(times) * dot(waits) for times, waits in rows), Fraction(0))


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
    return latency(policy, shares, prompt, within, caps) / latency(benchmark, shares, prompt)
