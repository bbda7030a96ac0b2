"""GSA and GBA of arXiv 2601.22996 on finite instances: all requests at 0, one prompt length s.

Notation: N_k requests have k tokens or more, v(k) = s k + k (k+1)/2.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

from kvratio.proofs_check.claim import Claim, Numbers, Plan
from kvratio.proofs_check.claims.known_lengths import AREA, area
from kvratio.proofs_check.evidence import (
    at_most,
    counterexample,
    identity,
    nonnegative,
    sample_at_most,
    schedule,
    words,
)
from kvratio.proofs_check.greedy import pipeline
from kvratio.proofs_check.pipelines import gba, gsa, parallel
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance, Schedule, verify

SLOWER, LOST = 4, Fraction(16, 3)  # what a pipeline, and doubling, cost at most


def gsa_bound(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    s, t, k, e = variables("s t k e")
    yield words(
        "A phase of slice t for m requests takes at most (m-1) t/k + t steps. As k + 1 does not "
        "fit, its peak is more than M, and at most s (k+1) + (t (k+1) + t + k)/2:"
    )
    yield identity(
        "that is (k+1) v(t)/t + (t-1)/2; times t",
        t * (s * (k + 1) + (t * (k + 1) + t + k) / 2),
        (k + 1) * area(s, t) + t * (t - 1) / 2,
    )
    yield nonnegative("M - (t-1)/2 - M/2, M = t + e", (t + e) / 2 - (t - 1) / 2)
    yield words(
        f"So (k+1) v(t)/t > M/2, t/k < {SLOWER} v(t)/M as k >= 1. Whoever takes part waits at most "
        f"for the whole phase: TEL <= ({SLOWER}/M) sum of v(t) m^2 + sum of t m over the phases. "
        "The slices of a request of length o add up to less than 4 o."
    )
    yield from doubling()
    yield words(f"{AREA} That is half the sum of (s+k) N_k^2, and half that of all areas.")
    constant = 2 * SLOWER * LOST + 4
    yield at_most("2 * 4 * 16/3 + 4, against the published ratio", constant, numbers["bound"])
    yield from _example(numbers["bound"])


def doubling() -> Iterator[Finding]:
    """What slices 1, 2, 4, ... lose against the lengths."""
    s, z = variables("s z")
    yield words("With m = N_(X+1) in the phase of t = 2 X, after those of X/2 and X:")
    x = 2 + 2 * z
    before = area(s, x + 1) - area(s, x / 2 + 1)
    yield nonnegative(
        "16/3 (v(X+1) - v(X/2+1)) - v(2X), X = 2 + 2 z", LOST * before - area(s, 2 * x)
    )
    one, two = area(s, z - z + 1), area(s, z - z + 2)
    yield nonnegative("16/3 (v(2) - v(1)) - v(2), X = 1", LOST * (two - one) - two)
    yield words(
        "So sum of v(t) m^2 <= 16/3 times the sum of (s+k) N_k^2, N_k being at least N_(X+1) for k "
        "<= X + 1."
    )


def _example(bound: Fraction) -> Iterator[Finding]:
    instance = Instance.of(100, [9] * 120)
    sliced, tel = schedule("GSA, M = 100, s = 0, 120 outputs of 9", gsa(instance), instance)
    k = parallel(100, 0, 9)
    other, better = schedule("one pipeline", pipeline(instance, k), instance)
    yield sliced
    yield other
    yield counterexample("GSA over the other", Fraction(tel, max(better, 1)), bound)


def draw(seed: int) -> Instance:
    """Between 20 and 400 requests of one prompt; lengths uniform, geometric or of two kinds.

    >>> draw(0).n >= 20
    True
    """
    rng = np.random.default_rng(seed)
    memory, prompt = int(rng.integers(40, 2000)), int(rng.integers(0, 20))
    n, longest = int(rng.integers(20, 401)), memory - prompt
    kinds = (
        rng.integers(1, longest + 1, n),
        np.minimum(rng.geometric(2 / longest, n), longest),
        np.where(rng.random(n) < 0.1, longest, 1),
    )
    return Instance.of(memory, kinds[seed % 3].tolist(), prompt=prompt)


def to_area(instance: Instance, made: Schedule) -> float:
    """Latency of a schedule over the area bound and the sum of lengths, whichever is larger."""
    areas = sorted(
        s * o + o * (o + 1) // 2 for s, o in zip(instance.prompt, instance.output, strict=True)
    )
    total = sum(rank * a for rank, a in zip(range(len(areas), 0, -1), areas, strict=True))
    least = max(Fraction(total, instance.memory), Fraction(sum(instance.output)))
    return float(verify(made, instance).tel / least)


def sampled(policy: Callable[[Instance], Schedule]) -> Callable[[Numbers, Sources], list[Finding]]:
    """The mean over random instances of latency over a lower bound of the optimum's."""

    def check(numbers: Numbers, sources: Sources) -> list[Finding]:
        values = sources.over_seeds(lambda seed: to_area(draw(seed), policy(draw(seed))))
        text = f"TEL / lower bound of the optimum, the largest {max(values):.3f}"
        return [sample_at_most(text, values, float(numbers["bound"]))]

    return check


SOURCE = "arXiv 2601.22996, abstract"
CLAIMS = (
    Claim(
        "gsa-finite",
        "finite instances, all arrivals at 0, one prompt length, slices 1, 2, 4, ...",
        "The geometric slicing algorithm GSA, which knows no lengths, has ratio at most 61.92.",
        SOURCE,
        "for all instances: TEL(GSA) <= c OPT; proved with c = 140/3",
        Verdict.PROVED,
        gsa_bound,
        {"bound": Fraction(6192, 100)},
    ),
    Claim(
        "gsa-sampled",
        "random instances up to M = 2000, n = 400, against lower bounds of the optimum",
        "The geometric slicing algorithm GSA, which knows no lengths, has ratio at most 61.92.",
        SOURCE,
        "mean over instances of TEL(GSA)/lower bound <= 61.92",
        Verdict.SUPPORTED,
        sampled(gsa),
        {"bound": Fraction(6192, 100)},
        plan=Plan(((3.0, 8.0),), range(100, 140)),
    ),
    Claim(
        "gba-sampled",
        "random instances up to M = 2000, n = 400, against lower bounds of the optimum",
        "The geometric batching algorithm GBA, which knows the lengths, has ratio at most 10.67.",
        SOURCE,
        "mean over instances of TEL(GBA)/lower bound <= 10.67",
        Verdict.SUPPORTED,
        sampled(gba),
        {"bound": Fraction(1067, 100)},
        plan=Plan(((1.3, 2.5),), range(100, 140)),
    ),
)
