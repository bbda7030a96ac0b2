"""A kit that tests schedulers: ours, yours, and other people's.

`check_policy(MyPolicy)` searches for small instances on which a scheduler breaks one of the
invariants (`kvratio.simulate.testing.invariants`) and raises a report that names each broken one,
with a smallest instance as code to paste. `examine` returns the report instead. In a terminal:

    pytest --kvratio-policy=package.module:MyPolicy

Hypothesis does the searching; it comes with `pip install "kvratio[testing]"`. What can be tested,
and what a class may say about itself, stands in `kvratio.simulate.testing.subject`; the strategies
that draw instances in `kvratio.simulate.testing.strategies`.

>>> from kvratio.simulate.policies import POLICIES
>>> check_policy(POLICIES["fcfs"], examples=5)
>>> examine(POLICIES["h-sf"], examples=5).passed
True
"""

try:
    import hypothesis as _hypothesis  # noqa: F401
except ImportError as error:
    raise ImportError(
        'kvratio.simulate.testing needs hypothesis: pip install "kvratio[testing]"'
    ) from error

from kvratio.simulate.testing.cases import Case, Family
from kvratio.simulate.testing.closest import Approach, closest
from kvratio.simulate.testing.conformance import (
    Conformance,
    NonConforming,
    check_policy,
    examine,
    reproduce,
)
from kvratio.simulate.testing.history import Stuck, SystemRun
from kvratio.simulate.testing.invariants import INVARIANTS, Violation

__all__ = [
    "INVARIANTS",
    "Approach",
    "Case",
    "Conformance",
    "Family",
    "NonConforming",
    "Stuck",
    "SystemRun",
    "Violation",
    "check_policy",
    "closest",
    "examine",
    "reproduce",
]
