"""Instances for simulation: given lengths in a random order, as large as a claim's limit asks."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from kvratio.proofs_check import fluid
from kvratio.proofs_check.sources import Sources
from kvratio.theory.model import Instance


@dataclass(frozen=True)
class Trial:
    """So many requests of each length; memory and the predicted interval in tokens."""

    memory: int
    shares: tuple[tuple[int, int], ...]  # (length, number of requests)
    interval: tuple[int, int]
    described: str = ""  # the counts, if there are too many to list

    @property
    def text(self) -> str:
        """For the reader."""
        counts = self.described or " and ".join(f"{n} of length {k}" for k, n in self.shares)
        return f"M = {self.memory}, s = 0, {counts}, predicted in {list(self.interval)}"

    def instance(self, seed: int) -> Instance:
        """The instance, its requests in a random order."""
        outputs = [k for k, n in self.shares for _ in range(n)]
        order = np.random.default_rng(seed).permutation(len(outputs))
        return Instance.of(self.memory, [outputs[i] for i in order], interval=self.interval)

    def form(self, policy: str) -> Fraction:
        """Total latency by a fluid form, in steps."""
        return fluid.latency(policy, dict(self.shares), 0, self.interval) / (2 * self.memory)


def ratios(sources: Sources, trial: Trial, policy: str) -> list[float]:
    """Simulated latency of a policy over that of H-SF, one a seed.

    The order of equal requests does not matter to H-SF, so that it runs once.
    """
    first = sources.seeds[0]
    h_sf = sources.tel(trial.instance(first), "h-sf", first)
    return sources.over_seeds(lambda seed: sources.tel(trial.instance(seed), policy, seed) / h_sf)


def tails_of(memory: int, requests: int, upper: int) -> Trial:
    """A_min's worst lengths: as many requests of length k or more as requests/(2k - 1), rounded.

    >>> tails_of(9, 6, 2).shares
    ((1, 4), (2, 2))
    """
    longer = [round(Fraction(requests, 2 * k - 1)) for k in range(1, upper + 1)] + [0]
    shares = [(k + 1, a - b) for k, (a, b) in enumerate(pairwise(longer)) if a > b]
    text = f"{requests} requests of lengths 1 ... {upper}, n/(2k-1) of length k or more"
    return Trial(memory, tuple(shares), (1, upper), text)
