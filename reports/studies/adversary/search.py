"""Search for bad instances of finite size: simulated annealing over budgets, prompts and lengths.

A candidate is a budget, a common prompt and a sequence of output lengths, all at time 0: a length
mix whose shares are multiples of 1/n. The sequence matters to policies that serve in order of
arrival; the adversary chooses it. It is scored by the policy's latency over H-SF's, and for H-SF
itself (and SVF, which is the same where prompts are equal) over the optimum. For randomised
policies the latency is the mean over seeds. What the search returns is only a candidate: `table`
measures it anew, against the certified optimum and, for randomised policies, with fresh seeds.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import exp
from typing import NamedTuple

import numpy as np

from kvratio.reports.studies.smallest.contenders import Contender, Orders, Predicted
from kvratio.reports.studies.smallest.optimum import TinyOptimum
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policy import Admits, Order, Policy
from kvratio.theory.model import Instance

SUPPOSES_THE_TRUTH = ("mc-benchmark",)  # of those that read a prediction


def contender_of(policy: Policy) -> Contender:
    """A policy with what is predicted to it: the narrowest interval for all, if it reads any.

    >>> contender_of(POLICIES["a-min"]).predicted.value
    '[shortest, longest]'
    """
    if policy.clairvoyant or policy.name in SUPPOSES_THE_TRUTH:
        predicted = Predicted.EXACT
    else:
        predicted = Predicted.TIGHT if policy.sees else Predicted.NOTHING_READ
    return Contender(policy.name, predicted, Orders.SEEDS)


CONTENDERS = tuple(map(contender_of, POLICIES.values()))
KEPT = 12  # best candidates of a search: a certificate may be too hard for the first
WARM, COLD = 0.1, 0.003  # temperatures in units of the ratio


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest sizes that are searched, and how long.

    `requests`, `memory` and `prompt` in requests and tokens; `tries` candidates are scored in
    each of `starts` runs of the annealing, with `seeds` seeds for randomised policies. Budgets of
    policies that are compared to the optimum itself are at most `optimum_memory`.
    """

    requests: int = 8
    memory: int = 16
    prompt: int = 3
    tries: int = 500
    starts: int = 3
    seeds: int = 6
    optimum_memory: int = 10


class Candidate(NamedTuple):
    """A common prompt (tokens) and outputs (tokens, in order of arrival) under a budget."""

    memory: int
    prompt: int
    outputs: tuple[int, ...]


class Scored(NamedTuple):
    """A candidate and the ratio that the search saw."""

    ratio: Fraction
    candidate: Candidate


def total_latencies(contender: Contender, candidate: Candidate, seeds: range) -> list[int]:
    """Total latencies of a policy on a candidate, one a seed; one only where it is not randomised.

    >>> total_latencies(CONTENDERS[0], Candidate(4, 0, (2, 2, 3, 3)), range(1))
    [16]
    """
    instance = instance_of(contender, candidate)
    policy = POLICIES[contender.policy]
    return [run(instance, policy, seed).tel for seed in (seeds if policy.randomised else range(1))]


def instance_of(contender: Contender, candidate: Candidate) -> Instance:
    """The candidate with the predictions that the policy gets."""
    return contender.instance(candidate.memory, candidate.prompt, [candidate.outputs])


def plans_as_h_sf(contender: Contender) -> bool:
    """Is the policy H-SF where all prompts are equal? Then it is compared to the optimum itself.

    >>> [contender.policy for contender in CONTENDERS if plans_as_h_sf(contender)]
    ['h-sf', 'svf']
    """
    policy = POLICIES[contender.policy]
    shortest_first = policy.order in (Order.ASSUMED_LENGTH, Order.VOLUME)
    return policy.clairvoyant and shortest_first and policy.admits is Admits.LOOK_AHEAD


class Scores:
    """Scores of candidates for one policy, each computed once."""

    def __init__(self, contender: Contender, limits: Limits) -> None:
        self._contender, self._seeds = contender, range(limits.seeds)
        self._known: dict[Candidate, Fraction] = {}
        self._optima: dict[int, TinyOptimum] = {}

    def __call__(self, candidate: Candidate) -> Fraction:
        """Mean latency over H-SF's, or over the optimum for H-SF."""
        if candidate not in self._known:
            latencies = total_latencies(self._contender, candidate, self._seeds)
            mean = Fraction(sum(latencies), len(latencies))
            self._known[candidate] = mean / self._benchmark(candidate)
        return self._known[candidate]

    def best(self) -> list[Scored]:
        """The best candidates that were scored; of equals the smallest first."""
        ranked = sorted(self._known.items(), key=lambda x: (-x[1], len(x[0].outputs), x[0]))
        return [Scored(ratio, candidate) for candidate, ratio in ranked[:KEPT]]

    def _benchmark(self, candidate: Candidate) -> int:
        memory, prompt, outputs = candidate
        if not plans_as_h_sf(self._contender):
            return run(Instance.of(memory, outputs, prompt=prompt), POLICIES["h-sf"]).tel
        optimum = self._optima.setdefault(memory, TinyOptimum(memory))
        return optimum.total_latency([(0, prompt, o) for o in outputs])


def search(contender: Contender, limits: Limits, seed: int) -> list[Scored]:
    """The worst candidates found for a policy, best first. Same arguments, same result.

    >>> small = Limits(requests=4, memory=4, tries=60, starts=1)
    >>> sorted(search(CONTENDERS[0], small, seed=0)[0].candidate.outputs)
    [2, 2, 3, 3]
    """
    scores = Scores(contender, limits)
    memory = min(
        limits.memory, limits.optimum_memory if plans_as_h_sf(contender) else limits.memory
    )
    for start in range(limits.starts):
        rng = np.random.default_rng([seed, start])
        at = _random(rng, limits, memory)
        value = scores(at)
        for temperature in np.geomspace(WARM, COLD, limits.tries):
            there = _neighbour(rng, at, limits, memory)
            new = scores(there)
            if new >= value or rng.random() < exp(float(new - value) / temperature):
                at, value = there, new
    return scores.best()


def _random(rng: np.random.Generator, limits: Limits, memory: int) -> Candidate:
    count = int(rng.integers(2, limits.requests + 1))
    outputs = rng.integers(1, memory + 1, size=count)
    return Candidate(memory, 0, tuple(outputs.tolist()))


def _neighbour(
    rng: np.random.Generator, candidate: Candidate, limits: Limits, memory: int
) -> Candidate:
    """One small change that leaves everything within the limits."""
    while True:
        changed = _change(rng, candidate)
        outputs, prompt = changed.outputs, changed.prompt
        fits = 2 <= changed.memory <= memory and 0 <= prompt <= limits.prompt
        if not fits or not 1 <= len(outputs) <= limits.requests or changed == candidate:
            continue
        if min(outputs) >= 1 and prompt + max(outputs) <= changed.memory:
            return changed


def _change(rng: np.random.Generator, candidate: Candidate) -> Candidate:
    memory, prompt, outputs = candidate
    kind, lengths = rng.integers(8), list(outputs)
    i, j = (int(k) for k in rng.integers(len(lengths), size=2))
    step = int(rng.choice((-2, -1, 1, 2)))
    if kind <= 1:
        lengths[i] += step
    elif kind == 2:
        lengths[i] = lengths[j]
    elif kind == 3:
        lengths[i], lengths[j] = lengths[j], lengths[i]
    elif kind == 4:
        lengths.insert(i, int(rng.integers(1, memory - prompt + 1)))
    elif kind == 5:
        del lengths[i]
    elif kind == 6:
        memory += step
    else:
        prompt += step
    return Candidate(memory, prompt, tuple(lengths))
