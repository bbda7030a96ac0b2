"""Instances for simulation: two lengths in a random order, as large as a claim's limit asks for."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from proofs_check import fluid
from proofs_check.lab import Lab
from theory.model import Instance


@dataclass(frozen=True)
class TwoLengths:
    """So many short and long requests; memory in tokens, the predicted interval in tokens."""

    memory: int
    shares: tuple[tuple[int, int], ...]  # (length, number of requests)
    interval: tuple[int, int]

    @property
    def text(self) -> str:
        """For the reader."""
        counts = " and ".join(f"{n} of length {k}" for k, n in self.shares)
        return f"M = {self.memory}, s = 0, {counts}, predicted in {list(self.interval)}"

    def instance(self, seed: int) -> Instance:
        """The instance, its requests in a random order."""
        outputs = [k for k, n in self.shares for _ in range(n)]
        order = np.random.default_rng(seed).permutation(len(outputs))
        return Instance.of(self.memory, [outputs[i] for i in order], interval=self.interval)

    def form(self, policy: str) -> Fraction:
        """Total latency by a fluid form, in steps."""
        return fluid.latency(policy, dict(self.shares), 0, self.interval) / (2 * self.memory)


def ratios(lab: Lab, trial: TwoLengths, policy: str) -> list[float]:
    """Simulated latency of a policy over that of H-SF, one a seed."""
    return lab.over_seeds(lambda seed: lab.to_h_sf(trial.instance(seed), policy, seed))
