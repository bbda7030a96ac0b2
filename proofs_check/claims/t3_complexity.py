"""P Theorem 3: a step of A_min takes O(M log M) operations."""

from fractions import Fraction
from math import log2

from kvratio.proofs_check.claim import Claim, Numbers, Plan
from kvratio.proofs_check.evidence import sample_at_most
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.trials import Trial
from kvratio.proofs_check.verdict import Finding, Verdict

LOAD, SHARE = 20, 50  # requests a token of memory; one in 50 is long


def step(numbers: Numbers, sources: Sources) -> list[Finding]:
    """The busiest step over M log2 M, for M over two orders of magnitude."""
    findings = []
    for memory in (100, 400, 1600, 6400):
        long = LOAD * memory // SHARE
        trial = Trial(memory, ((1, LOAD * memory - long), (SHARE, long)), (1, SHARE))

        def work(seed: int, trial: Trial = trial) -> float:
            most = sources.most_work_in_a_step(trial.instance(seed), "a-min", seed)
            return most / (trial.memory * log2(trial.memory))

        text = f"{trial.text}: operations of the busiest step over M log2 M"
        findings.append(sample_at_most(text, sources.over_seeds(work), float(numbers["factor"])))
    return findings


CLAIMS = (
    Claim(
        "t3-step",
        "a step of Algorithm 2 as our compiled engine runs it, operations counted by the engine",
        "A step of A_min takes O(M log M) operations.",
        "arXiv 2508.14544, Theorem 3; popular account",
        "mean over seeds of (ends looked at + starts in the busiest step) <= c M log2 M, c = 1",
        Verdict.SUPPORTED,
        step,
        {"factor": Fraction(1)},
        plan=Plan(((0.5, 0.8), (0.45, 0.7), (0.45, 0.6), (0.44, 0.52))),
    ),
)
