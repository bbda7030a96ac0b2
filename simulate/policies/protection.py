"""alpha-protection, and with beta-clearing: arXiv 2502.07115 v5, section 5.2.

First come, first served, admitting as long as the cache stays within (1 - alpha) M. When it
overflows M, all running requests are cleared and go back to the queue; or, with beta-clearing,
each with probability beta (again and again until the next step fits, which the paper leaves open).

The paper reports that runs with a small alpha loop for ever: the cleared requests start together
again and overflow together again. Here a clearing that follows another without a completion between
keeps the request that started first, until it completes, so every run ends. As long as no clearing
follows another so, the policy is the paper's. When all requests arrive at once, most do: a run then
takes a thousand starts for a completion.
Predictions are never read.
"""

from fractions import Fraction

from kvratio.simulate.policy import Admits, Assumes, Evicts, Order, Policy, Ties
from kvratio.theory.checks import rational


def protection(
    alpha: Fraction | str = Fraction(1, 4),
    beta: Fraction | str = Fraction(1),
    name: str = "alpha-protection",
) -> Policy:
    """A share `alpha` of the budget kept free, clearing with probability `beta`.

    Raises `InputError` unless 0 <= alpha < 1 and 1/1000 <= beta <= 1.

    >>> protection(Fraction(1, 5)).budget(100)
    80
    """
    clearing = rational("beta", beta)
    return Policy(
        name=name,
        title="alpha-protection" if clearing == 1 else "beta-clearing",
        source="arXiv 2502.07115 section 5.2",
        assumes=Assumes.NOTHING,
        order=Order.ARRIVAL,
        ties=Ties.INDEX,
        admits=Admits.NEXT_STEP,
        evicts=Evicts.CLEARED,
        reserve=rational("alpha", alpha, least=0, below=1),
        clearing=clearing,
    )


POLICY = protection()
CLEARING = protection(Fraction(1, 5), Fraction(1, 5), name="beta-clearing")
