"""vLLM's scheduler and engine without a model: any tokens, as many as a request is to make."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from vllm.config import CacheConfig, DeviceConfig, ModelConfig, SchedulerConfig, VllmConfig
from vllm.sampling_params import SamplingParams
from vllm.v1.core.sched.scheduler import Scheduler
from vllm.v1.kv_cache_interface import FullAttentionSpec, KVCacheConfig, KVCacheGroupSpec
from vllm.v1.outputs import ModelRunnerOutput
from vllm.v1.request import Request
from vllm.v1.structured_output import StructuredOutputManager

from kvratio.simulate.vllm.plugin import POLICY
from kvratio.simulate.vllm.scheduler import SEED, KVRatioScheduler
from kvratio.simulate.vllm.view import KEY
from kvratio.theory.model import Instance, Preemption
from tests.foreign.vllm_scheduler import MODEL

CONTEXT = 4096
Attempt = tuple[int, int, int, bool]


class Recorded(KVRatioScheduler):
    """Preemption keeps the tokens; attempts are recorded."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.attempts: list[Attempt] = []

    def _stopped(self, number: int, finished: bool) -> None:
        name, start = self.view.live(number).request_id, self.view.running[number]
        # what ends in an iteration has ended when the next step begins, as `now` says already
        self.attempts.append((int(name), start, self.view.now, finished))


class Forgetting(Recorded):
    """As the model of the papers has it: a preempted request loses its text."""

    preemption = Preemption.CANCEL

    def _preempt(self, number: int) -> None:
        super()._preempt(number)
        request = self.view.live(number)
        request._output_token_ids.clear()
        del request._all_token_ids[request.num_prompt_tokens :]


def configuration(block: int, most: int = 512, tokens: int = 2 * CONTEXT) -> VllmConfig:
    """A tiny model without weights; at most so many requests and tokens an iteration."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(MODEL))
        model = ModelConfig(
            model=folder, skip_tokenizer_init=True, dtype="float32", max_model_len=CONTEXT
        )
    limits = SchedulerConfig(
        max_num_seqs=most,
        max_num_batched_tokens=tokens,
        max_model_len=CONTEXT,
        is_encoder_decoder=False,
        async_scheduling=False,
    )
    return VllmConfig(
        model_config=model,
        scheduler_config=limits,
        cache_config=CacheConfig(block_size=block, enable_prefix_caching=False),
        device_config=DeviceConfig(device="cpu"),
    )


def settings(policy: str | None, seed: int = 0) -> None:
    """The environment that the scheduler reads."""
    os.environ[POLICY], os.environ[SEED] = policy or "", str(seed)


def scheduler_of(
    kind: type[Scheduler], memory: int, block: int, config: VllmConfig, policy: str, seed: int = 0
) -> Any:
    """A scheduler with a cache of `memory` tokens in whole blocks."""
    settings(policy, seed)
    blocks = memory // block + 1
    config.cache_config.num_gpu_blocks = blocks
    spec = FullAttentionSpec(block_size=block, num_kv_heads=1, head_size=1, dtype=torch.float32)
    cache = KVCacheConfig(blocks, [], [KVCacheGroupSpec(["layer"], spec)])
    grammar = StructuredOutputManager(config)
    return kind(config, cache, grammar, block_size=block, log_stats=False)


def request_of(
    name: str, prompt: int, output: int, arrival: float, interval: tuple[int, int] | None
) -> Request:
    """A request of `prompt` tokens that will make `output`; its prediction, if there is one."""
    extra = None if interval is None else {KEY: list(interval)}
    sampling = SamplingParams(max_tokens=output, ignore_eos=True, extra_args=extra)
    return Request(name, [1] * prompt, sampling, None, arrival_time=arrival)


def tokens(made: list[str]) -> ModelRunnerOutput:
    """One token for each."""
    index = {name: k for k, name in enumerate(made)}
    return ModelRunnerOutput(made, index, sampled_token_ids=[[7] for _ in made])


def drive(scheduler: Any, instance: Instance) -> list[Attempt]:
    """The attempts of an instance's requests."""
    coming = sorted(range(instance.n), key=lambda i: (instance.arrival[i], i), reverse=True)
    now = 0
    while coming or scheduler.requests:
        while coming and instance.arrival[coming[-1]] <= now:
            i = coming.pop()
            interval = instance.lower[i], instance.upper[i]
            one = (instance.prompt[i] + 1, instance.output[i], float(i))
            scheduler.add_request(request_of(str(i), *one, interval))
        decision = scheduler.schedule()
        scheduler.update_from_output(decision, tokens(list(decision.num_scheduled_tokens)))
        now += 1
        assert now < 10**6
    found: list[Attempt] = scheduler.attempts
    return found
