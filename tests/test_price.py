"""The price of cancelling: every proof of theory/price against an independent computation."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import sympy

from kvratio.theory.bound import DerivationError
from kvratio.theory.checks import InputError
from kvratio.theory.price import constant, kept, lower, lower_finite, offset, one_machine

GROWTH = float(one_machine.growth())


def price(y: float) -> float:
    return (2 * y - 3 + 1 / y) / math.log(y) ** 2


def test_k_is_the_least_value_of_its_function() -> None:
    grid = np.linspace(1.001, 60, 400_000)
    values = (2 * grid - 3 + 1 / grid) / np.log(grid) ** 2
    found = constant.enclosure(30)
    assert float(found.below) <= values.min() <= float(found.above) * (1 + 1e-9)
    assert abs(grid[values.argmin()] - float(found.y_below)) < 1e-3
    assert found.above - found.below < Fraction(1, 10**29)
    assert constant.constant().obtained == "certified"


def test_fifty_digits_agree_with_another_computation() -> None:
    import mpmath

    with mpmath.workdps(70):
        root = mpmath.findroot(
            lambda y: (2 * y * y - 1) * mpmath.log(y) - 2 * (2 * y - 1) * (y - 1), 3.7
        )
        k = (2 * root - 3 + 1 / root) / mpmath.log(root) ** 2
        assert mpmath.nstr(k, 50) in (constant.enclosure(55).digits[:51], mpmath.nstr(k, 50))
        assert str(mpmath.nstr(k, 60)).startswith(constant.enclosure().digits[:51])


def brute_pair(t: float, b: float, seed: int) -> float:
    """Mutual delay of two jobs of times 1 and e^t by playing the levels, a mean over offsets."""
    rng = np.random.default_rng(seed)
    total, runs = 0.0, 4000
    strata = (np.arange(runs) + rng.random(runs)) / runs
    other = rng.permutation(strata)
    for xi, zeta in zip(strata, other, strict=True):
        sizes = (1.0, math.exp(t))
        events = sorted((b ** (k + o), i) for i, o in ((0, xi), (1, zeta)) for k in range(-14, 12))
        left = {0, 1}
        for level, i in events:
            if i in left:
                used = min(level, sizes[i])
                total += used * ((1 - i) in left)
                if sizes[i] <= level:
                    left.discard(i)
    return total / runs


@pytest.mark.parametrize("t", [0.0, 0.7, 2.0, 3.5])
def test_a_pair_costs_what_its_levels_cost(t: float) -> None:
    beta = math.log(GROWTH)
    formula = sympy.lambdify(sympy.Symbol("t"), offset.pair(sympy.Symbol("t"), beta))
    assert brute_pair(t, GROWTH, 1) == pytest.approx(float(formula(min(t, beta))), rel=0.02)


def fluid(volumes: np.ndarray, shares: np.ndarray, b: float) -> float:
    """Ratio of offset slicing to the area bound by quadrature over the level, no formula used."""
    steps = np.linspace(math.log(volumes.min()) - 14, math.log(volumes.max() * b), 12_000)
    beta = math.log(b)
    log_v = np.log(volumes)
    total = 0.0
    for a, z in pairwise(steps):
        middle = (a + z) / 2
        used = np.where(middle < log_v + beta, np.minimum(volumes, math.exp(middle)), 0)
        unfinished = np.clip(1 - (middle - log_v) / beta, 0, 1)
        total += 2 * (z - a) / beta * float(shares @ used) * float(shares @ unfinished)
    area = float(shares @ np.minimum(volumes[:, None], volumes[None, :]) @ shares)
    return total / area


@pytest.mark.parametrize("seed", range(4))
def test_offset_slicing_is_below_k_on_random_lengths(seed: int) -> None:
    rng = np.random.default_rng(seed)
    volumes = np.exp(np.sort(rng.random(30) * rng.choice([2, 8, 20])))
    shares = rng.random(30) ** 4 * volumes ** -rng.choice([0.0, 0.5, 1.0])
    assert 1 <= fluid(volumes, shares, GROWTH) <= price(math.sqrt(GROWTH)) * (1 + 1e-3)


def test_the_square_root_profile_comes_near_k() -> None:
    volumes = np.exp(np.arange(0, 60, 0.05))
    tails = volumes**-0.5
    ratio = fluid(volumes, tails - np.append(tails[1:], 0), GROWTH)
    assert 2.55 < ratio < price(math.sqrt(GROWTH))


@pytest.mark.parametrize("m", [1, 2, 4])
def test_fixed_classes_approach_their_constant(m: int) -> None:
    """The form of m classes, stage by stage, on volumes just above its levels."""
    r = offset.FIXED[m]
    q = float(r) ** 2
    count = 160 * m
    levels = q ** np.arange(count)
    tails = float(r) ** -np.arange(count)
    shares = tails - np.append(tails[1:], 0)
    volumes = levels * (1 + 1e-9)  # just above a level
    total = 0.0
    for j in range(count + m):
        level, previous = q**j, q ** (j - m)
        time = float(shares @ np.where(volumes > previous, np.minimum(volumes, level), 0))
        done = float(shares[(volumes > previous) & (volumes <= level)].sum())
        left = sum(float(shares[volumes > q ** (j - i)].sum()) for i in range(m))
        total += time / m * (done + 2 * left) / m
    area = float(np.sum(np.diff(levels, prepend=0) * tails**2))
    bound = float(offset.fixed(m, r))
    assert 0.97 * bound <= total / area <= bound


def test_a_wrong_kernel_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offset, "kernel_sizes", lambda: (2 - 1 / offset.Y, 2 * offset.Y - 1))
    with pytest.raises(DerivationError):
        offset.upper()
    monkeypatch.setattr(offset, "price", lambda y: (2 * y - 2) / sympy.log(y) ** 2)
    with pytest.raises(DerivationError):
        offset.shared_classes(2, sympy.Rational(3))


def test_a_wrong_potential_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lower, "PRICE", 2 * lower.Y - 2)
    with pytest.raises(DerivationError):
        lower.attempt()


@pytest.mark.parametrize("seed", range(3))
def test_every_attempt_pays_for_its_volume(seed: int) -> None:
    """The inequality of the potential at random points, and that it fails for a larger K."""
    rng = np.random.default_rng(seed)
    k = float(constant.enclosure().below)
    y = 1 + rng.exponential(3, 100_000)
    omega = rng.exponential(0.3, 100_000)

    def slack(c: float) -> float:
        change = (1 - 1 / y) - 2 * c * omega * np.log(y) + c * omega**2 * (2 * y - 1)
        return float(change.min())

    assert slack(k) >= -1e-9
    best = 3.7158192
    tight = math.log(best) / (2 * best - 1)
    worse = (1 - 1 / best) - 2 * (k * 1.01) * tight * math.log(best)
    assert worse + k * 1.01 * tight**2 * (2 * best - 1) < 0


def profile(u: int) -> tuple[np.ndarray, np.ndarray]:
    k = np.arange(1, u + 1)
    before = np.concatenate([[1.0], k[:-1] * (k[:-1] + 1) / 2])
    return k * (k + 1) / 2, before**-0.5


@pytest.mark.parametrize("u", [100, 1000])
def test_policies_stay_above_the_lower_bound(u: int) -> None:
    """Slicing with many caps, running to the end, offset slicing: on the lengths of the proof."""
    found = lower.least_ratio(0, 1, u)
    volumes, tails = profile(u)
    tails = np.minimum(1, tails / tails[found.start - 1])
    tails[: found.start] = 1
    shares = tails - np.append(tails[1:], 0)
    keep = shares > 0
    bound = float(found.ratio)
    assert fluid(volumes[keep], shares[keep], GROWTH) >= bound
    area = float(np.sum(np.diff(volumes, prepend=0) * tails**2))
    assert float(shares @ volumes) / area >= bound  # all to their ends, in random order
    for growth in (3.0, 4.0, 8.0, 14.0):
        for first in np.geomspace(1, growth, 6):
            levels = first * growth ** np.arange(12)
            total, lowest = 0.0, 0.0
            for level in levels:
                time = float(shares @ np.where(volumes > lowest, np.minimum(volumes, level), 0))
                wait = float(shares[volumes > lowest].sum() + shares[volumes > level].sum())
                total, lowest = total + time * wait, level
            assert total / area >= bound


def test_the_numbers_of_the_lower_bound_rise_to_k() -> None:
    found = [float(lower.least_ratio(s, 1, 10**e).ratio) for s in (0, 50) for e in (3, 6, 9, 40)]
    assert found[:4] == sorted(found[:4])
    assert found[4:] == sorted(found[4:])
    assert 2.68 < found[3] < float(constant.enclosure().below)
    assert lower.least_ratio(0, 5, 5).ratio == 1


def test_the_finite_bound_tends_to_the_fluid_one() -> None:
    fluid_bound = float(constant.enclosure().below) / 2 * math.log(5050 / 4)
    values = [
        float(lower_finite.least_latency(n, 1000, 0, 1, 100)) * 1000 / n**2
        for n in (10**5, 10**7, 10**9, 10**11)
    ]
    assert values == sorted(values)
    assert values[0] == 0
    assert fluid_bound * (1 - 1e-3) < values[-1] < fluid_bound
    with pytest.raises(InputError, match="memory"):
        lower_finite.least_latency(10, 50, 0, 1, 100)


def test_kept_lengths_complete_one_unit_of_volume_at_a_time() -> None:
    """A grid of (s, l, u): the bound in floats, and that no order of tokens beats it."""
    for s, low, high in ((0, 1, 200), (7, 3, 90)):
        mu = kept.best_scale(s, low, high)
        sizes = np.array([float(d) for d in kept.cells(s, low, high)])
        survival = np.concatenate([[1.0], np.cumprod(1 - sizes / mu)])
        area = float(np.sum(sizes * survival[:-1] ** 2))
        bound = float(kept.least_ratio(s, low, high, mu))
        assert bound == pytest.approx(mu * (1 - survival[-1]) ** 2 / area, rel=1e-6)
        # least attained service on the same lengths: S_(u+1) = 0
        after = np.append(survival[1:-1], 0)
        las = float(np.sum(sizes * survival[:-1] * (survival[:-1] + after)))
        assert bound <= las / area <= 2
    with pytest.raises(InputError, match="mu"):
        kept.least_ratio(0, 1, 100, 99)
