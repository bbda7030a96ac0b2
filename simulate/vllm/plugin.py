"""The entry point `vllm.general_plugins`, which vLLM calls in each of its processes."""

import os
from typing import Any

POLICY = "KVRATIO_POLICY"


def register() -> None:
    """Make the scheduler of this package vLLM's default, where the environment names a policy.

    >>> register()  # without KVRATIO_POLICY nothing happens, and vLLM is not imported
    """
    if not os.environ.get(POLICY):
        return
    from vllm.config import SchedulerConfig

    original = SchedulerConfig.get_scheduler_cls
    if getattr(original, "of_kvratio", False):
        return

    def get_scheduler_cls(self: Any) -> Any:
        if self.scheduler_cls is None:
            from kvratio.simulate.vllm.scheduler import KVRatioScheduler

            return KVRatioScheduler
        return original(self)

    get_scheduler_cls.of_kvratio = True  # type: ignore[attr-defined]
    SchedulerConfig.get_scheduler_cls = get_scheduler_cls
