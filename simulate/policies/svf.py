"""SVF, Smallest Volume First: Kong, Qi, Ye, Zhou, arXiv 2606.22327, Algorithm 1.

Knows every true output length, admits the smallest volume s o + o (o + 1) / 2 first as long as the
look-ahead test holds, and never evicts. With everyone present at the start and s + o <= alpha M for
all, its total latency is at most 1 + 2 / (1 - alpha) times the optimum (Theorem 3.2).
Wrong predictions: it reads none. Arrivals: the smallest volume among those that have arrived.
"""

from kvratio.simulate.policy import Admits, Assumes, Order, Policy, Ties

POLICY = Policy(
    name="svf",
    title="SVF",
    source="arXiv 2606.22327 Algorithm 1",
    assumes=Assumes.OUTPUT,
    order=Order.VOLUME,
    ties=Ties.INDEX,
    admits=Admits.LOOK_AHEAD,
)
