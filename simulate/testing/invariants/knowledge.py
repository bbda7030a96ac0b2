"""What may be known: decisions depend on nothing that is hidden or undeclared, nor on chance."""

from collections.abc import Callable

from hypothesis import strategies as st

from kvratio.simulate.testing.cases import Case
from kvratio.simulate.testing.history import History, Step
from kvratio.simulate.testing.invariants.registry import Check, Violation, invariant, plain
from kvratio.simulate.testing.strategies import with_other_outputs
from kvratio.simulate.testing.subject import Subject
from kvratio.theory.model import Instance


def two_truths(subject: Subject) -> st.SearchStrategy[Case]:
    """Two instances that differ in output lengths alone."""
    return plain(subject).flatmap(
        lambda case: st.builds(
            Case, st.just(case.instance), st.just(case.seed), with_other_outputs(case.instance)
        )
    )


@invariant(
    "non-clairvoyance",
    "Decisions do not depend on hidden data: with other true lengths, the same decisions are made "
    "until the first step in which other requests have completed.",
    "arXiv 2508.14544 section 2",
    scope='those that do not declare "output"',
    applies=lambda subject: "output" not in subject.sees,
    cases=two_truths,
)
def non_clairvoyance(subject: Subject, case: Case) -> None:
    """Two runs, step by step. What a completion does not reveal must not matter."""
    assert case.other is not None
    one, two = (subject.play(i, case.seed) for i in (case.instance, case.other))
    for a, b in zip(one.steps, two.steps, strict=False):
        if set(a.completed) != set(b.completed):
            return
        if _decision(a) != _decision(b):
            raise Violation(f"step {a.now}: {_told(a)}; with other lengths {_told(b)}")


def _decision(step: Step) -> tuple[int, frozenset[int], frozenset[int]]:
    return step.now, frozenset(step.evicted), frozenset(step.admitted)


def _told(step: Step) -> str:
    return f"evicts {sorted(step.evicted)} and admits {sorted(step.admitted)}"


def _same_run(one: History, two: History, because: str) -> None:
    """Raise unless two runs decided alike from beginning to end."""
    for a, b in zip(one.steps, two.steps, strict=False):
        if _decision(a) != _decision(b):
            raise Violation(f"step {a.now}: {_told(a)}; {because} {_told(b)} in step {b.now}")
    if len(one.steps) != len(two.steps):
        raise Violation(f"{len(one.steps)} steps; {because} {len(two.steps)}")


def other_intervals(column: str) -> Callable[[Subject], st.SearchStrategy[Case]]:
    """Two instances that differ in one end of the predicted intervals."""

    @st.composite
    def cases(draw: st.DrawFn, subject: Subject) -> Case:
        case = draw(plain(subject))
        one, by = case.instance, draw(st.integers(1, 2 * case.instance.memory))
        changed = range(one.n) if draw(st.booleans()) else [draw(st.integers(0, max(0, one.n - 1)))]
        lower, upper = list(one.lower), list(one.upper)
        for i in changed if one.n else ():
            if column == "upper":
                upper[i] += by
            else:
                lower[i] = max(1, lower[i] - by)
        other = Instance.of(
            one.memory,
            one.output,
            prompt=one.prompt,
            arrival=one.arrival,
            interval=list(zip(lower, upper, strict=True)),
        )
        return Case(one, case.seed, other)

    return cases


def _ignores(column: str) -> Check:
    def check(subject: Subject, case: Case) -> None:
        assert case.other is not None
        one, two = (subject.play(i, case.seed) for i in (case.instance, case.other))
        _same_run(one, two, f"with other {column} ends")

    return check


def _does_not_declare(column: str) -> Callable[[Subject], bool]:
    return lambda subject: column not in subject.sees


for _column in ("upper", "lower"):
    invariant(
        f"ignores-{_column}",
        f"{_column.capitalize()} ends of predicted intervals do not matter.",
        "arXiv 2508.14544 section 4" if _column == "upper" else "kvratio.simulate.view",
        scope=f'those that do not declare "{_column}"',
        applies=_does_not_declare(_column),
        cases=other_intervals(_column),
    )(_ignores(_column))


@invariant(
    "determinism",
    "The same instance and seed give the same run.",
    "kvratio.simulate.chance",
    cases=lambda subject: plain(subject),  # not `plain` itself, whose cases run only once
    implies=("non-clairvoyance", "ignores-upper", "ignores-lower"),
)
def determinism(subject: Subject, case: Case) -> None:
    """Two runs."""
    one, two = (subject.play(case.instance, case.seed) for _ in range(2))
    _same_run(one, two, "once more")
