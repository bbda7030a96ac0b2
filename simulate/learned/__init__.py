"""Learned prices: lowest price first, with evictions where the lengths seen so far suggest them.

The part of the policy `learned-slicing` (`kvratio.simulate.policies.learned_slicing`) that learns:
online and non-clairvoyant, from prompts, predicted intervals (as a scale, so they may be wrong or
all the same) and the lengths of requests that have completed.

- `pricing`: survival, prices, plans; compiled integer functions
- `learning`: what is done each time there is something to learn; one definition for both engines
- `prices`: the requests' prices in the reference engine; `kernel`: in the kernel
- `compiled`: the compiler
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kvratio.simulate.learned.prices import Prices


def new_prices() -> "Prices":
    """What the reference engine knows, at first nothing; this brings the compiler."""
    from kvratio.simulate.learned.prices import Prices

    return Prices()
