"""Learned slicing: this project's own online policy.

In one sentence: serve those first that use the least cache a completion, as far as the lengths
seen so far tell, and cancel a request at a learned level of volume if somebody waits who is cheaper
than its rest.

- *Queue*: cheapest completion first. The price of a request is expected volume (token-steps of
  cache) over probability of completing, from its prompt, the tokens that its output is known to
  exceed, and the learned distribution of lengths relative to the middle of predicted intervals
  (which may be wrong, or all the same). Whenever the completions have grown by an eighth, all this
  is learned anew (`kvratio.simulate.learned`), and those that run get the new levels beyond what
  they have made.
- *Admission* from the head of the queue, while the next step fits.
- *At a level*: a running request that has made all tokens of its stage goes on into the next one if
  there is room for all that wait, or if nobody waits at a lower price, counting for its own that it
  keeps what it has made; else it is cancelled and waits again. Every k^2-th request that arrives is
  never cancelled here: it shows the lengths beyond the levels.
- *Overflow*: those admitted last, who are the dearest of their step, are evicted until the next
  step fits; nobody is admitted in that step.

Its fluid form (staggered starts, a batch, one predicted interval) is at most 289/64 times the area
bound for every prompt and interval (`kvratio.theory.learned`); this policy admits greedily. A run
ends: the oldest start is never evicted for lack of cache, so it completes or reaches its level, and
each time it is cancelled there it has made more tokens than before.
"""

from kvratio.simulate.policy import Admits, Assumes, Evicts, Order, Policy, Ties

POLICY = Policy(
    name="learned-slicing",
    title="Learned slicing",
    source="ours",
    assumes=Assumes.LEVELS,
    order=Order.PRICE,
    ties=Ties.INDEX,
    admits=Admits.NEXT_STEP,
    evicts=Evicts.LAST,
)
