"""Policies of the field on smallest cases worked out by hand, and their names with parameters.

Notation as in `test_policies`: "i: a-b" is an attempt of request i in steps a ... b - 1.
"""

import re
from dataclasses import replace
from fractions import Fraction

import pytest

import kvratio.simulate.chance
from kvratio.simulate.chance import BITS
from kvratio.simulate.declared import Declared
from kvratio.simulate.engine import run, run_scheduler
from kvratio.simulate.limits import EngineError
from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.policies.protection import protection
from kvratio.simulate.policy import Evicts, Policy
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance

Rows = set[tuple[int, int, int, bool]]


def rows(instance: Instance, policy: str | Policy, seed: int = 0) -> Rows:
    """All attempts as a set."""
    chosen = named(policy) if isinstance(policy, str) else policy
    return set(run(instance, chosen, seed).schedule.attempts())


# --- MC-SF and MC-Benchmark ------------------------------------------------------------------


def test_mc_sf_stops_at_the_first_that_fails_where_a_later_one_would_fit() -> None:
    # M = 10, s = 4, 6, 1, o = 1, 2, 3, predicted exactly. 0: 0-1 (5 tokens); 1 would add 7: stop,
    # although 2 would add only 2. Step 1: 1: 1-3; 2 would make time 3 hold 8 + 3.
    # Step 2: 2: time 3 holds 8 + 2: 2-5.
    instance = Instance.of(10, [1, 2, 3], prompt=[4, 6, 1], interval=[(1, 1), (2, 2), (3, 3)])
    assert rows(instance, "mc-sf") == {(0, 0, 1, True), (1, 1, 3, True), (2, 2, 5, True)}


def test_mc_sf_goes_by_predicted_length_and_mc_benchmark_by_arrival() -> None:
    # s = 0, M = 5, o = 4, 3, 1 at 0, 1, 1, predicted exactly. 0: 0-4.
    # MC-SF: at 1 first 2: time 2 holds 2 + 1, time 4 holds 4: 1-2. 1 would make time 4 hold 4 + 3
    # from step 1, 4 + 2 from step 2, 4 + 1 from step 3: 3-6.
    # MC-Benchmark: 1 blocks until 3; 2 from step 3 would make time 4 hold 4 + 1 + 1: 4-5.
    instance = Instance.of(5, [4, 3, 1], arrival=[0, 1, 1], interval=[(4, 4), (3, 3), (1, 1)])
    assert rows(instance, "mc-sf") == {(0, 0, 4, True), (2, 1, 2, True), (1, 3, 6, True)}
    assert rows(instance, "mc-benchmark") == {(0, 0, 4, True), (1, 3, 6, True), (2, 4, 5, True)}


# --- SVF and shortest predicted first --------------------------------------------------------


def test_svf_goes_by_volume_where_h_sf_goes_by_length() -> None:
    # M = 7, s = 6, 0, o = 1, 3: volumes 7 and 1 + 2 + 3 = 6. The first needs the whole cache.
    instance = Instance.of(7, [1, 3], prompt=[6, 0])
    assert rows(instance, "h-sf") == {(0, 0, 1, True), (1, 1, 4, True)}
    assert rows(instance, "svf") == {(1, 0, 3, True), (0, 3, 4, True)}


def test_shortest_predicted_goes_by_the_middle_rounded_down() -> None:
    # s = 4, M = 9: one at a time; middles 4, 3 (of 1, 6), 3: ties by index
    instance = Instance.of(9, [1, 1, 1], prompt=4, interval=[(4, 5), (1, 6), (3, 3)])
    assert rows(instance, "shortest-predicted") == {
        (1, 0, 1, True),
        (2, 1, 2, True),
        (0, 2, 3, True),
    }


def test_shortest_predicted_plans_nothing_and_preempts_the_newest() -> None:
    # s = 0, M = 3, o = 2, 2: both start; step 1 needs 2 + 2: 1 goes, and starts again at 2
    instance = Instance.of(3, [2, 2], interval=(2, 2))
    assert rows(instance, "shortest-predicted") == {
        (0, 0, 2, True),
        (1, 0, 1, False),
        (1, 2, 4, True),
    }


# --- watermark -------------------------------------------------------------------------------


def test_the_watermark_is_kept_free_at_admission_only() -> None:
    # M = 100, 99 for admission. Two of s = 49 need 50 each in the first step.
    instance = Instance.of(100, [1, 1], prompt=49)
    assert rows(instance, "fcfs") == {(0, 0, 1, True), (1, 0, 1, True)}
    assert rows(instance, "fcfs-watermark") == {(0, 0, 1, True), (1, 1, 2, True)}
    # s = 48: 49 each in the first step, 50 each in the second: the growth may use the watermark
    grows = Instance.of(100, [2, 2], prompt=48)
    assert rows(grows, "fcfs-watermark") == {(0, 0, 2, True), (1, 0, 2, True)}


def test_an_empty_cache_admits_beyond_the_watermark() -> None:
    instance = Instance.of(100, [1, 1], prompt=[99, 0])
    assert rows(instance, "fcfs-watermark") == {(0, 0, 1, True), (1, 1, 2, True)}


@pytest.mark.parametrize("name", ["mc-sf", "a-min-thinned", "slicing"])
def test_every_test_respects_a_reserve(name: str) -> None:
    # M = 10, half kept free: one of 5 tokens at a time (o = l = u = 1, s = 4)
    policy = replace(POLICIES[name], reserve=Fraction(1, 2))
    instance = Instance.of(10, [1, 1], prompt=4, interval=(1, 1))
    ends = sorted(run(instance, policy).schedule.end)
    assert ends == [1, 2]


# --- alpha-protection and beta-clearing ------------------------------------------------------


def test_alpha_protection_clears_all_and_spares_the_first_of_a_fruitless_clearing() -> None:
    # s = 0, M = 10, 8 for admission, o = 4 for all four. Step 0: all start. Step 2 needs 12: all
    # are cleared, nobody starts. Step 3: all start again. Step 5: nobody has completed since: 0
    # is spared. Step 6: it needs 4, the others 1 each: they start. 0 completes at 7.
    # Step 9: three need 12: cleared, 0 has completed since. Step 10: they start; at 13 they need
    # 12 again: 1, the first started, is spared, and completes at 14. 2 and 3 start then: 4 + 4.
    assert rows(Instance.of(10, [4] * 4), protection(Fraction(1, 5))) == {
        *((i, 0, 2, False) for i in range(4)),
        *((i, 3, 5, False) for i in (1, 2, 3)),
        (0, 3, 7, True),
        *((i, 6, 9, False) for i in (1, 2, 3)),
        (1, 10, 14, True),
        *((i, 10, 13, False) for i in (2, 3)),
        *((i, 14, 18, True) for i in (2, 3)),
    }


def test_without_sparing_alpha_protection_loops() -> None:
    """The published loop: those cleared start together and overflow together, for ever."""

    class Literal(Declared):
        def evict(self, view):
            self.eviction.completed()
            return super().evict(view)

    instance, policy = Instance.of(10, [4] * 4), protection(Fraction(1, 5))
    with pytest.raises(EngineError, match="nothing arrives or completes"):
        run_scheduler(instance, Literal(policy, instance.n, 0))


def test_beta_clearing_goes_in_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    # s = 0, M = 9, beta = 1/2, o = 3 for four: step 2 needs 12. Uniform numbers 0.4, 0.9, 0.1 and
    # 0.3. Round 1 clears those of 1/2 or more: 1, and 9 fit. With 0.4 for request 1, round 1
    # clears nobody and round 2 those of 1/4 or more: 0, 1, 3 (all of them, though one would do).
    instance, policy = Instance.of(9, [3] * 4), protection(Fraction(0), Fraction(1, 2))
    keys = {key: i for i, key in enumerate(kvratio.simulate.chance.request_keys(0, 4))}

    def fix(uniforms: list[float]) -> None:
        monkeypatch.setattr(
            kvratio.simulate.chance, "draw", lambda key, *_: int(uniforms[keys[key]] * 2**BITS)
        )

    fix([0.4, 0.9, 0.1, 0.3])
    assert (1, 0, 2, False) in rows(instance, policy)
    assert {(i, 0, 3, True) for i in (0, 2, 3)} <= rows(instance, policy)
    fix([0.4, 0.4, 0.1, 0.3])
    assert {(i, 0, 2, False) for i in (0, 1, 3)} | {(2, 0, 3, True)} <= rows(instance, policy)


@pytest.mark.parametrize("beta", [Fraction(0), Fraction(1, 2000), Fraction(3, 2)])
def test_a_clearing_that_hits_nobody_is_refused(beta: Fraction) -> None:
    with pytest.raises(InputError, match="clearing"):
        protection(Fraction(1, 5), beta)


@pytest.mark.parametrize("alpha", [Fraction(-1, 2), Fraction(1)])
def test_a_reserve_of_everything_is_refused(alpha: Fraction) -> None:
    with pytest.raises(InputError, match="alpha"):
        protection(alpha)


# --- names with parameters -------------------------------------------------------------------


@pytest.mark.parametrize("name", POLICIES)
def test_plain_names_are_the_declarations(name: str) -> None:
    assert named(name) is POLICIES[name]


def test_parameters_make_the_policy() -> None:
    sliced = named("slicing:caps=4,16,64")
    assert sliced.caps == (4, 16, 64)
    assert (sliced.name, sliced.title) == ("slicing:caps=4,16,64", "Slicing (caps=4,16,64)")
    assert named("slicing:growth=3/2").caps[:6] == (1, 2, 3, 4, 6, 8)
    cleared = named("alpha-protection:alpha=0.2,beta=0.5")
    assert (cleared.reserve, cleared.clearing) == (Fraction(1, 5), Fraction(1, 2))
    assert cleared.evicts is Evicts.CLEARED
    assert named("fcfs-watermark:reserve=0.05").reserve == Fraction(1, 20)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sclicing", "expected one of"),
        ("h-sf:x=1", "expected no parameters for h-sf"),
        ("slicing:", "expected slicing:key=value"),
        ("slicing:caps", "expected slicing:key=value"),
        ("slicing:=4", "expected slicing:key=value"),
        ("slicing:caps=4,caps=8", "each once"),
        ("slicing:size=4", "no keys but caps, growth"),
        ("slicing:caps=4,x", "caps: expected whole numbers"),
        ("slicing:caps=8,4", r"caps: .*got \(8, 4\)"),
        ("slicing:growth=1", "growth: expected an exact rational number at least 101/100"),
        ("slicing:growth=2,caps=4", "either caps or a growth"),
        ("alpha-protection:alpha=much", "alpha: .*got 'much'"),
        ("alpha-protection:alpha=2", "alpha: .*got '2'"),
    ],
)
def test_bad_parameters(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        named(text)
    assert re.search(message, str(error.value))
