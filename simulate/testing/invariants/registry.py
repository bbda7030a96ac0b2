"""What an invariant is, and the one list of all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from kvratio.simulate.testing.cases import Case
from kvratio.simulate.testing.strategies import instances
from kvratio.simulate.testing.subject import Subject

SEEDS = st.integers(0, 3)


class Violation(AssertionError):  # noqa: N818 (the name of what is found)
    """An invariant does not hold; the text says where."""


@dataclass(frozen=True)
class Invariant:
    """One invariant.

    `scope` says in words to whom it applies, `applies` decides it; `cases` draws what it is tried
    on; `check` raises `Violation`; `aim` tells how close a case comes to that, for the search to
    increase. `implies`: a subject that breaks this one may break those as
    well.
    """

    name: str
    statement: str
    source: str
    scope: str
    check: Callable[[Subject, Any], None]
    applies: Callable[[Subject], bool]
    cases: Callable[[Subject], st.SearchStrategy[Any]]
    implies: tuple[str, ...] = ()
    aim: Callable[[Subject, Any], float | None] | None = None


INVARIANTS: dict[str, Invariant] = {}

Check = Callable[[Subject, Any], None]


def plain(subject: Subject, **limits: Any) -> st.SearchStrategy[Case]:
    """An instance that the subject accepts, and a seed."""
    return st.builds(Case, instances(**{**subject.space, **limits}), SEEDS)


def invariant(
    name: str,
    statement: str,
    source: str,
    scope: str = "all",
    applies: Callable[[Subject], bool] = lambda _: True,
    cases: Callable[[Subject], st.SearchStrategy[Any]] = plain,
    implies: tuple[str, ...] = (),
    aim: Callable[[Subject, Any], float | None] | None = None,
) -> Callable[[Check], Check]:
    """Register a check."""

    def register(check: Check) -> Check:
        INVARIANTS[name] = Invariant(
            name, statement, source, scope, check, applies, cases, implies, aim
        )
        return check

    return register
