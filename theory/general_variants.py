"""A_min on general lengths, continued: P's trace bound, the optimum, staggered starts, numbers.

`kvratio.theory.general` has the main result (against H-SF, in the fluid limit) and the notation.
"""

from fractions import Fraction
from typing import Any

import sympy

from kvratio.theory import survival
from kvratio.theory.bound import Bound, Step, certified, cited, identity, nonnegative, same, words
from kvratio.theory.forms import A_MIN, batch_charge, volume
from kvratio.theory.formula import digits, read
from kvratio.theory.general import (
    FAMILY,
    HIGH,
    LONG,
    LOW,
    NO_PROMPT,
    OURS,
    SHORT,
    K,
    S,
    decomposition,
)
from kvratio.theory.matrices import coefficient, matrix

# (policy, s, l, u, benchmark) of the maxima that are published with twelve digits
SHORTENED = "max(1/2, (l-1)/(s+l))"  # of H-SF: what staggered starts save at most
FIRST = "2l/(l+1)"  # the first term of T against the area bound, at s = 0
MAXIMA = tuple(
    (policy, s, 1, u, benchmark)
    for policy in survival.POLICIES
    for s, u, benchmark in (
        *((0, u, "h-sf") for u in (20, 100, 400, 1000, 10_000)),
        *((s, 400, "h-sf") for s in (1, 10, 100, 1000)),
        *((0, u, "area") for u in (20, 100, 400, 1000)),
    )
)
POLICY_NAMES = {"a-min": "A_min", "a-min-staggered": "staggered A_min"}
BENCHMARK_NAMES = {"h-sf": "H-SF", "area": "area bound"}


def _volume_below_charge() -> tuple[Step, ...]:
    """v <= c <= 2 v for the increments, so area bound <= H-SF <= 2 area bound."""
    c = batch_charge(K + 1, S) - batch_charge(K, S)
    v = sympy.expand(volume(K + 1, S) - volume(K, S))
    first_c, first_v = batch_charge(1 + K, S), volume(1 + K, S)
    return (
        nonnegative("c(k+1) - c(k) >= v(k+1) - v(k) for k >= 0", c - v, S, K),
        nonnegative("and at most twice that", 2 * v - c, S, K),
        nonnegative(
            "the same for the first length l = 1 + k: c(l) >= v(l)", first_c - first_v, S, K
        ),
        nonnegative("c(l) <= 2 v(l)", 2 * first_v - first_c, S, K),
    )


def trace_bound() -> Bound:
    """P's Theorem 5, its trace H_u, re-derived in one line; and why it says nothing for s > 0."""
    a, i = coefficient(A_MIN), K - 1
    second = (
        a.subs({SHORT: K, LONG: K}, simultaneous=True)
        - 2 * a.subs({SHORT: i, LONG: K}, simultaneous=True)
        + a.subs({SHORT: i, LONG: i}, simultaneous=True)
    )
    step = batch_charge(K, S) - batch_charge(K - 1, S)
    term, every = "1/k", "1/(s+k)"  # of the trace without a prompt and with one
    same("at s = 0", read(every, S, K).subs(S, 0), read(term, K))
    return Bound(
        id="general/A_min/H-SF/trace",
        statement=(
            f"s = 0: CR(A_min) <= trace(B^-1 A) = 1 + sum_{{k=l+1..u}} {term}, H_u for l = 1 (far "
            f"from tight). For s > 0 the trace is 1 + sum_{{k=l+1..u}} {every}, but no bound: A is "
            "indefinite"
        ),
        policy="A_min",
        family=NO_PROMPT,
        benchmark="H-SF",
        closed_form=f"1 + sum_{{k=l+1..u}} {term}",
        value="",
        attained="not attained for u > 1",
        source="P Theorem 5",
        steps=(
            words("B = H-SF is diagonal in the tails S, so trace(B^-1 A) adds A_kk / b_k there,"),
            words("A_kk (in S) being A at x = e_k - e_(k-1), and b_k = c(k) - c(k-1)."),
            identity("the term of k > l is 1/(s+k)", second / step, read(every, S, K)),
            identity(
                "and that of l is 1",
                a.subs({SHORT: LOW, LONG: LOW}, simultaneous=True),
                batch_charge(LOW, S),
            ),
            identity(
                "at s = 0, A_ij = (i j/2) (1 + 2 (i/j) - (i/j)^2)",
                a.subs(S, 0),
                SHORT * LONG * (1 + 2 * SHORT / LONG - (SHORT / LONG) ** 2) / 2,
            ),
            cited(
                "A is positive definite at s = 0 (P, Lemma 3), so no eigenvalue is negative and "
                "the trace bounds the largest."
            ),
            certified("s = 10, lengths 1 and 2: det A < 0", _indefinite),
        ),
    )


def _indefinite() -> bool:
    (a, b), (c, d) = matrix(A_MIN, 10, 1, 2)
    return a * d - b * c < 0


def against_the_optimum() -> list[Bound]:
    """A_min against the area bound, the optimum of the fluid limit."""
    total, x = sympy.symbols("T x", positive=True)
    term, lower, upper = "1/k", "(1 + T)/2", "2 + T/2"
    # what remains of lower / ln(1/alpha), as T = ln(1/alpha) + O(1)
    rate = sympy.diff(read(lower, total), total) * sympy.integrate(read(term, x, K).subs(K, x), x)
    rate = sympy.simplify(rate / sympy.log(x))
    same("both sides grow alike", sympy.diff(read(upper, total) - read(lower, total), total), 0)
    return [
        Bound(
            id="general/A_min/area/factor",
            statement=(
                "For all s, l, u: CR(A_min against H-SF) <= CR(A_min against the area bound) <= "
                "twice that, so the order in alpha and s is the same"
            ),
            policy="A_min",
            family=FAMILY,
            benchmark="area bound",
            closed_form="CR_H-SF <= CR_area <= 2 CR_H-SF",
            value="",
            attained="",
            source=OURS,
            steps=(
                *_volume_below_charge(),
                words("Both forms are diagonal in the tails S with these increments."),
            ),
        ),
        Bound(
            id="general/A_min/area/log",
            statement=(
                f"s = 0, T = {FIRST} + sum_{{k=l+1..u}} {term}: {lower} <= CR(A_min) <= {upper} "
                f"against the area bound; so the constant of ln(1/alpha) is exactly {rate}"
            ),
            policy="A_min",
            family=NO_PROMPT,
            benchmark="area bound",
            closed_form=f"CR(A_min) / ln(1/alpha) -> {rate}",
            value=digits(rate),
            attained="tails S_l = 2/(l+1), S_k = 1/k, up to the additive constant",
            source=OURS,
            steps=(
                *decomposition(),
                *_volume_below_charge(),
                words(
                    "At s = 0, E = (l S_l + sum_{k>l} S_k)^2, and by Cauchy and Schwarz "
                    "E <= T area, T = l^2 / v(l) + sum 1 / (v(k) - v(k-1)), with equality at "
                    "S_l = l / v(l), S_k = 1/k, which decreases."
                ),
                identity("l^2 / v(l) = 2l/(l+1)", LOW**2 / volume(LOW, 0), read(FIRST, LOW)),
                identity("v(k) - v(k-1) = k", volume(K, 0) - volume(K - 1, 0), 1 / read(term, K)),
                nonnegative("S_l >= S_(l+1)", 2 / (LOW + 1) - 1 / (LOW + 1), LOW),
                words("Upper: A <= H-SF + E/2 <= (2 + T/2) area."),
                words("Lower, at that S: A >= H-SF/2 + E/2 >= (1/2 + T/2) area."),
                identity("that is (1 + T)/2", Fraction(1, 2) + total / 2, read(lower, total)),
                words("sum_{k=l+1..u} 1/k lies between ln((u+1)/(l+1)) and ln(u/l)."),
            ),
        ),
    ]


def staggered_starts() -> Bound:
    """Staggered starts save at most one H-SF, so they change no order."""
    extra = K * (K - 1)  # 2 r_k (s + k), where r_k (steps) is saved for each share in class k
    charge = batch_charge(K, S) - batch_charge(K - 1, S)
    half, first = read(SHORTENED, S, LOW).args  # sympy puts the number first
    return Bound(
        id="general/staggered A_min/H-SF",
        statement=(
            f"For all s, l, u and all shares: A_min - H-SF {SHORTENED} <= staggered "
            "A_min <= A_min; so CR(staggered A_min) grows as CR(A_min), and is strictly below it "
            "for all s and u > l: Theorem 4 of P fails for every interval"
        ),
        policy="staggered A_min",
        family=FAMILY,
        benchmark="H-SF",
        closed_form=f"CR(A_min) - [0, {SHORTENED}]",
        value="",
        attained="",
        source=OURS,
        steps=(
            words(
                "In class k a share x_i takes e_k r_k less time, r_k = k(k-1)/(2(s+k)), e_l = s+l, "
                "e_k = 1 for k > l; waits are W_k = sum_{i>=k} (e_k + 2(i-k)) x_i / (s+i)."
            ),
            words("So staggered A_min = A_min - sum_k e_k r_k S_k W_k."),
            nonnegative(
                "(1 + 2(i-k))/(s+i) <= 2 for i >= k >= 1 (with k one more than the symbol)",
                2 * (S + K + 1) - 1,
                S,
                K,
            ),
            nonnegative("(s + l + 2(i-l))/(s+i) <= 2", 2 * (S + HIGH) - (S + 2 * HIGH), S, HIGH),
            nonnegative(
                "k > l: 2 r_k <= (c(k) - c(k-1))/2, with k one more than the symbol",
                (charge * half - extra / (S + K)).subs(K, K + 1),
                S,
                K,
            ),
            identity(
                "k = l: 2 (s+l) r_l = l(l-1) = c(l) (l-1)/(s+l)",
                extra.subs(K, LOW),
                batch_charge(LOW, S) * first,
            ),
            words("Adding up, the difference is at most max(1/2, (l-1)/(s+l)) times H-SF."),
            words(
                "It is zero only where S_k = 0 for every k >= 2: all lengths are 1, and "
                "the ratio is 1. The maximum of staggered A_min / H-SF is attained; there A_min's "
                "ratio is larger, or else CR(staggered A_min) = 1 < (1 + lambda)/2 <= CR(A_min):"
            ),
            nonnegative(
                "lambda > 1 for u > l: at lambda = 1 the left side of the secular equation is "
                "positive, the right side 0",
                1 / (S + 2 * K - 1 + S).subs(K, K + 1),
                S,
                K,
            ),
        ),
    )


def maximum(policy: str, s: int, l: int, u: int, benchmark: str) -> Bound:  # noqa: E741
    """The maximum for one s, l, u: an exact witness and an exact bound 1e-13 above it.

    >>> maximum("a-min", 0, 1, 20, "h-sf").value
    '1.91179656172'
    """
    name, who = BENCHMARK_NAMES[benchmark], POLICY_NAMES[policy]
    low = survival.worst_case(s, l, u, benchmark, policy).ratio

    def encloses() -> bool:
        proof = survival.upper_bound(s, l, u, benchmark, policy)  # raises unless it holds
        return low <= proof.bound <= low * (1 + 2 * survival.MARGIN)

    return Bound(
        id=f"maximum/{who}/{name}/s={s}, u={u}",
        statement=f"s = {s}, lengths {l} ... {u}: the maximum of {who} / {name}",
        policy=who,
        family=f"all lengths in [{l}, {u}], s = {s}",
        benchmark=name,
        closed_form="largest eigenvalue of (policy, benchmark), nonnegative eigenvector",
        value=digits(sympy.Rational(low.numerator, low.denominator)),
        attained="the witness of theory.survival.worst_case",
        source=OURS,
        steps=(
            certified("exact witness, and exact multipliers for a bound 1e-13 above it", encloses),
        ),
    )


def bounds(maxima: Any = MAXIMA) -> list[Bound]:
    """All results of this module; with the default `maxima` about 7 s.

    >>> [bound.obtained for bound in bounds(maxima=[("a-min", 0, 1, 3, "h-sf")])]
    ['cited', 'derived', 'derived', 'derived', 'certified']
    """
    return [
        trace_bound(),
        *against_the_optimum(),
        staggered_starts(),
        *(maximum(*parameters) for parameters in maxima),
    ]
