"""The forms of `kvratio.proofs_check.fluid` on two lengths, as polynomials in all parameters.

Lengths l and u = l + d with shares x and y, a common prompt of s tokens. The tests compare every
polynomial with the class sums of `fluid` at integer points; the one summation over the middle
stages of A_min is proved by `middle_stages`.
"""

from typing import NamedTuple

from kvratio.proofs_check.evidence import identity, sums
from kvratio.proofs_check.polynomial import Poly, variables
from kvratio.proofs_check.verdict import Finding


class Pair(NamedTuple):
    """The parameters, as variables or with values put in."""

    s: Poly
    l: Poly  # noqa: E741 (the paper's name)
    d: Poly
    x: Poly
    y: Poly

    @property
    def u(self) -> Poly:
        """The long length."""
        return self.l + self.d


def general() -> Pair:
    """All five parameters free.

    >>> general().u.put(l=2, d=3) == 5
    True
    """
    return Pair(*variables("s l d x y"))


def no_prompt() -> Pair:
    """The same with s = 0."""
    return general()._replace(s=Poly.of(0))


def h_sf(p: Pair) -> Poly:
    """H-SF: c(l) (x^2 + 2 x y) + c(u) y^2 with c(k) = k (s + k)."""
    return p.l * (p.s + p.l) * (p.x**2 + 2 * p.x * p.y) + p.u * (p.s + p.u) * p.y**2


def a_min_times_slot(p: Pair) -> Poly:
    """(s + u) times A_min's form: its first stage, and all later ones together."""
    first = (p.s + p.u) * p.x + (p.s + p.l + 2 * p.d) * p.y
    return (p.s + p.l) * (p.l * p.x + p.u * p.y) * first + p.u * p.d**2 * p.y**2


def middle_stages() -> list[Finding]:
    """Stages l + 1 ... u of A_min: each takes the time u y and (1 + 2 (u - k)) y / (s + u) wait."""
    (d,) = variables("d")

    def through(m: Poly) -> Poly:
        return m + 2 * d * m - m * (m + 1)

    return [
        sums("stages l+1 ... l+m: sum of 1 + 2 (d - j)", through, lambda j: 1 + 2 * (d - j)),
        identity("all of them (m = d): (u - l)^2", through(d), d**2),
    ]


def a_l(p: Pair) -> Poly:
    """A_l: stage 1 takes c(l) (x + y) and is waited x + 2 y; stage 2 takes c(u) y for y."""
    return p.l * (p.s + p.l) * (p.x + p.y) * (p.x + 2 * p.y) + p.u * (p.s + p.u) * p.y**2


def a_max(p: Pair) -> Poly:
    """A_max: every request is charged j (s + u), in one stage."""
    return (p.s + p.u) * (p.l * p.x + p.u * p.y) * (p.x + p.y)


def a_random(p: Pair) -> Poly:
    """A_random: every request is charged c(j), in one stage."""
    charges = p.l * (p.s + p.l) * p.x + p.u * (p.s + p.u) * p.y
    return charges * (p.x + p.y)
