"""A_l, promote-l: P Algorithm 6, for output lengths that are either `lower` or `upper`.

First in, first out. Every request is assumed to have length `lower`; one that has made so many
tokens and goes on is evicted, assumed to have length `upper`, and moved to the end of the queue.
Wrong predictions: any length between the ends is served the same way, only less tightly; above
`upper` an overflow evicts the newest.
"""

from kvratio.simulate.policy import Admits, Assumes, Order, Policy, Ties

POLICY = Policy(
    name="a-l",
    title="A_l",
    source="P Algorithm 6",
    assumes=Assumes.LOWER_THEN_UPPER,
    order=Order.JOINED,
    ties=Ties.INDEX,
    admits=Admits.LOOK_AHEAD,
    common_prompt=True,
)
