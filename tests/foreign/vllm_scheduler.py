"""The scheduler of vLLM (`vllm.v1.core.sched.scheduler.Scheduler`), as systems.

vLLM is no dependency, not even of development: these adapters run where it is installed, which
needs no GPU (`simulate/testing/README.md` says how). The scheduler and its cache manager are the
real ones; the model is faked, its outputs are any tokens, as many as a request is to make.

How its notions map to ours. Blocks hold one token. An iteration that makes a token keeps the cache
of all tokens before it; with a prompt of s + 1 tokens the j-th token needs s + j, as in our model.
One block more is taken, for vLLM keeps one for itself. Prefix caching is off.
"""

import json
import os
import tempfile
from functools import cache
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

from kvratio.simulate.policies import POLICIES
from kvratio.simulate.testing import Stuck
from kvratio.simulate.testing.history import patience
from kvratio.theory.model import Instance, Schedule

CONTEXT = 4096  # tokens, beyond every request of the kit
MODEL = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 1,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "vocab_size": 128,
    "max_position_embeddings": CONTEXT,
    "dtype": "float32",
}


@cache
def configuration() -> VllmConfig:
    """A tiny model without weights; batches and iterations without limits."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(MODEL))
        model = ModelConfig(
            model=folder, skip_tokenizer_init=True, dtype="float32", max_model_len=CONTEXT
        )
    limits = SchedulerConfig(
        max_num_seqs=64,
        max_num_batched_tokens=2 * CONTEXT,
        max_model_len=CONTEXT,
        is_encoder_decoder=False,
        async_scheduling=False,
    )
    return VllmConfig(
        model_config=model,
        scheduler_config=limits,
        cache_config=CacheConfig(block_size=1, enable_prefix_caching=False),
        device_config=DeviceConfig(device="cpu"),
    )


def scheduler_of(memory: int) -> Scheduler:
    """A scheduler with a cache of `memory` tokens."""
    config = configuration()
    config.cache_config.num_gpu_blocks = memory + 1
    spec = FullAttentionSpec(block_size=1, num_kv_heads=1, head_size=1, dtype=torch.float32)
    cache_config = KVCacheConfig(memory + 1, [], [KVCacheGroupSpec(["layer"], spec)])
    grammar = StructuredOutputManager(config)
    return Scheduler(config, cache_config, grammar, block_size=1, log_stats=False)


class VLLM:
    """As it is: a preempted request keeps its text, and computes the cache of it anew at once."""

    claims = ("work-conservation",)
    forgets = False

    def simulate(self, instance: Instance, seed: int) -> Schedule:  # noqa: ARG002 (it has no luck)
        scheduler = scheduler_of(instance.memory)
        coming = sorted(range(instance.n), key=lambda i: (instance.arrival[i], i))
        attempts: list[tuple[int, int, int, bool]] = []
        started: dict[str, int] = {}
        now = last_event = 0
        while coming or scheduler.requests:
            if not scheduler.requests:
                now = last_event = max(now, instance.arrival[coming[0]])
            while coming and instance.arrival[coming[0]] <= now:
                scheduler.add_request(self._request(instance, coming.pop(0)))
                last_event = now
            decision = scheduler.schedule()
            for name in sorted(decision.preempted_req_ids or ()):
                attempts.append((int(name), started.pop(name), now, False))
                if self.forgets:
                    self._forget(scheduler.requests[name])
            made = list(decision.num_scheduled_tokens)
            started |= {name: now for name in made if name not in started}
            outputs = scheduler.update_from_output(decision, self._tokens(made))
            now += 1
            for output in (o for group in outputs.values() for o in group.outputs):
                if output.finish_reason is not None:
                    name = output.request_id
                    attempts.append((int(name), started.pop(name), now, True))
                    last_event = now
            if now - last_event > patience(instance):
                raise Stuck(
                    now, [*attempts, *((int(i), a, now, False) for i, a in started.items())]
                )
        return Schedule.of(attempts)

    @staticmethod
    def _request(instance: Instance, i: int) -> Request:
        sampling = SamplingParams(max_tokens=instance.output[i], ignore_eos=True)
        prompt = [1] * (instance.prompt[i] + 1)
        arrival = float(instance.arrival[i])
        return Request(str(i), prompt, sampling, None, arrival_time=arrival)

    @staticmethod
    def _tokens(made: list[str]) -> Any:
        index = {name: k for k, name in enumerate(made)}
        return ModelRunnerOutput(made, index, sampled_token_ids=[[7] for _ in made])

    @staticmethod
    def _forget(request: Request) -> None:
        request._output_token_ids.clear()
        del request._all_token_ids[request.num_prompt_tokens :]


class VLLMThatForgets(VLLM):
    """As the model of the papers has it: a preempted request loses its text.

    Then it is held against every word of our declaration of first come, first served.
    """

    declares = POLICIES["fcfs"]
    forgets = True
