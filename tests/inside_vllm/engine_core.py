"""vLLM's EngineCore with an executor without a model, on a real trace: latency and prefills.

Requests of the trace in their order, with their arrivals at so many iterations a second; mean
latency in iterations, and how many tokens were prefilled beyond the prompts.
"""

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import torch
from vllm.v1.engine.core import EngineCore
from vllm.v1.executor.abstract import Executor
from vllm.v1.kv_cache_interface import FullAttentionSpec
from vllm.v1.outputs import ModelRunnerOutput

from kvratio.simulate.requests import Spec, requests
from kvratio.theory.model import Instance
from tests.inside_vllm.driver import configuration, request_of, settings, tokens

BLOCK = 16
MEMORY = 40_000  # tokens: below what the trace asks for
RATE = "20"  # iterations a second
SIZE = 600
LONGEST = 3500  # prompt and output
TRACE = "azure2023_conv.csv"
ANY = "none"  # no prediction: from 1 token to all that fits
RELATIVE = "relative:0.5"  # made from the true length
ASKED: tuple[tuple[str | None, str], ...] = (
    (None, ANY),
    ("fcfs", ANY),
    ("a-min-live", ANY),
    ("learned-slicing", ANY),
    ("shortest-predicted", RELATIVE),
    ("a-min-live", RELATIVE),
    ("mc-benchmark", RELATIVE),
)
PATH = "kvratio.simulate.vllm.scheduler.KVRatioScheduler"


class NoModel(Executor):
    """Makes a token for every request that is scheduled, and counts what is prefilled."""

    prefilled = 0

    def _init_executor(self) -> None:
        pass

    @staticmethod
    def spec() -> FullAttentionSpec:
        return FullAttentionSpec(
            block_size=BLOCK, num_kv_heads=1, head_size=16, dtype=torch.float32
        )

    def determine_available_memory(self) -> list[int]:
        return [self.spec().page_size_bytes * (MEMORY // BLOCK + 1)]

    def get_kv_cache_specs(self) -> list[dict[str, Any]]:
        return [{"layer": self.spec()}]

    def get_supported_kv_cache_layouts(self) -> list[list[str]]:
        return [["LBNHC"]]

    def set_kv_cache_layout(self, *_: Any, **__: Any) -> None:
        pass

    def initialize_from_config(self, *_: Any) -> None:
        pass

    def compile_or_warm_up_model(self) -> None:
        pass

    def collective_rpc(self, *_: Any, **__: Any) -> list[None]:
        return [None]

    def check_health(self) -> None:
        pass

    def shutdown(self) -> None:
        pass

    def take_draft_token_ids(self) -> None:
        return None

    def execute_model(self, scheduled: Any, non_block: bool = False) -> Any:
        counts = scheduled.num_scheduled_tokens
        type(self).prefilled += sum(count for count in counts.values() if count > 1)
        made = tokens(list(counts))
        if not non_block:
            return made
        future: Future[ModelRunnerOutput] = Future()
        future.set_result(made)
        return future


def instance_of(trace: Path, prediction: str) -> Instance:
    """The first requests of the trace that are short enough, with arrivals in iterations."""
    asked = None if prediction == ANY else prediction
    spec = Spec(trace, requests=2 * SIZE, memory=MEMORY, timed=RATE, prediction=asked)
    whole = requests(spec).instance
    chosen = [i for i in range(whole.n) if whole.prompt[i] + whole.output[i] <= LONGEST][:SIZE]
    intervals = [
        (1, MEMORY - whole.prompt[i]) if asked is None else (whole.lower[i], whole.upper[i])
        for i in chosen
    ]
    return Instance.of(
        MEMORY,
        [whole.output[i] for i in chosen],
        prompt=[whole.prompt[i] for i in chosen],
        arrival=[whole.arrival[i] for i in chosen],
        interval=intervals,
    )


def measure(instance: Instance, policy: str | None, prediction: str) -> dict[str, Any]:
    """One run to the end, on vLLM's own scheduler or on ours."""
    settings(policy)
    NoModel.prefilled = 0
    config = configuration(BLOCK, most=256, tokens=8192)
    config.scheduler_config.scheduler_cls = None if policy is None else PATH
    core = EngineCore(config, NoModel, log_stats=False)
    coming = sorted(range(instance.n), key=lambda i: (instance.arrival[i], i), reverse=True)
    now = latency = 0
    while coming or core.scheduler.has_unfinished_requests():
        if not core.scheduler.has_unfinished_requests():
            now = max(now, instance.arrival[coming[-1]])
        while coming and instance.arrival[coming[-1]] <= now:
            i = coming.pop()
            interval = instance.lower[i], instance.upper[i]
            one = request_of(
                str(i), instance.prompt[i], instance.output[i], float(instance.arrival[i]), interval
            )
            core.add_request(one)
        for group in core.step()[0].values():
            for output in group.outputs:
                if output.finish_reason is not None:
                    latency += now + 1 - instance.arrival[int(output.request_id)]
        now += 1
    return {
        "policy": policy or "vLLM's default",
        "prediction": prediction,
        "mean_latency": round(latency / instance.n, 1),
        "iterations": now,
        "prefilled_again": NoModel.prefilled - sum(s for s in instance.prompt if s > 1),
        "unplanned": getattr(core.scheduler, "unplanned", None),
    }


def rows(trace: Path) -> list[dict[str, Any]]:
    """Every policy that is asked for."""
    found = []
    for policy, prediction in ASKED:
        found.append(measure(instance_of(trace, prediction), policy, prediction))
        print(found[-1], flush=True)
    return found
