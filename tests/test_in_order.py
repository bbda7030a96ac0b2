"""`in_order` (formal/Policies.v), the property that the theorems on SVF and MC-SF are about.

The same words in Python: the schedules of `greedy.py` have the property, and a later start has not.
It lets requests start before their predictions fit, so that the theorems are about more than MC-SF.
"""

import random
from fractions import Fraction

import pytest

from kvratio.proofs_check.greedy import greedy
from kvratio.theory.model import Instance


def holds(prompt: int, start: int, end: int, step: int) -> int:
    return prompt + step - start + 1 if start <= step < end else 0


def in_order(
    memory: int, requests: list[tuple[int, int]], guess: list[int], starts: list[int]
) -> bool:
    """Requests (prompt, output) numbered in the order of the queue, all there at step 0."""
    n, last = len(requests), max(starts) + max(guess) + 1

    def blocked(j: int, x: int) -> bool:
        return any(
            memory
            < holds(requests[j][0], x, x + guess[j], y)
            + sum(
                holds(requests[i][0], starts[i], starts[i] + guess[i], y)
                for i in range(j)
                if starts[i] <= x < starts[i] + requests[i][1]
            )
            for y in range(x, last)
        )

    return (
        min(starts) >= 0
        and starts == sorted(starts)
        and all(
            sum(holds(s, a, a + o, x) for (s, o), a in zip(requests, starts, strict=True)) <= memory
            for x in range(last)
        )
        and all(
            blocked(j, x)
            for j in range(n)
            for x in range(starts[j])
            if all(starts[i] <= x for i in range(j))
        )
    )


def drawn(seed: int, by_volume: bool) -> tuple[int, list[tuple[int, int]], list[int]]:
    rng = random.Random(seed)
    memory, n = rng.randint(6, 20), rng.randint(2, 9)
    if by_volume:
        requests = [(s := rng.randint(0, 4), rng.randint(1, memory - s)) for _ in range(n)]
        requests.sort(key=lambda r: r[1] * (2 * r[0] + r[1] + 1))
        return memory, requests, [o for _, o in requests]
    s = rng.randint(0, 2)
    pairs = sorted((rng.randint(1, memory - s), rng.random()) for _ in range(n))
    guess = [g for g, _ in pairs]
    return memory, [(s, max(1, round(g * part))) for g, part in pairs], guess


@pytest.mark.parametrize("by_volume", [True, False], ids=["SVF", "MC-SF"])
def test_the_schedules_of_the_judge_are_in_order(by_volume: bool) -> None:
    for seed in range(60):
        memory, requests, guess = drawn(seed, by_volume)
        prompts, outputs = [s for s, _ in requests], [o for _, o in requests]
        instance = Instance.of(memory, outputs, prompt=prompts)
        starts = list(greedy(instance, guess, key=list(range(len(requests)))).start)
        assert in_order(memory, requests, guess, starts)
        if starts[-1] > 0:  # the last one must wait no longer, and with known lengths no less
            assert not in_order(memory, requests, guess, [*starts[:-1], starts[-1] + 1])
            earlier = [*starts[:-1], starts[-1] - 1]
            assert not (by_volume and in_order(memory, requests, guess, earlier))


def test_the_proved_ratio_by_hand() -> None:
    """M = 4, outputs 2, 2, 3, 3: in order of volume 16, the optimum is 15; peaks up to 3/4 M."""
    requests = [(0, 2), (0, 2), (0, 3), (0, 3)]
    starts = list(greedy(Instance.of(4, [2, 2, 3, 3]), [2, 2, 3, 3]).start)
    assert in_order(4, requests, [2, 2, 3, 3], starts)
    latency = sum(a + o for a, (_, o) in zip(starts, requests, strict=True))
    assert latency == 16 <= (1 + 2 / (1 - Fraction(3, 4))) * 15
