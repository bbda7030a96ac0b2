"""A_min and A_l when the tokens are kept: their forms, and what keeping is worth to them.

**Setting.** As in `kept`: an evicted request keeps its tokens, and holds no cache until it goes on.

**Forms.** Where a class or a stage begins with requests that have k tokens, these make the rest
only. A_min (thinned: a request evicted with g tokens has the bound g + 1): class l is as before; in
a later class k a request starts with k - 1 tokens and holds s + k from its first step on, so a part
1/(s + k) of the requests of length j, as before, holds it for j - k + 1 steps and not for j. Who
completes and who is left in a class does not change. A_l: the second stage makes j - m tokens, m
the threshold.

**What it is worth.** To A_min at most twice the area bound, whatever the lengths and the prompt: it
saves (k - 1) S_k of the time of class k, S_k being the share of length k or more, of which at most
S_k waits twice, and the area bound is the sum of (s + k) S_k^2. So where the ratio of A_min has no
bound it has none with tokens kept: what costs there is not what is lost, but that requests beyond
their bound hold the cache. With long prompts keeping is worth nothing.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy

from kvratio.theory.bound import Bound, Step, certified, identity, nonnegative, words
from kvratio.theory.forms import (
    A_L,
    A_MIN,
    A_MIN_STAGGERED,
    H_SF,
    READINGS,
    SLOTS,
    Effect,
    Form,
    Rule,
    Stage,
    batch_charge,
    every_length,
    promotion,
    volume,
)
from kvratio.theory.formula import Formula, digits
from kvratio.theory.price.constant import OURS
from kvratio.theory.ratios.binary import (
    Binary,
    l,
    larger_root,
    lemma_bound,
    s,
    supremum_by_square,
    two_point_form,
    u,
)
from kvratio.theory.ratios.pair_promotion import MARGIN, never_above, shape
from kvratio.theory.ratios.two_point import FAMILY, alpha

KEPT = "tokens kept"
_GRID = 10**30
_D = sympy.Symbol("d", nonnegative=True)
_R = sympy.Symbol("r", positive=True)  # the square root of alpha


def _from_the_bound(rule: Rule, held: Callable[[Any, Any], Any]) -> Rule:
    """The rule of A_min in which later classes make the rest of the tokens only.

    `held`: the cache of a request in its first k tokens, less that of slots of s + k, which is
    saved in the first class.
    """

    def kept(stage: Stage, length: Any, prompt: Any) -> Effect:
        time, done, left = rule(stage, length, prompt)
        k = stage.cap
        if not stage.first:
            time -= ((prompt + k) * (k - 1) - held(k, prompt)) / (prompt + k)
        return Effect(time, done, left)

    return kept


def _below(k: Any, prompt: Any) -> Any:
    """k (k - 1) / 2: what s + k tokens held for k steps exceed the volume by."""
    return batch_charge(k, prompt) - volume(k, prompt)


_SLOTS = _from_the_bound(A_MIN.ends, lambda _k, _prompt: 0)
_STAGGERED = _from_the_bound(A_MIN_STAGGERED.ends, _below)
A_MIN_KEPT = Form(f"A_min, {KEPT}", OURS, every_length, _SLOTS, _SLOTS)
A_MIN_STAGGERED_KEPT = Form(f"staggered A_min, {KEPT}", OURS, every_length, _STAGGERED, _STAGGERED)


def _with_rest(form: Form, peak: Callable[[Stage, Any], Any], name: str) -> Form:
    """The form in which the second of two stages makes the rest of the tokens only."""

    def ends(stage: Stage, length: Any, prompt: Any) -> Effect:
        if stage.first:
            return form.ends(stage, length, prompt)
        return Effect((length - stage.after) * (prompt + peak(stage, length)), 1, 0)

    return Form(f"{name}, {KEPT}", OURS, form.caps, ends, form.passes, form.two_point)


A_L_KEPT = _with_rest(A_L, lambda _stage, length: length, "A_l")


def promotion_kept(threshold: int, first: str = SLOTS, second: str = SLOTS) -> Form:
    """`kvratio.theory.forms.promotion`, tokens kept: stage 2 makes the tokens beyond the threshold.

    >>> from kvratio.theory.forms import tel
    >>> tel(promotion(2), {1: 1, 3: 1}, 0), tel(promotion_kept(2), {1: 1, 3: 1}, 0)
    (Fraction(27, 1), Fraction(21, 1))
    """
    form = promotion(threshold, first, second)
    in_slots = second == READINGS[0]
    return _with_rest(form, lambda stage, j: stage.cap if in_slots else j, form.name)


def _equal(text: str, one: Binary, other: Binary) -> list[Step]:
    """Two forms over two lengths have the same coefficients."""
    names = ("x_l^2", "x_l x_u", "x_u^2")
    return [
        identity(f"{text}, coefficient of {name}", left, right)
        for name, left, right in zip(names, one, other, strict=True)
    ]


def _by_root(form: Binary) -> Binary:
    """With r^2 for alpha."""
    return Binary(*(entry.subs(alpha, _R**2) for entry in form))


def a_min_against_itself() -> Bound:
    """Keeping is worth at most 2 times the area bound to A_min, for all lengths and prompts."""
    j, k, e = sympy.symbols("j k e", positive=True)
    below = Stage(k - 1, k, False)
    lost, kept = A_MIN.ends(below, j, s), A_MIN_KEPT.ends(below, j, s)
    spread, spread_kept = (f.ends(below, j, s) for f in (A_MIN_STAGGERED, A_MIN_STAGGERED_KEPT))
    waits = lost.done + 2 * lost.left
    return Bound(
        id="price/tokens kept/A_min",
        statement="For all lengths in [l, u] and every common prompt: keeping the tokens makes "
        "A_min's form smaller, by at most 2 times the area bound; likewise staggered A_min's. So "
        "the ratios of A_min to the area bound, tokens lost and kept, differ by at most 2",
        policy=f"A_min, {KEPT}",
        family="all lengths in [l, u], a common prompt; fluid limit, all requests at time 0",
        benchmark="area bound",
        closed_form="A_min - 2",
        value="",
        attained="not attained: a bound on the difference",
        source=OURS,
        steps=(
            words("Class l does not change. In class k > l, for each of length j >= k:"),
            identity("time saved by A_min: k - 1", lost.time - kept.time, k - 1),
            identity("waiting does not change", waits, kept.done + 2 * kept.left),
            identity(
                "time saved by staggered A_min: k - 1 less k (k - 1)/(2 (s + k))",
                spread.time - spread_kept.time,
                k - 1 - k * (k - 1) / (2 * (s + k)),
            ),
            nonnegative(
                "which is at least 0 (k = 1 + d)",
                (spread.time - spread_kept.time).subs(k, 1 + _D),
                _D,
                s,
            ),
            nonnegative(
                "done + 2 left is at most 2 (k = 1 + d, j = k + e)",
                (2 - waits).subs(j, k + e).subs(k, 1 + _D),
                _D,
                e,
                s,
            ),
            words(
                "So class k saves at most (k - 1) S_k 2 S_k, and (k - 1) <= s + k; the sum of "
                "(s + k) S_k^2 over all k is the area bound:"
            ),
            identity(
                "v(k) - v(k - 1) = s + k", sympy.expand(volume(k, s) - volume(k - 1, s)), s + k
            ),
        ),
    )


def a_min_two_lengths() -> list[Bound]:
    """A_min on two lengths: the exact ratio to H-SF; without prompts; with long ones."""
    full, steps = lemma_bound(A_MIN_KEPT, H_SF)
    top, bottom = shape(A_MIN_KEPT, "s=0"), shape(H_SF, "s=0")
    limit = (5 + sympy.sqrt(10)) / 6
    far = Binary(*(entry.subs(alpha, 0) for entry in top))
    base = Binary(*(entry.subs(alpha, 0) for entry in bottom))
    above = Fraction(int(limit * _GRID), _GRID) + MARGIN
    long, plain = (shape(form, "long prompts") for form in (A_MIN_KEPT, H_SF))
    return [
        Bound(
            id="price/tokens kept/A_min/two lengths",
            statement="A_min with tokens kept on two lengths, every prompt: the exact supremum of "
            "its ratio to H-SF, which loses none",
            policy=f"A_min, {KEPT}",
            family=FAMILY,
            benchmark="H-SF",
            closed_form=str(full),
            value="inf",
            attained="unbounded as s/l and u/l grow",
            source=OURS,
            steps=steps,
            formula=full,
        ),
        Bound(
            id="price/tokens kept/A_min/two lengths/s=0",
            statement="A_min with tokens kept on two lengths without prompts; with tokens lost it "
            "is 3/2 (P Theorem 6)",
            policy=f"A_min, {KEPT}",
            family=f"{FAMILY}, s = 0",
            benchmark="H-SF",
            closed_form="(sqrt(10) + 5)/6",
            value=digits(limit),
            attained="the supremum, as alpha -> 0",
            source=OURS,
            steps=(
                words("l and u grow with l/u = alpha fixed; tau = alpha x_l/x_u."),
                *_equal("alpha -> 0: A_min", far, Binary(1, sympy.Rational(1, 2), 2 / sympy.S(3))),
                *_equal("H-SF", base, Binary(1, 0, 1)),
                identity("the larger root of the lemma", larger_root(far, base), limit),
                certified(
                    "at most the value + 1e-11 for all alpha in (0, 1] and all shares",
                    lambda: never_above(above, top, bottom, Fraction(0), Fraction(1)),
                ),
            ),
        ),
        Bound(
            id="price/tokens kept/A_min/two lengths/long prompts",
            statement="with long prompts keeping the tokens is worth nothing to A_min: the ratio "
            "is the same as with tokens lost",
            policy=f"A_min, {KEPT}",
            family=f"{FAMILY}, s -> infinity",
            benchmark="H-SF",
            closed_form="sqrt(1/alpha)/2 + 1/2",
            value="inf",
            attained="x_l/x_u = alpha^(-1/2); unbounded as alpha -> 0",
            source=OURS,
            steps=(
                *_equal("tokens kept and lost", long, shape(A_MIN, "long prompts")),
                supremum_by_square(
                    "alpha = r^2, best = (1 + 1/r)/2: best H-SF - A_min = (best - 1)(tau/r - 1)^2",
                    (1 + 1 / _R) / 2,
                    _by_root(long),
                    _by_root(plain),
                    (1 / _R - 1) / (2 * _R**2),
                    _R,
                ),
            ),
            formula=Formula((1 + sympy.sqrt(1 / alpha)) / 2),
        ),
    ]


def a_l_two_lengths() -> list[Bound]:
    """A_l (Algorithm 6) on two lengths: the exact ratio to H-SF; at most 2, where it was 3."""
    full, steps = lemma_bound(A_L_KEPT, H_SF)
    top, bottom = two_point_form(A_L_KEPT), two_point_form(H_SF)
    slack = [2 * below - above for above, below in zip(top, bottom, strict=True)]
    grown = [entry.subs(u, l + _D) for entry in slack]
    lost = two_point_form(A_L)
    return [
        Bound(
            id="price/tokens kept/A_l/two lengths",
            statement="A_l with tokens kept on two lengths, every prompt: the exact supremum of "
            "its ratio to H-SF",
            policy=f"A_l, {KEPT}",
            family=FAMILY,
            benchmark="H-SF",
            closed_form=str(full),
            value=digits(sympy.Integer(2)),
            attained="all requests long, alpha -> 1",
            source=OURS,
            steps=steps,
            formula=full,
        ),
        Bound(
            id="price/tokens kept/A_l/two lengths/every prompt",
            statement="A_l with tokens kept is at most 2 times H-SF on two lengths, for every "
            "prompt; with tokens lost it reaches 3",
            policy=f"A_l, {KEPT}",
            family=FAMILY,
            benchmark="H-SF",
            closed_form="2",
            value=digits(sympy.Integer(2)),
            attained="all requests long, alpha -> 1",
            source=OURS,
            steps=(
                words("2 H-SF - A_l over two lengths, coefficient by coefficient; u = l + d:"),
                *(
                    nonnegative(f"that of {name}", entry, l, s, _D)
                    for name, entry in zip(("x_l^2", "x_l x_u", "x_u^2"), grown, strict=True)
                ),
                identity("all long, u = l: 2", (top.d / bottom.d).subs(u, l), 2),
                identity("with tokens lost: 3", (lost.d / bottom.d).subs(u, l), 3),
            ),
        ),
    ]


def bounds() -> list[Bound]:
    """All results on A_min and A_l with tokens kept.

    >>> [bound.obtained for bound in bounds()]
    ['derived', 'derived', 'certified', 'derived', 'derived', 'derived']
    """
    return [a_min_against_itself(), *a_min_two_lengths(), *a_l_two_lengths()]
