"""The reference engine as a live server: requests come and are cancelled, the budget changes.

What a simulation knows beforehand, a server learns while it runs. Between two steps it takes
requests (`submit`), lets clients withdraw them (`cancel`) and gets more or less cache (`resize`);
`step` is the engine's. Without cancellations and changes of the budget its schedule is that of
`kvratio.simulate.engine` on the instance that its requests make up.
"""

from dataclasses import replace
from typing import Protocol

from kvratio.simulate.engine import Engine, Scheduler
from kvratio.simulate.view import View
from kvratio.theory.checks import InputError, whole
from kvratio.theory.model import MOST_TOKENS, Instance, Preemption


class ServerScheduler(Scheduler, Protocol):
    """A scheduler that a server can drive."""

    def withdraw(self, view: View, request: int) -> None:
        """The client cancels a request that waits or runs; it leaves the view after this call."""

    def resize(self, view: View) -> None:
        """The budget is a new one. What runs need not fit it until the next step."""


class Server(Engine):
    """A live run, step by step.

    `memory` is the budget in tokens; `preemption` says whether an evicted request's tokens are lost
    ("cancel") or kept ("keep"). `instance` holds all requests so far, in order of their
    submission, with the largest budget so far; `budgets` maps steps to the budget from there on;
    `cancelled` holds the requests that were cancelled. The attempt of a cancelled request ends as
    one that is not finished.

    >>> from kvratio.simulate.declared import Declared
    >>> from kvratio.simulate.policies import POLICIES
    >>> server = Server(10, Declared(POLICIES["fcfs"], n=100, seed=0))
    >>> first, second = server.submit(output=3, prompt=1), server.submit(output=8, prompt=2)
    >>> server.step()
    >>> server.cancel(second)
    >>> for _ in range(3):
    ...     server.step()
    >>> server.schedule.to_json()
    [[1, 0, 1, False], [0, 0, 3, True]]
    """

    def __init__(
        self,
        memory: int,
        scheduler: ServerScheduler,
        preemption: Preemption | str = Preemption.CANCEL,
    ) -> None:
        super().__init__(Instance.of(memory, []), scheduler, preemption=Preemption.of(preemption))
        self._live = scheduler
        self.budgets = {0: self.instance.memory}
        self.cancelled: set[int] = set()
        self._empty = False  # did no request run or wait when the last step ended?

    @property
    def finished(self) -> bool:
        """A server is never finished: more may come."""
        return False

    @property
    def idle(self) -> bool:
        """Is no request there, running or waiting or about to be seen?"""
        return self.completed + len(self.cancelled) == self.instance.n

    def step(self) -> None:
        """The four phases of the current step; while no request is there, time just passes."""
        view = self.view
        if self._empty and not self._arrivals:
            view._now += 1
            return
        super().step()
        self._empty = not view.running and not view.waiting

    def submit(self, output: int, prompt: int = 0, interval: tuple[int, int] | None = None) -> int:
        """A request arrives, now; returns its number. The policy sees it in the current step.

        Lengths in tokens; `interval` is the predicted one of the output length, by default
        [1, memory - prompt]. Raises `InputError` for a request that is malformed or can never
        fit the present budget, and for one more than the scheduler was made for. Takes time
        proportional to the number of requests so far.
        """
        capacity: int | None = getattr(self._live, "capacity", None)  # None: any number
        if capacity is not None and self.instance.n >= capacity:
            required = f"at most {capacity} in all: the scheduler was made for so many"
            raise InputError("requests", capacity + 1, required)
        one = Instance.of(self.view.memory, [output], prompt=prompt, interval=interval)
        before, request = self.instance, self.instance.n
        self.instance = Instance(
            before.memory,
            before.prompt + one.prompt,
            before.output + one.output,
            (*before.arrival, self.view.now),
            before.lower + one.lower,
            before.upper + one.upper,
        )
        self.view._know(self.instance)
        self._arrival = self.instance.arrival
        self._arrivals.insert(0, request)
        return request

    def cancel(self, request: int) -> None:
        """The client withdraws a request; its tokens are lost.

        Raises `InputError` unless it has been submitted and has neither been cancelled nor made
        its last token.
        """
        view, number = self.view, whole("request", request, most=self.instance.n - 1)
        if not self._open(number):
            raise InputError("request", number, "one that has neither completed nor left")
        if number in self._arrivals:  # the policy has not seen it yet
            self._arrivals.remove(number)
        else:
            self._live.withdraw(view, number)
            if number in view.running:
                self._end(number, finished=False)
            view._waiting.pop(number, None)
            view._kept.pop(number, None)
        self.cancelled.add(number)

    def resize(self, memory: int) -> None:
        """A new budget in tokens, from the current step on.

        Raises `InputError` where a request that is not complete could no longer fit at all.
        """
        budget = whole("memory", memory, least=1, most=MOST_TOKENS)
        view, instance = self.view, self.instance
        there = filter(self._open, [*self._arrivals, *view.waiting, *view.running])
        least = max((instance.prompt[i] + instance.output[i] for i in there), default=1)
        if budget < least:
            raise InputError("memory", budget, f"at least {least}: a request needs that")
        if budget > instance.memory:
            self.instance = replace(instance, memory=budget)
            view._know(self.instance)
        view._memory = self.budgets[view.now] = budget
        self._live.resize(view)

    def _open(self, request: int) -> bool:
        """Is it still there, with tokens left to make?"""
        view = self.view
        if request in view.running:
            return view.made(request) < self.instance.output[request]
        return request in view.waiting or request in self._arrivals
