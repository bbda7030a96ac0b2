"""The conformance suite: every invariant that applies, and a smallest case for each broken one."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from time import monotonic
from typing import Any

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import target as steer
from hypothesis.errors import Flaky, NoSuchExample

from kvratio.simulate.testing.cases import Case, Family
from kvratio.simulate.testing.invariants import INVARIANTS, Invariant, Violation, plain
from kvratio.simulate.testing.shrink import shrink
from kvratio.simulate.testing.subject import Subject, subject_of
from kvratio.theory.checks import one_of, whole
from kvratio.theory.model import Preemption

EXAMPLES = 200  # cases a search tries before it believes an invariant
ERROR_EXAMPLES = 20  # cases run first, to see whether the code under test works at all
SHRINK_SECONDS = 30.0  # where runs are slow or endless; usually shrinking takes far less


@dataclass(frozen=True)
class Result:
    """What became of one invariant: "held", "violated", "not claimed" or "not run".

    `told` says how it is violated by `case`, a smallest one. `held` is no proof: no violation was
    found in so many tries. The others are not run where the scheduler's own code raises an error
    in most runs.
    """

    subject: Subject
    invariant: Invariant
    outcome: str
    told: str = ""
    case: Case | Family | None = None

    def code(self) -> str:
        """The violation as code to paste: it raises `Violation` again."""
        assert self.case is not None
        *imports, expression = self.subject.code
        used = type(self.case).__name__
        lines = [*imports, f"from kvratio.simulate.testing import {used}, reproduce"]
        if isinstance(self.case, Case):
            lines.append("from kvratio.theory.model import Instance")
        keeps = ', preemption="keep"' if self.subject.preemption.keeps else ""
        call = f'reproduce({expression}, "{self.invariant.name}", case{keeps})'
        return "\n".join([*lines, "", *self.case.code(), call])

    def text(self) -> str:
        """The result for a reader; several lines if violated."""
        if self.outcome != "violated":
            return f"{self.invariant.name}: {self.outcome}"
        assert self.case is not None
        many = "request" if self.case.size == 1 else "requests"
        code = "\n".join(f"    {line}".rstrip() for line in self.code().splitlines())
        return (
            f"{self.invariant.name}: violated by {self.subject.name}\n"
            f"  {self.invariant.statement}\n"
            f"  {self.told}\n"
            f"  A smallest case found ({self.case.size} {many}), to paste:\n\n{code}\n"
        )


@dataclass(frozen=True, repr=False)
class Conformance:
    """The results of one subject, in the order of `INVARIANTS`."""

    subject: Subject
    results: tuple[Result, ...]

    @property
    def violated(self) -> tuple[Result, ...]:
        """Those that do not hold."""
        return tuple(r for r in self.results if r.outcome == "violated")

    @property
    def passed(self) -> bool:
        """Was no violation found?"""
        return not self.violated

    def __repr__(self) -> str:
        return "\n".join([self.subject.name, *(r.text() for r in self.results)])


class NonConforming(AssertionError):  # noqa: N818 (a verdict, not an error of ours)
    """Some invariant is violated; `conformance` has the details."""

    def __init__(self, conformance: Conformance) -> None:
        self.conformance = conformance
        names = ", ".join(r.invariant.name for r in conformance.violated)
        texts = "\n".join(r.text() for r in conformance.violated)
        super().__init__(f"{conformance.subject.name} violates {names}\n\n{texts}")


def examine(
    target: Any,
    *,
    examples: int = EXAMPLES,
    only: tuple[str, ...] = (),
    lower_bound: Callable[[Any], Any] | None = None,
    proved_bound: Any = None,
    progress: Callable[[str], None] | None = None,
    preemption: Preemption | str | None = None,
    **space: Any,
) -> Conformance:
    """Search for violations of every invariant that applies to the target, and shrink them.

    `target`: see `kvratio.simulate.testing.subject`. `examples`: cases tried for each invariant.
    `only`: the names of the invariants to try (default: all). `lower_bound`: a certified lower
    bound on the total latency of an instance (steps), tried beside the kit's own. `proved_bound`:
    an upper bound that is said to be proved (`kvratio.simulate.testing.subject`). `progress` is
    called with each name. `preemption`: "cancel" or "keep", by default what the target says of
    itself, or "cancel". The rest narrows the instances
    (`kvratio.simulate.testing.strategies.instances`), or is `case_seconds`, the time limit of a
    run. The search is deterministic, up to that limit. Where the scheduler's own code raises an
    error in most runs, that is the only result, and no other invariant is run (`find_error`).
    Raises `InputError` for anything that cannot be tested.

    >>> examine("mc-sf", examples=5, only=("budget", "ignores-upper")).results[1].outcome
    'not claimed'
    """
    whole("examples", examples, least=1)
    for name in only:
        one_of("only", name, INVARIANTS)
    subject = subject_of(
        target, lower_bound, proved_bound=proved_bound, preemption=preemption, **space
    )
    chosen = [i for name, i in INVARIANTS.items() if not only or name in only]
    error = find_error(subject)
    if error is not None and error.in_most_runs:
        others = [Result(subject, i, "not run") for i in chosen if i is not error.result.invariant]
        return Conformance(subject, (error.result, *others))
    suspects = _screen(subject, [i for i in chosen if i.cases is plain], examples)
    results = []
    for invariant in chosen:
        if progress is not None:
            progress(invariant.name)
        if error is not None and invariant is error.result.invariant:
            results.append(error.result)
        elif invariant.applies(subject) and invariant.cases is plain and invariant not in suspects:
            results.append(Result(subject, invariant, "held"))
        else:
            results.append(try_invariant(subject, invariant, examples))
    return Conformance(subject, tuple(results))


@dataclass(frozen=True)
class RaisedError:
    """An error in the code under test: the violation of `sound-decisions`, and how common it is."""

    result: Result
    in_most_runs: bool


def find_error(subject: Subject, examples: int = ERROR_EXAMPLES) -> RaisedError | None:
    """An error that the code under test raises in some of the first runs, if it does.

    Where most runs end so, they say nothing about the other invariants, which are not worth
    running. Where few do, the others are tried as ever: a run counts up to its error.
    """
    runs, failed = 0, []

    def count(case: Case) -> bool:
        nonlocal runs
        raised = _raises(subject, case)
        runs += raised or case.size > 0  # without requests hardly any code runs
        failed.extend([case] if raised else [])
        return False

    with suppress(NoSuchExample, Flaky):
        find(plain(subject), count, settings=_settings(examples))
    if not failed:
        return None
    invariant = INVARIANTS["sound-decisions"]
    case = shrink(failed[0], _while_time(lambda c: _raises(subject, c)), subject.space)
    told = _violation(subject, invariant, case) or "not every time"
    return RaisedError(Result(subject, invariant, "violated", told, case), 2 * len(failed) > runs)


def _raises(subject: Subject, case: Any) -> bool:
    return subject.play(case.instance, case.seed).raised


def _while_time(violates: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """`violates` until `SHRINK_SECONDS` have passed, then False: the smallest so far counts."""
    end = monotonic() + SHRINK_SECONDS
    return lambda case: monotonic() < end and violates(case)


def _screen(
    subject: Subject, invariants: Sequence[Invariant], examples: int
) -> Sequence[Invariant]:
    """Those that some case violates. All are tried on the same cases, each of which runs once."""
    if len(invariants) < 2:
        return invariants  # nothing to share
    once = replace(subject, play=lru_cache(maxsize=1)(subject.play))
    apply = [i for i in invariants if i.applies(subject)]
    suspects: list[Invariant] = []

    def collect(case: Case) -> bool:
        suspects.extend(i for i in apply if i not in suspects and _violation(once, i, case))
        return False

    with suppress(NoSuchExample):
        find(plain(subject), collect, settings=_settings(examples))
    return suspects


def _violation(subject: Subject, invariant: Invariant, case: Any) -> str:
    """How a case violates an invariant; empty if it does not."""
    try:
        invariant.check(subject, case)
    except Violation as violation:
        return str(violation) or "violated"
    return ""


def check_policy(target: Any, **options: Any) -> None:
    """As `examine`, but raise `NonConforming` with a report if an invariant is violated.

    >>> check_policy("a-min", examples=5)
    """
    conformance = examine(target, **options)
    if not conformance.passed:
        raise NonConforming(conformance)


def try_invariant(subject: Subject, invariant: Invariant, examples: int = EXAMPLES) -> Result:
    """Search for a case that violates one invariant, and shrink it."""
    if not invariant.applies(subject):
        return Result(subject, invariant, "not claimed")
    seen: list[Any] = []

    def violates(case: Any) -> bool:
        close = invariant.aim(subject, case) if invariant.aim else None
        if close is not None:
            steer(close, label=invariant.name)
        if _violation(subject, invariant, case):
            seen.append(case)
            return True
        return False

    # Flaky: the same case, and another answer; then the one that was seen to be violated counts
    with suppress(NoSuchExample, Flaky):
        steps = (Phase.target,) if invariant.aim else ()
        find(invariant.cases(subject), violates, settings=_settings(examples, *steps))
    if not seen:
        return Result(subject, invariant, "held")
    violated = _while_time(lambda c: bool(_violation(subject, invariant, c)))
    case = shrink(seen[-1], violated, subject.space)
    told = _violation(subject, invariant, case) or "not every time"
    return Result(subject, invariant, "violated", told, case)


def _settings(examples: int, *more: Phase) -> settings:
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, *more),  # `shrink` is faster
        suppress_health_check=list(HealthCheck),
    )


def reproduce(
    target: Any,
    invariant: str,
    case: Case | Family,
    preemption: Preemption | str | None = None,
) -> None:
    """Check one invariant on one case; raises `Violation` if it does not hold there.

    >>> from kvratio.theory.model import Instance
    >>> reproduce("fcfs", "budget", Case(Instance.of(4, [2, 2])))
    """
    one_of("invariant", invariant, INVARIANTS)
    INVARIANTS[invariant].check(subject_of(target, preemption=preemption), case)
