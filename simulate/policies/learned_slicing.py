"""Learned slicing: this project's own online policy.

In one sentence: requests are served by Gittins rank, learned from the lengths seen so far, with
cost counted in token-steps of cache; a request is cancelled at a learned level of volume if another
waits whose rank is below that of its rest.

- *Queue*: lowest rank first. The rank of a request is expected volume (token-steps of cache) over
  probability of completing, from its prompt, the tokens that its output is known to
  exceed, and the learned distribution of lengths relative to the middle of predicted intervals
  (which may be wrong, or all the same). Whenever the completions have grown by an eighth, all this
  is learned anew (`kvratio.simulate.learned`), and running requests get the new levels beyond what
  they have made.
- *Admission* from the head of the queue, while the next step fits.
- *At a level*: a running request that has made all tokens of its stage goes on into the next one if
  all waiting requests fit, or if none of them has a lower rank than its own, which counts its
  tokens made as kept; otherwise it is cancelled and waits again. The k^2-th request to arrive is
  never cancelled here, for every k, so that lengths beyond the levels are observed.
- *Overflow*: the requests admitted last, which have the highest ranks of their step, are evicted
  until the next step fits; no request is admitted in that step.

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
    order=Order.GITTINS,
    ties=Ties.INDEX,
    admits=Admits.NEXT_STEP,
    evicts=Evicts.LAST,
)
