"""sched-sim (PyPI, 0.2.1), a public simulator of LLM serving, as a system.

Its schedulers are driven one iteration after the other, as its own `Simulator` drives them: what
`schedule_iteration` decides is carried out, and what completes is freed. Its clock (seconds of a
GPU) is left out: an iteration is a step.

How its notions map to ours. A prompt is prefilled in one iteration, which makes no token; from the
next one on each iteration makes one token, and needs prompt + tokens made + 1 of its cache, in
blocks, here of one token. So an attempt starts with the first token after a prefill. A token made
by a request that it took out of its cache before belongs to a new attempt. Cached tokens that its
own books do not show cannot be seen from outside; ours are counted by `budget`.
"""

from dataclasses import dataclass, field

from sched_sim.core.request import Request, RequestState
from sched_sim.hardware.latency_model import RooflineLatencyModel
from sched_sim.hardware.profile import HardwareProfile
from sched_sim.memory.block_manager import BlockManager
from sched_sim.memory.preemption import PreemptionHandler
from sched_sim.schedulers.base import BaseScheduler
from sched_sim.schedulers.factory import SchedulerRegistry

from kvratio.simulate.testing import Stuck
from kvratio.theory.model import Instance, Schedule

BATCH_CAP = 64


def scheduler_of(kind: str, memory: int, batch_cap: int = BATCH_CAP) -> BaseScheduler:
    """One of its schedulers with a cache of `memory` tokens, recomputing what is preempted."""
    hardware = HardwareProfile(num_layers=10**9)  # so large that it lists few blocks of its own
    blocks = BlockManager(hardware, block_size=1, cpu_memory_gb=0)
    blocks.total_gpu_blocks = memory
    blocks.free_gpu_blocks = list(range(memory))
    latency = RooflineLatencyModel(HardwareProfile())
    handler = PreemptionHandler(blocks, latency)
    return SchedulerRegistry.get(kind)(blocks, latency, handler, max_batch_size=batch_cap)


@dataclass
class Driver:
    """One run: the requests by index, and the attempts so far."""

    instance: Instance
    scheduler: BaseScheduler
    attempts: list[tuple[int, int, int, bool]] = field(default_factory=list)
    started: dict[int, int] = field(default_factory=dict)

    def run(self) -> Schedule:
        """Iterate until all have completed; `Stuck` when nothing does for long."""
        coming = sorted(range(self.instance.n), key=lambda i: (self.instance.arrival[i], i))
        completed, last_event, now = 0, 0, 0
        while completed < self.instance.n:
            if not self.scheduler.has_pending_work():
                now = last_event = max(now, self.instance.arrival[coming[0]])
            while coming and self.instance.arrival[coming[0]] <= now:
                self.scheduler.add_request(self._request(coming.pop(0)))
                last_event = now
            done = self._iterate(now)
            completed += done
            now += 1
            last_event = now if done else last_event
            if now - last_event > 20 + 4 * sum(self.instance.output):
                rows = [(i, start, now, False) for i, start in self.started.items() if start < now]
                raise Stuck(now, self.attempts + rows)
        return Schedule.of(self.attempts)

    def _request(self, i: int) -> Request:
        return Request(
            request_id=str(i),
            arrived_at=self.instance.arrival[i],
            prompt_tokens=self.instance.prompt[i],
            output_tokens=self.instance.output[i],
        )

    def _iterate(self, now: int) -> int:
        """One iteration; the number of requests that completed in it."""
        decision, completed = self.scheduler.schedule_iteration(float(now)), 0
        for request in decision.preempted_requests:
            self._end(request, now, finished=False)
        for request, tokens in decision.prefill_requests:
            request.prefilled_tokens += tokens
            if request.is_prefill_complete:
                request.state = RequestState.DECODING
                self.scheduler.running_batch.append(request)
        for request in decision.decode_requests:
            self.started.setdefault(int(request.request_id), now)
            request.decoded_tokens += 1
            if request.decoded_tokens >= request.output_tokens:
                request.state = RequestState.COMPLETED
                self.scheduler.block_manager.free(request)
                if request in self.scheduler.running_batch:
                    self.scheduler.running_batch.remove(request)
                self._end(request, now + 1, finished=True)
                completed += 1
        return completed

    def _end(self, request: Request, now: int, finished: bool) -> None:
        start = self.started.pop(int(request.request_id), now)
        if start < now:
            self.attempts.append((int(request.request_id), start, now, finished))


class SchedSimFCFS:
    """Its first come, first served; `kind` is sched-sim's name of the scheduler."""

    kind = "fcfs"
    space = {"least_prompt": 1}  # noqa: RUF012 (its cache has no entry for an empty prompt)

    def simulate(self, instance: Instance, seed: int) -> Schedule:  # noqa: ARG002 (it has no luck)
        return Driver(instance, scheduler_of(self.kind, instance.memory)).run()
