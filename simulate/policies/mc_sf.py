"""MC-SF, Memory Constrained Shortest First: Jaillet et al., arXiv 2502.07115 v5, Algorithm 1.

Shortest predicted length first, admitted while the look-ahead test holds at every predicted
completion, stopping at the first that fails. Its prediction must not be below the truth, so it
is the upper end of the interval. Wrong predictions: as for A_max (our choice; the paper clears
the whole batch).
"""

from kvratio.simulate.policy import Admits, Assumes, Order, Policy, Ties

POLICY = Policy(
    name="mc-sf",
    title="MC-SF",
    source="arXiv 2502.07115 Algorithm 1",
    assumes=Assumes.UPPER,
    order=Order.ASSUMED_LENGTH,
    ties=Ties.INDEX,
    admits=Admits.LOOK_AHEAD,
)
