"""Broken on purpose: every one is caught, named by the invariant that it breaks, and shrunk."""

import pytest

from kvratio.simulate.testing import INVARIANTS, check_policy, examine
from tests.broken import BREAKS, FirstComeFirstServed, Sound, System

MOST_REQUESTS = 4  # in a smallest case


@pytest.mark.parametrize("sound", [FirstComeFirstServed, Sound, System])
def test_what_the_broken_ones_start_from_is_sound(sound: type) -> None:
    check_policy(sound, examples=40)


def test_every_invariant_is_broken_by_somebody() -> None:
    assert set(BREAKS.values()) == set(INVARIANTS)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)
def test_the_broken_are_caught_and_named(broken: type) -> None:
    name = BREAKS[broken]
    (found,) = examine(broken, only=(name,), examples=300).results
    assert found.outcome == "violated"
    assert found.case is not None
    assert found.case.size <= MOST_REQUESTS


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)
def test_the_broken_break_nothing_else(broken: type) -> None:
    name = BREAKS[broken]
    others = tuple(INVARIANTS.keys() - {name, *INVARIANTS[name].implies})
    violated = {r.invariant.name for r in examine(broken, only=others, examples=8).violated}
    assert violated <= {name}  # an error in the code itself is reported whatever is asked for
