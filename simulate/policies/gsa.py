"""GSA and GBA, geometric slicing and batching: Feng, Yang, Zhang, arXiv 2601.22996.

GSA knows nothing of output lengths. Phase p runs every unfinished request for growth^p first
tokens in a staggered pipeline (`kvratio.simulate.words.admits.staggered`) and cancels those that
are not finished.
GBA knows the lengths: it sorts them into the classes up to growth^p first and runs class by class,
the shortest first, each in a staggered pipeline of the class's longest length; it cancels no
request.

Published, with everyone present at the start and one prompt: at most 61.92 (large memory: 32) and
10.67 (6.75) times the optimum. The growths here are those at which the large-memory constants can
be had: 2 alpha^4 / (alpha - 1)^2 = 32 at 2, alpha^3 / (alpha - 1) = 6.75 at 3/2.

The source defines both for one prompt and no arrivals. The natural extension: a phase's pipeline is
that of the longest prompt in it; a phase takes all that wait with the least slice (or class) when
it begins, so newcomers start with the first slice in the phase after the running one.
Wrong predictions: they read none. A cap above what fits is cut to it.
"""

from fractions import Fraction

from kvratio.simulate.policies.slicing import growing
from kvratio.simulate.policy import Admits, Assumes, Order, Policy, Ties


def gsa(growth: Fraction | int | str = 2, first: int | str = 1) -> Policy:
    """Slices first, growth first, growth^2 first, ... (rounded up), in tokens.

    Raises `InputError` unless 1.01 <= growth and 1 <= first.

    >>> gsa(growth=3, first=4).caps[:3]
    (4, 12, 36)
    """
    return _pipeline("gsa", "GSA", Assumes.CAPS, growing(growth, first))


def gba(growth: Fraction | int | str = Fraction(3, 2), first: int | str = 1) -> Policy:
    """Classes up to first, growth first, growth^2 first, ... (rounded up), in tokens.

    >>> gba(growth=2).clairvoyant
    True
    """
    return _pipeline("gba", "GBA", Assumes.LENGTH_CLASS, growing(growth, first))


def _pipeline(name: str, title: str, assumes: Assumes, caps: tuple[int, ...]) -> Policy:
    return Policy(
        name=name,
        title=title,
        source="arXiv 2601.22996",
        assumes=assumes,
        order=Order.ASSUMED_LENGTH,
        ties=Ties.INDEX,
        admits=Admits.STAGGERED,
        caps=caps,
        common_prompt=True,
    )


SLICES = gsa()
CLASSES = gba()
