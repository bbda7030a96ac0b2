"""The search for certificates against brute force and against the checker."""

import json
import random

from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.reports.studies.smallest.optimum import TinyOptimum
from kvratio.theory.hindsight.optimum import Effort, optimum
from kvratio.theory.hindsight.status import Status
from kvratio.theory.model import Instance
from tests.bruteforce import optimum as brute_force

EFFORT = Effort(moves=200, root_iterations=60, iterations=10, nodes=2000)


def random_instance(rng: random.Random, n: int, memory: int) -> Instance:
    prompt = [rng.randint(0, min(3, memory - 1)) for _ in range(n)]
    output = [rng.randint(1, memory - s) for s in prompt]
    arrival = [rng.choice((0, 0, 0, 1, 3)) for _ in range(n)]
    return Instance.of(memory, output, prompt=prompt, arrival=arrival)


def agrees(instance: Instance, best: int) -> bool:
    """Whatever the search states is true and certified; did it state the optimum?"""
    outcome = optimum(instance, effort=EFFORT)
    assert outcome.lower <= best <= outcome.upper
    assert (outcome.status is Status.OPTIMAL) == (outcome.lower == outcome.upper)
    if outcome.certificate is not None:
        proved = check(read_certificate(json.dumps(outcome.certificate)))
        assert proved.lower <= best <= proved.upper
        assert proved.upper == outcome.upper
    return outcome.lower == outcome.upper


def test_the_producer_finds_what_brute_force_finds() -> None:
    rng = random.Random(1)
    closed = 0
    for _ in range(60):
        x = random_instance(rng, rng.randint(1, 4), rng.randint(1, 8))
        closed += agrees(x, brute_force(x.memory, x.prompt, x.output, x.arrival))
    assert closed == 60


def test_the_producer_finds_what_the_exact_search_finds() -> None:
    """Five and six requests, beyond the reach of brute force."""
    rng = random.Random(2)
    closed = 0
    for _ in range(8):
        x = random_instance(rng, rng.randint(5, 6), rng.randint(4, 10))
        requests = list(zip(x.arrival, x.prompt, x.output, strict=True))
        closed += agrees(x, TinyOptimum(x.memory).total_latency(requests))
    assert closed >= 4
