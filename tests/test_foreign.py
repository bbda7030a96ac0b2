"""Foreign code under the kit: what it finds in sched-sim 0.2.1, and that sched-sim agrees."""

import pytest
from sched_sim.core.event_engine import Simulator
from sched_sim.core.request import Request, RequestState
from sched_sim.hardware.profile import HardwareProfile

from kvratio.simulate.testing import Case, Stuck, examine
from kvratio.theory.model import Instance
from tests.foreign.sched_sim import SchedSimFCFS, scheduler_of

SECONDS = 20  # a handful of requests takes less than one on the simulated device


def completed_in_its_own_simulator(instance: Instance) -> int:
    """How many requests complete when sched-sim runs its scheduler itself, in batch."""
    scheduler = scheduler_of("fcfs", instance.memory)
    simulator = Simulator(HardwareProfile(), scheduler, block_size=1)
    requests = [
        Request(request_id=str(i), arrived_at=0.0, prompt_tokens=s, output_tokens=o)
        for i, (s, o) in enumerate(zip(instance.prompt, instance.output, strict=True))
    ]
    simulator.submit_workload(requests)
    simulator.run(max_duration_s=SECONDS)
    return sum(request.state is RequestState.COMPLETED for request in requests)


def test_the_livelock_of_sched_sim_is_found_and_shrunk() -> None:
    (found,) = examine(SchedSimFCFS, only=("termination",), examples=300, batch=True).results
    assert isinstance(found.case, Case)
    assert found.case.size <= 4
    assert completed_in_its_own_simulator(found.case.instance) < found.case.size


def test_a_saturated_cache_loses_requests_in_more_than_one_way() -> None:
    only = ("budget", "completes-once", "progress-lost", "termination")
    found = examine(SchedSimFCFS, only=only, examples=100).violated
    assert {result.invariant.name for result in found} == set(only)
    assert all(result.case is not None and result.case.size <= 4 for result in found)


def test_with_room_for_all_it_serves_all() -> None:
    # three requests of at most 2 + 5 tokens before 21: nobody is preempted
    instance = Instance.of(21, [3, 4, 5], prompt=2)
    # one iteration prefills all, then token after token
    assert SchedSimFCFS().simulate(instance, 0).end == (4, 5, 6)
    assert completed_in_its_own_simulator(instance) == 3


def test_the_instance_that_the_readme_shows_never_ends() -> None:
    instance = Instance.of(3, [1, 2, 2], prompt=1)
    with pytest.raises(Stuck):
        SchedSimFCFS().simulate(instance, 0)
    assert completed_in_its_own_simulator(instance) < 3
