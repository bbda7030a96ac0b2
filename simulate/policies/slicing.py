"""Slicing: stages with growing caps and staggered starts (the idea of GSA, arXiv 2601.22996).

In the stage of cap x every unfinished request runs until it completes or has made x tokens; then
it is evicted and waits for the next stage. Starts are paced so that attempts of all ages run
beside each other and the cache is full on average, instead of all reaching their peak together.
A chance overflow evicts the newest, which lose least. Not work-conserving: cache may stay free for
the next start to be due. Predictions are never read, so none is wrong.

The default caps 1, 2, 4, ... are at most 5/2 times H-SF without prompts (fluid limit); with prompts
they reach 5.31 times H-SF (s = 1000, u = 400). The constant 5 against the optimum for every prompt
belongs to other caps (`kvratio.theory.slicing.proved_caps`), to be given as `slicing:caps=...`.
"""

from fractions import Fraction
from itertools import pairwise
from math import ceil

from kvratio.simulate.policy import Admits, Assumes, Order, Policy, Ties
from kvratio.theory.checks import InputError, rational, whole
from kvratio.theory.model import MOST_CAPS

LONGEST = 2**20  # beyond every output length in use
FINEST = 10**6


def slicing(caps: tuple[int, ...], name: str = "slicing") -> Policy:
    """Slicing with the given caps, in tokens, increasing; after the last one, all that fits.

    Raises `InputError` unless the caps are increasing positive whole numbers.

    >>> slicing((1, 10)).caps
    (1, 10)
    """
    if len(caps) > MOST_CAPS:
        raise InputError("caps", f"{len(caps)} caps", f"at most {MOST_CAPS}")
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


def sliced(caps: tuple[int, ...] = (), growth: Fraction | int | str | None = None) -> Policy:
    """Slicing with the given caps or with geometric ones, but not both.

    >>> sliced(growth=4).caps[:3]
    (1, 4, 16)
    """
    if growth is not None and caps:
        raise InputError("growth", growth, "either caps or a growth, not both")
    return slicing(caps if growth is None else growing(growth))


def growing(growth: Fraction | int | str, first: int | str = 1) -> tuple[int, ...]:
    """The caps first, growth first, growth^2 first, ..., rounded up, until one is >= `LONGEST`.

    Raises `InputError` unless 1.01 <= growth <= 2^20 and 1 <= first <= 2^20, and for fractions that
    are finer than a millionth.

    >>> growing(Fraction(3, 2))[:6], growing(4)[-1]
    ((1, 2, 3, 4, 6, 8), 1048576)
    """
    factor = rational("growth", growth, least=Fraction(101, 100), most=LONGEST)
    exact = rational("first", first, least=1, most=LONGEST)
    for name, number in (("growth", factor), ("first", exact)):
        if number.denominator > FINEST:  # its powers are exact: they would fill the memory
            raise InputError(name, number, f"a fraction with a denominator of at most {FINEST}")
    caps = [ceil(exact)]
    while caps[-1] < LONGEST:
        exact *= factor
        if exact > caps[-1]:
            caps.append(ceil(exact))
    return tuple(caps)


POLICY = slicing(growing(2))
