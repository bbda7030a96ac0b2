"""A_min, the optimist: P Algorithm 2 (Algorithm 5 with an interval a request), in four readings.

The pseudo lower bound of a request starts at the lower end of its interval. Admission: ascending
pseudo lower bound, ties random, look-ahead test. Overflow: eviction in ascending pseudo lower
bound, ties random; the bound of an evicted request becomes the tokens it had made. A bound never
decreases: the printed algorithm, read to the letter, lowers it for a request evicted before it
reached its bound, against the meaning of the word.

Wrong predictions: with `output < lower` the request simply ends early; upper ends are never read.
"""

from dataclasses import replace

from kvratio.simulate.policy import Admits, Assumes, Evicts, Learns, Order, Policy, Ties
from kvratio.theory.checks import one_of

ON_CANCEL = Policy(
    name="a-min",
    title="A_min on cancel",
    source="P Algorithms 2, 5",
    assumes=Assumes.LOWER,
    order=Order.ASSUMED_LENGTH,
    ties=Ties.RANDOM,
    admits=Admits.LOOK_AHEAD,
    evicts=Evicts.SMALLEST_BOUND,
    common_prompt=True,
)

LIVE = replace(
    ON_CANCEL,
    name="a-min-live",
    title="A_min live",
    source="popular accounts of P Algorithm 2",
    live=True,
)

THINNED = replace(
    ON_CANCEL,
    name="a-min-thinned",
    title="A_min thinned",
    source="ours; P Lemma 1",
    admits=Admits.SLOT,
    learns=Learns.NEXT_TOKEN,
    thinned=True,
)

STAGGERED = replace(
    THINNED,
    name="a-min-staggered",
    title="A_min staggered",
    source="ours; P Lemma 1 with spread starts",
    admits=Admits.PACED,
)

READINGS = {"on_cancel": ON_CANCEL, "live": LIVE, "thinned": THINNED, "staggered": STAGGERED}


def a_min(update: str = "on_cancel") -> Policy:
    """One reading of A_min.

    - "on_cancel": the bound changes only when a request is evicted, as P prints it;
    - "live": it follows a running request's progress, so that an overflow evicts last the most
      advanced, as popular accounts say;
    - "thinned": the policy for which P's analysis is exact. P's Lemma 1 lets each cohort of bound
      `i` shrink so that a share (s + i) / (s + j) of it makes `j` tokens. Here that is done on
      purpose: a running request with `g` tokens that has outlived its bound survives each step
      with probability (s + g) / (s + g + 1), else it is evicted with bound `g + 1`; each request
      holds a constant slot of `s + max(bound, g + 1)`, so that a cohort's cache stays constant on
      average. A chance overflow falls back to the ordered eviction;
    - "staggered": thinned, but without slots: the starts of a class are spread (paced), so
      that beside each other requests below their bound hold half of it on average. The cache is
      full on average once the pace has learned what attempts of a class use, so that a class is
      over sooner. On the laws of the study `convergence` the distance to the fluid form shrinks
      like 1 / sqrt(M); not on all lengths, as the pace counts in whole tokens
      (`kvratio.theory.finite.rounded`).

    Raises `InputError` for another word.

    >>> a_min("live").name
    'a-min-live'
    """
    return READINGS[one_of("update", update, READINGS)]
