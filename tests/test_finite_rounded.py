"""Staggered A_min above its form: the family, its runs, and what the derivation needs."""

from collections import Counter
from fractions import Fraction
from statistics import fmean

import pytest

from kvratio.simulate.kernel import run
from kvratio.simulate.policies import POLICIES
from kvratio.theory.bound import DerivationError
from kvratio.theory.checks import InputError
from kvratio.theory.finite import rounded
from kvratio.theory.model import Instance

STAGGERED = POLICIES["a-min-staggered"]


def family(u: int, copies: int, memory: int) -> Instance:
    outputs = [k for k, n in rounded.counts(u, copies).items() for _ in range(n)]
    return Instance.of(memory, outputs, interval=(2, u))


def test_runs_are_as_the_proof_has_them() -> None:
    """While there are first starts: no attempt is evicted before its bound, m start in odd steps,
    at most what the tokens of long ones leave in even ones; 5 m/7 a step on average."""
    u, memory, copies = 10, 30_000, 8_000
    m, case = memory // 3, family(u, copies, memory)
    result = run(case, STAGGERED)
    attempts = sorted(result.schedule.attempts(), key=lambda a: a.start)
    first: dict[int, int] = {}
    for a in attempts:
        first.setdefault(a.request, a.start)
    last = max(first.values())
    bounds_kept = all(a.end - a.start >= 2 for a in attempts if a.start <= last)
    assert bounds_kept
    starts = Counter(first.values())
    tokens = Counter(
        {
            t: sum(n * (t - start + 1) for start, n in alive.items())
            for t, alive in _tails(attempts, last).items()
        }
    )
    noise = 1100  # about five deviations of the tokens of long ones
    assert starts[0] == starts[1] == m
    for t in range(2, last - 1):
        assert starts[t] + 2 * starts[t - 1] + tokens[t] <= memory
        if t % 2:
            assert m - noise <= starts[t] <= m + 1
        expected = sum(starts[t - i] for i in range(2, u)) * 4 / (5 * (u - 2))
        assert tokens[t] == pytest.approx(expected, abs=noise)
    settled = fmean(starts[t] for t in range(20, 2 * ((last - 1) // 2)))
    assert settled == pytest.approx(5 * m / 7, rel=0.01)


def _tails(attempts: list, last: int) -> dict[int, Counter[int]]:
    """By step: attempts with three tokens or more in it, by their starts."""
    alive: dict[int, Counter[int]] = {t: Counter() for t in range(last + 1)}
    for a in attempts:
        for t in range(a.start + 2, min(a.end, last + 1)):
            alive[t][a.start] += 1
    return alive


@pytest.mark.parametrize("u", [10, 20])
def test_latencies_are_above_the_form(u: int) -> None:
    memory, k = 4_000, 5 * (u - 2)
    n = 80 * memory // k * k
    case = family(u, n // k, memory)
    value = rounded.form(u) * n * n / (2 * memory)
    assert run(case, STAGGERED).tel > (Fraction(21, 5) / rounded.form(u)) * value
    assert Fraction(21, 5) / rounded.form(u) > 1


def test_the_bound_tends_to_its_limit_from_below() -> None:
    for u in (6, 60):
        limit = Fraction(21, 5) / rounded.form(u)
        found = [rounded.exceeds(u, 3 * 10**e, 10 ** (e + 6)) for e in (18, 20, 22)]
        assert sorted(found) == found
        assert found[-1] < limit < found[-1] * Fraction(1001, 1000)
    # fewer requests, or less memory for as many, prove less
    assert rounded.exceeds(60, 3 * 10**18, 10**20) < rounded.exceeds(60, 3 * 10**18, 10**22)
    assert rounded.at_least(6, 1, 3 * 10**18) == 0


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("LIMIT", "22/5"),
        ("FORM", "(295 u^2 - 481 u - 218)/(75 u (u - 2))"),
        ("RATIO", "316 u (u - 2)/(295 u^2 - 481 u - 219)"),
        ("AT_LEAST", "54/50"),
        ("FROM", 50),
    ],
)
def test_another_number_in_what_is_said_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, wrong: str | int
) -> None:
    (bound,) = rounded.bounds()
    assert bound.obtained == "certified"
    assert str(getattr(rounded, name)) in bound.statement + bound.closed_form
    monkeypatch.setattr(rounded, name, wrong)
    with pytest.raises(DerivationError):
        rounded.bounds()


def test_a_wrong_step_is_no_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("exceeds", lambda *_: Fraction(1)), ("form", lambda _: Fraction(4))):
        with monkeypatch.context() as patch:
            patch.setattr(rounded, name, value)
            with pytest.raises(DerivationError):
                rounded.bounds()
    monkeypatch.setattr(rounded, "BEYOND", Fraction(1))  # 4 tokens a start: nothing is rounded
    with pytest.raises(DerivationError):
        rounded.bounds()


def test_bad_input_is_one_clear_error() -> None:
    for u, required in ((4, "at least 6"), (7, "an even number")):
        with pytest.raises(InputError, match=f"u: expected .*{required}, got {u}"):
            rounded.counts(u)
    for memory in (3 * 10**4, 3 * 10**18 + 1):
        with pytest.raises(InputError, match="memory: expected a multiple of 3, at least"):
            rounded.at_least(6, 1000, memory)
