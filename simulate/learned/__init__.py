"""Learned Gittins ranks: lowest rank first, with evictions where the lengths seen so far call for
them.

The part of the policies `learned-slicing` and `guarded-slicing` (`kvratio.simulate.policies`) that
learns:
online and non-clairvoyant, from prompts, predicted intervals (as a scale, so they may be wrong or
all the same) and the lengths of requests that have completed.

- `gittins`: survival, ranks, plans; compiled integer functions
- `learning`: what is done each time there is something to learn; one definition for both engines
- `knowledge`: what the reference engine knows of the requests; `kernel`: the same in the kernel
- `compiled`: the compiler
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kvratio.simulate.learned.knowledge import Knowledge


def new_knowledge() -> "Knowledge":
    """What the reference engine knows, at first nothing; this brings the compiler."""
    from kvratio.simulate.learned.knowledge import Knowledge

    return Knowledge()
