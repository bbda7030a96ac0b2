"""The invariants: what must hold of every run, or of every run of those that claim it.

Each is a function that raises `Violation`, registered with its name, statement, source, the
subjects it applies to and the cases it is tried on (`registry`). They stand in one file a subject:
`model`, `knowledge`, `learning`, `cost`, `proved`, and `declared` for those that follow from a
declaration.
`INVARIANTS` lists them all, in this order, which is that of reports.
"""

# importing registers; the order is that of reports
# isort: off
from kvratio.simulate.testing.invariants import model as _model  # noqa: F401
from kvratio.simulate.testing.invariants import knowledge as _knowledge  # noqa: F401
from kvratio.simulate.testing.invariants import learning as _learning  # noqa: F401
from kvratio.simulate.testing.invariants import cost as _cost  # noqa: F401
from kvratio.simulate.testing.invariants import proved as _proved  # noqa: F401
from kvratio.simulate.testing.invariants import declared as _declared  # noqa: F401

# isort: on
from kvratio.simulate.testing.invariants.registry import INVARIANTS, Invariant, Violation, plain

__all__ = ["INVARIANTS", "Invariant", "Violation", "plain"]
