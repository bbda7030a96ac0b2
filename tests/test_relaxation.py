"""The Lagrangian bound against the linear relaxation that it must approach, solved by HiGHS."""

import numpy as np
import pytest
from scipy.optimize import linprog

from kvratio.theory.hindsight.relaxation import Relaxation
from kvratio.theory.model import Instance

CONVERGED = 0.02  # a share of the relaxation's value that subgradient steps may leave


def linear_relaxation(instance: Instance, horizon: int) -> float:
    """Least latency when a request may be spread over several starts; only the budget binds."""
    columns = [(i, t) for i, o in enumerate(instance.output) for t in range(horizon - o + 1)]
    use = np.zeros((horizon, len(columns)))
    once = np.zeros((instance.n, len(columns)))
    for k, (i, t) in enumerate(columns):
        once[i, k] = 1
        for token in range(1, instance.output[i] + 1):
            use[t + token - 1, k] = instance.prompt[i] + token
    latency = [t + instance.output[i] for i, t in columns]
    budget, ones = np.full(horizon, instance.memory), np.ones(instance.n)
    return float(linprog(latency, A_ub=use, b_ub=budget, A_eq=once, b_eq=ones).fun)


@pytest.mark.parametrize("seed", range(6))
def test_prices_from_scratch_come_near_the_linear_relaxation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    memory = int(rng.integers(30, 51))
    prompt = rng.integers(1, 6, 8).tolist()
    output = [int(rng.integers(1, memory - s + 1)) for s in prompt]
    instance = Instance.of(memory, output, prompt=prompt)
    horizon = sum(instance.output)
    best = linear_relaxation(instance, horizon)
    relaxation = Relaxation(instance, (), horizon)
    progress = relaxation.improve(2 * best, iterations=2000)
    bound = relaxation.bound(relaxation.rounded(progress.prices)).steps
    assert (1 - CONVERGED) * best <= bound < best + 1
