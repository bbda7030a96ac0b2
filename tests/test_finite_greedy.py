"""Greedy offset slicing on equal outputs of two tokens: exact values, by the engine."""

from math import log

import pytest

from kvratio.simulate.kernel import run
from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.policies.offset_slicing import GROWTH
from kvratio.theory.bound import DerivationError
from kvratio.theory.finite import greedy
from kvratio.theory.finite.greedy import bounds, latency
from kvratio.theory.model import Instance
from kvratio.theory.price import whole_lengths

SHARE = log(3) / log(GROWTH)


def twos(n: int, memory: int) -> Instance:
    return Instance.of(memory, [2] * n, interval=(2, 2))


@pytest.mark.parametrize(("n", "memory"), [(4, 4), (60, 6), (400, 40)])
def test_first_come_first_served_has_no_first_level(n: int, memory: int) -> None:
    assert run(twos(n, memory), POLICIES["fcfs"]).tel == latency(0, n, memory)


@pytest.mark.parametrize("memory", [2, 8, 64, 512])
def test_offset_slicing_has_this_latency(memory: int) -> None:
    """With as many first runs of a token as there are offsets of 64 with a level below 3."""
    n = 64 * memory
    tel = run(twos(n, memory), POLICIES["offset-slicing"]).tel
    cancelled = (tel - latency(0, n, memory)) * memory / n
    assert cancelled.denominator == 1
    assert cancelled % memory == 0
    assert float(cancelled / n) == pytest.approx(SHARE, abs=1 / 64)


def test_it_stays_above_the_form_at_every_size() -> None:
    limit = (2 * SHARE + 4) / (2 * SHARE + 3)
    for memory in (64, 512):
        n = 64 * memory
        form = float(whole_lengths.latency({2: n}, 0, GROWTH)) / (2 * memory)
        assert form == pytest.approx((2 * SHARE + 3) * n * n / (2 * memory))
        greedy = run(twos(n, memory), POLICIES["offset-slicing"]).tel
        assert greedy / form == pytest.approx(limit, abs=0.02)
        paced = run(twos(n, memory), named("offset-slicing:classes=4,admits=paced")).tel
        assert paced / form < 1.05


def test_a_wrong_charge_is_found_out() -> None:
    """3 for 4, as staggered starts would have it; or no first runs."""
    n, memory = 512, 8
    tel = run(twos(n, memory), POLICIES["offset-slicing"]).tel
    assert tel > latency(0, n, memory)
    assert tel > (2 * SHARE + 3 + 1 / 4) * n * n / (2 * memory) + n


def test_the_family_is_derived() -> None:
    assert [bound.obtained for bound in bounds()] == ["derived"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("TEL", "(2 f + 5) n^2/(2 M) + n"),
        ("FORM", "(2 f + 2) n^2/(2 M)"),
        ("RATIO", "(2 f + 4)/(2 f + 2)"),
    ],
)
def test_another_number_in_what_is_said_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, wrong: str
) -> None:
    monkeypatch.setattr(greedy, name, wrong)
    with pytest.raises(DerivationError):
        greedy.bounds()
