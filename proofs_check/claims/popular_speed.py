"""Popular accounts on speed: "intervals halve the latency", "it balloons to five times".

In steps, M = 16,492 tokens and 2,000 requests at step 0 drawn from a law fitted to P's summary. On
other settings: the map of the experiments' rows.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Check, Claim, Numbers, Plan
from kvratio.proofs_check.evidence import sample_at_most
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance

MEMORY, REQUESTS = 16_492, 2000
Predict = Callable[[int], tuple[int, int]]


def rough(_output: int) -> tuple[int, int]:
    """One interval for all."""
    return 1, 1000


def bins(output: int) -> tuple[int, int]:
    """[1, 100], [101, 200], ...

    >>> bins(100), bins(101)
    ((1, 100), (101, 200))
    """
    low = (output - 1) // 100 * 100
    return low + 1, low + 100


def quotient(predict: Predict, above: str, below: str) -> Check:
    """Latency of one policy over that of another, on the same requests and predictions."""

    def check(numbers: Numbers, sources: Sources) -> Iterator[Finding]:
        def value(seed: int) -> float:
            prompts, outputs = zip(*sources.conversations(REQUESTS, seed), strict=True)
            intervals = [predict(output) for output in outputs]
            instance = Instance.of(MEMORY, outputs, prompt=prompts, interval=intervals)
            return sources.tel(instance, above, seed) / sources.tel(instance, below, seed)

        text = f"M = {MEMORY}, n = {REQUESTS}: TEL of {above} over {below}"
        yield sample_at_most(text, sources.over_seeds(value), float(numbers["most"]))

    return check


SETTING = (
    f"M = {MEMORY:,}, n = {REQUESTS:,}, all at step 0, latency in steps, lengths fitted to P's"
)
CLAIMS = (
    Claim(
        "popular-halving",
        f"{SETTING}; ten bins of 100 tokens, Algorithm 2 as printed",
        "Predicted intervals let A_min halve the latency of A_max.",
        "popular account, Experiment 2",
        "mean over seeds of TEL(A_min)/TEL(A_max) <= 1/2",
        Verdict.CONTRADICTED,
        quotient(bins, "a-min", "a-max"),
        {"most": Fraction(1, 2)},
        plan=Plan(((0.65, 0.85),), range(300, 310)),
    ),
    Claim(
        "popular-balloons",
        f"{SETTING}; the interval [1, 1000] for all",
        "With poor predictions A_max's latency balloons to five times that of H-SF.",
        "popular account, Experiment 1",
        "mean over seeds of TEL(H-SF)/TEL(A_max) <= 1/5",
        Verdict.SUPPORTED,
        quotient(rough, "h-sf", "a-max"),
        {"most": Fraction(1, 5)},
        plan=Plan(((0.055, 0.07),), range(300, 310)),
    ),
)
