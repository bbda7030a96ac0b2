"""H-SF, Hindsight-Shortest-First: P Algorithm 3.

Knows every true output length, admits the shortest first as long as the look-ahead test holds,
and never evicts. It is P's benchmark; it is not the optimum (staggered starts can beat it).
Wrong predictions: it reads none. Arrivals: the shortest among those that have arrived.
"""

from kvratio.simulate.policy import Admits, Assumes, Order, Policy, Ties

POLICY = Policy(
    name="h-sf",
    title="H-SF",
    source="P Algorithm 3",
    assumes=Assumes.OUTPUT,
    order=Order.ASSUMED_LENGTH,
    ties=Ties.INDEX,
    admits=Admits.LOOK_AHEAD,
    common_prompt=True,
)
