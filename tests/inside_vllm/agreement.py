"""Does a policy inside vLLM make the schedule of our engine?"""

import sys
from random import Random
from typing import Any

from kvratio.simulate.engine import run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policy import Policy
from kvratio.theory.model import Instance, Preemption
from tests.inside_vllm.driver import Forgetting, Recorded, configuration, drive, scheduler_of

CASES = 16
KINDS = {Preemption.CANCEL: Forgetting, Preemption.KEEP: Recorded}


def random_instance(rng: Random, arrives: bool) -> Instance:
    """A few requests before a small budget; right predictions, at once or over time."""
    n, memory = rng.randint(1, 24), rng.randint(6, 60)
    prompt = [rng.randint(0, 3) for _ in range(n)]
    output = [rng.randint(1, max(1, min(12, memory - s))) for s in prompt]
    interval = []
    for s, o in zip(prompt, output, strict=True):
        low = rng.randint(1, o)
        interval.append((low, max(low, min(memory - s, o + rng.randint(0, 6)))))
    arrival = sorted(rng.randint(0, 15) if arrives else 0 for _ in range(n))
    return Instance.of(memory, output, prompt=prompt, arrival=arrival, interval=interval)


def policies() -> list[Policy]:
    """Those that do not know the true lengths."""
    return [policy for policy in POLICIES.values() if "output" not in policy.sees]


def compare(policy: Policy, reading: Preemption, cases: int = CASES) -> dict[str, Any]:
    """How many schedules are equal, attempt by attempt, and the first that is not."""
    rng, config = Random(7), configuration(block=1)
    row: dict[str, Any] = {
        "policy": policy.name,
        "preemption": str(reading),
        "cases": 0,
        "equal": 0,
        "preemptions": 0,
        "unplanned": 0,
        "first_difference": None,
    }
    for case in range(cases):
        instance = random_instance(rng, case % 2 == 1)
        try:
            policy.check(instance)
        except ValueError:
            continue  # it asks for something that this instance lacks
        wanted = run(instance, policy, seed=case, preemption=reading).schedule
        scheduler = scheduler_of(KINDS[reading], instance.memory, 1, config, policy.name, seed=case)
        found = sorted(drive(scheduler, instance))
        expected = sorted((a.request, a.start, a.end, a.finished) for a in wanted.attempts())
        row["cases"] += 1
        row["preemptions"] += sum(not finished for *_, finished in expected)
        row["unplanned"] += scheduler.unplanned
        row["equal"] += found == expected
        if found != expected and row["first_difference"] is None:
            row["first_difference"] = [case, found, expected]
    return row


def rows(cases: int = CASES) -> list[dict[str, Any]]:
    """All policies under both readings."""
    return [compare(p, reading, cases) for reading in Preemption for p in policies()]


if __name__ == "__main__":
    for line in rows(int(sys.argv[1]) if len(sys.argv) > 1 else CASES):
        print(line, flush=True)
