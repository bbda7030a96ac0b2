"""A live server, driven at random: the engine, the compiled engine and a simple model agree.

Requests come, are cancelled, and the budget changes, in any order. After every step the reference
engine is compared to `tests.simple_server` where the policy has no luck in it; at the end the
requests make up an instance that the compiled engine runs, too. That knows neither cancellations
nor other budgets, so it is compared up to the first of them; but a policy that does not see output
lengths cannot tell the cancellation of a request from its completion, so that such a run is
compared as one in which the request is shorter.
"""

from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kvratio.simulate import engine, kernel
from kvratio.simulate.declared import Declared
from kvratio.simulate.limits import EngineError
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.server import Server
from kvratio.simulate.view import View
from kvratio.theory.checks import InputError
from kvratio.theory.model import Attempt, Instance
from tests.simple_server import SimpleServer

WITHOUT_LUCK = ("fcfs", "h-sf", "mc-sf", "mc-benchmark", "a-l")
MOST = 12  # requests of a run
LONG = 5_000  # steps after which a handful of requests must be done

share = st.floats(0, 1)


def attempts(server: Server) -> list[Attempt]:
    """Those that have ended so far."""
    return list(server.schedule.attempts())


class Replay(RuleBasedStateMachine):
    """Requests come, and running ones are cancelled."""

    server_class: type[Server] = Server
    scheduler_class: type[Declared] = Declared
    names: tuple[str, ...] = (*WITHOUT_LUCK * 2, *sorted(POLICIES))

    @initialize(place=st.integers(0, 999), memory=st.integers(2, 24), seed=st.integers(0, 3))
    def begin(self, place: int, memory: int, seed: int) -> None:
        name = self.names[place % len(self.names)]
        self.policy, self.memory, self.seed = POLICIES[name], memory, seed
        self.server = self.server_class(memory, self.scheduler_class(self.policy, MOST, seed))
        self.model = SimpleServer(name, memory) if name in WITHOUT_LUCK else None
        self.ends: dict[int, int] = {}  # output lengths of cancelled requests, as seen
        self.comparable: tuple[int, int] | None = None  # attempts and requests, so far

    def there(self) -> list[int]:
        """The requests that may be cancelled."""
        server = self.server
        return [i for i in range(server.instance.n) if server._open(i)]

    @precondition(lambda self: self.server.instance.n < MOST)
    @rule(data=st.data(), right=st.booleans(), alone=st.booleans())
    def arrive(self, data: st.DataObject, right: bool, alone: bool) -> None:
        memory = self.server.view.memory
        prompt = data.draw(st.integers(0, memory - 1))
        most = memory - prompt
        output = data.draw(st.integers(max(1, most - 1) if alone else 1, most))
        low = data.draw(st.integers(1, output if right else memory))
        high = data.draw(st.integers(max(low, output) if right else low, 2 * memory))
        self.server.submit(output, prompt, (low, high))
        if self.model is not None:
            self.model.submit(output, prompt, (low, high))

    @rule(count=st.integers(1, 5))
    def step(self, count: int) -> None:
        for _ in range(count):
            self.server.step()
            if self.model is not None:
                self.model.step()
            self.agrees()

    @precondition(lambda self: any(i in self.server.view.running for i in self.there()))
    @rule(data=st.data())
    def cancel_a_running_one(self, data: st.DataObject) -> None:
        server = self.server
        running = [i for i in self.there() if i in server.view.running]
        request = data.draw(st.sampled_from(running))
        longest = max((b - a for i, a, b, _ in attempts(server) if i == request), default=0)
        if self.policy.clairvoyant or longest >= server.view.made(request):
            self.no_longer_comparable()
        if self.comparable is None:
            self.ends[request] = server.view.made(request)
        self.cancel(request)

    def cancel(self, request: int) -> None:
        self.server.cancel(request)
        if self.model is not None:
            self.model.cancel(request)

    def no_longer_comparable(self) -> None:
        if self.comparable is None:
            self.comparable = len(attempts(self.server)), self.server.instance.n

    @precondition(lambda self: len(self.there()) < self.server.instance.n)
    @rule(data=st.data())
    def nobody_is_cancelled_twice_or_when_done(self, data: st.DataObject) -> None:
        gone = set(range(self.server.instance.n)) - set(self.there())
        before = self.server.schedule, dict(self.server.view.running)
        with pytest.raises(InputError, match="neither completed nor left"):
            self.server.cancel(data.draw(st.sampled_from(sorted(gone))))
        assert before == (self.server.schedule, self.server.view.running)

    def agrees(self) -> None:
        view, instance = self.server.view, self.server.instance
        held = [instance.prompt[i] + view.made(i) for i in view.running]
        assert sum(held) <= view.memory
        if self.model is None:
            return
        assert view.now == self.model.now
        assert set(view.waiting) == {x.index for x in self.model.all("waiting")}
        running = {x.index: view.now - x.made for x in self.model.all("running")}
        assert dict(view.running) == running
        assert sorted(attempts(self.server)) == sorted(self.model.attempts)

    @invariant()
    def nobody_is_lost(self) -> None:
        server = self.server
        done = {i for i, _, _, finished in attempts(server) if finished}
        assert len(done) == server.completed
        places = (*done, *server.cancelled, *server.view.running, *server.view.waiting)
        assert sorted((*places, *server._arrivals)) == list(range(server.instance.n))

    def teardown(self) -> None:
        if not hasattr(self, "server"):
            return
        while not self.server.idle:
            self.step(1)
            assert self.server.view.now < LONG
        self.compare_with_the_compiled_engine()

    def compare_with_the_compiled_engine(self) -> None:
        whole = self.server.instance
        count, n = self.comparable or (len(attempts(self.server)), whole.n)
        instance = Instance(
            self.memory,
            whole.prompt[:n],
            tuple(self.ends.get(i, output) for i, output in enumerate(whole.output[:n])),
            whole.arrival[:n],
            whole.lower[:n],
            whole.upper[:n],
        )
        fast = kernel.run(instance, self.policy, self.seed).schedule
        assert fast == engine.run(instance, self.policy, self.seed).schedule
        mine = [(i, a, b) for i, a, b, _ in attempts(self.server)[:count]]
        theirs = sorted(zip(fast.request, fast.start, fast.end, strict=True))
        if self.comparable is None:
            assert sorted(mine) == theirs
        else:
            assert set(mine) <= set(theirs)


class Live(Replay):
    """Waiting requests are cancelled as well, and the budget changes."""

    @precondition(lambda self: self.server.view.waiting)
    @rule(data=st.data())
    def cancel_a_waiting_one(self, data: st.DataObject) -> None:
        self.no_longer_comparable()
        self.cancel(data.draw(st.sampled_from(sorted(self.server.view.waiting))))

    @precondition(lambda self: self.server._arrivals)
    @rule()
    def cancel_one_at_once(self) -> None:
        self.no_longer_comparable()
        self.cancel(self.server._arrivals[-1])

    def least_memory(self) -> int:
        """What the largest of those that are there needs."""
        instance = self.server.instance
        return max((instance.prompt[i] + instance.output[i] for i in self.there()), default=2)

    @rule(more=st.integers(0, 30))
    def resize(self, more: int) -> None:
        memory = self.least_memory() + more
        self.no_longer_comparable()
        self.server.resize(memory)
        if self.model is not None:
            self.model.resize(memory)

    @precondition(lambda self: self.server.view.waiting)
    @rule()
    def shrink(self) -> None:
        self.resize(0)

    @precondition(lambda self: self.there())
    @rule()
    def nobody_is_shut_out(self) -> None:
        before, too_little = self.server.view.memory, self.least_memory() - 1
        with pytest.raises(InputError, match=f"memory: .*got {too_little}"):
            self.server.resize(too_little)
        assert self.server.view.memory == before


def drive(machine: type[Replay], examples: int, phases: tuple[Phase, ...] = tuple(Phase)) -> None:
    chosen = settings(max_examples=examples, stateful_step_count=25, phases=phases)
    run_state_machine_as_test(machine, settings=chosen)


def test_a_server_without_interventions_is_the_engine() -> None:
    drive(Replay, 150)


def test_a_live_server_agrees_with_the_simple_one() -> None:
    drive(Live, 200)


# --- what is broken is found


class Forgetful(Declared):
    """Forgets to take whom the client cancels off the queue."""

    def withdraw(self, view: View, request: int) -> None:
        if request in view.running:
            super().withdraw(view, request)


class Stubborn(Declared):
    """Goes on to assume what no longer fits."""

    def resize(self, view: View) -> None:
        pass


class Lossy(Server):
    """Loses what a client cancels, but not its cache."""

    def cancel(self, request: int) -> None:
        if request in self.view.waiting:
            super().cancel(request)
        else:
            self.cancelled.add(request)


class Tardy(Server):
    """Shows a request one step late."""

    def submit(self, *lengths: Any, **more: Any) -> int:
        number = super().submit(*lengths, **more)
        self._arrivals.remove(number)
        return number

    def step(self) -> None:
        super().step()
        known = {*self._arrivals, *self.view.waiting, *self.view.running, *self.cancelled}
        known |= {i for i, _, _, finished in attempts(self) if finished}
        self._arrivals[:0] = sorted(set(range(self.instance.n)) - known, reverse=True)


BROKEN = [
    {"scheduler_class": Forgetful},
    {"scheduler_class": Stubborn},
    {"server_class": Lossy},
    {"server_class": Tardy},
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda b: next(iter(b.values())).__name__)
def test_the_machine_finds_what_is_broken(broken: dict[str, Any]) -> None:
    machine = type("Broken", (Live,), {**broken, "names": ("mc-sf", "a-l")})
    with pytest.raises((AssertionError, EngineError, KeyError)):
        drive(machine, 1000, (Phase.generate,))  # it stops at the first failure
