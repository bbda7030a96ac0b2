"""Clients that go away, inside vLLM's own scheduler: nothing is left of them, others lose nothing.

Requests are aborted before the policy has seen them, while they wait, while they run, and twice.
"""

from collections import Counter
from random import Random

from vllm.v1.request import RequestStatus

from kvratio.simulate.vllm.scheduler import CAPACITY
from tests.inside_vllm.agreement import policies, random_instance
from tests.inside_vllm.driver import Recorded, configuration, request_of, scheduler_of, tokens

CASES = 12  # instances of each policy
ABORTS = 3  # one in so many requests is aborted


def abort_some(policy: str, case: int) -> Counter[str]:
    """Run an instance of whose requests some are aborted; count where they were.

    Raises `AssertionError` where something is left of them, or a request that stays is cut short.
    """
    rng = Random(f"{policy} {case}")
    instance = random_instance(rng, arrives=case % 2 == 1)
    scheduler = scheduler_of(
        Recorded, instance.memory, 1, configuration(block=1), policy, seed=case
    )
    coming = sorted(range(instance.n), key=lambda i: (instance.arrival[i], i), reverse=True)
    doomed = {i: rng.randint(0, 8) for i in range(instance.n) if not rng.randrange(ABORTS)}
    found: Counter[str] = Counter()
    made: Counter[str] = Counter()
    gone: set[str] = set()
    now = 0
    while coming or scheduler.requests:
        while coming and instance.arrival[coming[-1]] <= now:
            i = coming.pop()
            interval = instance.lower[i], instance.upper[i]
            scheduler.add_request(
                request_of(str(i), instance.prompt[i] + 1, instance.output[i], float(i), interval)
            )
        for i, after in doomed.items():
            name = str(i)
            if name in scheduler.requests and now >= instance.arrival[i] + after:
                number = scheduler._number.get(name)
                running = number is not None and number in scheduler.view.running
                found["unseen" if number is None else "running" if running else "waiting"] += 1
                for _ in range(2):  # a client may say so twice
                    scheduler.finish_requests(name, RequestStatus.FINISHED_ABORTED)
                assert name not in scheduler.requests
                gone.add(name)
        decision = scheduler.schedule()
        runs = list(decision.num_scheduled_tokens)
        assert not gone & set(runs), "an aborted request is scheduled"
        made.update(runs)
        scheduler.update_from_output(decision, tokens(runs))
        now += 1
        assert now < 10**5, "it never ends"
    for i, output in enumerate(instance.output):
        assert str(i) in gone or made[str(i)] >= output, "a request that stays is cut short"
    assert not scheduler._number, "a name is kept"
    assert not scheduler._new, "somebody is still unseen"
    assert len(scheduler._free) == CAPACITY, "a number is kept"
    assert not scheduler.view.running, "the view keeps somebody"
    assert not list(scheduler.view.waiting), "somebody still waits"
    pool = scheduler.kv_cache_manager.block_pool
    assert pool.get_num_free_blocks() == instance.memory, "blocks are lost"
    return found


def totals(cases: int = CASES) -> Counter[str]:
    """Over all policies that do not know the true lengths, how many were aborted, and where."""
    total: Counter[str] = Counter()
    for policy in policies():
        for case in range(cases):
            total += abort_some(policy.name, case)
    return total


if __name__ == "__main__":
    print(dict(sorted(totals().items())))
