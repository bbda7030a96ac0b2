"""The published study of MC-SF against the optimum (arXiv 2502.07115, section 5.1), repeated.

M ~ U{30..50}, s ~ U{1..5}, o ~ U{1..M-s}. Model 1: n ~ U{40..60} requests at step 0. Model 2:
Poisson arrivals at a rate ~ U[0.5, 1.5] in each of T ~ U{40..60} steps. MC-SF runs by its
definition here; the optimum is replaced by the latency of a schedule that a search found, which is
verified and can only be larger, so that the true ratios are at least those shown.
"""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from kvratio.proofs_check.claim import Check, Claim, Numbers, Plan
from kvratio.proofs_check.evidence import (
    above,
    proportions,
    refuted_by,
    sample_exceeds,
    schedule,
    words,
)
from kvratio.proofs_check.greedy import greedy, pipeline
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, verify

TRIALS = {1: range(600, 640), 2: range(700, 760)}
PUBLISHED_OPTIMAL = (114, 200)
READINGS = (
    "Not reproduced under any of the readings tried: equal lengths by index, by index in reverse, "
    "shortest prompt first, longest prompt first, each with a scan that stops at the first request "
    "that does not fit and with one that goes on. On 20 trials of 8 requests, whose optimum is "
    "certified, all eight have a mean ratio above 1.005 and are optimal in fewer than 57 % "
    "(reports/published/hindsight-small.md)."
)
STRATEGY = "of TEL(MC-SF) over that of a schedule found by a search"


def draw(model: int, seed: int) -> Instance:
    """The instance of a trial, every length known.

    >>> draw(1, 0).n in range(40, 61)
    True
    """
    rng = np.random.default_rng([model, seed])
    memory = int(rng.integers(30, 51))
    if model == 1:
        arrival = [0] * int(rng.integers(40, 61))
    elif model == 2:
        rate, steps = rng.uniform(0.5, 1.5), int(rng.integers(40, 61))
        arrival = [t for t in range(1, steps + 1) for _ in range(rng.poisson(rate))]
    else:
        raise InputError("model", model, "1 or 2")
    prompt = [int(s) for s in rng.integers(1, 6, len(arrival))]
    output = [int(rng.integers(1, memory - s + 1)) for s in prompt]
    known = [(o, o) for o in output]
    return Instance.of(memory, output, prompt=prompt, arrival=arrival, interval=known)


def trials() -> Iterator[tuple[int, Instance]]:
    """Seeds and instances of all trials."""
    return ((seed, draw(model, seed)) for model, seeds in TRIALS.items() for seed in seeds)


def latencies(model: int, sources: Sources, seed: int) -> tuple[int, int]:
    """Of MC-SF, and of the schedule found, in steps."""
    instance = draw(model, seed)
    mc_sf = verify(greedy(instance, instance.output), instance).tel
    return mc_sf, min(mc_sf, sources.upper_bound(instance, seed))


def mean_ratio(model: int) -> Check:
    """The mean ratio is at most the published one, within the tolerance."""

    def check(numbers: Numbers, sources: Sources) -> Iterator[Finding]:
        pairs = [latencies(model, sources, seed) for seed in sources.seeds]
        values = [a / b for a, b in pairs]
        bound = float(numbers["mean"] + numbers["tolerance"])
        yield sample_exceeds(f"model {model}, mean {STRATEGY}", values, bound)
        if model == 1:
            optimal = sum(a == b for a, b in pairs)
            text = "model 1: trials in which MC-SF is not beaten by the schedule found"
            yield proportions(text, (optimal, len(pairs)), PUBLISHED_OPTIMAL)
            yield words(READINGS)

    return check


def worst(numbers: Numbers, _sources: Sources) -> Iterator[Finding]:
    memory, length, n, parallel = 40, 9, 60, 6
    instance = Instance.of(memory, [length] * n, prompt=1)
    yield words(
        "By hand, M = 40, n = 60, every s = 1 and o = 9, which model 1 can draw. MC-SF starts four "
        "at once, whose last tokens need 4 * 10 = 40, and four more every 9 steps: completions at "
        "9, 18, ..., 135, 4 * 9 * (1 + ... + 15) = 4320. With starts floor(9 j/6) six run at a "
        "time, at different ages, and fit as well."
    )
    mc_sf, tel = schedule("MC-SF", greedy(instance, instance.output), instance)
    other, better = schedule("starts floor(9 j/6)", pipeline(instance, parallel), instance)
    ratio = Fraction(tel, max(better, 1))
    yield refuted_by(
        f"M = {memory}, {n} requests with s = 1, o = {length}: TEL(MC-SF) is {tel}, that of "
        f"another schedule {better}",
        [mc_sf, other, above("TEL(MC-SF) over the other's", ratio, numbers["worst"])],
    )


SETTING = "our draws from the published distributions, ties by index"
STUDY = "arXiv 2502.07115, section 5.1"
RELATION = "mean over trials of TEL(MC-SF)/OPT <= published + 7/1000 (three standard errors of 200)"
CLAIMS = (
    Claim(
        "mc-sf-model-1",
        SETTING,
        "All requests at 0: MC-SF is 1.005 times the optimum on average, and optimal in 114 of "
        "200 trials.",
        STUDY,
        RELATION,
        Verdict.CONTRADICTED,
        mean_ratio(1),
        {"mean": Fraction(1005, 1000), "tolerance": Fraction(7, 1000)},
        plan=Plan(((1.065, 1.085),), TRIALS[1]),
    ),
    Claim(
        "mc-sf-model-2",
        SETTING,
        "Poisson arrivals: MC-SF is 1.047 times the optimum on average.",
        STUDY,
        RELATION,
        Verdict.CONTRADICTED,
        mean_ratio(2),
        {"mean": Fraction(1047, 1000), "tolerance": Fraction(7, 1000)},
        plan=Plan(((1.055, 1.075),), TRIALS[2]),
    ),
    Claim(
        "mc-sf-worst",
        "as a bound on all instances of model 1, against all schedules",
        "MC-SF is at most 1.074 times the optimum (the worst of 200 trials).",
        STUDY,
        "for all instances of model 1: TEL(MC-SF) <= 1.074 OPT",
        Verdict.REFUTED,
        worst,
        {"worst": Fraction(1074, 1000)},
    ),
)
