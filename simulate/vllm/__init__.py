"""Declared policies inside vLLM's own scheduler (pip install "kvratio[vllm]", vLLM 0.33).

    KVRATIO_POLICY=a-min-live vllm serve MODEL --no-async-scheduling --no-enable-prefix-caching \\
        --scheduler-cls kvratio.simulate.vllm.scheduler.KVRatioScheduler

`--scheduler-cls` can be left out where this package is installed beside vLLM: its entry point
`vllm.general_plugins` sets it where `KVRATIO_POLICY` names a policy (`kvratio list policies`).
`KVRATIO_SEED` is the seed of the policy's randomness. A client says how long an output it expects
with `SamplingParams(extra_args={"kvratio": [lower, upper]})`.

- `view`: vLLM's state as a policy sees it; needs no vLLM
- `scheduler`: the scheduler, a subclass of vLLM's
- `plugin`: the entry point
"""
