"""The worst instances that the search found, measured anew and certified, as data and as a page."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from kvratio import reports
from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.reports.optimal import warm_starts
from kvratio.reports.studies.adversary.fluid import Fluid, largest
from kvratio.reports.studies.adversary.search import (
    Candidate,
    Scored,
    instance_of,
    plans_as_h_sf,
    total_latencies,
)
from kvratio.reports.studies.smallest.contenders import Contender
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import POLICIES
from kvratio.theory.hindsight.optimum import Effort, Outcome, optimum
from kvratio.theory.model import Instance

PUBLISHED = reports.PUBLISHED / "adversary"
FORMS = {  # the policy's form in the fluid limit, where there is one
    "h-sf": "h-sf",
    "a-random": "a-random",
    "a-max": "a-max",
    "a-min": "a-min",
    "a-min-thinned": "a-min",
    "a-l": "a-l",
    "slicing": "slicing",
    "a-min-staggered": "a-min-staggered",
    "svf": "h-sf",  # with one prompt for all
}
LARGE_MEMORY = {"gsa": 32.0, "gba": 6.75}  # constants of arXiv 2601.22996; the slices are padded
CHOOSING, MEASURING = range(100, 228), range(1_000, 2_024)  # seeds: not those of the search
EFFORT = Effort(moves=20_000, nodes=4_000)


@dataclass(frozen=True, slots=True)
class Worst:
    """The worst instance found for one policy.

    `latency` (the mean over runs, in steps) is simulated, exactly for a policy that is not
    randomised; `error` is the standard error of `ratio`, 0 for such a policy. `optimum` in steps is
    certified, by `certificate`. `bound` is the largest ratio in the fluid limit of the policy's
    form to the optimum, over all mixes of lengths in [l, u] with this prompt, or its source's
    constant for large memory (None: neither is known), with how it was obtained. Files are named
    relative to the folder of the page.
    """

    key: str
    title: str
    predicted: str
    memory: int
    prompt: int
    outputs: tuple[int, ...]
    latency: str
    runs: int
    h_sf: int
    optimum: int
    ratio: float
    error: float
    bound: float | None
    bound_obtained: str
    evicted: float
    instance: str
    certificate: str


def rows(folder: Path = PUBLISHED) -> list[Worst]:
    """The published rows; none where nothing is published yet.

    >>> all(row.ratio >= 1 for row in rows())
    True
    """
    file = folder / "adversary.json"
    if not file.exists():
        return []
    data = json.loads(file.read_text(encoding="utf-8"))
    return [worst_from_json(row) for row in data["finite"]]


def worst_from_json(row: dict[str, Any]) -> Worst:
    """Read a row of the data."""
    return Worst(**(row | {"outputs": tuple(row["outputs"])}))


def worst_of(contender: Contender, found: Sequence[Scored]) -> tuple[Worst, dict[str, str]]:
    """The worst of the candidates whose optimum can be certified, and its files by name.

    For a randomised policy the candidates are ranked anew by other seeds, and measured by yet
    others.
    """
    again = {
        scored.candidate: mean_latency(contender, scored.candidate, CHOOSING)
        / run(instance_of(contender, scored.candidate), POLICIES["h-sf"]).tel
        for scored in found
    }
    by_ratio = sorted(again, key=lambda c: -again[c])
    if plans_as_h_sf(contender):
        by_ratio = [scored.candidate for scored in found]
    for candidate in by_ratio:
        instance = instance_of(contender, candidate)
        outcome = optimum(instance, effort=EFFORT, warm=warm_starts(instance))
        if outcome.certificate is None:
            continue
        text = json.dumps(outcome.certificate) + "\n"
        proved = check(read_certificate(text))
        if proved.lower == proved.upper:
            row = _measured(contender, candidate, instance, outcome)
            return row, {row.instance: _instance_text(instance), row.certificate: text}
    raise RuntimeError(f"{contender.key}: no candidate's optimum could be certified")


def mean_latency(contender: Contender, candidate: Candidate, seeds: range) -> Fraction:
    """Mean total latency over seeds, in steps."""
    latencies = total_latencies(contender, candidate, seeds)
    return Fraction(sum(latencies), len(latencies))


def _measured(
    contender: Contender, candidate: Candidate, instance: Instance, outcome: Outcome
) -> Worst:
    latencies = total_latencies(contender, candidate, MEASURING)
    best, count = outcome.upper, len(latencies)
    error = stdev(latencies) / count**0.5 / best if count > 1 else 0.0
    name = contender.key.replace(" ", "-").replace("_", "-")
    bound, obtained = _bound(contender, candidate)
    measures = run(instance, POLICIES[contender.policy], MEASURING[0]).measures
    return Worst(
        key=contender.key,
        title=POLICIES[contender.policy].title,
        predicted=contender.predicted.value,
        memory=candidate.memory,
        prompt=candidate.prompt,
        outputs=candidate.outputs,
        latency=str(Fraction(sum(latencies), count)),
        runs=count,
        h_sf=run(instance, POLICIES["h-sf"]).tel,
        optimum=best,
        ratio=round(fmean(latencies) / best, 6),
        error=round(error, 6),
        bound=bound,
        bound_obtained=obtained,
        evicted=round(measures.evictions / instance.n, 3),
        instance=f"{name}.json",
        certificate=f"{name}.proof.json",
    )


def _bound(contender: Contender, candidate: Candidate) -> tuple[float | None, str]:
    if contender.policy in LARGE_MEMORY:
        return LARGE_MEMORY[contender.policy], "cited"
    if contender.policy not in FORMS:
        return None, "no form"
    low, high = min(candidate.outputs), max(candidate.outputs)
    bound, obtained = largest(Fluid(FORMS[contender.policy], "area", low, high, candidate.prompt))
    return round(bound, 6), obtained


def _instance_text(instance: Instance) -> str:
    return json.dumps(instance.to_json()) + "\n"


def as_json(finite: Sequence[Worst], fluid: Sequence[dict[str, Any]], seed: int) -> dict[str, Any]:
    """The whole study as plain data."""
    return {"seed": seed, "finite": [asdict(row) for row in finite], "fluid": list(fluid)}


def markdown(data: dict[str, Any]) -> str:
    """The page of the study."""
    lines = [
        "# The worst instances that a search finds",
        "",
        f"`kvratio study adversary --seed {data['seed']}` makes this page.",
        "All requests are at time 0.",
        "",
        "## Finite instances",
        "",
        "Simulated annealing over budgets, prompts and sequences of lengths, n <= "
        f"{max(len(row['outputs']) for row in data['finite'])}. The latency is simulated (of",
        "randomised policies: the mean over seeds that the search did not use, with its standard",
        "error), the optimum certified: the ratio is what the policy loses on this instance, and a",
        "lower bound on what it can lose at all. The last column is the largest ratio of the",
        "policy's form to the optimum in the fluid limit, for lengths in the same interval and the",
        "same prompt; for GSA and GBA it is their source's constant for large memory. A small",
        "instance may exceed it: the forms leave out terms of order 1/M, and A_l's counts two",
        "lengths only, as its source defines it.",
        "",
        "| policy | predicted | M | s | outputs in order of arrival | latency | optimum | ratio |"
        " evictions a request | fluid limit |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in data["finite"]:
        mean = Fraction(row["latency"])
        latency = str(mean) if row["runs"] == 1 else f"{float(mean):.2f}"
        spread = f" +- {row['error']:.4f}" if row["runs"] > 1 else ""
        limit = "none known" if row["bound"] is None else _limit(row)
        proof = f"[{row['optimum']}]({row['certificate']})"
        outputs = f"[{', '.join(map(str, row['outputs']))}]({row['instance']})"
        cells = [row["title"], row["predicted"], row["memory"], row["prompt"], outputs]
        cells += [latency, proof, f"{row['ratio']:.4f}{spread}", row["evicted"], limit]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    if not data["fluid"]:
        return "\n".join(lines) + "\n"
    lines += [
        "",
        "## The fluid limit",
        "",
        "Local changes of a length mix, without any use of the structure of the forms; the ratio",
        "is exact at the mix that is shown. The bound is what theory says of every mix.",
        "",
        "| policy | over | lengths | s | ratio found | bound | worst mix found |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in data["fluid"]:
        bound = f"{row['bound']:.7f} ({row['bound_obtained']})"
        cells = [row["policy"], row["benchmark"], f"{row['lower']} ... {row['upper']}"]
        cells += [row["prompt"], f"{row['ratio']:.7f}", bound, _mix(row["shares"])]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def _limit(row: dict[str, Any]) -> str:
    return f"{row['bound']:.4f} ({row['bound_obtained']})"


def _mix(counts: dict[str, int]) -> str:
    """The largest shares of a mix, in per cent."""
    total = sum(counts.values())
    largest_first = sorted(counts.items(), key=lambda x: -x[1])
    parts = [f"{k}: {100 * c / total:.2f} %" for k, c in largest_first[:6]]
    return ", ".join(parts) + (", ..." if len(counts) > len(parts) else "")
