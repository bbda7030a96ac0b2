"""A bound that the author of a scheduler has proved, held against every run."""

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from kvratio.simulate.engine import run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.testing.cases import Case
from kvratio.simulate.testing.invariants.cost import latency
from kvratio.simulate.testing.invariants.registry import SEEDS, Violation, invariant, plain
from kvratio.simulate.testing.strategies import crowds
from kvratio.simulate.testing.subject import Subject, exact_bound
from kvratio.theory.model import Instance

# Good schedules: no ratio to the optimum is above that to one of these
RIVALS = ("svf", "h-sf", "gba")


def cases(subject: Subject) -> st.SearchStrategy[Case]:
    """Usual instances, and many equal requests at once, where a small error adds up."""
    crowd = st.builds(Case, crowds(**_limits(subject)), SEEDS)
    return st.one_of(crowd, plain(subject, batch=True), plain(subject))


def _limits(subject: Subject) -> dict[str, int]:
    names = ("max_memory", "least_prompt")
    return {name: subject.space[name] for name in names if name in subject.space}


def closeness(subject: Subject, case: Case) -> float | None:
    """Latency over the bound: what the search increases."""
    tel, allowed = _compared(subject, case)
    return None if tel is None or allowed is None else float(tel / allowed)


@invariant(
    "proved-bound",
    "No run has a total latency above the bound that is declared for it: a number of steps for the "
    "instance, or a ratio to the optimum.",
    "kvratio.simulate.testing.subject",
    scope="those that declare a `proved_bound`",
    applies=lambda subject: subject.proved_bound is not None,
    cases=cases,
    aim=closeness,
)
def proved_bound(subject: Subject, case: Case) -> None:
    """Of runs that end in a schedule of the model."""
    tel, allowed = _compared(subject, case)
    if tel is not None and allowed is not None and tel > allowed:
        raise Violation(f"a total latency of {tel}, where at most {_shown(allowed)} is declared")


def _compared(subject: Subject, case: Case) -> tuple[int | None, Fraction | None]:
    """The latency of a run, and what its bound allows; None where there is none."""
    if not case.size:
        return None, None
    allowed = allows(subject.proved_bound, case.instance)
    if allowed is None:
        return None, None
    history = subject.play(case.instance, case.seed)
    if history.schedule is None or history.malformed is not None:
        return None, allowed
    return latency(history.schedule, case.instance), allowed


def allows(bound: Any, instance: Instance) -> Fraction | None:
    """Steps of total latency that a declared bound allows; None where it says nothing.

    A number c is a ratio to the optimum: c times the best of a few good schedules is allowed.
    Raises `InputError` for what is no number, and for one below 1.

    >>> allows(2, Instance.of(9, [3])), allows(lambda i: 7, Instance.of(9, [3]))
    (Fraction(6, 1), Fraction(7, 1))
    """
    if callable(bound):
        steps = bound(instance)
        return None if steps is None else exact_bound("proved_bound(instance)", steps)
    return exact_bound("proved_bound", bound) * min(
        run(instance, POLICIES[name]).tel for name in RIVALS
    )


def _shown(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else f"{value} = {float(value):.6g}"
