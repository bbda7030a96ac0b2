"""What is learned: the assumed lengths of those that have any."""

from kvratio.simulate import words
from kvratio.simulate.testing.cases import Case
from kvratio.simulate.testing.invariants.registry import Violation, invariant, plain
from kvratio.simulate.testing.subject import Subject


def _learns_lower_bounds(subject: Subject) -> bool:
    if subject.declares is None:
        return subject.has_bounds
    return subject.has_bounds and words.of(subject.declares.assumes).below_truth


@invariant(
    "bounds-below-truth",
    "Where no lower end is above the truth, no pseudo lower bound ever is.",
    "arXiv 2508.14544 Algorithm 2",
    scope="those with `assumed` that learn from lower ends, or from nothing",
    applies=_learns_lower_bounds,
    cases=lambda subject: plain(subject, right=True),
)
def bounds_below_truth(subject: Subject, case: Case) -> None:
    """Before and after the evictions of every step."""
    for step in subject.play(case.instance, case.seed).steps:
        for i, bound in (*step.bounds.items(), *step.learned.items()):
            if bound > case.instance.output[i]:
                told = f"the bound of request {i} is {bound}, its output {case.instance.output[i]}"
                raise Violation(f"step {step.now}: {told}")


@invariant(
    "bounds-never-decrease",
    "Assumed lengths never decrease, and are at least what an evicted request had made.",
    "arXiv 2508.14544 Algorithm 2",
    scope="those with `assumed`, unless ranks are learned",
    applies=lambda subject: (
        subject.has_bounds and not (subject.declares is not None and subject.declares.learns_ranks)
    ),
)
def bounds_never_decrease(subject: Subject, case: Case) -> None:
    """Every bound against the one before, and against the tokens of evicted attempts."""
    last: dict[int, int] = {}
    for step in subject.play(case.instance, case.seed).steps:
        for bounds in (step.bounds, step.learned):
            for i, bound in bounds.items():
                if bound < last.get(i, 0):
                    raise Violation(f"step {step.now}: request {i}: {last[i]}, then {bound}")
                last[i] = bound
        for i in set(step.evicted) & step.learned.keys() & step.running.keys():
            if step.learned[i] < step.made(i):
                told = f"request {i} is evicted with {step.made(i)} tokens"
                raise Violation(f"step {step.now}: {told}, its bound is {step.learned[i]}")
