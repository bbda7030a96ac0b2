"""Broken on purpose: each breaks one invariant, in a way that somebody could write.

`BREAKS` maps each to the invariant that must name it.
"""

# ruff: noqa: ARG002 (signatures are those of the protocols)

import itertools
from collections.abc import Iterable
from fractions import Fraction
from typing import ClassVar

from kvratio.simulate import words
from kvratio.simulate.declared import Declared
from kvratio.simulate.engine import run_scheduler
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policy import Admits
from kvratio.simulate.testing import SystemRun
from kvratio.simulate.view import View
from kvratio.theory.model import Instance, Schedule
from tests.broken_kept import KeepsLessThanItMade

FCFS, A_MIN, A_MAX = POLICIES["fcfs"], POLICIES["a-min"], POLICIES["a-max"]


class FirstComeFirstServed:
    """Sound: in order of arrival while the next step fits; an overflow evicts the newest."""

    sees: ClassVar[frozenset[str]] = frozenset()
    claims: ClassVar[tuple[str, ...]] = ("work-conservation",)
    size_of_next_token = 1

    def arrive(self, view: View, request: int) -> None: ...

    def complete(self, view: View, request: int) -> None: ...

    def seniority(self, view: View, request: int) -> tuple[int, ...]:
        """Whoever has the largest is evicted first."""
        return (view.running[request], view.arrival(request), request)

    def evict(self, view: View) -> Iterable[int]:
        kept = sorted(view.running, key=lambda i: self.seniority(view, i))
        evicted = []
        while sum(view.prompt(i) + view.made(i) + 1 for i in kept) > view.memory:
            evicted.append(kept.pop())
        self.paused = bool(evicted)
        return evicted

    def queue(self, view: View) -> list[int]:
        return sorted(view.waiting, key=lambda i: (view.arrival(i), i))

    def admit(self, view: View) -> Iterable[int]:
        left = view.memory - view.need()
        admitted: list[int] = []
        for i in [] if self.paused else self.queue(view):
            left -= view.prompt(i) + self.size_of_next_token
            if left < 0:
                break
            admitted.append(i)
        return admitted


class Sound(FirstComeFirstServed):
    """The one that most of the broken ones start from."""

    declares = FCFS


# --- the model -------------------------------------------------------------------------------


class ForgetsTheNextToken(FirstComeFirstServed):
    """Admits by prompts alone: the first token finds no place."""

    size_of_next_token = 0


class AdmitsTwice(FirstComeFirstServed):
    """A request that is in two queues is started from both."""

    def admit(self, view: View) -> Iterable[int]:
        admitted = list(super().admit(view))
        return admitted + admitted[1:]


class DividesByTheNumberOfWaiting(FirstComeFirstServed):
    """Raises an error of its own when nobody waits."""

    def admit(self, view: View) -> Iterable[int]:
        share = view.memory // len(view.waiting)
        return [i for i in super().admit(view) if share >= 0]


class ReadsUndeclared(FirstComeFirstServed):
    """Reads upper ends, which its `sees` does not name."""

    def queue(self, view: View) -> list[int]:
        return sorted(view.waiting, key=lambda i: (view.upper(i), i))


class System:
    """A simulator of its own, that works as `FirstComeFirstServed`."""

    def attempts(self, instance: Instance) -> list[tuple[int, int, int, bool]]:
        return [tuple(a) for a in run_scheduler(instance, FirstComeFirstServed()).attempts()]

    def simulate(self, instance: Instance, seed: int) -> Schedule | SystemRun:
        return Schedule.of(self.attempts(instance))


class StopsOneTokenEarly(System):
    """The token that ends a text is not made: `<` where `<=` is meant."""

    def simulate(self, instance: Instance, seed: int) -> Schedule:
        rows, output = self.attempts(instance), instance.output
        evicted = {i for i, _, _, done in rows if not done}
        early = [i for i in range(instance.n) if output[i] > 1 and i not in evicted]
        return Schedule.of([(i, a, b - (i in early), done) for i, a, b, done in rows])


class RestartsWhatIsComplete(System):
    """The first request is served once more when all are served."""

    def simulate(self, instance: Instance, seed: int) -> Schedule:
        rows = self.attempts(instance)
        end = max((b for _, _, b, _ in rows), default=0)
        again = [(0, end, end + instance.output[0], True)] if instance.n > 1 else []
        return Schedule.of(rows + again)


class SwapsInsteadOfRecomputing(System):
    """An evicted request goes on where it was: its cache was kept elsewhere, for free."""

    def simulate(self, instance: Instance, seed: int) -> Schedule:
        made = [0] * instance.n
        rows = []
        for i, a, b, done in sorted(self.attempts(instance), key=lambda row: row[1]):
            carried = min(made[i], b - a - 1) if done else 0
            rows.append((i, a, b - carried, done))
            made[i] += b - a
        return Schedule.of(rows)


class MeasuresFromTheStart(System):
    """Reports the time from start to completion: the waiting is not counted."""

    def simulate(self, instance: Instance, seed: int) -> SystemRun:
        schedule = Schedule.of(self.attempts(instance))
        return SystemRun(schedule, tel=sum(instance.output))


class CountsFromZero(System):
    """Reports each latency one step too long."""

    def simulate(self, instance: Instance, seed: int) -> SystemRun:
        rows = self.attempts(instance)
        tel = sum(b + 1 for _, _, b, done in rows if done) - sum(instance.arrival)
        return SystemRun(Schedule.of(rows), tel=tel)


class Thrashes(FirstComeFirstServed):
    """An overflow evicts all, and all start again at once."""

    def evict(self, view: View) -> Iterable[int]:
        self.paused = False
        return list(view.running) if view.need() > view.memory else []


class SparesTheCache(FirstComeFirstServed):
    """Never starts a request whose prompt takes most of the memory."""

    claims = ()

    def queue(self, view: View) -> list[int]:
        return [i for i in super().queue(view) if 2 * view.prompt(i) <= view.memory]


# --- what may be known -----------------------------------------------------------------------


class Peeks(FirstComeFirstServed):
    """Knows the true lengths, and says it does not."""

    def queue(self, view: View) -> list[int]:
        return sorted(view.waiting, key=lambda i: (view._instance.output[i], i))


class PeeksAtCompletions(FirstComeFirstServed):
    """Spares whom the next token completes, which it cannot know."""

    def seniority(self, view: View, request: int) -> tuple[int, ...]:
        ends = view.made(request) + 1 == view._instance.output[request]
        return (not ends, *super().seniority(view, request))


class PeeksAtUpperEnds(FirstComeFirstServed):
    """Orders by upper ends, and says it knows no predictions."""

    def queue(self, view: View) -> list[int]:
        return sorted(view.waiting, key=lambda i: (view._instance.upper[i], i))


class PeeksAtLowerEnds(FirstComeFirstServed):
    """Orders by lower ends, and says it knows no predictions."""

    def queue(self, view: View) -> list[int]:
        return sorted(view.waiting, key=lambda i: (-view._instance.lower[i], i))


class DrawsFromAGlobalGenerator(FirstComeFirstServed):
    """Order of the queue by a counter that outlives the run, as a global generator would."""

    _state = itertools.count()

    def queue(self, view: View) -> list[int]:
        waiting = sorted(view.waiting)
        turn = next(self._state) % max(1, len(waiting))
        return waiting[turn:] + waiting[:turn]


# --- what is learned -------------------------------------------------------------------------


class DoublesItsBounds(Declared):
    """After an eviction assumes twice what was made; more than is known."""

    def __init__(self, n: int, seed: int) -> None:
        super().__init__(A_MIN, n, seed)

    def evict(self, view: View) -> list[int]:
        made = {i: view.made(i) for i in view.running}
        evicted = super().evict(view)
        for i in evicted:
            self.book.learn(view, i, 2 * made[i])
        return evicted


class ForgetsItsBounds(Declared):
    """A completion makes it forget what it has learned of those that wait."""

    def __init__(self, n: int, seed: int) -> None:
        super().__init__(A_MIN, n, seed)

    def complete(self, view: View, request: int) -> None:
        super().complete(view, request)
        self.book.assumed.update(dict.fromkeys(view.waiting, 1))


# --- what it costs ---------------------------------------------------------------------------


class RestsAfterCompletions(FirstComeFirstServed):
    """Leaves the cache empty for a step when it has just become empty."""

    resting = False

    def complete(self, view: View, request: int) -> None:
        self.resting = True

    def admit(self, view: View) -> Iterable[int]:
        resting, self.resting = self.resting and not view.running, False
        return [] if resting else super().admit(view)


class FearsLargeMemories(FirstComeFirstServed):
    """One at a time where the memory is large: a limit that was meant for small ones."""

    claims = ("monotone-memory",)

    def admit(self, view: View) -> Iterable[int]:
        admitted = list(super().admit(view))
        return admitted[: int(not view.running)] if view.memory >= 8 else admitted


# --- declarations ----------------------------------------------------------------------------


class SkipsWhatDoesNotFit(Sound):
    """Goes on behind the first that fails: a late short one overtakes an early long one."""

    def queue(self, view: View) -> list[int]:
        left, fitting = view.memory - view.need(), []
        for i in super().queue(view):
            if view.prompt(i) + 1 <= left:
                left -= view.prompt(i) + 1
                fitting.append(i)
        return fitting


class TestsTheNextStepOnly(Declared):
    """A_max that looks no further than the next step."""

    declares = A_MAX

    def __init__(self, n: int, seed: int) -> None:
        super().__init__(A_MAX, n, seed)

        self.admission = words.of(Admits.NEXT_STEP)(self.book)


class AdmitsAfterAnOverflow(Sound):
    """Does not pause in the step of an overflow; only the evicted sit it out."""

    def evict(self, view: View) -> Iterable[int]:
        self.evicted = super().evict(view)
        self.paused = False
        return self.evicted

    def queue(self, view: View) -> list[int]:
        return [i for i in super().queue(view) if i not in self.evicted]


class OneAStep(Sound):
    """Starts at most one request a step."""

    def admit(self, view: View) -> Iterable[int]:
        return list(super().admit(view))[:1]


class OverstaysItsStage(Declared):
    """Slicing without slices: whoever has started goes on."""

    declares = POLICIES["slicing"]

    def __init__(self, n: int, seed: int) -> None:
        super().__init__(self.declares, n, seed)

        self.assumption.due = lambda _: []


class EvictsTheWrongEqual(Sound):
    """Among those that started together the smaller index goes, where the larger is declared."""

    def seniority(self, view: View, request: int) -> tuple[int, ...]:
        return (view.running[request], view.arrival(request), -request)


class EvictsOneMore(Sound):
    """Makes more room than is needed."""

    def evict(self, view: View) -> Iterable[int]:
        evicted = list(super().evict(view))
        kept = sorted(set(view.running) - set(evicted), key=lambda i: self.seniority(view, i))
        return evicted + (kept[-1:] if evicted and len(kept) > 1 else [])


class ClaimsTheFluidForm(Sound):
    """Its declared bound is a limit, without the terms of finite size."""

    @staticmethod
    def proved_bound(instance: Instance) -> Fraction | None:
        if any(instance.arrival) or max(instance.prompt) > 0 or max(instance.output) > 1:
            return None
        return max(Fraction(1), Fraction(instance.n**2, 2 * instance.memory))


class ClaimsToBeOptimal(Sound):
    """A ratio that first come, first served does not have."""

    proved_bound = 1


BREAKS: dict[type, str] = {
    ForgetsTheNextToken: "budget",
    AdmitsTwice: "sound-decisions",
    DividesByTheNumberOfWaiting: "sound-decisions",
    ReadsUndeclared: "declared-data",
    StopsOneTokenEarly: "completes-once",
    RestartsWhatIsComplete: "completes-once",
    SwapsInsteadOfRecomputing: "progress-lost",
    KeepsLessThanItMade: "progress-kept",
    MeasuresFromTheStart: "lower-bound",
    CountsFromZero: "lower-bound",
    ClaimsTheFluidForm: "proved-bound",
    ClaimsToBeOptimal: "proved-bound",
    Thrashes: "termination",
    SparesTheCache: "no-starvation",
    Peeks: "non-clairvoyance",
    PeeksAtCompletions: "non-clairvoyance",
    PeeksAtUpperEnds: "ignores-upper",
    PeeksAtLowerEnds: "ignores-lower",
    DrawsFromAGlobalGenerator: "determinism",
    DoublesItsBounds: "bounds-below-truth",
    ForgetsItsBounds: "bounds-never-decrease",
    RestsAfterCompletions: "work-conservation",
    FearsLargeMemories: "monotone-memory",
    SkipsWhatDoesNotFit: "queue-order",
    TestsTheNextStepOnly: "admission-test",
    AdmitsAfterAnOverflow: "admission-test",
    OneAStep: "maximal-prefix",
    OverstaysItsStage: "stages-end",
    EvictsTheWrongEqual: "eviction-order",
    EvictsOneMore: "no-needless-eviction",
}
