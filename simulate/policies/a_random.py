"""A_random: P Algorithm 4, an instrument of P's proofs rather than a scheduler.

Knows every true output length but admits in one random order, as long as the look-ahead test
holds for the next in that order.
"""

from kvratio.simulate.policy import Admits, Assumes, Order, Policy, Ties

POLICY = Policy(
    name="a-random",
    title="A_random",
    source="P Algorithm 4",
    assumes=Assumes.OUTPUT,
    order=Order.RANDOM,
    ties=Ties.RANDOM,
    admits=Admits.LOOK_AHEAD,
    common_prompt=True,
)
