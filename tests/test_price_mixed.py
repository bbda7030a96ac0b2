"""Mixed prompts on finite instances: rounds limited in time and volume, against the constant."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from math import isqrt
from random import Random

import numpy as np
import pytest

from kvratio.proofs_check.claims import price_mixed
from kvratio.proofs_check.rounds import Limits, limits, rounds
from kvratio.theory.area import area_bound
from kvratio.theory.model import Instance, verify, volume
from kvratio.theory.price import mixed
from tests.bruteforce import optimum

GROWTH, SHARE = Fraction(12, 7), Fraction(12, 25)
C = Fraction(611, 10)


def latency(case: Instance, of: Limits | None = None) -> int:
    return verify(rounds(case, of or limits(case.memory, GROWTH, SHARE)), case).tel


def few_large(memory: int) -> Instance:
    """m = (2 M)^(1/4) requests of volume M that take a step, one as large that takes sqrt(2 M)."""
    m, o = isqrt(isqrt(2 * memory)), isqrt(2 * memory) - 1
    return Instance.of(memory, [*[1] * m, o], prompt=[*[memory - 1] * m, 0])


def equal_lengths(memory: int) -> Instance:
    """M^(1/4) requests that half fill the cache before M^(1/2) that do not, all of M^(1/2)."""
    o = isqrt(memory)
    wide = isqrt(o)
    return Instance.of(memory, [o] * (wide + o), prompt=[*[memory // 2] * wide, *[0] * o])


def drawn(seed: int) -> Instance:
    rng = np.random.default_rng(seed)
    memory, n = int(rng.integers(10, 1500)), int(rng.integers(1, 150))
    kinds = (
        rng.integers(0, memory, n),
        (memory * rng.random(n) ** 4).astype(int),
        np.where(rng.random(n) < 0.1, memory - 1, 0),
        np.where(rng.random(n) < 0.2, memory // 2, 0),
    )
    prompt = [int(s) for s in kinds[seed % 4]]
    lengths = (
        rng.geometric(min(1.0, 5 / memory), n),
        rng.integers(1, memory + 1, n),
        np.full(n, isqrt(memory)),
    )
    output = [
        max(1, min(memory - s, int(o))) for s, o in zip(prompt, lengths[seed % 3], strict=True)
    ]
    return Instance.of(memory, output, prompt=prompt)  # fmt: skip


@pytest.mark.parametrize("seed", range(36))
def test_rounds_keep_their_constant(seed: int) -> None:
    case = drawn(seed)
    assert latency(case) <= C * area_bound(case)


def test_the_worst_instances_of_a_search() -> None:
    """Local search over groups of equal requests ended in these; none is above 15.2."""
    cases = (
        Instance.of(1660, [785] * 73),
        Instance.of(908, [733] * 81),
        Instance.of(
            767, [506] * 67 + [657] * 48 + [170] * 113, prompt=[25] * 67 + [0] * 48 + [383] * 113
        ),
    )
    ratios = [float(latency(case) / area_bound(case)) for case in cases]
    assert 15 < max(ratios) < 15.2
    assert min(ratios) > 14


@pytest.mark.parametrize("memory", [16, 81, 256, 1024, 4096])
@pytest.mark.parametrize("family", [few_large, equal_lengths])
def test_what_is_bad_for_one_limit_alone_is_not_for_both(
    family: Callable[[int], Instance], memory: int
) -> None:
    case = family(memory)
    assert latency(case) <= 9 * area_bound(case)


def test_a_limit_of_volume_alone_has_no_constant() -> None:
    """Its ratio grows like M^(1/4), here by 3 to 4 while M grows by 256."""
    growing = [
        float(latency(case, lambda r, _: (Fraction(10**9), Fraction(2) ** r)) / area_bound(case))
        for case in (few_large(16**k) for k in (2, 3, 4))
    ]
    assert growing[0] * 1.5 < growing[1]
    assert growing[1] * 1.5 < growing[2]


def test_a_limit_of_time_alone_has_no_constant() -> None:
    growing = [
        float(latency(case, lambda r, _: (Fraction(2) ** r, Fraction(10**12))) / area_bound(case))
        for case in (equal_lengths(16**k) for k in (2, 3, 4))
    ]
    assert growing[0] * 1.3 < growing[1]
    assert growing[1] * 1.3 < growing[2]


def test_against_the_optimum_of_tiny_instances() -> None:
    """The optimum by brute force; it also keeps the lower bound that the proofs use."""
    rng = Random(4)
    for _ in range(60):
        memory, n = rng.randint(3, 7), rng.randint(1, 4)
        prompt = [rng.randint(0, memory - 1) for _ in range(n)]
        output = [rng.randint(1, min(4, memory - s)) for s in prompt]
        best = optimum(memory, prompt, output, [0] * n)
        areas = sorted(volume(s, o) for s, o in zip(prompt, output, strict=True))
        square = sum((2 * (n - r) - 1) * v for r, v in enumerate(areas))  # the integral of S^2
        assert best >= Fraction(square, 2 * memory) + Fraction(sum(output), 3)
        assert latency(Instance.of(memory, output, prompt=prompt)) <= C * best


@pytest.mark.parametrize("seed", range(12))
def test_no_round_breaks_what_the_proof_says_of_it(seed: int) -> None:
    """All ends within (4 k + 1) T of a round, and the limit of volume rises at least as T does."""
    case = drawn(seed)
    own = limits(case.memory, GROWTH, SHARE)
    seen: list[tuple[Fraction, Fraction]] = []

    def noted(r: int, unfinished: int) -> tuple[Fraction, Fraction]:
        seen.append(own(r, unfinished))
        return seen[-1]

    made = rounds(case, noted)
    assert max(made.end) <= sum((4 * SHARE + 1) * time for time, _ in seen)
    assert all(after[1] >= GROWTH * before[1] for before, after in pairwise(seen))


def test_the_potential_on_a_grid() -> None:
    """p (1 + h(p)) <= w b^2 (1 - q/g^2) + h(q) + eta (p - b), 0 <= b <= p <= g, 0 <= q <= g."""
    numbers = {k: float(v) for k, v in price_mixed.CLAIMS[0].numbers.items()}
    g, h0, h1 = numbers["g"], numbers["h0"], numbers["h1"]
    grid = np.linspace(0, g, 121)
    p, b, q = np.meshgrid(grid, grid, grid, indexing="ij")
    right = numbers["w"] * b**2 * (1 - q / g**2) + h0 + h1 * q + numbers["eta"] * (p - b)
    slack = (right - p * (1 + h0 + h1 * p))[b <= p]
    assert 0 <= slack.min() < 0.01


def test_theory_and_judge_state_the_same_policy() -> None:
    numbers = price_mixed.CLAIMS[0].numbers
    ours = (mixed.GROWTH, mixed.SHARE, mixed.START, mixed.SLOPE, mixed.LONG, mixed.WEIGHT)
    judged = tuple(numbers[name] for name in ("g", "k", "h0", "h1", "eta", "w"))
    assert tuple(Fraction(str(x)) for x in ours) == judged
    assert float(mixed.constant()) <= numbers["c"]
