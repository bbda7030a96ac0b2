"""The competitive ratio of A_min for all length distributions in [l, u] and every prompt s.

Main result (numbers in `kvratio.theory.secular`). Let lambda >= 1 be the root of the *secular
equation*

    sum over k = l+1 ... u of 1 / (lambda (s + 2k - 1) + s)  =  l (lambda - 1) / (lambda l + s).

Then, in the fluid limit and against H-SF,

    (1 + lambda) / 2  <=  CR(A_min)  <=  (1 + lambda) / 2 + (u - l) / (2 (s + u)),

so lambda / 2 is CR(A_min) up to an additive 1/2, for all s >= 0 and 1 <= l <= u. It follows that
  * s = 0: lambda = 1 + sum of 1 / (2k - 1) over k = l+1 ... u, so CR = (1/4) ln(1/alpha) + O(1),
    where Theorem 5 of P (arXiv 2508.14544) shows O(ln(1/alpha)) by a trace, H_u for l = 1;
  * s -> infinity, l and u fixed: CR tends to (1 + sqrt(1/alpha)) / 2: the logarithm is lost;
  * for every s: lambda <= sqrt(1/alpha), so long prompts are the worst case up to 1/2;
  * in between, with sigma = s / l, lambda lies between R(ln(1 + 2(u-l)/(2s+2l+1))) and
    R(ln(1 + 2(u-l)/(s+2l))), where R(x) solves lambda (lambda - 1) = (lambda + sigma) x / 2:
    CR(A_min) = Theta(1 + L + sqrt(sigma L)), L = ln(1 + (1/alpha - 1) / (1 + sigma)).

Each `Bound` below carries its proof as checked steps. Notation: x_i is the share of length i,
S_k = sum of x_i over i >= k, Y_k = sum of x_i / (s + i) over i >= k, c(k) = k (s + k),
v(k) = s k + k (k + 1) / 2; kvratio.theory.survival has the same notation and the linear-time
algorithms.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy

from kvratio.theory.bound import Bound, Step, identity, nonnegative, same, words
from kvratio.theory.forms import A_MIN, H_SF, batch_charge
from kvratio.theory.formula import Formula, digits, read
from kvratio.theory.matrices import coefficient

S, LOW, HIGH, SHORT, LONG = sympy.symbols("s l u i j", positive=True)
K, LAMBDA, ROOT = sympy.symbols("k lambda r", positive=True)

FAMILY = "all lengths in [l, u]"
NO_PROMPT = f"{FAMILY}, s = 0"
OURS = "ours"
HALF = sympy.Rational(1, 2)
# what the statements say; the steps below prove what these texts read
LOWER, WIDTH = "(1 + lambda)/2", "(u-l)/(2(s+u))"  # the enclosure
TERM, RIGHT = "1/(lambda(s+2k-1)+s)", "l(lambda-1)/(lambda l+s)"  # the secular equation
ODD, LAST = "1/(2k-1)", "(u-l)/(2u)"  # the same at s = 0
LONG_PROMPTS = "(1 + sqrt(1/alpha))/2"
BELOW, ABOVE = "2(u-l)/(2s+2l+1)", "2(u-l)/(s+2l)"  # X of ln(1 + X) in the order
DOUBLE_ROOT = "1 + x/2 + sqrt((1 + x/2)^2 + 2 sigma x)"
RATE = "L = ln(1 + (1/alpha - 1)/(1 + sigma))"


@lru_cache(maxsize=1)
def decomposition() -> tuple[Step, ...]:
    """A_min = H-SF + E/2 - D/2, with E a square and a diagonal, D semidefinite, 0 <= D <= H-SF."""
    larger_slot = batch_charge(K + 1, S) * (S + K + 1) ** 2 - batch_charge(K, S) * (S + K) ** 2
    d = batch_charge(SHORT, S) * (S + SHORT) / (S + LONG)
    return (
        words("Let i <= j. Lemma 2 of P, summed over its stages for general s and l, gives A_ij."),
        identity(
            "A_ij = c(i) + E_ij / 2 - D_ij / 2 with E_ij = j (s + i), D_ij = c(i) (s+i) / (s+j)",
            coefficient(A_MIN),
            coefficient(H_SF) + LONG * (S + SHORT) / 2 - d / 2,
        ),
        identity(
            "E = (sum (s+i) x_i)^2 - s^2 (sum x_i)^2 - s sum_ij min(i,j) x_i x_j",
            LONG * (S + SHORT),
            (S + SHORT) * (S + LONG) - S**2 - S * SHORT,
        ),
        identity(
            "D = sum d_k Y_k^2: D_ij is q(i) / ((s+i) (s+j)) with q(k) = c(k) (s+k)^2",
            d,
            batch_charge(SHORT, S) * (S + SHORT) ** 2 / ((S + SHORT) * (S + LONG)),
        ),
        nonnegative("q increases, so all d_k > 0 and D is semidefinite", larger_slot, S, K),
        nonnegative(
            "D_ij <= c(i) (j = i + k), so D <= H-SF for shares x >= 0",
            (batch_charge(SHORT, S) - d).subs(LONG, SHORT + K),
            S,
            SHORT,
            K,
        ),
        words("As s + j <= s + u and s + i >= s + l, also D >= H-SF (s+l) / (s+u) for x >= 0."),
    )


def _secular_steps() -> tuple[Step, ...]:
    """max E / H-SF over x >= 0 is the secular root lambda."""
    first = LAMBDA * batch_charge(LOW, S) + S * LOW + S**2
    later = LAMBDA * (batch_charge(K, S) - batch_charge(K - 1, S)) + S
    return (
        words(
            "E <= lambda H-SF reads (v'S)^2 <= sum g_k S_k^2, v_l = s + l, v_k = 1 (k > l); by "
            "Cauchy and Schwarz this holds for all S if and only if sum v_k^2 / g_k <= 1."
        ),
        identity("g_l = (s + l) (lambda l + s)", first, (S + LOW) * (LAMBDA * LOW + S)),
        identity("g_k = lambda (s + 2k - 1) + s for k > l", later, 1 / _read(TERM)),
        identity(
            "1 - v_l^2 / g_l = l (lambda - 1) / (lambda l + s): the secular equation",
            1 - (S + LOW) ** 2 / first,
            _read(RIGHT),
        ),
        words(
            "Equality holds at S_k = v_k / g_k: S_l = 1 / (lambda l + s), and for k > l "
            "S_k = 1 / (lambda (s + 2k - 1) + s)."
        ),
        nonnegative(
            "S_l >= S_(l+1)",
            1 / (LAMBDA * LOW + S) - 1 / later.subs(K, LOW + 1),
            S,
            LOW,
            LAMBDA,
        ),
        nonnegative(
            "S_k >= S_(k+1) (k one more than the symbol): S belongs to shares x >= 0",
            (1 / later - 1 / later.subs(K, K + 1)).subs(K, K + 1),
            S,
            K,
            LAMBDA,
        ),
    )


def _read(text: str) -> Any:
    return read(text, S, LOW, HIGH, K, LAMBDA)


def _record(
    name: str,
    statement: str,
    closed: str,
    value: str,
    attained: str,
    steps: Sequence[Step],
    family: str = FAMILY,
    formula: Formula | None = None,
) -> Bound:
    return Bound(
        id=f"general/A_min/H-SF/{name}",
        statement=statement,
        policy="A_min",
        family=family,
        benchmark="H-SF",
        closed_form=closed,
        value=value,
        attained=attained,
        source=OURS,
        steps=tuple(steps),
        formula=formula,
    )


def main_theorem() -> Bound:
    """CR(A_min) within 1/2, for every prompt and interval."""
    return _record(
        "enclosure",
        f"For all s >= 0 and 1 <= l <= u: {LOWER} <= CR(A_min) <= {LOWER} + "
        f"{WIDTH}, lambda the root of the secular equation",
        f"{LOWER} + [0, {WIDTH}], sum_{{k=l+1..u}} {TERM} = {RIGHT}",
        "",
        f"lower side: tails S_l = 1/(lambda l + s), S_k = {TERM}",
        [
            *decomposition(),
            *_secular_steps(),
            words("Upper side: A <= H-SF (1 + lambda/2 - (s+l)/(2(s+u))). Lower side, at that S:"),
            words("A = H-SF + E/2 - D/2 >= H-SF (1 + lambda/2 - 1/2) as E = lambda H-SF."),
            identity(
                "the upper side is (1 + lambda)/2 + (u-l)/(2(s+u))",
                1 + LAMBDA / 2 - (S + LOW) / (2 * (S + HIGH)),
                _read(LOWER) + _read(WIDTH),
            ),
        ],
    )


def without_prompts() -> Bound:
    """s = 0: the exact constant 1/4 of ln(1/alpha)."""
    x = sympy.Symbol("x", positive=True)
    odd, slope = _read(ODD), sympy.diff(_read(LOWER), LAMBDA)
    integral = sympy.integrate(odd.subs(K, x + HALF), x)  # k = x + 1/2
    rate = slope * integral / sympy.log(x)
    same("at s = 0 the terms, times lambda", _read(TERM).subs(S, 0) * LAMBDA, odd)
    same("at s = 0 the width", _read(WIDTH).subs(S, 0), _read(LAST))
    return _record(
        "log-constant",
        f"s = 0: 1 + ({slope}) sum_{{k=l+1..u}} {ODD} <= CR(A_min) <= that + {LAST}; so "
        f"CR(A_min) = ({rate}) ln(1/alpha) + O(1), and no constant below {rate} is possible; for "
        f"l = 1 CR(A_min) <= 1 + ({slope}) sum_{{k<=u}} {ODD}",
        f"CR(A_min) / ln(1/alpha) -> {rate}",
        digits(rate),
        f"tails S_k = {ODD} (l = 1), up to the additive constant",
        [
            *main_theorem().steps,
            identity(
                "at s = 0 the secular equation gives lambda = 1 + sum_{k=l+1..u} 1/(2k-1)",
                _read(RIGHT).subs(S, 0) * LAMBDA,
                LAMBDA - 1,
            ),
            identity(
                "the upper side is below 1 + (1/2) sum_{k<=u} 1/(2k-1) for l = 1, by 1/(2u)",
                1 + Fraction(1, 2) * (1 - 1 / HIGH) + (LAMBDA - 1) / 2,
                1 + LAMBDA / 2 - 1 / (2 * HIGH),
            ),
            words(
                "1/(2k-1) is the value of 1/(2x) at x = k - 1/2. As 1/(2x) decreases, that is at "
                "least its integral over [k-1/2, k+1/2]; being convex, at most that over [k-1, k]."
            ),
            identity(
                "the antiderivative is (1/2) ln x", sympy.diff(integral, x), odd.subs(K, x + HALF)
            ),
            words(f"So 1 + ({rate}) ln((2u+1)/(2l+1)) <= CR(A_min) <= 3/2 + ({rate}) ln(u/l)."),
        ],
        NO_PROMPT,
    )


def long_prompts() -> Bound:
    """s -> infinity: (1 + sqrt(1/alpha)) / 2."""
    limit = sympy.limit(S * _read(RIGHT), S, sympy.oo)
    term = sympy.limit(S * _read(TERM), S, sympy.oo)
    root = sympy.sqrt(HIGH / LOW)
    return _record(
        "long-prompts",
        f"s -> infinity with l, u fixed: CR(A_min) -> {LONG_PROMPTS}, so neither 3/2 nor "
        "O(log(1/alpha)) survives prompts as long as the outputs",
        LONG_PROMPTS,
        "",
        "two lengths: a share 1/(1 + sqrt(1/alpha)) of length u, the others of length l",
        [
            *main_theorem().steps,
            identity("s times the right side tends to l (lambda - 1)", limit, LOW * (LAMBDA - 1)),
            identity(
                "s times each term on the left tends to 1/(lambda + 1)", term, 1 / (1 + LAMBDA)
            ),
            identity(
                "(u - l)/(lambda + 1) = l (lambda - 1) at lambda = sqrt(u/l)",
                ((HIGH - LOW) * term - limit).subs(LAMBDA, root),
                0,
            ),
            identity(
                "S_k / S_l tends to 1/(1 + lambda) for every k > l: two lengths",
                sympy.limit((LAMBDA * LOW + S) * _read(TERM), S, sympy.oo),
                1 / (1 + LAMBDA),
            ),
            identity(
                "and the width of the enclosure tends to 0",
                sympy.limit(_read(WIDTH), S, sympy.oo),
                0,
            ),
        ],
        f"{FAMILY}, s -> infinity",
        Formula(_read(LOWER).subs(LAMBDA, root)),
    )


def every_prompt() -> Bound:
    """lambda <= sqrt(u/l) for every s."""
    z, r = sympy.Symbol("z", nonnegative=True), 1 + ROOT  # r = sqrt(u/l) >= 1
    left = z + r * (r + 1)  # (r + 1) (r + sigma) with z = (r + 1) sigma
    most = sympy.limit(_read(WIDTH).subs(S, 0), HIGH, sympy.oo)  # it falls in s and rises in u
    return _record(
        "every-prompt",
        f"For every s >= 0: CR(A_min) <= {LONG_PROMPTS} + {WIDTH}; with the limit "
        f"s -> infinity, sup over s of CR(A_min) lies between {LONG_PROMPTS} and {most} more",
        f"sup_s CR(A_min) in {LONG_PROMPTS} + [0, {most}]",
        "",
        f"s -> infinity, up to {most}",
        [
            *main_theorem().steps,
            words(
                "1/(lambda(2t+s)+s) is convex in t, so its value at t = k - 1/2 is at most its "
                "integral over [k-1, k]: the sum is at most (1/(2 lambda)) ln(1 + X), "
                "X = 2 lambda (u-l) / (lambda (s+2l) + s)."
            ),
            words(
                "ln(1+X) <= X / sqrt(1+X) for X >= 0: both vanish at 0, and with w = sqrt(1+X) the "
                "derivatives are compared next."
            ),
            identity(
                "d/dw of (w - 1/w) - 2 ln w is (w-1)^2 / w^2 >= 0",
                sympy.diff(K - 1 / K - 2 * sympy.log(K), K),
                (K - 1) ** 2 / K**2,
            ),
            words(
                "At lambda = r = sqrt(u/l), with sigma = s/l and z = (r+1) sigma, the secular "
                "inequality sum <= l(lambda-1)/(lambda l+s) follows from (r+1)(r+sigma) <= "
                "sqrt((z + 2r)(z + 2r^3)), since 1 + X = (z + 2r^3)/(z + 2r):"
            ),
            identity(
                "1 + X (with s = l sigma, u = l r^2, z = (r+1) sigma)",
                1 + 2 * r * LOW * (r**2 - 1) / (r * (S + 2 * LOW) + S).subs(S, LOW * z / (r + 1)),
                (z + 2 * r**3) / (z + 2 * r),
            ),
            nonnegative(
                "which holds: (z + 2r)(z + 2r^3) - (z + r(r+1))^2 >= 0 for r >= 1, z >= 0",
                sympy.expand((z + 2 * r) * (z + 2 * r**3) - left**2),
                z,
                ROOT,
            ),
            words("So the root is at most sqrt(u/l)."),
        ],
    )


def order() -> Bound:
    """The true order of CR(A_min) in alpha and s."""
    x, sigma = sympy.symbols("x sigma", positive=True)
    root = read(DOUBLE_ROOT, x, sigma) / 2
    below, above = (_read(text).subs(HIGH, LOW + K) for text in (BELOW, ABOVE))
    return _record(
        "order",
        f"With sigma = s/l: R(L1) <= lambda <= R(L2), L1 = ln(1 + {BELOW}), "
        f"L2 = ln(1 + {ABOVE}), 2 R(x) = {DOUBLE_ROOT}; so "
        f"CR(A_min) = Theta(1 + L + sqrt(sigma L)), {RATE}",
        f"Theta(1 + L + sqrt(sigma L)), {RATE}",
        "",
        "the tails of the enclosure",
        [
            *main_theorem().steps,
            words(
                "As 1/(lambda(2t+s)+s) is convex and decreasing, the sum of its values at "
                "t = k - 1/2 lies between its integrals over [l+1/2, u+1/2] and over [l, u]."
            ),
            identity(
                "the antiderivative is ln(lambda(2t+s)+s)/(2 lambda)",
                sympy.diff(sympy.log(LAMBDA * (2 * K + S) + S) / (2 * LAMBDA), K),
                1 / (LAMBDA * (2 * K + S) + S),
            ),
            nonnegative(
                "upper: X = 2 lambda (u-l)/(lambda(s+2l)+s) <= 2(u-l)/(s+2l), with u = l + k",
                above - 2 * LAMBDA * K / (LAMBDA * (S + 2 * LOW) + S),
                S,
                LOW,
                K,
                LAMBDA,
            ),
            nonnegative(
                "lower: 2 lambda (u-l)/(lambda(s+2l+1)+s) >= 2(u-l)/(2s+2l+1), lambda = 1 + r >= 1",
                2 * (1 + ROOT) * K / ((1 + ROOT) * (S + 2 * LOW + 1) + S) - below,
                S,
                LOW,
                K,
                ROOT,
            ),
            words(
                "So F = lambda (lambda-1)/(lambda + sigma) lies between L1/2 and L2/2; R(x) is "
                "where it equals x/2, and F increases in lambda = 1 + r >= 1:"
            ),
            identity("R solves it", root * (root - 1), (root + sigma) * x / 2),
            nonnegative(
                "dF/dlambda >= 0",
                sympy.diff(LAMBDA * (LAMBDA - 1) / (LAMBDA + sigma), LAMBDA).subs(LAMBDA, 1 + ROOT),
                sigma,
                ROOT,
            ),
            words(
                "With y = (1/alpha - 1)/(1 + sigma): L2 <= ln(1 + 2y) <= 2L, and as 2s + 2l + 1 <= "
                "3(s + l), L1 >= ln(1 + 2y/3) >= 2L/3, L = ln(1 + y). R(x) is of the order of "
                "1 + x + sqrt(sigma x)."
            ),
        ],
    )


def bounds() -> list[Bound]:
    """The results of this module, in the order of its docstring.

    >>> {bound.obtained for bound in bounds()}
    {'derived'}
    """
    return [
        main_theorem(),
        without_prompts(),
        long_prompts(),
        every_prompt(),
        order(),
    ]
