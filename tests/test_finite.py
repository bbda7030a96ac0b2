"""Bounds for every finite instance, held against runs of the policies in both engines."""

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations_with_replacement, permutations, product

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from kvratio.proofs_check.greedy import greedy
from kvratio.simulate.engine import run as reference
from kvratio.simulate.kernel import run as kernel
from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.policies.gsa import gba, gsa
from kvratio.simulate.testing.strategies import instances
from kvratio.theory.checks import InputError
from kvratio.theory.finite import admission, pipelines, promotion
from kvratio.theory.finite.policies import NONE, PROVED, WITHIN, mean_bound, upper_bound
from kvratio.theory.model import Instance, verify

ENGINES = {"reference": reference, "kernel": kernel}
ONE_PROMPT = {"gsa", "gba"}
ONE_LOWER_END = {"a-l"}
# the memory kept free, and pairs in either order, leave some slack
SHARP_FOR = [policy for policy in PROVED if policy not in ("fcfs-watermark", "shortest-predicted")]
SEARCH = settings(
    max_examples=300,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
Bound = Callable[[Instance], Fraction | None]


def cases(policy: str, **limits: int) -> st.SearchStrategy[Instance]:
    """Batches of any lengths and prompts; predictions may be wrong where the bound allows that."""
    sizes = {"max_requests": 12, "max_memory": 40, **limits}
    right = policy in {"mc-sf", "mc-benchmark", "a-max", "a-l"}
    return instances(batch=True, right=right, common_prompt=policy in ONE_PROMPT, **sizes)


def test_every_policy_has_a_bound_or_a_reason() -> None:
    assert sorted([*PROVED, *WITHIN, *NONE]) == sorted(POLICIES)


def test_the_caps_are_those_of_the_declarations() -> None:
    for declared, growth in ((gsa(), 2), (gba(), Fraction(3, 2))):
        assert pipelines.growing(growth) == declared.caps


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("policy", PROVED)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_no_run_is_above_its_bound(policy: str, engine: str, data: st.DataObject) -> None:
    instance, seed = data.draw(cases(policy)), data.draw(st.integers(0, 3))
    bound = upper_bound(policy, instance)
    if bound is not None:
        assert ENGINES[engine](instance, POLICIES[policy], seed).tel <= bound


@pytest.mark.parametrize("admits", ["look-ahead", "slots"])
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_a_threshold_of_any_size(admits: str, data: st.DataObject) -> None:
    instance = data.draw(cases("a-l"))
    threshold = data.draw(st.integers(1, max(instance.output, default=1)))
    policy = named(f"a-l:threshold={threshold},admits={admits}")
    for run in ENGINES.values():
        assert run(instance, policy).tel <= promotion.a_l(instance, threshold)


@settings(max_examples=50, deadline=None)
@given(
    instance=cases("gsa"),
    growth=st.sampled_from(["3/2", "2", "3", "5"]),
    first=st.integers(1, 5),
)
def test_pipelines_of_any_growth(instance: Instance, growth: str, first: int) -> None:
    for make, bound in ((gsa, pipelines.gsa), (gba, pipelines.gba)):
        policy = make(growth, first)
        assert kernel(instance, policy).tel <= bound(instance, policy.caps)


# --- exhaustively: every multiset of lengths, every order, and the exact mean over orders -------

SMALL = [
    Instance.of(memory, outputs, prompt=prompt, interval=(1, max(outputs)))
    for memory, prompt in product((3, 4, 6), (0, 1))
    for n in (2, 3, 4)
    for outputs in combinations_with_replacement(range(1, memory - prompt + 1), n)
]


@pytest.mark.parametrize("policy", ["h-sf", "svf", "mc-sf", "gsa", "gba"])
def test_every_small_instance_of_one_prompt(policy: str) -> None:
    for instance in SMALL:
        bound = upper_bound(policy, instance)
        assert bound is not None
        assert reference(instance, POLICIES[policy]).tel <= bound, instance


def test_every_order_and_the_mean_over_orders() -> None:
    """By the definition of the policies (`proofs_check.greedy`), for A_random and A_max."""
    for outputs in combinations_with_replacement(range(1, 6), 4):
        instance = Instance.of(5, outputs, interval=(1, max(outputs)))
        for policy, assumed in (("a-random", instance.output), ("a-max", instance.upper)):
            tels = [
                verify(greedy(instance, assumed, order), instance).tel
                for order in permutations(range(4))
            ]
            every, mean = upper_bound(policy, instance), mean_bound(policy, instance)
            assert every is not None
            assert mean is not None
            assert max(tels) <= every
            assert Fraction(sum(tels), len(tels)) <= mean <= every


# --- sharp, and so no constant can be smaller ----------------------------------------------------


def one_token_each(prompt: int, beside: int, n: int) -> Instance:
    """Outputs of one token: `beside` of them fit, and all but one token of one more."""
    memory = beside * (prompt + 1) + prompt
    return Instance.of(memory, [1] * n, prompt=prompt, interval=(1, 1))


@pytest.mark.parametrize("beside", [1, 3])
@pytest.mark.parametrize("policy", SHARP_FOR)
def test_attained_by_outputs_of_one_token(policy: str, beside: int) -> None:
    for prompt, n in product((0, 2, 9), (1, 4, 40)):
        instance = one_token_each(prompt, beside, n)
        assert kernel(instance, POLICIES[policy]).tel == upper_bound(policy, instance)


@pytest.mark.parametrize("policy", ["gsa", "gba"])
def test_pipelines_attain_their_pace(policy: str) -> None:
    """t = 4, k + 1 = 3, s = 1: the peak of 3 is 12, one above M, and gcd(4, 3) = 1."""
    for n in (1, 5, 30):
        instance = Instance.of(11, [4] * n, prompt=1)
        maker, bound = {"gsa": (gsa, pipelines.gsa), "gba": (gba, pipelines.gba)}[policy]
        policy_of = maker(2, first=4)
        assert kernel(instance, policy_of).tel == bound(instance, policy_of.caps)


def one_percent_less(memory: int, peak: int) -> Fraction:
    """The bound's main term 1 % too small."""
    return Fraction(100, 99) * (memory - peak + 1)


def no_error_term(memory: int, peak: int) -> int:
    """e = 0: as if all of the memory were in use."""
    del peak
    return memory


def one_token_more(memory: int, peak: int) -> int:
    """M - P + 2 in place of M - P + 1."""
    return memory - peak + 2


@pytest.mark.parametrize("broken", [one_percent_less, no_error_term, one_token_more])
@pytest.mark.parametrize("policy", SHARP_FOR)
def test_broken_rooms_are_found_out(policy: str, broken: Callable[..., Fraction]) -> None:
    assert caught(policy, lambda i: upper_bound(policy, i), room=broken)


@pytest.mark.parametrize("policy", SHARP_FOR)
def test_a_dropped_additive_term_is_found_out(policy: str) -> None:
    """The requests' own lengths, without the shortest."""

    def without(instance: Instance) -> Fraction | None:
        bound = upper_bound(policy, instance)
        return bound if bound is None else bound - min(instance.output, default=0)

    assert caught(policy, without)


def test_the_steps_of_the_first_run_are_needed() -> None:
    def without(instance: Instance) -> Fraction | None:
        bound = upper_bound("a-l", instance)
        if bound is None:
            return None
        _, steps, second = promotion.runs(instance)
        return bound - sum(steps[i] for i, _ in second)

    assert caught("a-l", without)


SHARP = [
    *(one_token_each(prompt, k, 150) for prompt in (0, 1, 4) for k in (1, 2)),
    *(Instance.of(9, [4] * n, interval=(1, 9)) for n in (1, 3)),
]


def caught(policy: str, bound: Bound, room: Callable[..., object] | None = None) -> bool:
    """Is a run above the bound on an instance on which it is sharp?"""
    with pytest.MonkeyPatch.context() as patch:
        if room is not None:
            patch.setattr(admission, "room", room)
        values = [(instance, bound(instance)) for instance in SHARP]
    return any(b is not None and kernel(i, POLICIES[policy]).tel > b for i, b in values)


# --- conditions ----------------------------------------------------------------------------------


def test_outside_its_conditions_a_bound_says_nothing() -> None:
    late = Instance.of(9, [2, 2], arrival=[0, 1])
    assert [upper_bound(policy, late) for policy in PROVED] == [None] * len(PROVED)
    too_low = Instance.of(9, [3, 3], interval=(1, 2))
    assert {p for p in PROVED if upper_bound(p, too_low) is None} == {
        "a-max", "mc-sf", "mc-benchmark", "a-l",
    }  # fmt: skip
    mixed = Instance.of(9, [3, 3], prompt=[0, 1])
    assert {p for p in PROVED if upper_bound(p, mixed) is None} == {"gsa", "gba"}
    two = Instance.of(9, [3, 3], interval=[(1, 3), (2, 3)])
    assert {p for p in PROVED if upper_bound(p, two) is None} == {"a-l"}


def test_the_conditions_are_needed() -> None:
    """Where upper ends are too low, A_max overflows and starts requests again."""
    instance = Instance.of(6, [4, 4, 4, 4], interval=(1, 1))
    tel = kernel(instance, POLICIES["a-max"]).tel
    assert tel > admission.worst_waiting(6, [[admission.Job(4, 1)] * 4]) + 16


def test_paced_slicing_exceeds_the_bound_of_pipelines() -> None:
    """The declared slicing learns its pace: it overflows, and its bound would be false."""

    def above(instance: Instance) -> bool:
        caps = POLICIES["slicing"].caps
        return kernel(instance, POLICIES["slicing"]).tel > pipelines.gsa(instance, caps)

    find(cases("gsa"), above, settings=SEARCH)


def test_bad_input_is_one_clear_error() -> None:
    with pytest.raises(InputError, match="policy: expected one of a-l"):
        upper_bound("beta-clearing", Instance.of(2, [1]))
    with pytest.raises(InputError, match=r"arrival: expected 0 .*, got 1"):
        admission.h_sf(Instance.of(2, [1], arrival=1))
    with pytest.raises(InputError, match=r"request 1: output: expected at most 1, .*got 2"):
        admission.a_max(Instance.of(9, [1, 2], interval=(1, 1)))
    with pytest.raises(InputError, match="threshold"):
        promotion.a_l(Instance.of(2, [1]), 0)
    with pytest.raises(InputError, match="lower ends"):
        promotion.a_l(Instance.of(9, [3, 3], interval=[(1, 3), (2, 3)]))
    with pytest.raises(InputError, match="prompt"):
        pipelines.gsa(Instance.of(9, [1, 1], prompt=[0, 1]), (1, 2))
    with pytest.raises(InputError, match="caps"):
        pipelines.gsa(Instance.of(9, [3, 3]), (2, 2))
    with pytest.raises(InputError, match="growth"):
        pipelines.growing(1)
