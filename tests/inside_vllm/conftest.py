"""vLLM is not among the extras of development: nothing here is collected; `make vllm` runs it."""

collect_ignore_glob = ["*.py"]
