"""What prices of the cache prove of every schedule: the judge's own definition; exact.

A token of cache costs pi(t) >= 0 in step t; no schedule uses more than M tokens in a step. Request
i, of prompt s and output o, arrives at r. If its latency is o + y, its token j, which holds s + j,
is made in one of the steps r + j - 1, ..., r + j - 1 + y. So no schedule has a smaller total
latency than

    sum over i of ( o + min over y of ( y + sum over j of (s + j) min of pi over those steps ) )
    - M sum of pi.

Here this is evaluated as it stands, request by request, delay by delay, token by token, in
fractions. `kvratio.theory.cache_prices` rounds delays and prices to classes and blocks for speed,
always down: what it certifies is never above this number for its own prices (`certifies`).
"""

from collections.abc import Sequence
from fractions import Fraction

from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance


def priced(instance: Instance, prices: Sequence[Fraction]) -> Fraction:
    """The bound in steps; `prices` of the steps 0, 1, ..., afterwards 0. For small instances.

    Three requests of two tokens before a cache of 3: one at a time, so 2 + 4 + 6 at best. With
    these prices each does best with a delay of 3: its tokens cost 2/5 and 0 a token, so that
    3 (2 + 3 + 2 2/5) - 3 (12/5) is proved.

    >>> instance = Instance.of(3, [2, 2, 2], prompt=1)
    >>> priced(instance, [Fraction(4, 5), Fraction(4, 5), Fraction(2, 5), Fraction(2, 5)])
    Fraction(51, 5)
    >>> priced(instance, [])
    Fraction(6, 1)
    """
    if any(price < 0 for price in prices):
        raise InputError("prices", str(min(prices)), "none below 0: a step may be left unused")
    requests = zip(instance.arrival, instance.prompt, instance.output, strict=True)
    alone = (o + _least(prices, r, s, o) for r, s, o in requests)
    return sum(alone, Fraction(0)) - instance.memory * sum(prices, Fraction(0))


def _least(prices: Sequence[Fraction], r: int, s: int, o: int) -> Fraction:
    """The least of delay plus price; once all prices seen are 0 a longer delay is no better."""
    seen = [_price(prices, r + j) for j in range(o)]  # token j + 1: the least price so far
    delay = 0
    best = _cost(seen, s)
    while any(seen) and delay < best:
        delay += 1
        seen = [min(low, _price(prices, r + j + delay)) for j, low in enumerate(seen)]
        best = min(best, delay + _cost(seen, s))
    return best


def _cost(seen: Sequence[Fraction], s: int) -> Fraction:
    return sum(((s + j) * low for j, low in enumerate(seen, start=1)), Fraction(0))


def _price(prices: Sequence[Fraction], step: int) -> Fraction:
    return prices[step] if step < len(prices) else Fraction(0)


def certifies(instance: Instance, prices: Sequence[Fraction], claimed: Fraction) -> bool:
    """Do these prices prove that no schedule has a total latency below what is claimed?

    >>> instance = Instance.of(3, [2, 2, 2], prompt=1)
    >>> certifies(instance, [Fraction(4, 5)] * 2 + [Fraction(2, 5)] * 2, Fraction(11))
    False
    """
    return claimed <= priced(instance, prices)
