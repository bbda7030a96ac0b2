"""The strategies of the public kit, under the names that tests import."""

from typing import Any

from hypothesis import strategies as st

from kvratio.simulate.testing.strategies import instances as bounded_instances
from kvratio.simulate.testing.strategies import with_other_outputs
from kvratio.theory.model import Instance

__all__ = ["instances", "with_other_outputs"]


def instances(**limits: Any) -> st.SearchStrategy[Instance]:
    """As in the kit, and with arrivals far apart: our engines go from event to event."""
    return bounded_instances(**{"longest_gap": 10**9, **limits})
