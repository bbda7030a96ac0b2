"""One machine, simulated: offset slicing on random and on bad jobs, played try by try."""

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

from kvratio.proofs_check.claim import Claim, Numbers, Plan
from kvratio.proofs_check.evidence import sample_at_most
from kvratio.proofs_check.one_machine import b_scaling, offset_slicing, optimum
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

JOBS = 1000
GROWTH, COMMON_GROWTH = 13.8073, 8.157  # of offset slicing, of b-scaling
LONGEST = 10**6

Draw = Callable[[np.random.Generator], np.ndarray]
FAMILIES: dict[str, Draw] = {
    "survival v^(-1/2) up to 10^6": lambda rng: np.minimum(rng.random(JOBS) ** -2, LONGEST),
    "lognormal, sigma 2": lambda rng: np.exp(2 * rng.normal(size=JOBS)),
    "equal": lambda _rng: np.ones(JOBS),
}


def jobs(seed: int) -> np.random.Generator:
    """A stream of its own for the times: offsets from the same numbers would depend on them.

    >>> jobs(0).random() != np.random.default_rng(0).random()
    True
    """
    return np.random.default_rng((seed, JOBS))


def check(numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    """The ratio to the optimum, one set of jobs and one set of offsets a seed."""
    ones = [1.0] * JOBS
    for name, draw in FAMILIES.items():

        def ratio(seed: int, draw: Draw = draw) -> float:
            times = draw(jobs(seed)).tolist()
            return offset_slicing(times, ones, GROWTH, seed) / optimum(times, ones)

        text = f"{JOBS} jobs, {name}: offset slicing / optimum"
        yield sample_at_most(text, sources.over_seeds(ratio), float(numbers["c"]))

    def against(seed: int) -> float:
        times = next(iter(FAMILIES.values()))(jobs(seed)).tolist()
        ours = offset_slicing(times, ones, GROWTH, seed)
        return ours / b_scaling(times, ones, COMMON_GROWTH, seed)

    text = f"{JOBS} jobs, {next(iter(FAMILIES))}: offset slicing / b-scaling, random offset"
    yield sample_at_most(text, sources.over_seeds(against), 1.0)


CLAIMS = (
    Claim(
        "price-one-machine-sampled",
        "one machine, unknown processing times, 1,000 jobs of three kinds; independent offsets",
        "Offset slicing has at most 2.7284 times the optimal sum of completion times, and less "
        "than b-scaling with one random offset on jobs that are bad for both.",
        "ours; b-scaling: arXiv 2211.02044",
        "mean over seeds of sum C / OPT <= c; mean of sum C / that of b-scaling <= 1",
        Verdict.SUPPORTED,
        check,
        {"c": Fraction(27284, 10**4)},
        plan=Plan(((1.9, 2.5), (1.5, 2.4), (1.7, 1.8), (0.8, 0.99)), range(200, 230)),
    ),
)
