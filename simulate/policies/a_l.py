"""A_l, promote-l: P Algorithm 6, and the same with a threshold for any output lengths.

First in, first out. P has two lengths, `lower` and `upper`: every request is assumed to have length
`lower`; one that has made so many tokens and goes on is evicted, assumed to have length `upper`,
and moved to the end of the queue. With a threshold m all are assumed to have m tokens first (a
smaller upper end is assumed itself); with m = `lower` on two lengths that is Algorithm 6.

What the two admission tests mean for the fluid forms of `kvratio.theory.forms.promotion`:

- `look-ahead`, as P prints it: a request that completes before it is expected leaves its room to
  others, who then run staggered. Each request is charged less than a slot, so that the latency lies
  below the form in slots; on two lengths nobody completes early, and both are `A_L`.
- `slots`: a request keeps s + m tokens, later s + u, for as long as it runs. Its latency tends to
  the form in slots.

No policy here charges an early completion its own peak (the reading "own", the charge of P's
A_random). Wrong predictions: any length up to `upper` is served the same way, only less tightly;
above it an overflow evicts the newest.
"""

from dataclasses import replace

from kvratio.simulate.policy import Admits, Assumes, Order, Policy, Ties
from kvratio.theory.checks import one_of, whole

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
TESTS = {"look-ahead": Admits.LOOK_AHEAD, "slots": Admits.SLOT}


def promoting(threshold: int | None = None, admits: str = "look-ahead") -> Policy:
    """A_l with a threshold in tokens (default: each request's lower end) and an admission test.

    Raises `InputError` for a threshold below 1 and for an unknown test.

    >>> promoting(8).caps, promoting(admits="slots").assumes.name
    ((8,), 'LOWER_THEN_UPPER')
    """
    policy = replace(POLICY, admits=TESTS[one_of("admits", admits, TESTS)])
    if threshold is None:
        return policy
    cap = whole("threshold", threshold, least=1)
    source = "P Algorithm 6, for any lengths"
    return replace(policy, assumes=Assumes.THRESHOLD_THEN_UPPER, caps=(cap,), source=source)
