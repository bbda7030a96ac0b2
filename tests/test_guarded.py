"""Guarded slicing: what its guards promise, and that a policy without them breaks the promise."""

from dataclasses import replace
from fractions import Fraction
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from kvratio.simulate import engine, kernel
from kvratio.simulate.declared import Declared
from kvratio.simulate.learned import gittins
from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.policies.guarded_slicing import guarded
from kvratio.simulate.policy import Policy
from kvratio.simulate.records import Run
from kvratio.simulate.view import View
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance

OURS = POLICIES["guarded-slicing"]


class OvertakenError(AssertionError):
    """A request was started before one that waits and arrived much earlier."""


class Watched(Declared):
    """Raises `OvertakenError` when a start breaks the bound; `furthest`: steps, the most so far."""

    def __init__(self, policy: Policy, n: int, seed: int = 0) -> None:
        super().__init__(policy, n, seed)
        self.came: dict[int, int] = {}
        self.furthest = 0

    def arrive(self, view: View, request: int) -> None:
        """Note the step."""
        self.came[request] = view.now
        super().arrive(view, request)

    def admit(self, view: View) -> list[int]:
        """Compare all that start with all that stay in the queue; the late are not in it yet."""
        queued = set(view.waiting) - set(self._late)
        started = super().admit(view)
        for j in started:
            for i in queued - set(started):
                ahead = self.came[j] - self.came[i]
                self.furthest = max(self.furthest, ahead)
                known: Any = self.assumption
                if ahead >= known.known.allowance(view):
                    raise OvertakenError(
                        f"step {view.now}: {j} before {i}, which came {ahead} earlier"
                    )
        return started


def watched_run(instance: Instance, policy: Policy) -> int:
    """The most steps by which a request was overtaken. Raises `OvertakenError`."""
    watched = Watched(policy, instance.n)
    engine.run_scheduler(instance, watched)
    return watched.furthest


def crowd(rng: Random) -> Instance:
    """Requests over time, more than the cache can hold; some are large."""
    n, memory = 60, 60
    prompt = [rng.choice((1, 1, 3, 30)) for _ in range(n)]
    output = [rng.randint(1, 6) if rng.random() < 0.8 else rng.randint(10, 25) for _ in range(n)]
    arrival = sorted(rng.randint(0, 120) for _ in range(n))
    return Instance.of(memory, output, prompt=prompt, arrival=arrival, interval=(1, 25))


@pytest.mark.parametrize("times", [1, 2, 16])
def test_no_request_is_passed_over_for_longer_than_is_stated(times: int) -> None:
    rng = Random(times)
    furthest = max(watched_run(crowd(rng), guarded(overtaking=times)) for _ in range(6))
    assert furthest > 0, "the order is not that of arrival either"


def test_the_bound_is_broken_by_ranks_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gittins, "place", lambda *facts: facts[2])  # the price
    rng, broken = Random(1), 0
    for _ in range(6):
        try:
            watched_run(crowd(rng), guarded(overtaking=1))
        except OvertakenError:
            broken += 1
    assert broken > 0


def test_a_smaller_number_of_backlogs_is_nearer_to_the_order_of_arrival() -> None:
    """On average over instances: the longest wait falls."""
    rng = Random(3)
    instances = [crowd(rng) for _ in range(12)]
    longest = {
        times: sum(kernel.run(i, guarded(overtaking=times)).measures.p99 for i in instances)
        for times in (0, 1)
    }
    assert longest[1] < longest[0]


@pytest.mark.parametrize("overtaking", [0, 1, 16])
@pytest.mark.parametrize("horizon", ["0", "1/4", "4"])
def test_both_engines_have_the_same_schedule(horizon: str, overtaking: int) -> None:
    rng = Random(overtaking)
    policy = guarded(horizon, overtaking)
    for _ in range(3):
        instance = crowd(rng)
        assert kernel.run(instance, policy) == engine.run(instance, policy)


def begun(found: Run) -> list[int]:
    """The requests that are started at step 0."""
    started = zip(found.schedule.request, found.schedule.start, strict=True)
    return sorted(request for request, step in started if step == 0)


def test_a_batch_begins_in_the_order_of_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything has completed, too: the largest prompts stand first by number, and last by
    price; without new places they are started in the order in which the backlog grew."""
    prompt = [30 - k for k in range(30)]
    instance = Instance.of(200, [5] * 30, prompt=prompt, interval=(1, 9))
    for found in (kernel.run(instance, OURS), engine.run(instance, OURS)):
        first = begun(found)
        assert first == list(range(30 - len(first), 30))
    monkeypatch.setattr(gittins, "outgrown", lambda *_: False)
    assert 0 in begun(engine.run(instance, OURS))


def test_the_queue_is_put_in_order_when_the_backlog_has_doubled() -> None:
    assert [gittins.outgrown(longest, 10) for longest in (0, 10, 19, 20)] == [False] * 3 + [True]
    assert not gittins.outgrown(0, 0)
    assert gittins.outgrown(1, 0)


def test_places_are_less_than_the_allowance_behind_the_arrival_and_ascend_with_the_price() -> None:
    one = 1 << gittins.SHARE_BITS
    for came, steps, typical in [(0, 1, 0), (5, 7, 100), (10**9, 10**6, 1)]:
        places = [
            gittins.place(came, steps, price, typical) for price in (0, 1, 50, 10**6, 1 << 42)
        ]
        assert places == sorted(places)
        assert came * one <= places[0]
        assert places[-1] < (came + steps) * one


def test_the_backlog_is_counted_in_steps_of_the_whole_cache() -> None:
    assert gittins.price(10**9, 100) == 10_000  # the whole cache for 100 steps
    assert gittins.price(7, 100) == 7
    assert gittins.allowance(250, 100, 3) == 9  # two steps and a part, so at least three


def test_numbers_beyond_64_bits_are_left_to_the_reference_engine() -> None:
    """2^21 requests that each wait for the whole cache for 2^21 steps: 2^63 token-steps."""
    assert gittins.places_fit(Instance.of(1 << 21, [3, 3], arrival=[0, 10**12]), 64)
    many: Any = SimpleNamespace(n=1 << 21, memory=1 << 21, arrival=(0,))
    assert not gittins.places_fit(many, 1)


def test_parameters() -> None:
    policy = named("guarded-slicing:horizon=1/8,overtaking=4")
    assert (policy.horizon, policy.overtaking) == (Fraction(1, 8), 4)
    learned = replace(POLICIES["learned-slicing"], name=OURS.name, title=OURS.title)
    assert guarded(0, 0) == learned
    wrong = ("horizon=17", "horizon=-1/8", "overtaking=1025", "overtaking=-1", "overtaking=x")
    for text in (*wrong, "x=1"):
        with pytest.raises(InputError, match=r"horizon|overtaking|policy"):
            named(f"guarded-slicing:{text}")
    with pytest.raises(InputError, match="overtaking: expected 0 where no ranks are learned"):
        replace(POLICIES["fcfs"], overtaking=1)
    with pytest.raises(InputError, match="horizon: expected 0 where no ranks are learned"):
        replace(POLICIES["fcfs"], horizon=Fraction(1, 8))
