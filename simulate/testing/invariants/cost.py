"""What a run costs: latency, idle steps, and what more memory is worth."""

from hypothesis import strategies as st

from kvratio.simulate import words
from kvratio.simulate.testing.bound import least_tel
from kvratio.simulate.testing.cases import Case, Family
from kvratio.simulate.testing.invariants.registry import Violation, invariant
from kvratio.simulate.testing.subject import Subject
from kvratio.theory.model import Instance, Schedule


@invariant(
    "lower-bound",
    "The total latency is that of the attempts, and never below a certified lower bound.",
    "kvratio.simulate.testing.bound",
)
def lower_bound(subject: Subject, case: Case) -> None:
    """Only of runs that ended in a schedule of the model, within the budget or not."""
    history = subject.play(case.instance, case.seed)
    if history.schedule is None or history.malformed is not None:
        return
    tel = latency(history.schedule, case.instance)
    reported = tel if history.tel is None else history.tel
    least = least_tel(case.instance)
    if subject.lower_bound is not None:
        least = max(least, subject.lower_bound(case.instance))
    if reported < least:
        raise Violation(f"a total latency of {reported}, where at least {least} is certain")
    if reported != tel:
        raise Violation(f"reports a total latency of {reported}, its attempts have {tel}")


def latency(schedule: Schedule, instance: Instance) -> int:
    """Total latency of the attempts, in steps."""
    ends = sum(a.end for a in schedule.attempts() if a.finished)
    return ends - sum(instance.arrival)


@invariant(
    "work-conservation",
    "No step passes with an empty cache while a request waits.",
    "kvratio.simulate.policy",
    scope="declared policies that do not clear all and have no phases; others by claim",
    applies=lambda subject: _claims(subject, "work-conservation"),
)
def work_conservation(subject: Subject, case: Case) -> None:
    """With an empty cache any request can start: every one fits by itself."""
    for step in subject.play(case.instance, case.seed).steps:
        if step.waiting and not step.generating():
            raise Violation(f"step {step.now}: {sorted(step.waiting)} wait, none runs")


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
    "kvratio.simulate.testing.cases.Family",
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
    idles = any(words.of(word).idles for word in (subject.declares.admits, subject.declares.evicts))
    return name == "monotone-memory" or not idles
