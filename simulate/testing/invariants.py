"""The invariants: what must hold of every run, or of every run of those that claim it.

Each is a function that raises `Violation`, registered with its name, statement, source, the
subjects it applies to and the cases it is tried on. `INVARIANTS` lists them all in the order of
reports; those that follow from a declaration stand in `simulate.testing.declared_invariants`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from simulate.policy import Admits, Assumes, Evicts
from simulate.testing.bound import least_tel
from simulate.testing.cases import Case, Family
from simulate.testing.history import History, Step
from simulate.testing.strategies import instances, with_other_outputs
from simulate.testing.subject import Subject
from theory.model import Instance

SEEDS = st.integers(0, 3)


class Violation(AssertionError):  # noqa: N818 (the name of what is found)
    """An invariant does not hold; the text says where."""


@dataclass(frozen=True)
class Invariant:
    """One invariant.

    `scope` says in words to whom it applies, `applies` decides it; `cases` draws what it is tried
    on; `check` raises `Violation`. `implies`: whoever breaks this one may break those as well.
    """

    name: str
    statement: str
    source: str
    scope: str
    check: Callable[[Subject, Any], None]
    applies: Callable[[Subject], bool]
    cases: Callable[[Subject], st.SearchStrategy[Any]]
    implies: tuple[str, ...] = ()


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
) -> Callable[[Check], Check]:
    """Register a check."""

    def register(check: Check) -> Check:
        INVARIANTS[name] = Invariant(name, statement, source, scope, check, applies, cases, implies)
        return check

    return register


# --- the model -------------------------------------------------------------------------------


@invariant(
    "budget",
    "In no step do prompts, tokens made and the next token of the running requests exceed M.",
    "arXiv 2508.14544 section 2",
)
def budget(subject: Subject, case: Case) -> None:
    """Count the cache anew in every step; what the engine says is not asked."""
    history, prompt = subject.play(case.instance, case.seed), case.instance.prompt
    for step in history.steps:
        if not _sound(step):
            return  # another invariant's business, and nothing can be counted from here on
        running = step.generating().items()
        over = sum(prompt[i] + step.now + 1 - start for i, start in running) - case.instance.memory
        if over > 0:
            raise Violation(f"step {step.now}: {over} tokens over the budget")


@invariant(
    "sound-decisions",
    "Only those that run are evicted, only those that wait are admitted, each once a step, and no "
    "decision ends in an error.",
    "simulate.engine",
)
def sound_decisions(subject: Subject, case: Case) -> None:
    """Look at the raw wishes of every step."""
    history = subject.play(case.instance, case.seed)
    if history.raised:
        raise Violation(f"raised {history.stopped}")
    for step in history.steps:
        if not _sound(step):
            raise Violation(
                f"step {step.now}: evicts {list(step.evicted)} of {sorted(step.running)}, "
                f"then admits {list(step.admitted)}, where {sorted(step.waiting)} wait"
            )


def _sound(step: Step) -> bool:
    waiting = {*step.waiting, *step.evicted}
    evicted, admitted = set(step.evicted), set(step.admitted)
    return (
        evicted <= step.running.keys()
        and admitted <= waiting
        and (len(evicted), len(admitted)) == (len(step.evicted), len(step.admitted))
    )


@invariant(
    "declared-data",
    "No hidden column is read that `sees` does not name, and nothing of a request that has not "
    "arrived.",
    "simulate.view",
    scope="declared policies, schedulers",
    applies=lambda subject: not subject.is_system,
)
def declared_data(subject: Subject, case: Case) -> None:
    """The window of the engine refuses such reads."""
    history = subject.play(case.instance, case.seed)
    if history.hidden:
        raise Violation(history.stopped)


@invariant(
    "completes-once",
    "Every request completes exactly once, in its last attempt, with all its tokens, and never "
    "runs before it arrives, after it completes, or twice at a time.",
    "arXiv 2508.14544 section 2",
)
def completes_once(subject: Subject, case: Case) -> None:
    """The verifier of the model decides, with a budget that is never reached."""
    history = subject.play(case.instance, case.seed)
    if history.malformed is not None and not _carried(history):
        raise Violation(str(history.malformed))


@invariant(
    "progress-lost",
    "No progress survives an eviction: after its last start a request makes all its tokens anew.",
    "arXiv 2508.14544 section 2",
)
def progress_lost(subject: Subject, case: Case) -> None:
    """A completed attempt that is too short, after others that made the rest."""
    for i in _carried(subject.play(case.instance, case.seed)):
        raise Violation(f"request {i} completes with tokens of an earlier attempt")


def _carried(history: History) -> list[int]:
    """Requests that complete in a short attempt that earlier ones make up for."""
    if history.schedule is None:
        return []
    output, earlier, short = history.instance.output, dict[int, int](), []
    for i, start, end, finished in sorted(history.schedule.attempts(), key=lambda a: a.start):
        if not 0 <= i < len(output):
            continue
        made = end - start
        if finished and made < output[i] <= earlier.get(i, 0) + made:
            short.append(i)
        earlier[i] = earlier.get(i, 0) + made
    return short


@invariant(
    "termination",
    "Every run ends: there is no livelock, in which nothing arrives or completes for longer than "
    "it takes to serve one request after the other many times over.",
    "simulate.testing.history.patience",
)
def termination(subject: Subject, case: Case) -> None:
    """The engine's patience, or the system's own word."""
    history = subject.play(case.instance, case.seed)
    if history.livelock:
        raise Violation(history.stopped)


@invariant(
    "no-starvation",
    "In batch mode, where all arrive at 0, everybody is served: no run comes to a point from which "
    "on requests wait before an empty cache.",
    "simulate.testing.history.patience",
    cases=lambda subject: plain(subject, batch=True),
    implies=("termination",),
)
def no_starvation(subject: Subject, case: Case) -> None:
    """A livelock in which nobody runs any more."""
    history = subject.play(case.instance, case.seed)
    last = history.steps[-1] if history.livelock and history.steps else None
    if last is not None and last.waiting and not last.generating():
        raise Violation(f"requests {sorted(last.waiting)} wait; {history.stopped}")


# --- what may be known -----------------------------------------------------------------------


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


for _column in ("upper", "lower"):
    invariant(
        f"ignores-{_column}",
        f"{_column.capitalize()} ends of predicted intervals do not matter.",
        "arXiv 2508.14544 section 4" if _column == "upper" else "simulate.view",
        scope=f'those that do not declare "{_column}"',
        applies=lambda subject, column=_column: column not in subject.sees,  # type: ignore[misc]
        cases=other_intervals(_column),
    )(_ignores(_column))


@invariant(
    "determinism",
    "The same instance and seed give the same run.",
    "simulate.chance",
    cases=lambda subject: plain(subject),  # not `plain` itself, whose cases run only once
    implies=("non-clairvoyance", "ignores-upper", "ignores-lower"),
)
def determinism(subject: Subject, case: Case) -> None:
    """Two runs."""
    one, two = (subject.play(case.instance, case.seed) for _ in range(2))
    _same_run(one, two, "once more")


# --- what is learned -------------------------------------------------------------------------


def _learns_lower_bounds(subject: Subject) -> bool:
    if subject.declares is None:
        return subject.has_bounds
    return subject.has_bounds and subject.declares.assumes in (Assumes.LOWER, Assumes.NOTHING)


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
    scope="those with `assumed`",
    applies=lambda subject: subject.has_bounds,
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


# --- what it costs ---------------------------------------------------------------------------


@invariant(
    "lower-bound",
    "The total latency is that of the attempts, and never below a certified lower bound.",
    "simulate.testing.bound",
)
def lower_bound(subject: Subject, case: Case) -> None:
    """Only of runs that ended in a schedule of the model, within the budget or not."""
    history = subject.play(case.instance, case.seed)
    if history.schedule is None or history.malformed is not None:
        return
    ends = sum(a.end for a in history.schedule.attempts() if a.finished)
    tel = ends - sum(case.instance.arrival)
    reported = tel if history.tel is None else history.tel
    least = least_tel(case.instance)
    if subject.lower_bound is not None:
        least = max(least, subject.lower_bound(case.instance))
    if reported < least:
        raise Violation(f"a total latency of {reported}, where at least {least} is certain")
    if reported != tel:
        raise Violation(f"reports a total latency of {reported}, its attempts have {tel}")


@invariant(
    "work-conservation",
    "No step passes with an empty cache while somebody waits.",
    "simulate.policy",
    scope="declared policies that do not clear all and have no phases; others by claim",
    applies=lambda subject: _claims(subject, "work-conservation"),
)
def work_conservation(subject: Subject, case: Case) -> None:
    """Whoever waits alone can start: every request fits by itself."""
    for step in subject.play(case.instance, case.seed).steps:
        if step.waiting and not step.generating():
            raise Violation(f"step {step.now}: {sorted(step.waiting)} wait, nobody runs")


# more memory may hurt in a sample by chance or by a scheduling anomaly; by more than this it hurts
ANOMALY = 1.05


@st.composite
def families(draw: st.DrawFn, subject: Subject) -> Family:
    """Small batches of equal prompts that fit one by one."""
    requests, longest = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    prompt = subject.space.get("least_prompt", 0) + draw(st.integers(0, 4))
    memory = prompt + longest + draw(st.integers(0, 20))
    return Family(requests, longest, memory, prompt)


@invariant(
    "monotone-memory",
    "Twice the memory does not raise the mean total latency over a sample of random instances (by "
    f"more than {ANOMALY - 1:.0%}, for single instances may get worse).",
    "simulate.testing.cases.Family",
    scope="declared policies; others by claim",
    applies=lambda subject: _claims(subject, "monotone-memory"),
    cases=families,
)
def monotone_memory(subject: Subject, case: Family) -> None:
    """The same requests before M and before 2M, summed over the sample."""
    one, two = (_total(subject, case, memory) for memory in (case.memory, 2 * case.memory))
    if one is not None and two is not None and two > ANOMALY * one:
        told = f"summed over {len(case.instances(case.memory))} instances"
        raise Violation(f"{told}: {one} with {case.memory} tokens, {two} with {2 * case.memory}")


def _total(subject: Subject, family: Family, memory: int) -> int | None:
    """Summed total latency; None if some run did not end."""
    total = 0
    for instance in family.instances(memory):
        schedule = subject.play(instance, family.seed).schedule
        if schedule is None:
            return None
        total += sum(a.end for a in schedule.attempts() if a.finished)
    return total


def _claims(subject: Subject, name: str) -> bool:
    if subject.declares is None:
        return name in subject.claims
    staggered = subject.declares.admits is Admits.STAGGERED
    idles = staggered or subject.declares.evicts is Evicts.CLEARED
    return name == "monotone-memory" or not idles
