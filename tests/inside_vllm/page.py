"""The page of what was measured inside vLLM, from its data alone; needs no vLLM."""

from typing import Any

from kvratio.reports.render.text import pipe_table

MOST = 1.5  # times what vLLM's own scheduler takes for a step


def page(data: dict[str, Any]) -> str:
    """As Markdown."""
    at, versions = data["setting"], data["versions"]
    names = ", ".join(f"{name} {number}" for name, number in versions.items())
    rows = data["agreement"]
    equal, cases = (sum(row[key] for row in rows) for key in ("equal", "cases"))
    default = data["engine_core"][0]["mean_latency"]
    paragraphs = (
        "# Policies inside vLLM's scheduler",
        f"`kvratio.simulate.vllm`, with {names}, Python {data['python']}. Scheduler, cache manager"
        " and engine core are vLLM's own; the model is not there (any tokens, as many as a request"
        " is to make), so no time of a GPU is measured. Not claimed: async scheduling, prefix"
        " caching, speculative decoding and connectors (all refused), several cache groups"
        " (refused), a GPU. Again: `make vllm`.",
        f"**Schedules.** {equal} of {cases} equal those of `kvratio.simulate.engine`, attempt by"
        f" attempt: random instances of at most 24 requests, blocks of one token, policies"
        " that do not know the true lengths. `keep`: as vLLM preempts. `cancel`: the text is taken"
        " away as well, as in the papers (in the tests only).",
        "\n".join(
            pipe_table(
                ("policy", "preemption", "instances", "equal", "preemptions", "by vLLM itself"),
                [
                    tuple(
                        str(row[key])
                        for key in (
                            "policy",
                            "preemption",
                            "cases",
                            "equal",
                            "preemptions",
                            "unplanned",
                        )
                    )
                    for row in rows
                ],
            )
        ),
        f"**Latency on a trace** (simulated; one run each). The first {at['requests']} requests of"
        f" {at['trace']} with at most {at['longest']:,} tokens, arrivals at {at['rate']} iterations"
        f" a second, M = {at['memory']:,} tokens in blocks of {at['block']}, at most 256 requests"
        " and 8,192 tokens an iteration (vLLM's chunked prefill). Mean latency in iterations;"
        " prefilled again: tokens computed beyond the prompts, because of preemptions. Predictions"
        " are none, or made from the true lengths (0.5 to 1.5 times).",
        "\n".join(
            pipe_table(
                (
                    "policy",
                    "prediction",
                    "mean latency",
                    "/ default",
                    "prefilled again",
                    "preempted by vLLM",
                ),
                [
                    (
                        row["policy"],
                        row["prediction"],
                        f"{row['mean_latency']:,}",
                        f"{row['mean_latency'] / default:.3f}",
                        f"{row['prefilled_again']:,}",
                        "" if row["unplanned"] is None else str(row["unplanned"]),
                    )
                    for row in data["engine_core"]
                ],
            )
        ),
        f"**A step of the scheduler** (measured: medians of processor time, in turns in one"
        f" process): `schedule` and `update_from_output` with {at['running']} requests that decode,"
        f" which is vLLM's limit there, and {at['waiting']:,} that wait; at most {MOST} times.",
        "\n".join(
            pipe_table(
                ("policy", "ms", "vLLM's own, ms", "ratio"),
                [
                    (row["policy"], str(row["ms"]), str(row["default_ms"]), str(row["ratio"]))
                    for row in data["overhead"]
                ],
            )
        ),
    )
    return "\n\n".join(paragraphs) + "\n"
