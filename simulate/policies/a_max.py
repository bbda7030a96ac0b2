"""A_max, the pessimist: P Algorithm 1.

Assumes the upper end of the interval of every request and admits as many as the look-ahead test
allows, at random among equals. With different upper ends (and a common prompt) the largest number
is reached by the smallest ones first. Wrong predictions: when `output > upper` the cache may
overflow; the newest are then evicted and from then on assumed to be at least as long as they had
become.
"""

from kvratio.simulate.policy import Admits, Assumes, Order, Policy, Ties

POLICY = Policy(
    name="a-max",
    title="A_max",
    source="P Algorithm 1",
    assumes=Assumes.UPPER,
    order=Order.ASSUMED_LENGTH,
    ties=Ties.RANDOM,
    admits=Admits.LOOK_AHEAD,
    common_prompt=True,
)
