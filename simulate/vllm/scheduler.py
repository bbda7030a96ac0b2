"""vLLM's scheduler with a declared policy in charge of who runs (tested with vLLM 0.33.0).

vLLM keeps its mechanics: blocks, chunked prefill, stopping, outputs. Before each iteration the
policy says whom to preempt and whom to start, in this order, as in `kvratio.simulate.engine`; all
others are hidden from vLLM's waiting queue. A preempted request keeps its tokens, and vLLM computes
its cache anew in one prefill when it starts again. Where vLLM itself preempts or does not start a
request (its limits of requests or tokens an iteration), the policy is told.
"""

import os
import time
from collections import deque
from typing import Any

from vllm.v1.core.sched.output import SchedulerOutput
from vllm.v1.core.sched.request_queue import create_request_queue
from vllm.v1.core.sched.scheduler import Scheduler
from vllm.v1.request import Request

from kvratio.simulate.declared import Declared
from kvratio.simulate.policies import named
from kvratio.simulate.vllm.plugin import POLICY
from kvratio.simulate.vllm.view import LiveView
from kvratio.theory.checks import InputError, whole
from kvratio.theory.model import Preemption

SEED = "KVRATIO_SEED"
DEFAULT = "a-min-live"
CAPACITY = 1 << 16  # requests at a time; more wait until one of them is gone


class KVRatioScheduler(Scheduler):  # type: ignore[misc]
    """The scheduler. Raises `InputError` for a policy that is not known or reads true lengths, and
    for a configuration of vLLM under which its iterations are not the steps of the model."""

    preemption = Preemption.KEEP

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.waiting: Any  # vLLM's queue of those that wait
        self._refuse()
        policy = named(os.environ.get(POLICY) or DEFAULT)
        if "output" in policy.sees:
            raise InputError(POLICY, policy.name, "a policy that does not know the true lengths")
        text = os.environ.get(SEED) or "0"
        seed = whole(SEED, int(text) if text.isdecimal() else text)
        cache = self.kv_cache_config
        block = cache.kv_cache_groups[0].kv_cache_spec.block_size
        memory = (cache.num_blocks - 1) * block  # vLLM keeps one for itself
        self.declared = Declared(policy, CAPACITY, seed, self.max_num_active_reqs)
        self.view = LiveView(memory, policy.sees, block, self.preemption)
        self.unplanned = 0  # preemptions by vLLM itself
        self._number: dict[str, int] = {}
        self._new: deque[Request] = deque()
        self._free = deque(range(CAPACITY))

    def _refuse(self) -> None:
        config = self.vllm_config
        for name, value, flag in (
            (
                "async_scheduling",
                bool(config.scheduler_config.async_scheduling),
                "--no-async-scheduling",
            ),
            (
                "enable_prefix_caching",
                bool(config.cache_config.enable_prefix_caching),
                "--no-enable-prefix-caching",
            ),
            ("speculative_config", config.speculative_config is not None, "none"),
            ("kv_transfer_config", config.kv_transfer_config is not None, "none"),
        ):
            if value:
                raise InputError(name, value, f"{flag}: the policy's steps are plain iterations")
        groups = self.kv_cache_config.kv_cache_groups
        if len(groups) != 1:
            raise InputError("kv_cache_groups", len(groups), "one: a model with plain attention")

    def add_request(self, request: Request) -> None:
        """A client asks."""
        known = request.request_id in self.requests
        super().add_request(request)
        if not known:
            self._new.append(request)

    def schedule(self, throttle_prefills: bool = False) -> SchedulerOutput:
        """One iteration: the policy's preemptions and starts, then vLLM's own mechanics."""
        view, policy = self.view, self.declared
        while self._new and self._free:
            request, number = self._new.popleft(), self._free.popleft()
            self._number[request.request_id] = number
            view.arrives(number, request)
            policy.arrive(view, number)
        for number in tuple(policy.evict(view)):
            self._preempt(number)
        admitted = policy.admit(view)
        for number in admitted:
            view.starts(number)
        output = self._with_only(admitted, throttle_prefills)
        view.passes()
        return output

    def _with_only(self, admitted: list[int], throttle_prefills: bool) -> SchedulerOutput:
        """vLLM's iteration, in which no other waiting request is seen."""
        chosen = [self.view.live(number) for number in admitted]
        hidden, self.waiting = self.waiting, create_request_queue(self.policy)
        if chosen:
            hidden.remove_requests(chosen)
            for request in chosen:
                self.waiting.add_request(request)
        output = super().schedule(throttle_prefills)
        back, self.waiting = list(self.waiting), hidden
        starting = set(admitted)
        for request in back:
            number = self._number[request.request_id]
            if number in starting:  # no room under vLLM's own limits
                self.view.stops(number)
                self.declared.returned(self.view, number)
            else:
                self.unplanned += 1
                self.declared.preempted(self.view, number)
                self._stopped(number, finished=False)
                self.view.stops(number)
            self.waiting.add_request(request)
        return output

    def update_from_output(self, scheduler_output: Any, model_runner_output: Any) -> Any:
        """Tokens have come; the policy learns who completed."""
        view = self.view
        found = super().update_from_output(scheduler_output, model_runner_output)
        for number in [i for i in view.running if view.live(i).is_finished()]:
            self.declared.complete(view, number)
            self._stopped(number, finished=True)
            self._forget(number)
        return found

    def finish_requests(self, request_ids: Any, finished_status: Any) -> Any:
        """Clients have gone, or a stop word was found outside."""
        gone = super().finish_requests(request_ids, finished_status)
        for request in gone:
            number = self._number.get(request.request_id)
            if number is None:
                self._new.remove(request)
                continue
            self.declared.withdraw(self.view, number)
            if number in self.view.running:
                self._stopped(number, finished=False)
            self._forget(number)
        return gone

    def _preempt(self, number: int) -> None:
        request = self.view.live(number)
        self.running.remove(request)
        self._preempt_request(request, time.monotonic())
        self._stopped(number, finished=False)
        self.view.stops(number)

    def _forget(self, number: int) -> None:
        del self._number[self.view.live(number).request_id]
        self.view.leaves(number)
        self._free.append(number)

    def _stopped(self, number: int, finished: bool) -> None:
        """An attempt ends; for tests that record them."""
