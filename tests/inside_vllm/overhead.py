"""What a scheduling step costs with the policy in charge, over vLLM's own, in the same process.

`schedule` and `update_from_output` with 256 running requests that decode, and 1,000 that wait; both
schedulers take turns, so that a busy machine slows both. The median of the steps of each.
"""

from statistics import median
from time import thread_time
from typing import Any

from vllm.v1.core.sched.scheduler import Scheduler

from kvratio.simulate.vllm.scheduler import KVRatioScheduler
from tests.inside_vllm.driver import configuration, request_of, scheduler_of, settings, tokens

RUNNING, WAITING = 256, 1000
PROMPT, OUTPUT, BLOCK = 31, 600, 16
MEMORY = RUNNING * 640  # of all that run, to their ends: who waits finds no room, and is looked at
STEPS, WARM = 200, 20
POLICIES = ("fcfs", "a-min-live", "shortest-predicted", "learned-slicing")


def loaded(kind: type[Scheduler], policy: str) -> Any:
    """A scheduler with its requests."""
    settings(policy)
    config = configuration(BLOCK, most=RUNNING, tokens=RUNNING * (PROMPT + 1))
    scheduler = scheduler_of(kind, MEMORY, BLOCK, config, policy)
    for i in range(RUNNING + WAITING):
        scheduler.add_request(request_of(str(i), PROMPT, OUTPUT, float(i), (OUTPUT, OUTPUT)))
    return scheduler


def step(scheduler: Any) -> float:
    """Seconds of processor time of one."""
    began = thread_time()
    decision = scheduler.schedule()
    middle = thread_time()
    made = tokens(list(decision.num_scheduled_tokens))
    after = thread_time()
    scheduler.update_from_output(decision, made)
    return middle - began + thread_time() - after


def compare(policy: str) -> dict[str, Any]:
    """Medians in milliseconds, and their ratio."""
    ours, theirs = loaded(KVRatioScheduler, policy), loaded(Scheduler, policy)
    took: list[tuple[float, float]] = []
    for k in range(WARM + STEPS):
        pair = (step(ours), step(theirs))
        if k >= WARM:
            took.append(pair)
    assert len(ours.running) == len(theirs.running) == RUNNING
    mine, default = (1000 * median(column) for column in zip(*took, strict=True))
    return {
        "policy": policy,
        "ms": round(mine, 3),
        "default_ms": round(default, 3),
        "ratio": round(mine / default, 2),
    }


def rows() -> list[dict[str, Any]]:
    """The policies, one after the other."""
    return [compare(policy) for policy in POLICIES]


if __name__ == "__main__":
    for line in rows():
        print(line, flush=True)
