"""Thinned A_min (P's Lemmas 1 and 2 made a policy) on finite instances, in expectation.

The policy: `kvratio.simulate.policies.a_min`, "thinned". n requests at time 0, one prompt s,
lengths in [l, u], every lower end l, s + u <= M; c(k) = k (s + k), P = s + u, D = M - P + 1.

**Lives.** Without overflow a request passes through classes (its lower bounds) that depend on its
own chances alone: it is in class k > l with probability 1/(s + k), there holds (s + k) o
slot-steps on average (`classes` checks both), c(o) in all, and is cut h times, the sum of
1/(s + k), k = l + 1 ... o. An overflow ends a *life*; the request begins another in its new class,
which holds at most c(u) more on average, whatever has happened before.

**Overflows.** The slots of those that run are a martingale but for starts, which never lift them
above M, and ends; one step changes them by a variance of at most M (`one_step`). So their excess
Y over M grows by at most r = sqrt(M)/2 a step on average, and an overflow by x tokens evicts at
most x requests and takes at least x from Y. Let T be the number of steps in which more than M/P
requests are unfinished; afterwards nothing overflows. In such a step a head is kept out, and D
slots are held; or all that are not cut in it run, and (s + 1) M/P are, less s + 1 for each cut.
With the slot-steps still to come, plus c(u) Y, as potential, and d = min(D, (s + 1) M/P),

    E T <= (sum of c(o) + (s + 1) sum of h)/(d - r (c(u) + (s + 1)(1 + h_u))),    E N <= r E T,

N the number of evictions for lack of cache, G <= sum of h + N (1 + h_u) that of all cuts.

**Latency.** While a life waits a head is kept out (but in the step of its cut), so D slots are
held:

* by first lives, of first lives that wait: in class k of one, when the other is in k or a later
  one. Each of two that enter a class k starts first there with probability at most 1/2 (until one
  of them starts, nothing tells them apart). In all at most n^2/2 x'Ax, the form of Lemma 2;
* by runs that a cut request finds in higher classes: u steps of at most M P/(s + 1) slots a cut;
* by later lives: n c(u) a life; and later lives wait W each, by the potential again.

    E TEL <= M/D F + sum of o (1 + h) + N u (1 + h_u) + G (1 + u M P/((s + 1) D))
             + N (n c(u)/D + W),
    W = (c(u) (n + M P/(s + 1)) + r c(u) u (1 + h_u))/(D - r c(u)).

All terms beyond F are of the order of n, M or n^2/M^(3/2): the ratio to F tends to 1. The constants
are large (`smallest_memory`). Where l = u nothing is cut, and r = 0.
"""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from math import isqrt
from typing import NamedTuple

import sympy

from kvratio.theory.bound import Bound, Step, identity, words
from kvratio.theory.checks import InputError, whole
from kvratio.theory.finite import admission
from kvratio.theory.finite.pipelines import common
from kvratio.theory.forms import A_MIN, batch_charge, tel
from kvratio.theory.model import Instance

S, K, LENGTH, G, B, J = sympy.symbols("s k o g b j", positive=True)
M, D = sympy.symbols("M D", positive=True)
UNIT = 10**6  # of the square root, which is rounded up


def cuts(s: int, l: int, o: int) -> Fraction:  # noqa: E741
    """h: how often a request of length o is cut on average, as nothing overflows.

    >>> cuts(0, 1, 3)
    Fraction(5, 6)
    """
    return sum((Fraction(1, s + k) for k in range(l + 1, o + 1)), Fraction(0))


class Terms(NamedTuple):
    """The parts of the bound, in expectation: evictions for lack of cache, cuts of all kinds, and
    the total latency in steps."""

    overflows: Fraction
    cuts: Fraction
    latency: Fraction


def terms(counts: Mapping[int, int], s: int, memory: int, l: int) -> Terms | None:  # noqa: E741
    """The bound for so many requests of each length, all with the lower end l; None: M too small.

    >>> terms({1: 5, 2: 5}, 0, 16, 1) is None
    True
    >>> float(terms({1: 10**9, 2: 10**9}, 0, 10**6, 1).overflows / 10**9)
    0.005530417306245183
    """
    low = whole("l", l, least=1, most=min(counts))
    u, n = max(counts), sum(counts.values())
    peak = s + u
    room = Fraction(admission.room(whole("memory", memory, least=peak), peak))
    most, h, wide = batch_charge(u, s), cuts(s, low, u), Fraction(memory * peak, s + 1)
    r = Fraction(isqrt(memory * UNIT**2 // 4) + 1, UNIT) if low < u else Fraction(0)
    pace = min(room, Fraction((s + 1) * memory, peak)) - r * (most + (s + 1) * (1 + h))
    waits = room - r * most
    if pace <= 0 or waits <= 0:
        return None
    first = sum((x * cuts(s, low, k) for k, x in counts.items()), Fraction(0))
    charges = sum(x * batch_charge(k, s) for k, x in counts.items())
    overflows = r * (charges + (s + 1) * first) / pace
    cut = first + overflows * (1 + h)
    later = (most * (n + wide) + r * most * u * (1 + h)) / waits
    own = sum((x * k * (1 + cuts(s, low, k)) for k, x in counts.items()), Fraction(0))
    latency = tel(A_MIN, counts, s, (low, u)) / (2 * room) + own + overflows * u * (1 + h)
    latency += cut * (1 + u * wide / room) + overflows * (n * most / room + later)
    return Terms(overflows, cut, latency)


def a_min_thinned(instance: Instance) -> Fraction:
    """At least the expected total latency of thinned A_min, in steps.

    Raises `InputError` for arrivals after 0, different prompts or lower ends, a lower end above an
    output, and a memory for which there is no bound.

    >>> a_min_thinned(Instance.of(3, [1, 1, 1], prompt=1, interval=(1, 2)))
    Fraction(15, 2)
    """
    prompt = common(instance)
    if not instance.n:
        return Fraction(0)
    if len(set(instance.lower)) > 1:
        raise InputError("lower ends", sorted(set(instance.lower)), "one for all requests")
    if instance.lower[0] > min(instance.output):
        raise InputError("lower", instance.lower[0], f"at most {min(instance.output)}, an output")
    found = terms(Counter(instance.output), prompt, instance.memory, instance.lower[0])
    if found is None:
        raise InputError("memory", instance.memory, "more tokens: there is no bound at this size")
    return found.latency


def smallest_memory(l: int, u: int, s: int, within: Fraction) -> int:  # noqa: E741
    """A power of 2 from which on E[TEL] <= (1 + within) of H-SF's value times a ratio of A_min's.

    As n/M grows, for all lengths in [l, u] and any ratio r >= 1 of A_min's form to H-SF's: the
    terms of the order of n^2 are e r and, over n^2/(2M) x'Bx, at most 2 M r' ((1 + rho)/2 + (s + 1)
    h/c(l)) c(u) (1/D + 1/(D - r' c(u)))/(pace), r' = sqrt(M)/2, rho^2 = c(u)/c(l), as the mean of
    c(o) is at most (1 + rho)/2 times H-SF's form (A_random's ratio).

    >>> smallest_memory(1, 2, 0, Fraction(1, 10)), smallest_memory(1, 100, 0, Fraction(1, 10))
    (131072, 2305843009213693952)
    """
    peak, most, h = s + u, batch_charge(u, s), cuts(s, l, u)
    rho = Fraction(isqrt(most * UNIT**2 // batch_charge(l, s)) + 1, UNIT)
    charge = (1 + rho) / 2 + Fraction(s + 1) * h / batch_charge(l, s)
    memory = 1
    while True:
        memory *= 2
        r = Fraction(isqrt(memory * UNIT**2 // 4) + 1, UNIT)
        room = Fraction(memory - peak + 1)
        pace = min(room, Fraction((s + 1) * memory, peak)) - r * (most + (s + 1) * (1 + h))
        if memory < peak or pace <= 0 or room <= r * most:
            continue
        rest = 2 * memory * r * charge * most * (1 / room + 1 / (room - r * most)) / pace
        if Fraction(peak - 1) / room + rest <= within:
            return memory


def classes() -> tuple[Step, ...]:
    """Where a life goes, and what it holds."""
    m = sympy.Symbol("m", positive=True)
    return (
        words(
            "Started in class b (with b tokens assured), a request makes j >= b tokens with "
            "probability (s + b)/(s + j), and is cut there with"
        ),
        identity(
            "(s + b)/(s + j) - (s + b)/(s + j + 1), to start again in class j + 1",
            (S + B) / (S + J) - (S + B) / (S + J + 1),
            (S + B) / ((S + J) * (S + J + 1)),
        ),
        words("So it is in class k with 1/(s + k), if with 1 in class b and 1/(s + m) in between:"),
        identity(
            "((s + b) + sum of (s + m)/(s + m), b < m < k)/((s + k - 1)(s + k)) = 1/(s + k)",
            (S + B + (K - 1 - B)) / ((S + K - 1) * (S + K)),
            1 / (S + K),
        ),
        identity(
            "slot-steps: b of s + b, then (s + b)/(s + j) of s + j for j = b + 1 ... o",
            B * (S + B)
            + sympy.summation(sympy.cancel((S + B) / (S + m) * (S + m)), (J, B + 1, LENGTH)),
            (S + B) * LENGTH,
        ),
        identity(
            "in all classes (s + b) o + sum of (s + k) o/(s + k), k = b + 1 ... o: c(o)",
            (S + B) * LENGTH + (LENGTH - B) * LENGTH,
            batch_charge(LENGTH, S),
        ),
        identity(
            "with g >= b tokens made: (s + g)(o - g), and later classes (o - g) o: c(o) less c(g)",
            (S + G) * (LENGTH - G) + (LENGTH - G) * LENGTH,
            batch_charge(LENGTH, S) - batch_charge(G, S),
        ),
    )


def one_step() -> tuple[Step, ...]:
    """How far the slots of those that run move in a step."""
    h = S + G  # the slot of a request past its bound; it survives with h/(h + 1)
    p = h / (h + 1)
    return (
        identity("a slot h becomes h + 1 or nothing: h on average", (h + 1) * p, h),
        identity("with variance h, its tokens: in all at most M", (h + 1) ** 2 * p * (1 - p), h),
        words(
            "For a mean-zero x, E max(0, z + x) - max(0, z) <= E|x|/2 <= sqrt(E x^2)/2 for all z."
        ),
    )


def bounds() -> list[Bound]:
    """The theorem.

    >>> [bound.obtained for bound in bounds()]
    ['derived']
    """
    return [
        Bound(
            id="finite/A_min thinned",
            statement="For every n, M, s and lengths in [l, u], all with the lower end l: E[TEL] "
            "of thinned A_min <= M/(M - P + 1) F + terms of the order of n, M and n^2/M^(3/2), "
            "given in closed form, as long as M - P + 1 and (s + 1) M/P exceed sqrt(M)/2 (c(u) + "
            "(s + 1) (1 + sum of 1/(s + k))); F its fluid value (P's Lemma 2), P = s + u",
            policy="A_min, thinned",
            family="every finite instance, one common prompt, all requests at time 0",
            benchmark="steps",
            closed_form="M/(M - P + 1) F + n LENGTH(1) + M LENGTH(1) + n^2 LENGTH(M^(-3/2))",
            value="",
            attained="not attained",
            source="ours; P Lemmas 1 and 2",
            steps=(
                *classes(),
                *one_step(),
                words(
                    "Potential: slot-steps still to come, and c(u) Y. A step takes what is held "
                    "from it, an overflow adds at most c(u) a life and takes c(u) from c(u) Y."
                ),
                words(
                    "Two first lives that enter class k: until one of them starts there, a run "
                    "does not depend on which of the two lengths is whose, so each starts first "
                    "with at most half the probability that both enter; its chances are fresh."
                ),
                identity(
                    "M/(M - P + 1) n^2 x'Ax/(2M) = n^2 x'Ax/(2 (M - P + 1))",
                    M / D * S / (2 * M),
                    S / (2 * D),
                ),
            ),
        )
    ]
