"""Guarded slicing: learned slicing that cancels only where it clearly pays, and bounds overtaking.

As `learned-slicing` (`kvratio.simulate.policies.learned_slicing`), with two guards:

- *gain*: while requests arrive, they have levels only if the learned lengths promise that
  cancelling there lowers the latency of those that wait by more than this share. What is cancelled
  is work done twice, for which those that are to come wait, too: near saturation it is the
  difference between a queue that ends and one that grows.
- *overtaking*: no request is started before one that waits and arrived D steps earlier, or more; D
  is so many times the longest backlog so far, in steps of the whole cache
  (`kvratio.simulate.words.order.gittins`). A smaller number protects those that wait, at a price in
  the mean: `reports/published/safe-policy.md` has the curve. 0: no bound.

In a batch, once something has been learned, no more requests arrive and the order is that of the
ranks (to 20 binary digits of a share): it has the fluid form of learned slicing, at most 289/64
times the area bound for every prompt and interval (`kvratio.theory.learned`). A run ends for the
reason for which one of learned slicing does.
"""

from dataclasses import replace
from fractions import Fraction

from kvratio.simulate.policies import learned_slicing
from kvratio.simulate.policy import Policy
from kvratio.theory.checks import rational

GAIN, OVERTAKING = Fraction(1, 4), 16  # chosen on the tuned part of `kvratio study safe-policy`


def guarded(gain: Fraction | int | str = GAIN, overtaking: int = OVERTAKING) -> Policy:
    """Guarded slicing. Raises `InputError` for values out of range.

    >>> guarded(overtaking=4).overtaking
    4
    """
    return replace(
        learned_slicing.POLICY,
        name="guarded-slicing",
        title="Guarded slicing",
        gain=rational("gain", gain, least=0, below=1),
        overtaking=overtaking,
    )


POLICY = guarded()
