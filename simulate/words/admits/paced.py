"""The next step fits, and starts are spread: one each time the budget has provided its volume.

Every step provides `memory` token-steps. A start costs the volume that the request is expected
to use: that of a full run to its assumed length (from the tokens on that it has kept), scaled by
the share of it that ended attempts of the same assumed length really used. Once attempts of a stage
have ended (the short ones end first, so the first estimate is low) the cache is full on average and
starts are spread evenly, without knowing output lengths. Credit is not hoarded: beyond one start,
or while no request waits, it is lost. An empty cache waits for no credit.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np

from kvratio.simulate import words
from kvratio.simulate.compiled import cache
from kvratio.simulate.compiled.compiler import compiled, share
from kvratio.simulate.compiled.queue import find
from kvratio.simulate.compiled.state import FREE, NEVER, Rows, State, plain, rows, table
from kvratio.simulate.policy import Policy
from kvratio.simulate.view import View
from kvratio.simulate.words.admits import (
    Admission,
    Test,
    left,
    next_step_fits,
    next_step_test,
)
from kvratio.simulate.words.book import Book
from kvratio.theory.model import Instance, volume


class Word(Admission):
    """Reference meaning."""

    spreads = True
    passes = staticmethod(next_step_fits)  # the credit follows from all that came before

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self._credit = 0
        self._used: dict[int, int] = {}  # by assumed length, over ended attempts
        self._full: dict[int, int] = {}

    def begin(self, view: View) -> None:
        """A step's credit."""
        self._credit += view.memory

    def test(self, view: View) -> Test:
        """There is credit for the start, or nothing runs; and the next step fits."""
        fits = next_step_test(self.book, view)
        empty = not view.running

        def paid_and_fits(request: int) -> bool:
            nonlocal empty
            cost = self.cost(view, request)
            if (cost > self._credit and not empty) or not fits(request):
                return False
            empty = False
            self._credit = max(0, self._credit - cost)
            return True

        return paid_and_fits

    def end(self, view: View) -> None:
        """Keep at most the credit for one start."""
        queue = self.book.queue
        self._credit = min(self._credit, self.cost(view, queue.head()) if queue else 0)

    def ended(self, view: View, request: int) -> None:
        """Learn from an attempt that completed, ran to its assumed length or was thinned."""
        began, assumed = view.kept(request), self.book.assumed[request]
        prompt, made = view.prompt(request) + began, view.made(request) - began
        self._used[assumed] = self._used.get(assumed, 0) + volume(prompt, made)
        self._full[assumed] = self._full.get(assumed, 0) + volume(prompt, left(assumed, began))

    @staticmethod
    def countable(instance: Instance, policy: Policy) -> bool:
        """Volumes add up over attempts that were not evicted for lack of cache."""
        longest = words.of(policy.assumes).longest(instance, policy)
        assumed = np.minimum(longest, instance.memory).astype(float)
        attempts = np.full(instance.n, 2 + words.of(policy.assumes).later_stages(policy))
        if policy.thinned:  # each time its bound grows, up to the output
            attempts = attempts + np.array(instance.output, np.int64)
        volumes = attempts * assumed * (np.array(instance.prompt) + assumed)
        return bool(volumes.sum() < NEVER)

    def cost(self, view: View, request: int) -> int:
        """Expected volume of an attempt, in token-steps."""
        assumed, kept = self.book.assumed[request], view.kept(request)
        full = volume(view.prompt(request) + kept, left(assumed, kept))
        return full * self._used.get(assumed, 1) // self._full.get(assumed, 1)


# --- the kernel ---------------------------------------------------------------------------------


@dataclass
class Numbers:
    """`volumes`: entries of the table; `credit` in token-steps after step `provided`; `most`: what
    is kept of it."""

    volumes: int
    credit: int
    provided: int
    most: int


@dataclass
class Volume:
    """Volumes used by ended attempts of one assumed length, and those of full runs."""

    key: int
    used: int
    full: int


class Store(NamedTuple):
    """What has been used."""

    numbers: Rows[Numbers]  # one
    volumes: Rows[Volume]  # a hash table


def store(instance: Instance, policy: Policy, used: bool) -> Store:  # noqa: ARG001
    """No attempt has ended."""
    numbers = rows(1, Numbers)
    plain(numbers)["provided"] = -1
    return Store(numbers, table(64 if used else 0, Volume))


@compiled
def has_room(state: State) -> bool:
    """In the table, even if all that runs ends in this step."""
    mine: Store = state.own.paced
    return mine.volumes.size >= 2 * (mine.numbers[0].volumes + state.clock[0].running)


def enlarged(state: State) -> Store:
    """The store, with space for what runs."""
    mine: Store = state.own.paced
    needed = 2 * int(mine.numbers[0].volumes + state.clock[0].running)
    if mine.volumes.size >= needed:
        return mine
    volumes, old = cast(Any, table(2 * needed, Volume)), cast(Any, mine.volumes)
    for entry in old[old.key != FREE]:
        volumes[find(volumes, int(entry.key))] = entry
    return mine._replace(volumes=volumes)


@compiled
def begin(state: State) -> None:
    """The credit of all steps since the last, of this one too."""
    mine: Store = state.own.paced
    numbers, memory, now = mine.numbers[0], state.rules[0].memory, state.clock[0].now
    steps = now - 1 - numbers.provided
    if steps > (numbers.most - numbers.credit) // memory:
        numbers.credit = numbers.most
    else:
        numbers.credit += steps * memory
    numbers.credit += memory
    numbers.provided = now


@compiled
def earliest(state: State, request: int) -> int:
    """When the next step fits and the credit, `memory` more each step, covers the start."""
    if not cache.next_step_fits(state, request):
        return NEVER
    mine: Store = state.own.paced
    clock, memory = state.clock[0], state.rules[0].memory
    if clock.running == 0:
        return clock.now
    missing = cost(state, request) - mine.numbers[0].credit
    return clock.now + max(0, (missing + memory - 1) // memory)


@compiled
def counted(state: State, request: int) -> None:
    """Pay for a start."""
    mine: Store = state.own.paced
    mine.numbers[0].credit = max(0, mine.numbers[0].credit - cost(state, request))


@compiled
def used(state: State, request: int) -> None:
    """Learn from an attempt that ends now, though not for lack of cache."""
    mine: Store = state.own.paced
    this = state.requests[request]
    entry = mine.volumes[find(mine.volumes, this.assumed)]
    if entry.key == FREE:
        entry.key, entry.used, entry.full = this.assumed, 0, 0
        mine.numbers[0].volumes += 1
    made = state.clock[0].now - this.start - this.kept
    entry.used += cache.volume(this.prompt + this.kept, made)
    entry.full += cache.run_volume(this)


@compiled
def finish(state: State, request: int) -> None:
    """Keep at most the credit for the start of the head (-1: no request waits, nothing is kept)."""
    mine: Store = state.own.paced
    numbers = mine.numbers[0]
    numbers.most = 0 if request < 0 else cost(state, request)
    numbers.credit = min(numbers.credit, numbers.most)


@compiled
def cost(state: State, request: int) -> int:
    """Expected volume of an attempt, in token-steps."""
    mine: Store = state.own.paced
    this = state.requests[request]
    full = cache.run_volume(this)
    entry = mine.volumes[find(mine.volumes, this.assumed)]
    return full if entry.key == FREE else share(full, entry.used, entry.full)
