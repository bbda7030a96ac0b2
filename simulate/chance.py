"""Randomness that does not depend on how often an engine asks.

A run draws one 64-bit key a request from `numpy.random.default_rng(seed)`. Every later draw is a
hash of that key and a counter, so that two engines that follow the same schedule see the same
draws, in whichever order and however often they ask for them.
"""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

BITS = 64
_MASK = (1 << BITS) - 1
_GOLDEN = 0x9E3779B97F4A7C15  # the splitmix64 increment (Steele, Lea, Flood 2014)


class Purpose(IntEnum):
    """What a draw is for; draws for different purposes are independent."""

    QUEUE = 0  # place among equals in the queue, counter = attempts so far
    EVICT = 1  # place among equals in an overflow, counter = step
    THIN = 2  # how long a thinned request survives, counter = attempts so far
    # the offset of levels, counter = place in a block of requests; the numbers are those of THIN,
    # which no policy with levels draws
    OFFSET = 2


def request_keys(seed: int, n: int) -> list[int]:
    """One 64-bit key a request; the only use of the seed in a run.

    >>> request_keys(0, 2) == request_keys(0, 3)[:2]
    True
    """
    found: list[int] = keys(seed, n).tolist()
    return found


def keys(seed: int, n: int) -> npt.NDArray[np.uint64]:
    """`request_keys` as an array."""
    return np.random.default_rng(seed).integers(0, 1 << BITS, size=n, dtype=np.uint64)


def draw(key: int, counter: int, purpose: Purpose) -> int:
    """A uniform number in [0, 2^64): the splitmix64 finaliser of key and counter.

    >>> 0 <= draw(1, 2, Purpose.QUEUE) < 2**64
    True
    """
    z = (key + (counter * len(Purpose) + purpose + 1) * _GOLDEN) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)
