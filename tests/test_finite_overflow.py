"""Algorithm 2 as printed has no bound of its form's kind: the lemma and the growth, in runs."""

from collections import Counter
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import pytest

from kvratio.simulate.declared import Declared
from kvratio.simulate.engine import Engine
from kvratio.simulate.engine import run as reference
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.words.admits.paced import Word as Paced
from kvratio.theory.bound import DerivationError
from kvratio.theory.checks import InputError
from kvratio.theory.finite import overflow
from kvratio.theory.forms import A_MIN, tel
from kvratio.theory.formula import read
from kvratio.theory.model import Instance

README = Path(__file__).parent.parent / "README.md"
PRINTED = ("a-min", "a-min-live")


def instance(u: int, memory: int, load: int) -> Instance:
    counts = overflow.counts(u, memory * load // u)
    return Instance.of(memory, [k for k, n in counts.items() for _ in range(n)], interval=(1, u))


def started(case: Instance, policy: str, seed: int = 0) -> tuple[list[int], list[int]]:
    """Total first starts before every step, and long ones among them; the run's latency last."""
    attempts = run(case, POLICIES[policy], seed).schedule.attempts()
    first: dict[int, int] = {}
    for attempt in attempts:
        first[attempt.request] = min(attempt.start, first.get(attempt.request, attempt.start))
    every = Counter(first.values())
    long = Counter(start for i, start in first.items() if case.output[i] > 1)
    steps = range(max(every) + 1)
    totals = (list(accumulate((kind[t] for t in steps), initial=0)) for kind in (every, long))
    return next(totals), next(totals)


def in_a_row(totals: list[int], steps: int) -> int:
    """The most first starts in so many steps."""
    return max(b - a for a, b in zip(totals, totals[steps:], strict=False))


@pytest.mark.parametrize("policy", PRINTED)
@pytest.mark.parametrize(("u", "memory"), [(8, 200), (16, 1000), (30, 300)])
def test_first_starts_are_as_few_as_proved(policy: str, u: int, memory: int) -> None:
    """With the deviation of the very run, from windows of whole steps."""
    every, long = started(instance(u, memory, 40), policy)
    short_of = max(
        (b - a) / u - (d - c)
        for k, (a, c) in enumerate(zip(every, long, strict=True))
        for b, d in zip(every[k : k + u + 1], long[k : k + u + 1], strict=True)
    )
    most = (5 * memory + u**2 * (1 + max(0, int(short_of) + 1))) * ((2 * u) ** 0.5 + 1)
    assert in_a_row(every, u) <= most
    assert in_a_row(every, u) <= overflow.first_starts(memory, u, int(short_of) + 1)


def test_without_the_square_root_the_lemma_is_false() -> None:
    """5 M and the terms of chance alone: passed by runs with u = 200."""
    every, _ = started(instance(200, 4000, 20), "a-min")
    assert in_a_row(every, 200) > 2 * 5 * 4000


@pytest.mark.parametrize("policy", PRINTED)
def test_latency_grows_beyond_the_form(policy: str) -> None:
    """By more than a third as u grows fourfold (a square root says twice); thinned A_min is not."""
    over = {}
    for name in (policy, "a-min-thinned"):
        for u in (16, 64):
            case, memory, load = instance(u, 1000, 50), 1000, 50
            form = tel(A_MIN, overflow.counts(u, memory * load // u), 0, (1, u)) / (2 * memory)
            over[name, u] = run(case, POLICIES[name]).tel / form
    assert over[policy, 64] > Fraction(4, 3) * over[policy, 16] > 2
    assert over["a-min-thinned", 64] < over["a-min-thinned", 16] < Fraction(11, 10)


def test_finite_instances_pass_the_published_ratios() -> None:
    form, h_sf = overflow.exceeds(600, 10**19, 10**20)
    assert form > 1
    assert h_sf > (3 - Fraction(1, 600)) / 2
    assert overflow.exceeds(10**4, 10**24, 10**26)[0] > 3 * form


def test_what_is_said_is_the_limit_of_what_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Statement, closed form and README have one formula; another number in it is refused."""
    u = 10**4
    proved = overflow.exceeds(u, 10**26, 10**28)
    for text, ratio in zip((overflow.OVER_FORM, overflow.OVER_H_SF), proved, strict=True):
        said = float(read(text, overflow.U).subs(overflow.U, u))
        assert float(ratio) == pytest.approx(said, rel=0.02)  # n and M are finite
    (bound,) = overflow.bounds()
    assert bound.closed_form == overflow.OVER_H_SF
    assert overflow.OVER_H_SF in bound.statement
    shown = overflow.OVER_H_SF.replace("sqrt(2 u)", "√(2u)").replace("10 (", "10(")
    assert f"`{shown}` times H-SF's latency" in README.read_text(encoding="utf-8")
    for name in ("OVER_FORM", "OVER_H_SF"):
        with monkeypatch.context() as patch:
            patch.setattr(overflow, name, "u/(9 (sqrt(2 u) + 1))")
            with pytest.raises(DerivationError):
                overflow.bounds()


def test_every_part_of_the_bound_only_lowers_it() -> None:
    """More chance, less memory relative to it, fewer requests: less is proved; never above 1/3 of
    the limit's sqrt(u/2)."""
    assert overflow.first_starts(1000, 8, 5) > overflow.first_starts(1000, 8, 0)
    for u in (600, 10**4):
        ratio = overflow.exceeds(u, 10**24, 10**26)[0]
        assert overflow.exceeds(u, 10**19, 10**20)[0] < ratio
        assert ratio**2 < u / (225 * 2)


def test_a_wrong_step_is_no_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overflow, "exceeds", lambda *_: (Fraction(2), Fraction(2)))
    with pytest.raises(DerivationError, match="finite instances"):
        overflow.bounds()
    monkeypatch.undo()
    monkeypatch.setattr(overflow, "_past_theorem_6", lambda w: w - 1)
    with pytest.raises(DerivationError, match="u >= 500"):
        overflow.bounds()


@pytest.mark.parametrize("policy", PRINTED)
def test_two_requests_may_cancel_each_other_for_any_number_of_rounds(policy: str) -> None:
    """Of 4 tokens under a memory of 4: a round is followed by another with probability 1/2."""
    case, seeds, rounds = Instance.of(4, [4, 4], interval=(3, 4)), 400, list[int]()
    for seed in range(seeds):
        attempts = list(run(case, POLICIES[policy], seed).schedule.attempts())
        if seed % 40 == 0:
            assert attempts == list(reference(case, POLICIES[policy], seed).schedule.attempts())
        first = min(a.end for a in attempts if a.finished)
        rounds.append((first - 4) // 2)
    for k in range(4):
        share = sum(r >= k for r in rounds) / seeds
        assert share == pytest.approx(2.0**-k, abs=3 * (2.0**-k / seeds) ** 0.5)
    assert max(rounds) >= 6


def test_staggered_requests_may_evict_each_other_for_any_number_of_rounds() -> None:
    """Exact predictions. In some run all that decides what comes next, chance aside, comes again:
    who waits and runs, with which bounds and tokens, the credit, and what has been learned."""
    case = Instance.of(5, [5, 5], interval=(5, 5))
    again = 0
    for seed in range(20):
        policy = Declared(POLICIES["a-min-staggered"], case.n, seed)
        engine, seen = Engine(case, policy), set[tuple[object, ...]]()
        while not engine.completed:
            engine.step()
            paced, view, bounds = policy.admission, engine.view, policy.book.assumed
            assert isinstance(paced, Paced)
            ages = tuple(sorted((bounds[i], view.made(i)) for i in view.running))
            waiting = tuple(sorted(bounds[i] for i in view.waiting))
            state = (ages, waiting, paced._credit, tuple(paced._used), tuple(paced._full))
            again += state in seen and not engine.completed
            seen.add(state)
    assert again


def test_bad_input_is_one_clear_error() -> None:
    with pytest.raises(InputError, match="u: expected a whole number, at least 2, got 1"):
        overflow.counts(1)
    with pytest.raises(InputError, match="memory: expected a whole number, at least 9, got 8"):
        overflow.first_starts(8, 9, 0)
