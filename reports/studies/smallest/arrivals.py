"""The smallest instances with arrivals and own prompts that a policy does not solve optimally.

The optimum knows the future; a policy that meets requests as they arrive does not, so even the
clairvoyant ones lose something, from two requests on.
"""

from fractions import Fraction
from itertools import product
from typing import NamedTuple

from kvratio.reports.studies.smallest.optimum import Request, TinyOptimum
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import POLICIES
from kvratio.theory.model import Instance


class Loss(NamedTuple):
    """A run that is not optimal, on requests (arrival, prompt, output)."""

    latency: int
    optimum: int
    memory: int
    requests: tuple[Request, ...]

    def instance(self) -> Instance:
        """The instance, with exact predictions."""
        return instance_of(self.memory, self.requests)


def instance_of(memory: int, requests: tuple[Request, ...]) -> Instance:
    """An instance of (arrival, prompt, output) triples, each length predicted exactly.

    >>> instance_of(3, ((0, 0, 3), (1, 1, 1))).arrival
    (0, 1)
    """
    arrival, prompt, output = zip(*requests, strict=True)
    interval = [(o, o) for o in output]
    return Instance.of(memory, output, prompt=prompt, arrival=arrival, interval=interval)


def losses(policy: str, requests: int, memory: int, own_prompts: bool) -> list[Loss]:
    """All losses of a policy at one size: arrivals up to `memory`, the first at 0.

    Every order of the requests is tried; without own prompts all are 0.

    >>> len(losses("mc-sf", 2, 3, own_prompts=True))
    2
    """
    optimum = TinyOptimum(memory)
    kinds = [
        (a, s, o)
        for a in range(memory + 1)
        for s in range(memory if own_prompts else 1)
        for o in range(1, memory - s + 1)
    ]
    found = []
    for chosen in product(kinds, repeat=requests):
        if min(chosen)[0] == 0:
            best = optimum.total_latency(chosen)
            latency = run(instance_of(memory, chosen), POLICIES[policy]).tel
            if latency > best:
                found.append(Loss(latency, best, memory, chosen))
    return found


def smallest_loss(policy: str, own_prompts: bool) -> Loss:
    """The largest ratio at the least budget with a loss, for two requests.

    With one request a policy that never evicts loses nothing. Two are enough for a loss; the
    least budget is found by trying.

    >>> smallest_loss("mc-sf", own_prompts=True)
    Loss(latency=6, optimum=5, memory=3, requests=((0, 0, 3), (1, 1, 1)))
    """
    found: list[Loss] = []
    memory = 0
    while not found:
        memory += 1
        found = losses(policy, 2, memory, own_prompts)
    return min(found, key=lambda loss: (-Fraction(loss.latency, loss.optimum), loss.requests))
