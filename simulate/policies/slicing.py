"""Slicing: stages with growing caps and staggered starts (the idea of GSA, arXiv 2601.22996).

In the stage of cap x every unfinished request runs until it completes or has made x tokens; then
it is evicted and waits for the next stage. Starts are paced so that attempts of all ages run
beside each other and the cache is full on average, instead of all reaching their peak together.
Overflow by chance evicts the newest, who lose least. Not work-conserving: an empty cache may wait
for the next start to be due. Predictions are never read, so none is wrong.
"""

from itertools import pairwise

from simulate.policy import Admits, Assumes, Order, Policy, Ties
from theory.checks import InputError, whole


def slicing(caps: tuple[int, ...], name: str = "slicing") -> Policy:
    """Slicing with the given caps, in tokens, increasing; after the last one, all that fits.

    Raises `InputError` unless the caps are increasing positive whole numbers.

    >>> slicing((1, 10)).caps
    (1, 10)
    """
    steps = tuple(whole("caps", cap, least=1) for cap in caps)
    if not steps or any(a >= b for a, b in pairwise(steps)):
        raise InputError("caps", caps, "at least one cap, each larger than the one before")
    return Policy(
        name=name,
        title="Slicing",
        source="ours; GSA (arXiv 2601.22996) in the fluid limit",
        assumes=Assumes.CAPS,
        order=Order.ASSUMED_LENGTH,
        ties=Ties.RANDOM,
        admits=Admits.PACED,
        caps=steps,
    )


# doubling caps, beyond every output length in use
POLICY = slicing(tuple(2**k for k in range(21)))
