"""Staggered pipelines (SPS): phases of requests with spread starts, Feng, Yang, Zhang.

arXiv 2601.22996: m requests of one prompt s and one length tau run with parallelism k, the j-th
(from 0) starting floor(j tau / k) steps after the first. At any time those that run have spread
ages, so the cache is nearly full in every step, not only when all reach their ends together.

A phase begins when nothing runs and takes all waiting requests with the least assumed length. Its
parallelism is that of the longest prompt among them; each start waits until it is due and the next
step fits (which it does unless a prediction was wrong). A request that has kept k tokens runs like
one with k more tokens of prompt and k fewer to make.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING, NamedTuple

from kvratio.simulate.compiled import cache, queue
from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import NEVER, Rows, State, indices, rows
from kvratio.simulate.policy import Order, Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.admits import (
    Admission,
    Test,
    Waiting,
    budget,
    left,
    next_step_fits,
    next_step_test,
)
from kvratio.simulate.words.book import Book
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.simulate.testing.history import Step


def peak(prompt: int, length: int, parallel: int) -> int:
    """The most tokens that a staggered pipeline of many requests ever holds.

    >>> peak(prompt=0, length=3, parallel=3)  # ages 1, 2, 3
    6
    """
    rounded = length * parallel + length + parallel - gcd(length, parallel)
    return prompt * parallel + rounded // 2


def parallelism(budget: int, prompt: int, length: int) -> int:
    """The largest parallelism whose peak fits, and 1 in any case; the peak grows with it.

    >>> parallelism(6, prompt=0, length=3)
    3
    """
    fits, fails = 1, max(2, budget + 1)
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if peak(prompt, length, middle) <= budget:
            fits = middle
        else:
            fails = middle
    return fits


class Phase:
    """The requests of the running phase that are still to start, in order."""

    def __init__(self, began: int) -> None:
        self.members: deque[int] = deque()
        self.began, self.length = began, 0
        self.started, self.parallel = 0, 1

    def __bool__(self) -> bool:
        return bool(self.members)

    def head(self) -> int:
        """The next to start."""
        return self.members[0]

    def take(self) -> int:
        """Start the next."""
        self.started += 1
        return self.members.popleft()

    @property
    def due(self) -> int:
        """The step in which the next is to start."""
        return self.began + self.started * self.length // self.parallel


class Word(Admission):
    """Reference meaning."""

    keeps_room = spreads = idles = True
    passes = staticmethod(next_step_fits)

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.phase = Phase(began=0)

    @staticmethod
    def require(policy: Policy) -> None:
        """The requests of a phase have one assumed length, so these stand together in the queue."""
        if policy.order is not Order.ASSUMED_LENGTH:
            required = "ASSUMED_LENGTH where phases are of one assumed length"
            raise InputError("order", policy.order.name, required)

    def waiting(self, view: View) -> Waiting:
        """The phase; a new one begins if the last is over and some request waits."""
        queue, assumed = self.book.queue, self.book.assumed
        if self.phase or view.running or not queue:
            return self.phase
        phase = self.phase = Phase(began=view.now)
        members, length = phase.members, assumed[queue.head()]
        while queue and assumed[queue.head()] == length:
            members.append(queue.take())
        prompt = max(view.prompt(i) + view.kept(i) for i in members)
        phase.length = max(left(length, view.kept(i)) for i in members)
        phase.parallel = parallelism(budget(self.book, view), prompt, phase.length)
        return phase

    def test(self, view: View) -> Test:
        """The start is due, and the next step fits."""
        fits = next_step_test(self.book, view)
        return lambda request: self.phase.due <= view.now and fits(request)

    def leave(self, request: int) -> None:
        """From the phase, or from the queue."""
        if request in self.phase.members:
            self.phase.members.remove(request)
        else:
            super().leave(request)

    @staticmethod
    def eligible(
        step: "Step", queue: Sequence[int], before: Sequence[int], paused: bool
    ) -> list[int]:
        """The rest of the phase; a new one when all of it has started and nothing runs."""
        if before or paused or step.running.keys() - set(step.evicted):
            return list(before)
        least = min((step.learned[i] for i in queue), default=0)
        return [i for i in queue if step.learned[i] == least]


# --- the kernel ---------------------------------------------------------------------------------


@dataclass
class Numbers:
    """`members` of the running phase, of which the first `member` have started; the step in which
    it began, its assumed length and its parallelism."""

    members: int
    member: int
    began: int
    length: int
    parallel: int


class Store(NamedTuple):
    """The running phase."""

    numbers: Rows[Numbers]  # one
    phase: Rows[int]  # its members, in order


def store(instance: Instance, policy: Policy, used: bool) -> Store:  # noqa: ARG001
    """No phase has begun."""
    return Store(rows(1, Numbers), indices([0] * instance.n if used else []))


@compiled
def idle(state: State) -> bool:
    """Have all members of the phase started?"""
    mine: Store = state.own.staggered
    return mine.numbers[0].member == mine.numbers[0].members


@compiled
def begin(state: State) -> None:
    """A new phase, if the last one is over and some request waits, unless an overflow pauses."""
    mine: Store = state.own.staggered
    clock, requests, numbers = state.clock[0], state.requests, mine.numbers[0]
    over = idle(state) and clock.running == 0
    if clock.paused or not over or clock.queued == 0:
        return
    assumed = requests[queue.head(state)].assumed
    prompt = length = numbers.members = numbers.member = 0
    while clock.queued > 0:
        request = queue.head(state)
        if requests[request].assumed != assumed:
            break
        queue.take(state)
        mine.phase[numbers.members] = request
        numbers.members += 1
        prompt = max(prompt, requests[request].prompt + requests[request].kept)
        length = max(length, cache.left(requests[request]))
    numbers.began, numbers.length = clock.now, length
    numbers.parallel = _parallelism(state.rules[0].budget, prompt, length)


@compiled
def candidate(state: State) -> int:
    """The next member of the phase."""
    mine: Store = state.own.staggered
    return -1 if idle(state) else mine.phase[mine.numbers[0].member]


@compiled
def earliest(state: State, request: int) -> int:
    """Not before the start is due; then, if the next step fits."""
    mine: Store = state.own.staggered
    numbers, now = mine.numbers[0], state.clock[0].now
    due = numbers.began + numbers.member * numbers.length // numbers.parallel
    if due > now:
        return due
    return now if cache.next_step_fits(state, request) else NEVER


@compiled
def take(state: State) -> None:
    """The next member starts."""
    mine: Store = state.own.staggered
    mine.numbers[0].member += 1


@compiled
def _parallelism(budget: int, prompt: int, length: int) -> int:
    """`parallelism`, in 64 bits."""
    fits, fails = 1, max(2, budget + 1)
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if _peak(prompt, length, middle) <= budget:
            fits = middle
        else:
            fails = middle
    return fits


@compiled
def _peak(prompt: int, length: int, parallel: int) -> int:
    divisor, rest = length, parallel
    while rest > 0:
        divisor, rest = rest, divisor % rest
    return prompt * parallel + (length * parallel + length + parallel - divisor) // 2
