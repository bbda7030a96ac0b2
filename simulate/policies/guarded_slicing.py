"""Guarded slicing: learned slicing that counts what cancelling costs those to come, and bounds
overtaking.

As `learned-slicing` (`kvratio.simulate.policies.learned_slicing`), with two guards:

- *horizon*: while requests arrive, levels are chosen as if they went on arriving, at their rate so
  far, for this share of the time since the first one (`kvratio.simulate.learned.plans`). What is
  cancelled is work done twice, for which those that are to come wait, too: near saturation it is
  the difference between a queue that ends and one that grows. 0: as if no more came.
- *overtaking*: no request is started before one that waits and arrived D steps earlier, or more; D
  is so many times the longest backlog so far, in steps of the whole cache
  (`kvratio.simulate.words.order.gittins`). A smaller number protects those that wait, at a price in
  the mean: `reports/published/safe-policy.md` has the curve. 0: no bound.

Where all requests are there from the first step on, none is to come and the order is that of the
ranks (to 18 binary digits of a share): it has the fluid form of learned slicing, at most 289/64
times the area bound for every prompt and interval (`kvratio.theory.learned`). A run ends for the
reason for which one of learned slicing does.
"""

from dataclasses import replace
from fractions import Fraction

from kvratio.simulate.policies import learned_slicing
from kvratio.simulate.policy import MOST_HORIZON, Policy
from kvratio.theory.checks import rational

HORIZON, OVERTAKING = Fraction(1, 4), 256  # chosen on the tuned part of `kvratio study safe-policy`


def guarded(horizon: Fraction | int | str = HORIZON, overtaking: int = OVERTAKING) -> Policy:
    """Guarded slicing. Raises `InputError` for values out of range.

    >>> guarded(overtaking=4).overtaking
    4
    """
    return replace(
        learned_slicing.POLICY,
        name="guarded-slicing",
        title="Guarded slicing",
        horizon=rational("horizon", horizon, least=0, most=MOST_HORIZON),
        overtaking=overtaking,
    )


POLICY = guarded()
