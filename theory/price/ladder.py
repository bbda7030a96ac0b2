"""What not knowing the lengths costs: one policy a rung, against the fluid optimum.

Every rung is a ratio to the area bound (the optimum of the fluid limit) on lengths in [1, u], as a
function of alpha = 1/u and of the common prompt: s = 0, s = l (= 1), or s -> infinity. `EXACT`
values are suprema over all lengths in the interval, `AT_MOST` values are proved bounds. Formulas
are not repeated here: each value comes from the module that derives it.

The guarantees for unknown lengths use what [l, u] says, too: where rho = v(u)/v(l) is small,
running every request to its end in random order has (1 + sqrt rho)/2 (`random_order`), which is
less than K below rho = (2K - 1)^2 = 19.86 (and less than 2 below rho = 9).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import sqrt

import sympy

from kvratio.theory import adversary, survival
from kvratio.theory.bound import Bound, identity, words
from kvratio.theory.checks import one_of, whole
from kvratio.theory.forms import volume
from kvratio.theory.price.constant import OURS, value
from kvratio.theory.price.offset import SHARED, shared
from kvratio.theory.ratios import built
from kvratio.theory.ratios.random_order import completing_squares
from kvratio.theory.slicing import five

PROMPTS = ("0", "l", "long")  # s = 0, s = l, s -> infinity
EXACT, AT_MOST = "exact", "at most"
TABLE = (10, 100, 1000)  # u of the published table
CURVE = (2, 3, 5, 7, 10, 14, 20, 30, 50, 70, 100, 140, 200, 300, 500, 700, 1000)
NAME = "random order, staggered starts"

Value = Callable[[str, int], float]


@dataclass(frozen=True)
class Rung:
    """One policy: what it knows, what it loses, and its ratio for a prompt and an upper end u.

    `bound` is the id of the result that it rests on; `reading` says what the value is.
    """

    name: str
    knows: str
    loses: str
    reading: str
    bound: str
    value: Value

    def at(self, prompt: str, u: int) -> float:
        """The ratio to the area bound on [1, u]; `prompt` is one of `PROMPTS`.

        >>> rungs()[0].at("0", 100)
        1.0
        """
        return self.value(one_of("prompt", prompt, PROMPTS), whole("u", u, least=2))


def _spread(prompt: str, u: int) -> float:
    """rho = v(u)/v(1)."""
    if prompt == "long":
        return float(u)
    s = Fraction(_tokens(prompt))
    return float(volume(Fraction(u), s) / volume(Fraction(1), s))


def _tokens(prompt: str) -> int:
    return {"0": 0, "l": 1}[prompt]


def to_the_end(prompt: str, u: int) -> float:
    """(1 + sqrt rho)/2: random order, every request once, to its end.

    >>> to_the_end("long", 9)
    2.0
    """
    return (1 + sqrt(_spread(prompt, u))) / 2


def _or_less(constant: float) -> Value:
    return lambda prompt, u: min(constant, to_the_end(prompt, u))


@cache
def _formula(name: str) -> Callable[..., float]:
    modules = ("random_order", "promotion")
    found = {b.id: b for m in modules for b in built(f"kvratio.theory.ratios.{m}")}
    formula = found[name].formula
    assert formula is not None, f"{name} has a closed form"
    return formula.function()


def _closed(name: str, long: Callable[[int], float]) -> Value:
    """A closed form in s, l, u, and what it tends to for long prompts."""

    def at(prompt: str, u: int) -> float:
        if prompt == "long":
            return long(u)
        return _formula(name)(s=float(_tokens(prompt)), l=1.0, u=float(u))

    return at


def _promoted(prompt: str, u: int) -> float:
    """A_l on the lengths 1 and u."""
    long = _formula("two-point/A_l/H-SF/long prompts")
    area = _closed("two-point/A_l/area", lambda u: long(alpha=1 / u))
    return area(prompt, u)


@cache
def _a_min(prompt: str, u: int) -> float:
    """A_min's exact maximum; closed for long prompts."""
    if prompt == "long":
        return to_the_end("long", u)
    s = _tokens(prompt)
    try:
        return float(survival.worst_case(s, 1, u, "area").ratio)
    except ArithmeticError:  # a few lengths only
        few = adversary.Problem("a-min", "area", upper=u, prompt=Fraction(s))
        return float(adversary.worst_case(few).ratio)


@cache
def _fixed_caps() -> float:
    return float(five().value)


@cache
def rungs() -> tuple[Rung, ...]:
    """The ladder, from all that can be known to nothing.

    >>> [rung.name for rung in rungs()][2:4]
    ['tokens kept', 'tokens lost']
    """
    one_offset = float(shared(1, sympy.Rational(SHARED[1])))
    none = "nothing but [l, u]"
    return (
        Rung("optimum", "every length", "nothing", EXACT, "area bound", lambda _s, _u: 1.0),
        Rung(
            "H-SF", "every length", "nothing", EXACT, "all lengths/H-SF/area",
            _closed("all lengths/H-SF/area", lambda _u: 1.0),
        ),
        Rung("tokens kept", none, "nothing", AT_MOST, "price/tokens kept/upper", _or_less(2.0)),
        Rung(
            "tokens lost", none, "what it cancels", AT_MOST, "price/offset slicing/area",
            _or_less(float(value())),
        ),
        Rung(
            "one common offset", "nothing", "what it cancels", AT_MOST,
            "price/offset slicing/random phase, m=1", lambda _s, _u: one_offset,
        ),
        Rung(
            "fixed caps", "l", "what it cancels", AT_MOST, "general/slicing/area/growth 4",
            lambda _s, _u: _fixed_caps(),
        ),
        Rung(
            "A_l (two lengths)", none, "what it cancels", EXACT, "two-point/A_l/area", _promoted
        ),
        Rung("A_min", none, "what it cancels", EXACT, "general/A_min/area/log", _a_min),
        Rung(
            "A_random", "every length, orders by none", "nothing", EXACT,
            "all lengths/A_random/area",
            _closed("all lengths/A_random/area", lambda u: to_the_end("long", u)),
        ),
        Rung(
            "A_max (slot model)", none, "nothing", EXACT, "all lengths/A_max/area",
            _closed("all lengths/A_max/area", lambda u: to_the_end("long", u)),
        ),
    )  # fmt: skip


def table() -> Iterator[tuple[Rung, dict[tuple[str, int], float]]]:
    """Every rung with its values at the published points: (prompt, u) -> ratio."""
    for rung in rungs():
        yield rung, {(prompt, u): rung.at(prompt, u) for prompt in PROMPTS for u in TABLE}


def random_order() -> Bound:
    """Every request runs once, to its end, in random order, starts staggered: (1 + sqrt rho)/2."""
    low, high = sympy.symbols("v_l v_u", positive=True)
    spread = high / low
    ratio = (low + sympy.sqrt(low**2 + low * (high - low))) / (2 * low)
    k = sympy.Symbol("K", positive=True)
    return Bound(
        id="price/run to the end/area",
        statement="Every request runs once, to its end, in random order with staggered starts: at "
        "most (1 + sqrt rho)/2 times the area bound, rho = v(u)/v(l), for all lengths in [l, u] "
        "and any prompts with volumes in [v_l, v_u]; less than K for rho < (2K - 1)^2",
        policy=NAME,
        family="all volumes in [v_l, v_u]; fluid limit, all requests at time 0",
        benchmark="area bound",
        closed_form="(1 + sqrt(rho))/2",
        value="",
        attained="two volumes, a constant share of the larger",
        source=OURS,
        steps=(
            words(
                "The policy is charged v_l + the integral of S, the area bound v_l + that of S^2, "
                "over v_l < v < v_u, S(v_l) = 1. Completing squares, H = v_u - v_l:"
            ),
            *completing_squares(),
            identity("h_0 = g_0 = v_l", ratio, (1 + sympy.sqrt(spread)) / 2),
            identity(
                "(1 + sqrt rho)/2 = K at rho = (2K - 1)^2",
                (1 + (2 * k - 1)) / 2,
                k,
            ),
        ),
    )


def _limits() -> Bound:
    """With long prompts A_max, A_random and A_min have the same ratio."""
    s, low, high = sympy.symbols("s l u", positive=True)
    gap = sympy.Symbol("H", positive=True)
    closed = (low + sympy.sqrt(gap * low * (low + 2 * s + 1) / 2 + low**2)) * (s + high)
    closed /= low * (low + 2 * s + 1)
    share = (high - low) / (s + high)  # (u - l) terms, each between 1/(s + u) and 1/(s + l)
    root = sympy.sqrt(high / low)
    ends = [
        sympy.limit(closed.subs(gap, (high - low) / (s + end)), s, sympy.oo) for end in (low, high)
    ]
    return Bound(
        id="price/ladder/long prompts",
        statement="s -> infinity: the ratios of A_max (slot model), A_random and A_min to the area "
        "bound all tend to (1 + sqrt(1/alpha))/2",
        policy="A_max, A_random, A_min",
        family="all lengths in [l, u], s -> infinity",
        benchmark="area bound",
        closed_form="(1 + sqrt(1/alpha))/2",
        value="",
        attained="two lengths",
        source=OURS,
        steps=(
            words("A_max: its closed form with H = sum of 1/(s + k) over l < k <= u, which is:"),
            identity("at least (u - l)/(s + u)", share * (s + high), high - low),
            identity("A_max with H at its least", ends[1], (1 + root) / 2),
            identity("A_max with H at most (u - l)/(s + l)", ends[0], (1 + root) / 2),
            words(
                "A_random and A_min: all lengths/A_random/H-SF and general/A_min/H-SF/long-prompts;"
                " H-SF over the area bound tends to"
            ),
            identity("1", sympy.limit(2 * (s + high) / (2 * s + high + 1), s, sympy.oo), 1),
        ),
    )


def bounds() -> list[Bound]:
    """What the ladder adds to the other results.

    >>> [bound.obtained for bound in bounds()]
    ['derived', 'derived']
    """
    return [random_order(), _limits()]
