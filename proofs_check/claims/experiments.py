"""P's experiments on LMSYS-Chat-1M, repeated with lengths like its own, in steps.

P draws 2,000 conversations and times batches by a simulator of two A100s; it publishes a summary
of the lengths, and no memory. Here lengths are drawn from a law fitted to that summary (prompts
independent of outputs), M = 16492 tokens as in arXiv 2502.07115 for the same hardware, and latency
counts steps. So a contradiction concerns the statements under this reading, not P's measurements.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from kvratio.proofs_check.claim import Check, Claim, Numbers, Plan
from kvratio.proofs_check.evidence import sample_at_most, sample_near
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance

MEMORY, REQUESTS = 16492, 2000
Predict = Callable[[int], tuple[int, int]]


def rough(_output: int) -> tuple[int, int]:
    """Experiment 1: one interval for all."""
    return 1, 1000


def bins(output: int) -> tuple[int, int]:
    """Experiment 2: [1, 100], [101, 200], ..."""
    low = (output - 1) // 100 * 100
    return low + 1, low + 100


def relative(x: Fraction) -> Predict:
    """Experiment 3: [(1-x) o, (1+x) o], rounded outwards."""
    return lambda output: (max(1, floor((1 - x) * output)), ceil((1 + x) * output))


SETTINGS: dict[str, Predict] = {
    "1": rough,
    "2": bins,
    "3, x = 0.1": relative(Fraction(1, 10)),
    "3, x = 0.95": relative(Fraction(95, 100)),
    "3, x = 0.99": relative(Fraction(99, 100)),
}


@lru_cache(maxsize=1024)
def tel(sources: Sources, setting: str, policy: str, seed: int) -> int:
    """Simulated total latency; settings and policies are asked for by several claims."""
    drawn = sources.conversations(REQUESTS, seed)
    prompts, outputs = zip(*drawn, strict=True)
    intervals = [SETTINGS[setting](output) for output in outputs]
    instance = Instance.of(MEMORY, outputs, prompt=prompts, interval=intervals)
    return sources.tel(instance, policy, seed)


def near(setting: str, policy: str, base: tuple[str, str]) -> Check:
    """Latency in a setting over that of another (setting, policy), against a target."""

    def check(numbers: Numbers, sources: Sources) -> list[Finding]:
        values = sources.over_seeds(
            lambda seed: tel(sources, setting, policy, seed) / tel(sources, *base, seed)
        )
        text = f"M = {MEMORY}, n = {REQUESTS}, setting {setting}: {policy} over {base[1]}"
        if base[0] != setting:
            text += f" in setting {base[0]}"
        return [sample_near(text, values, float(numbers["target"]), float(numbers["tolerance"]))]

    return check


def five_times(setting: str) -> Check:
    """A_min over A_max is as small as claimed in a setting of Experiment 3."""

    def check(numbers: Numbers, sources: Sources) -> list[Finding]:
        values = sources.over_seeds(
            lambda seed: tel(sources, setting, "a-min", seed) / tel(sources, setting, "a-max", seed)
        )
        text = f"M = {MEMORY}, n = {REQUESTS}, setting {setting}: a-min over a-max"
        return [sample_at_most(text, values, float(1 / numbers["times"]))]

    return check


def _claim(
    name: str,
    reading: str,
    statement: str,
    relation: str,
    verdict: Verdict,
    check: Check,
    plan: Plan,
    **numbers: str,
) -> Claim:
    return Claim(
        name,
        f"lengths fitted to the published summary, latency in steps; {reading}",
        statement,
        f"arXiv 2508.14544, Experiment {name[3]}; popular account",
        relation,
        verdict,
        check,
        {key: Fraction(value) for key, value in numbers.items()},
        plan=plan,
    )


def _same_as_h_sf(setting: str, policy: str) -> Check:
    return near(setting, policy, (setting, "h-sf"))


def _plan(low: float, high: float, seeds: range = range(100, 120)) -> Plan:
    return Plan(((low, high),), seeds)


SAME = "mean over seeds of TEL/TEL(H-SF) = 1 within 10 %"
PRINTED, LIVE = "Algorithm 2 as printed", "Algorithm 2, bounds rising with every token"
ROUGH = "With the interval [1, 1000] for all, A_min is nearly identical to H-SF."
BINS = "With ten bins of 100 tokens, A_min closely approaches H-SF."
WIDE = "With intervals (1 +- {}) o, A_min remains close to H-SF."
FIVE = "With intervals (1 +- x) o, A_min is up to five times as fast as A_max."
CLAIMS = (
    _claim(
        "exp1-a-min", PRINTED, ROUGH, SAME, Verdict.CONTRADICTED,
        _same_as_h_sf("1", "a-min"), _plan(1.9, 2.3), target="1", tolerance="1/10",
    ),
    _claim(
        "exp1-a-min-live", LIVE, ROUGH, SAME, Verdict.CONTRADICTED,
        _same_as_h_sf("1", "a-min-live"), _plan(1.9, 2.4), target="1", tolerance="1/10",
    ),
    _claim(
        "exp1-a-max", "Algorithm 1",
        "With the interval [1, 1000] for all, A_max is about twice as slow as H-SF.",
        "mean over seeds of TEL(A_max)/TEL(H-SF) = 2 within 25 %", Verdict.CONTRADICTED,
        _same_as_h_sf("1", "a-max"), _plan(14.0, 18.5), target="2", tolerance="1/4",
    ),
    _claim(
        "exp2-a-max", "Algorithm 1",
        "With ten bins instead of [1, 1000], the latency of A_max is nearly halved.",
        "mean over seeds of TEL(A_max, bins)/TEL(A_max, [1, 1000]) = 1/2 within 25 %",
        Verdict.CONTRADICTED, near("2", "a-max", ("1", "a-max")), _plan(0.08, 0.10),
        target="1/2", tolerance="1/4",
    ),
    _claim(
        "exp2-a-min", PRINTED, BINS, SAME, Verdict.SUPPORTED,
        _same_as_h_sf("2", "a-min"), _plan(1.06, 1.11, range(200, 300)),
        target="1", tolerance="1/10",
    ),
    _claim(
        "exp3-narrow-a-min", PRINTED, "With intervals (1 +- 0.1) o, A_min is close to H-SF.", SAME,
        Verdict.SUPPORTED, _same_as_h_sf("3, x = 0.1", "a-min"), _plan(1.0, 1.1),
        target="1", tolerance="1/10",
    ),
    _claim(
        "exp3-narrow-a-max", "Algorithm 1", "With intervals (1 +- 0.1) o, A_max is close to H-SF.",
        SAME, Verdict.SUPPORTED, _same_as_h_sf("3, x = 0.1", "a-max"),
        _plan(1.05, 1.12, range(100, 200)), target="1", tolerance="1/10",
    ),
    _claim(
        "exp3-0.95-a-min", PRINTED, WIDE.format(0.95), SAME, Verdict.CONTRADICTED,
        _same_as_h_sf("3, x = 0.95", "a-min"), _plan(1.2, 1.8), target="1", tolerance="1/10",
    ),
    _claim(
        "exp3-0.95-a-min-live", LIVE, WIDE.format(0.95), SAME, Verdict.CONTRADICTED,
        _same_as_h_sf("3, x = 0.95", "a-min-live"), _plan(1.15, 1.4), target="1", tolerance="1/10",
    ),
    _claim(
        "exp3-0.95-5x", f"x = 0.95, {PRINTED}", FIVE,
        "x = 0.95: mean over seeds of TEL(A_min)/TEL(A_max) <= 1/5", Verdict.CONTRADICTED,
        five_times("3, x = 0.95"), _plan(0.7, 1.1), times="5",
    ),
    _claim(
        "exp3-wide-a-min", PRINTED, WIDE.format(0.99), SAME, Verdict.CONTRADICTED,
        _same_as_h_sf("3, x = 0.99", "a-min"), _plan(1.5, 2.0), target="1", tolerance="1/10",
    ),
    _claim(
        "exp3-wide-a-min-live", LIVE, WIDE.format(0.99), SAME, Verdict.CONTRADICTED,
        _same_as_h_sf("3, x = 0.99", "a-min-live"), _plan(1.25, 1.45), target="1", tolerance="1/10",
    ),
    _claim(
        "exp3-5x", f"x = 0.99, {PRINTED}", FIVE,
        "x = 0.99: mean over seeds of TEL(A_min)/TEL(A_max) <= 1/5", Verdict.CONTRADICTED,
        five_times("3, x = 0.99"), _plan(0.85, 1.1), times="5",
    ),
)  # fmt: skip
