"""A certified lower bound for arrivals over time, from prices of the cache; exact.

Let a token of cache cost pi(t) >= 0 in step t. No schedule uses more than M tokens in a step, so
for every schedule

    total latency  >=  sum over requests (latency + price of what the request uses)  -  M sum pi.

In the sum each request chooses alone. Request i arrives at r, has a prompt of s tokens and makes o.
If its latency is o + y then its token j, which holds s + j, is made in a step from r + j - 1 to
r + j - 1 + y: j - 1 tokens come before it, one a step, and o - j after it. Hence

    latency + price  >=  o + min over y of ( y + sum_j (s + j) min of pi over those steps ),

and this may be added up for any prices: a bad choice gives a weak bound, never a wrong one.

*Readings.* Nothing was said of what happens between two tokens. So the bound holds where preemption
keeps the tokens, and where it loses them (the last attempt makes every token; the others only add
to the use), for every policy, clairvoyant or not.

*In time* (`kvratio.theory.area_in_time`). Where no iteration takes less than a unit of time and
the y_j are real, y_1 <= y_2 <= ... <= y: a token holds s + j for at least a unit that begins at
r + j - 1 + y_j. Its price is linear in y_j between whole numbers, so the least cost is found at
whole ones, and the same number is a bound.

*Near-linear time.* Prices are equal in blocks of b steps, and delays y come in classes that grow by
a share: b w' <= y < b w costs at least b w', with the least price from the token's own block to the
w-th after it. There are O(log) classes, each takes a pass over the blocks and O(1) for every
request that might still find a smaller cost there.

*Which prices.* Those of one machine of speed M (`kvratio.theory.machine`) that always works on the
smallest volume, request i coming at r plus the mean moment of its cache use when it starts at once.
While it works on volume v the price falls by 1/v a step: a request that waits there, of that
volume, finds every start equally good. It is 0 where the machine is empty. At load 1 this loses
some 4 % against prices that 200 subgradient steps found.

The bound by mean moments (`kvratio.theory.area.moment_bound`) may use up a request's volume in an
instant; here it takes at least o steps *and* waits where the cache is full.

Sources: Lagrangian relaxation of time-indexed programs, Dyer and Wolsey (1990); the program for the
KV cache, Jaillet et al., arXiv 2502.07115 v5, section 3.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from kvratio.theory.machine import shortest_first, way_to_completion, work
from kvratio.theory.model import Instance

Ints = NDArray[np.int64]

DIGITS = 40  # prices are whole multiples of 2^-DIGITS steps a token-step, or coarser
LARGEST = 1 << 62  # the price of a request's use is below it, so that all costs fit 64 bits
LONGEST = 1 << 31  # steps of a block, for the same reason; never reached by `machine_prices`
CLASSES = 32  # delays of one class differ by one part in so many
BLOCKS = 1  # so many blocks for each request, at least `FEWEST` in all
FEWEST = 1024
GROUP = 1024  # blocks of a group of requests, at least


@dataclass(frozen=True, slots=True)
class Prices:
    """What a token of cache costs: `each[k] / 2^digits` steps in each of the steps from k `block`
    to (k + 1) `block` - 1, and nothing later."""

    each: tuple[int, ...]
    block: int
    digits: int


def price_bound(instance: Instance) -> Fraction:
    """A number of steps below which no schedule's total latency can be, lost or kept tokens.

    Requests of 10 steps come one a step; the cache of 20 tokens has room for some 4 of them.

    >>> instance = Instance.of(20, [10] * 9, arrival=range(9))
    >>> round(price_bound(instance)), sum(instance.output)
    (132, 90)
    """
    if not instance.n:
        return Fraction(0)
    return bound_of(instance, machine_prices(instance))


def machine_prices(instance: Instance) -> Prices:
    """The prices of the machine that always works on the smallest volume.

    >>> instance = Instance.of(3, [2, 2])
    >>> [round(p / 2**40, 2) for p in machine_prices(instance).each]
    [0.0, 0.37, 0.28, 0.02]
    """
    memory = instance.memory
    volumes, arrival = work(instance)
    lengths = zip(instance.prompt, instance.output, volumes, arrival, strict=True)
    comes = [a + memory * o - memory * way_to_completion(s, o) // (2 * v) for s, o, v, a in lengths]
    pieces = list(shortest_first(volumes, comes, fixed=True))
    horizon = pieces[-1][2] // memory + 1
    block = -(-horizon // max(FEWEST, BLOCKS * instance.n))
    cell = block * memory
    each = [0] * (pieces[-1][2] // cell + 1)
    last: dict[int, tuple[int, int]] = {}  # where the machine left a request, and the price there
    begin = price = 0
    for i, start, end in reversed(pieces):
        if end < begin:
            price = 0  # the machine is empty between the two
        ends, low = last.setdefault(i, (end, price))
        steep = memory * volumes[i]
        price = low + ((ends - end) << DIGITS) // steep
        now = end
        while now > start:
            k = (now - 1) // cell
            before = max(start, k * cell)
            higher = low + ((ends - before) << DIGITS) // steep
            each[k] += (price + higher) * (now - before) // (2 * cell)
            now, price = before, higher
        begin = start
    # A request's cost is at most its volume times the highest price.
    spare = max(0, (max(volumes) * max(each)).bit_length() - LARGEST.bit_length() + 1)
    spare = min(spare, DIGITS)
    return Prices(tuple(p >> spare for p in each), block, DIGITS - spare)


def bound_of(instance: Instance, prices: Prices) -> Fraction:
    """The bound that these prices prove, in steps.

    >>> bound_of(Instance.of(3, [2, 2, 2]), Prices((4, 2, 0), block=1, digits=3))
    Fraction(27, 4)
    """
    volumes, _ = work(instance)
    if max(volumes) * max(prices.each) >= LARGEST or prices.block >= LONGEST:
        return Fraction(sum(instance.output))  # that of prices of 0
    costs = _least_costs(instance, prices)
    paid = instance.memory * prices.block * sum(prices.each)
    return sum(instance.output) + Fraction(sum(costs.tolist()) - paid, 1 << prices.digits)


def _least_costs(instance: Instance, prices: Prices) -> Ints:
    """For each request, in the order of arrival, the least of delay plus price, over 2^digits.

    Rounded down, never up. Products and running sums wrap around 2^64; the costs themselves are
    below 2^63.
    """
    columns = np.array([instance.arrival, instance.prompt, instance.output], dtype=np.int64)
    arrival, prompt, output = columns[:, np.argsort(columns[0], kind="stable")]
    each, block = np.array(prices.each, dtype=np.int64), prices.block
    at_once = _weighted(_soonest(_ended(each), block), block, arrival, prompt, output)
    first, last = arrival // block, (arrival + output) // block
    reach = (at_once >> prices.digits) // block + 2  # so many blocks of delay cost more than that
    found = []
    for i, j in _groups(first, reach):
        most = int(reach[i:j].max())
        until = int(last[i:j].max()) + most + most // CLASSES + 2
        least = _ended(each[first[i] : until])  # prices of 0 after it could only weaken the bound
        a = arrival[i:j] - block * first[i]
        found.append(_costs(least, block, prices.digits, a, prompt[i:j], output[i:j]))
    return np.concatenate(found)


def _groups(first: Ints, reach: Ints) -> Iterator[tuple[int, int]]:
    """Consecutive requests whose own blocks are no fewer than those that their delays may reach.

    So each group looks at few blocks, all groups together at a small multiple of all blocks.
    """
    begin, most = 0, GROUP
    for i, (block, blocks) in enumerate(zip(first.tolist(), reach.tolist(), strict=True)):
        if block - first[begin] >= most:
            yield begin, i
            begin, most = i, GROUP
        most = max(most, blocks)
    yield begin, len(first)


def _costs(least: Ints, block: int, digits: int, arrival: Ints, prompt: Ints, output: Ints) -> Ints:
    """The least costs, class by class of delays; `least` holds the blocks' prices, the last 0."""
    best = np.full(len(arrival), np.iinfo(np.int64).max)
    hopeful = np.arange(len(arrival))
    least = _soonest(least, block)
    reach, delay = 1, 0  # the class of delays from `delay` to block * reach - 1
    while len(hopeful):
        price = _weighted(least, block, arrival[hopeful], prompt[hopeful], output[hopeful])
        best[hopeful] = np.minimum(best[hopeful], (delay << digits) + price)
        delay, more = block * reach, max(1, reach // CLASSES)
        least, reach = _wider(least, more), reach + more
        hopeful = hopeful[best[hopeful] >> digits >= delay]
    return best


def _soonest(each: Ints, block: int) -> Ints:
    """What a token's block costs at least, with a delay below a block: the next one may be meant.

    With blocks of one step such a delay is none.
    """
    return _wider(each, 1) if block > 1 else each


def _ended(each: Ints) -> Ints:
    """These blocks, and one of price 0 for all that come later."""
    return np.append(each, 0)


def _wider(least: Ints, more: int) -> Ints:
    """Minima over `more` further blocks, of minima over at least so many; 0 past the end."""
    found = np.zeros_like(least)
    if more < len(least):
        found[:-more] = np.minimum(least[:-more], least[more:])
    return found


def _weighted(least: Ints, block: int, a: Ints, s: Ints, o: Ints) -> Ints:
    """sum of (s + 1 + t - a) least(t) over the steps t = a ... a + o - 1.

    It is (s + 1 - a) times a difference of running sums of the prices, plus one of t times the
    price.
    """
    first = block * np.arange(len(least))
    plain = np.concatenate([[0], np.cumsum(least * block)])
    timed = np.concatenate([[0], np.cumsum(least * (block * first + block * (block - 1) // 2))])

    def until(t: Ints) -> tuple[Ints, Ints]:
        k = np.minimum(t // block, len(least) - 1)
        inside = t - first[k]
        moments = inside * first[k] + inside * (inside - 1) // 2
        return plain[k] + inside * least[k], timed[k] + moments * least[k]

    (p0, p1), (q0, q1) = until(a), until(a + o)
    found: Ints = (s + 1 - a) * (q0 - p0) + (q1 - p1)
    return found


def all_together(arrival: Sequence[int]) -> bool:
    """Do all requests arrive in one step? Then the moments and steps alone are hardly weaker.

    >>> all_together([3, 3]), all_together([0, 1])
    (True, False)
    """
    return len(set(arrival)) <= 1
