"""Slicing has a constant ratio for every prompt, and the best constant is 5.

Fluid limit; notation of `kvratio.theory.stages`: tails S_k, v(k) = s k + k (k + 1) / 2, c(k) = k (s
+ k).

  * `five`: with the caps of `proved_caps` (X_r is the largest k with v(k) <= 4 v(X_(r-1) + 1)),
    slicing is at most 5 times the area bound, hence 5 times the optimum and 5 times H-SF, for every
    s >= 0 and all lengths. It needs l and s, but not u.
  * `five_halves`: without prompts the caps 1, 2, 4, ... give at most 5/2 times H-SF.
  * `no_better`: for no s and no choice of caps is there a constant below 5 against the area bound
    (or below 5/2 against H-SF) for all u.

So A_min, whose ratio grows without bound (`kvratio.theory.general`), is not optimal: Theorem 4 of P
(arXiv 2508.14544) fails in the fluid limit. Exact maxima for one u are in `kvratio.theory.stages`.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sympy

from kvratio.theory import stages, survival
from kvratio.theory.bound import Bound, certified, identity, nonnegative, same, words
from kvratio.theory.forms import batch_charge, geometric_caps, interval, prompt_length, volume
from kvratio.theory.formula import digits
from kvratio.theory.stages import Case

P, Q, A, X, C, Z, G, M = sympy.symbols("P Q a X C zeta gamma m", positive=True)
OURS = "ours"
FAMILY = "all lengths in [l, u]"
GROWTH = 4  # v grows by this factor from stage to stage; no other factor gives FIVE
FIVE = sympy.Integer(5)  # to the area bound, with that growth
HALVED = FIVE / 2  # to H-SF, with doubling caps and no prompts

# (s, u, benchmark) of the published maxima: doubling caps, the caps of `five`, caps by descent
MAXIMA = (
    *((0, u, "h-sf") for u in (20, 60, 100, 400, 1000)),
    *((s, 400, "h-sf") for s in (1, 10, 100, 1000)),
    *((0, u, "area") for u in (20, 100, 400, 1000)),
)
BENCHMARK_NAMES = {"h-sf": "H-SF", "area": "area bound"}


def proved_caps(s: Any, l: int, u: int) -> tuple[int, ...]:  # noqa: E741
    """The caps of `five`, up to u: each the largest k with v(k) <= 4 v(previous cap + 1).

    >>> proved_caps(0, 1, 100), proved_caps(1000, 1, 100)
    ((2, 6, 14, 30, 62, 100), (3, 15, 62, 100))
    """
    prompt, (low, high) = prompt_length(s), interval(l, u)
    caps = [low - 1]
    while caps[-1] < high:
        most = GROWTH * volume(Fraction(caps[-1] + 1), prompt)
        small, large = caps[-1] + 1, high + 1
        while large - small > 1:  # v(small) <= most, and large is too large (or beyond u)
            middle = (small + large) // 2
            small, large = (
                (middle, large) if volume(Fraction(middle), prompt) <= most else (small, middle)
            )
        caps.append(small)
    return tuple(caps[1:])


def five() -> Bound:
    """At most 5 times the area bound, for every prompt."""
    most = GROWTH - 1  # of w, as v grows by GROWTH
    empty = P**2 - P * Q + 7 * Q**2  # w = 0
    mean = Q + A
    full = P**2 - P * Q + 15 * mean**2 - 3 * P * mean - 3 * Q * mean - 8 * Q**2  # w = 3
    w, mean_size = sympy.symbols("w p", nonnegative=True)
    e = most - w
    stage = (
        2 * P**2
        + FIVE * w * mean_size**2
        + FIVE * e * Q**2
        - (P + w * mean_size) * (P + Q)
        - 2 * (1 + w + e) * Q**2
    )
    return Bound(
        id="general/slicing/area/growth 4",
        statement=(
            "For every s >= 0, l <= u and all lengths in [l, u]: slicing with X_0 = l - 1, X_r "
            f"the largest k with v(k) <= {GROWTH} v(X_(r-1) + 1), is at most {FIVE} times the area "
            f"bound (so at most {FIVE} times the optimum, and {FIVE} times H-SF)"
        ),
        policy="slicing, caps of growth 4 in volume",
        family=FAMILY,
        benchmark="area bound",
        closed_form=str(FIVE),
        value=digits(FIVE),
        attained="in the limit of large u; tails that halve just after each cap",
        source=OURS,
        steps=(
            words(
                "Stage r, in units of v(X_(r-1)+1): P and Q are the tails at X_(r-1)+1 and at "
                "X_r+1; the s + k between add up to w, 0 <= w <= 3, with mean tail p, Q <= p <= P; "
                "that of X_r+1 is e >= 3 - w. Sum (s+k) S_k^2 >= w p^2 (Jensen)."
            ),
            words(
                "With the potential 2 v(X_(r-1)+1) P^2 it suffices that 2 P^2 + 5 w p^2 + 5 e Q^2 "
                "- (P + w p)(P + Q) - 2 (1 + w + e) Q^2 >= 0 in every stage; at the start "
                "5 v(l) S_l^2 covers 2 v(l) S_l^2."
            ),
            identity(
                "e has the coefficient 3 Q^2 >= 0: put e = 3 - w",
                FIVE * Q**2 - 2 * Q**2,
                3 * Q**2,
            ),
            identity("then it is linear in w", sympy.diff(stage, w, 2), 0),
            identity("at w = 0", stage.subs(w, 0), empty),
            identity("a sum of squares", empty, (P - Q / 2) ** 2 + 27 * Q**2 / 4),
            identity("at w = 3, p = Q + a, a >= 0", stage.subs({w: most, mean_size: mean}), full),
            identity(
                "a sum of nonnegative terms",
                full,
                (P - 2 * Q - 3 * A / 2) ** 2 + 21 * A * Q + 51 * A**2 / 4,
            ),
            nonnegative(
                "area <= H-SF: increments s + 2k + 1 >= s + k + 1",
                (batch_charge(X + 1, M) - batch_charge(X, M))
                - sympy.expand(volume(X + 1, M) - volume(X, M)),
                X,
                M,
            ),
        ),
    )


def five_halves() -> Bound:
    """At most 5/2 times H-SF with doubling caps, without prompts."""

    def c(k: Any) -> Any:
        return batch_charge(k, 0)

    def v(k: Any) -> Any:
        return volume(k, 0)

    bench, size = c(2 * X) - c(X + 1), v(2 * X) - v(X + 1)
    half = HALVED
    equal = (
        c(X + 1) * P**2
        + half * (bench + c(2 * X + 1) - c(2 * X)) * Q**2
        - (v(X + 1) * P + size * Q) * (P + Q)
        - c(2 * X + 1) * Q**2
    )
    poly = sympy.Poly(equal, P, Q)
    a, b, d = (poly.coeff_monomial(m) for m in (P**2, P * Q, Q**2))
    x = sympy.Symbol("x", nonnegative=True)
    far = {P: sympy.Rational(13, 2) * Q + A, X: 1 + x}
    loss = size * (P - sympy.Rational(13, 2) * Q) ** 2 / 15
    return Bound(
        id="general/slicing/H-SF/doubling, s=0",
        statement=(
            "s = 0: slicing with the caps 1, 2, 4, ... is at most "
            f"{half} times H-SF, for all lengths"
        ),
        policy="slicing, doubling caps",
        family="all lengths in [1, u], s = 0",
        benchmark="H-SF",
        closed_form=str(half),
        value=digits(half),
        attained="in the limit of large u; tails that halve just after each cap",
        source=OURS,
        steps=(
            words(
                "Stage with caps X, 2X after each other: P, Q are the tails at X + 1 and 2X + 1, "
                "S_k = Q + a_k between; the potential is c(X+1) P^2. It suffices that each stage's "
                "(5/2) H-SF - slicing + c(X+1) P^2 - c(2X+1) Q^2 >= 0."
            ),
            nonnegative(
                "first stage (cap 1, X = 0), with 5/2 in place of the potential: 3/2 P^2 - P Q + "
                "7/2 Q^2 has a negative discriminant",
                4 * sympy.Rational(3, 2) * sympy.Rational(7, 2) - 1,
                P,
            ),
            identity(
                "which is what that stage leaves",
                half * P**2 + half * 3 * Q**2 - P * (P + Q) - 4 * Q**2,
                sympy.Rational(3, 2) * P**2 - P * Q + sympy.Rational(7, 2) * Q**2,
            ),
            nonnegative("all a_k = 0: the discriminant is negative", 4 * a * d - b**2, X),
            nonnegative("with a positive square of P", a, X),
            words(
                "a_k adds (5 (2k-1) Q - k (P + Q)) a_k + (5/2)(2k-1) a_k^2. As 2k - 1 >= 3k/2 for "
                "k >= 2, that is at least k ((13/2 Q - P) a_k + (15/4) a_k^2): nonnegative for "
                "P <= 13/2 Q, and else at least -k (P - 13/2 Q)^2 / 15."
            ),
            nonnegative("2k - 1 >= 3k/2 for k = 2 + x", 2 * (2 + x) - 1 - 3 * (2 + x) / 2, x),
            nonnegative(
                "for P = 13/2 Q + a the whole stage is nonnegative",
                sympy.expand((equal - loss).subs(far)),
                Q,
                A,
                x,
            ),
        ),
    )


def no_better() -> Bound:
    """No choice of caps has a constant below 5 against the area bound, whatever s."""
    best = sympy.sqrt((C - 1) / Z)
    same("C = 4 m^3 + 1 at m = 1, where C - 2 - 3 m vanishes", (4 * M**3 + 1).subs(M, 1), FIVE)
    return Bound(
        id="general/slicing/area/any caps",
        statement=(
            f"For every s >= 0 and C < {FIVE} there is a u from which on every choice of caps has "
            "a ratio above C against the area bound (and above C/2 against H-SF)"
        ),
        policy="slicing, any caps",
        family=FAMILY,
        benchmark="area bound",
        closed_form=str(FIVE),
        value=digits(FIVE),
        attained="tails that drop just after each cap",
        source=OURS,
        steps=(
            words(
                "Let S_k = N_(r+1) for X_(r-1)+1 < k <= X_r+1, t_r = v(X_r+1). As "
                "(s+k)/v(k) <= 2/k, v(X_r) >= (1 - 2/(X_r+1)) t_r: for caps beyond a large k the "
                "stage takes at least (1-eps)(t_(r-1) N_r + (t_r - t_(r-1)) N_(r+1)); put C for "
                "C/(1-eps) < 5, and give the lengths before no waiting at all."
            ),
            words(
                "Let (zeta_r + 1) t_r N_(r+1)^2 be the least of C area - slicing to stage r over "
                "N_1 >= ... >= N_(r+1); zeta_0 <= C - 1, and a zeta_r <= 0 shows a ratio above C. "
                "With gamma = t_r / t_(r-1), y = N_r / N_(r+1) >= 1:"
            ),
            identity(
                "gamma (zeta_r + 1) = min over y of zeta y^2 - gamma y + (C-1)(gamma-1), at y = "
                "gamma/(2 zeta) >= 1",
                (Z * P**2 - G * P + (C - 1) * (G - 1)).subs(P, G / (2 * Z)),
                G * (C - 2 - (C - 1) / G - G / (4 * Z) + 1),
            ),
            identity(
                "over gamma, (C-1)/gamma + gamma/(4 zeta) is least where it is sqrt((C-1)/zeta)",
                (C - 1) / G + G / (4 * Z) - best,
                (2 * sympy.sqrt((C - 1) * Z) - G) ** 2 / (4 * Z * G),
            ),
            words(
                "For gamma < 2 zeta the minimum is at y = 1, zeta_r = C - 3 - (C-1-zeta)/gamma, "
                "which increases in gamma as zeta <= C - 1, up to the same value at gamma = 2 zeta."
            ),
            identity(
                "the same value",
                C - 3 - (C - 1 - Z) / (2 * Z),
                C - 2 - (C - 1) / (2 * Z) - 2 * Z / (4 * Z),
            ),
            words("So zeta_r <= C - 2 - sqrt((C-1)/zeta). Put C - 1 = 4 m^3 and zeta = m x^2:"),
            identity(
                "zeta + sqrt((C-1)/zeta) = m x^2 + 2 m / x >= 3 m: the difference times x is "
                "m (x-1)^2 (x+2)",
                sympy.expand((M * X**2 + 2 * M / X - 3 * M) * X),
                sympy.expand(M * (X - 1) ** 2 * (X + 2)),
            ),
            identity(
                "C - 2 - 3m = (m-1)(2m+1)^2, negative for C < 5 (m < 1)",
                4 * M**3 - 1 - 3 * M,
                (M - 1) * (2 * M + 1) ** 2,
            ),
            words(
                "So zeta falls by a fixed amount in every stage: boundedly many stages keep it "
                "positive. Each has gamma <= 4 zeta (C-2), and the last, with no one left, "
                "gamma <= 1 + 4 C zeta (tails 1/(2C) in it): u is bounded. H-SF <= 2 area: C/2."
            ),
        ),
    )


def maximum(s: int, u: int, benchmark: str) -> list[Bound]:
    """Exact maxima on [1, u] for three choices of caps, next to A_min's."""
    case = Case(Fraction(s), 1, u, benchmark)
    doubling, proved = geometric_caps(u), proved_caps(s, 1, u)
    found, _ = stages.best_caps(case, (doubling, proved))
    a_min = survival.worst_case(s, 1, u, benchmark).ratio
    names = {"doubling": doubling, "growth 4": proved, "best found": found}
    return [_maximum(case, name, caps, a_min) for name, caps in names.items()]


def _maximum(case: Case, name: str, caps: tuple[int, ...], a_min: Fraction) -> Bound:
    low = stages.worst_case(case, caps).ratio
    proof = stages.proposed(case, caps)

    def encloses() -> bool:
        return proof.holds() and low <= proof.bound <= low * (1 + Fraction(1, 10**10))

    beaten = "below" if proof.bound < a_min else "not below"
    bench = BENCHMARK_NAMES[case.benchmark]
    steps = [certified("exact witness; exact stage numbers for a bound 1e-10 above", encloses)]
    if name == "best found":
        steps.append(words("The caps come from a descent; nothing proves that they are the best."))
    return Bound(
        id=f"maximum/slicing/{bench}/{name}, s={case.prompt}, u={case.upper}",
        statement=(
            f"s = {case.prompt}, lengths 1 ... {case.upper}, caps "
            f"{', '.join(map(str, caps))}: the "
            f"maximum of slicing / {bench}, {beaten} A_min's {float(a_min):.4f}"
        ),
        policy="slicing",
        family=f"all lengths in [1, {case.upper}], s = {case.prompt}",
        benchmark=bench,
        closed_form=(
            "eigenvalue of the forms at lengths 1, just after each cap, and in the last stage"
        ),
        value=digits(sympy.Rational(low.numerator, low.denominator)),
        attained="the witness of theory.stages.worst_case",
        source=OURS,
        steps=tuple(steps),
    )


def bounds(maxima: Sequence[tuple[int, int, str]] = MAXIMA) -> list[Bound]:
    """All results on slicing.

    >>> [bound.obtained for bound in bounds(maxima=[(0, 9, "h-sf")])]
    ['derived', 'derived', 'derived', 'certified', 'certified', 'certified']
    """
    numbers = [bound for parameters in maxima for bound in maximum(*parameters)]
    return [five(), five_halves(), no_better(), *numbers]
