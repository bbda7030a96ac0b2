"""What the model demands of every run: the budget, whole attempts, an end."""

from kvratio.simulate.testing.cases import Case
from kvratio.simulate.testing.history import History, Step
from kvratio.simulate.testing.invariants.registry import Violation, invariant, plain
from kvratio.simulate.testing.subject import Subject

OTHER_TOKENS = "begins with other tokens than were made"  # of `ScheduleError`


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
        over = sum(prompt[i] + made + 1 for i, made in running) - case.instance.memory
        if over > 0:
            raise Violation(f"step {step.now}: {over} tokens over the budget")


@invariant(
    "sound-decisions",
    "Only those that run are evicted, only those that wait are admitted, each once a step, and no "
    "decision ends in an error.",
    "kvratio.simulate.engine",
)
def sound_decisions(subject: Subject, case: Case) -> None:
    """Look at the raw wishes of every step."""
    history = subject.play(case.instance, case.seed)
    if history.raised:
        raise Violation(f"raised {history.stopped}\n{history.traceback}")
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
    "kvratio.simulate.view",
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
    if history.malformed is None or history.malformed.reason == OTHER_TOKENS:
        return  # the latter: another invariant's business
    if subject.preemption.keeps or not _carried(history):
        raise Violation(str(history.malformed))


@invariant(
    "progress-lost",
    "No progress survives an eviction: after its last start a request makes all its tokens anew.",
    "arXiv 2508.14544 section 2",
    scope="those of which preemption loses the tokens",
    applies=lambda subject: not subject.preemption.keeps,
)
def progress_lost(subject: Subject, case: Case) -> None:
    """A completed attempt that is too short, after others that made the rest."""
    for i in _carried(subject.play(case.instance, case.seed)):
        raise Violation(f"request {i} completes with tokens of an earlier attempt")


@invariant(
    "progress-kept",
    "All progress survives an eviction: an attempt begins with the tokens that the earlier ones "
    "have made, holds their cache from its first step on, and makes none of them again.",
    "kvratio.theory.schedule.Preemption",
    scope="those of which preemption keeps the tokens",
    applies=lambda subject: subject.preemption.keeps,
)
def progress_kept(subject: Subject, case: Case) -> None:
    """The verifier of the model decides; and the steps agree with the attempts."""
    history = subject.play(case.instance, case.seed)
    if history.malformed is not None and history.malformed.reason == OTHER_TOKENS:
        raise Violation(str(history.malformed))
    made: dict[int, int] = {}
    for step in history.steps:
        if not _sound(step):
            return
        wrong = [i for i in step.running if step.made(i) != made.get(i, 0)]
        if wrong:
            told = f"{step.made(wrong[0])} tokens, {made.get(wrong[0], 0)} were made"
            raise Violation(f"step {step.now}: request {wrong[0]} has {told}")
        made.update({i: tokens + 1 for i, tokens in step.generating().items()})


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
    "kvratio.simulate.testing.history.patience",
)
def termination(subject: Subject, case: Case) -> None:
    """The engine's patience, or the system's own word."""
    history = subject.play(case.instance, case.seed)
    if history.livelock:
        raise Violation(history.stopped)


@invariant(
    "no-starvation",
    "In batch mode, where all requests arrive at 0, all are served: no run comes to a point from "
    "which on requests wait before an empty cache.",
    "kvratio.simulate.testing.history.patience",
    cases=lambda subject: plain(subject, batch=True),
    implies=("termination",),
)
def no_starvation(subject: Subject, case: Case) -> None:
    """A livelock in which no request runs any more."""
    history = subject.play(case.instance, case.seed)
    last = history.steps[-1] if history.livelock and history.steps else None
    if last is not None and last.waiting and not last.generating():
        raise Violation(f"requests {sorted(last.waiting)} wait; {history.stopped}")
