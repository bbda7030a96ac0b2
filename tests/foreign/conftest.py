"""vLLM is not among the extras of development: its adapter is not collected for doctests."""

collect_ignore = ["vllm_scheduler.py"]
