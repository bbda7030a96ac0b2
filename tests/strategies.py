"""The strategies of the public kit, under the name that tests import."""

from kvratio.simulate.testing.strategies import instances, with_other_outputs

__all__ = ["instances", "with_other_outputs"]
