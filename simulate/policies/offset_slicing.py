"""Offset slicing: the policy with the best constant that is possible without knowing the lengths.

Every request has levels of cache volume of its own, b^(k + offset), k = 0, 1, ..., with a random
offset. It runs up to its next level (the most tokens whose volume is at most the level) and is
cancelled there unless it completes. The queue is ordered by the volume of the next run, smallest
first, in random order among equals; requests are admitted from its head while the next step fits.
(`admits="paced"` spreads the starts, as the fluid form does. It approaches the form as the memory
grows, but leaves room unused at usual sizes, as every assumed length learns its pace anew.)

In the fluid limit, with staggered starts, all requests at time 0, it is at most K = 2.72837...
times the optimum, for all lengths and prompts, with b = 13.8073 and independent offsets; no policy
that loses what it cancels has a smaller constant (`kvratio.theory.price`). With m classes of
offsets and one random phase the factor over K is x coth x, x = ln(b)/(4m): 1.000035 at m = 64, and
1.14 at m = 1 (one offset common to all: arXiv 2211.02044 for one machine). It is a policy for the
worst case: it neither reads predictions nor learns, so it makes each request run more than once,
also where all lengths are equal.

Predictions are never read, so none is wrong. An overflow evicts those admitted last; the one that
was admitted first completes or reaches its next level, and there are finitely many levels, so every
run ends.
"""

from fractions import Fraction

from kvratio.simulate.policy import Admits, Assumes, Evicts, Order, Policy, Ties
from kvratio.theory.checks import one_of, rational, whole

GROWTH = Fraction(138073, 10000)  # b of K, rounded
CLASSES = 64
ADMITS = {"greedy": Admits.NEXT_STEP, "paced": Admits.PACED}


def offset_slicing(
    growth: Fraction | int | str = GROWTH, classes: int = CLASSES, admits: str = "greedy"
) -> Policy:
    """Offset slicing with levels of a growth, at least 3/2.

    `classes`: of as many requests, one after the other, each has another of as many offsets, evenly
    spaced, in random order; 0: the offsets are independent. At most 4096. `admits`: "greedy", while
    the next step fits, or "paced".
    Raises `InputError` for other numbers.

    >>> offset_slicing(growth=4, classes=1).growth
    Fraction(4, 1)
    """
    return Policy(
        name="offset-slicing",
        title="Offset slicing",
        source="ours; levels with a random offset: arXiv 2211.02044 (b-scaling)",
        assumes=Assumes.OFFSET_LEVELS,
        order=Order.VOLUME,
        ties=Ties.RANDOM,
        admits=ADMITS[one_of("admits", admits, ADMITS)],
        evicts=Evicts.LAST,
        growth=rational("growth", growth),
        classes=whole("classes", classes),
    )


POLICY = offset_slicing()
