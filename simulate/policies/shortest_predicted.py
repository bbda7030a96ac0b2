"""Shortest predicted first, as serving systems with length predictors do it.

Orders the queue by a point prediction, here the middle of the interval, and plans nothing: it
admits whenever the next step fits, and an overflow preempts the newest. A prediction that was
outlived counts from then on as the tokens made when the request was preempted.
Wrong predictions: they change the order and nothing else.
"""

from kvratio.simulate.policy import Admits, Assumes, Order, Policy, Ties

POLICY = Policy(
    name="shortest-predicted",
    title="Shortest predicted first",
    source="serving systems with predictors, such as SJF in arXiv 2606.22327 section 4",
    assumes=Assumes.MIDDLE,
    order=Order.ASSUMED_LENGTH,
    ties=Ties.INDEX,
    admits=Admits.NEXT_STEP,
)
