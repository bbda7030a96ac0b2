"""How far from the optimum on small instances: all of them, and the synthetic study of MC-SF."""

import json
import os
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from kvratio.reports.document import Block, Column, Kind, Obtained, Section, Table
from kvratio.reports.material import Material
from kvratio.reports.studies.adversary.search import FOES, Limits, search, searching
from kvratio.reports.studies.adversary.table import Worst, worst_of
from kvratio.reports.studies.adversary.table import rows as published_worst
from kvratio.reports.studies.hindsight.study import PUBLISHED as CITED
from kvratio.reports.studies.hindsight.study import Trial, run_trials, summarise
from kvratio.reports.studies.smallest.study import CONTENDERS, collect, units
from kvratio.reports.studies.smallest.table import summary
from kvratio.theory.hindsight.optimum import Effort

SMALLEST = "smallest.json"
ADVERSARY = "adversary/adversary.json"
STUDY = "hindsight-{model}.jsonl"
# the sizes of the published study of small instances: requests, memory; and of H-SF alone
SIZE, H_SF_SIZE, SEEDS = (6, 8), (7, 10), 16
TRIALS, EFFORT = 200, Effort(moves=60_000, nodes=1)

SMALL_LEAD = (
    "Every instance of a size, all requests at step 0: budgets from 1 up, every common prompt, "
    "every multiset of output lengths that fits. Each optimum stated has a certificate that the "
    "independent checker accepted (`kvratio smallest` makes them)."
)
ADVERSARY_LEAD = (
    "The worst instances that a search found, larger than those enumerated. Every optimum is "
    "certified; a mean over random draws is measured on other seeds than the search used. The "
    "fluid limit is the largest ratio of the policy's form, where it has one, to the optimum as "
    "M and n/M grow, and for GSA and GBA their source's constant; small instances may be worse."
)
STUDY_LEAD = (
    "Fifty or so requests, drawn as in arXiv 2502.07115, section 5.1; the optimum is enclosed by a "
    "verified schedule and certified prices in every trial, so that each ratio lies between the "
    "two certified values."
)


def section(material: Material) -> Section:
    """Small instances one by one, then the study of MC-SF."""
    data = _smallest(material)
    blocks: list[Block] = [SMALL_LEAD, material.origin(SMALLEST), _first(data), _worst(data)]
    rows: list[tuple[str, ...]] = []
    for model in CITED:
        rows += _study_rows(model, _trials(model, material))
    head = (
        Column("model and ratio MC-SF / optimum", Kind.TEXT),
        Column("published", obtained=Obtained.CITED),
        Column("at least", obtained=Obtained.CERTIFIED),
        Column("at most", obtained=Obtained.CERTIFIED),
    )
    blocks += [ADVERSARY_LEAD, _adversary(material)]
    blocks += [
        STUDY_LEAD,
        material.origin(STUDY.format(model=1)),
        Table("study-mc-sf", "MC-SF against the hindsight optimum", head, tuple(rows)),
    ]
    return Section("gaps", "Optimality gaps of small instances", tuple(blocks))


def _smallest(material: Material) -> dict[str, Any]:
    if material.redo is None:
        published: dict[str, Any] = json.loads(material.published(SMALLEST))
        return published
    wanted = [(unit, c) for unit in units(*SIZE) for c in CONTENDERS]
    wanted += [(unit, CONTENDERS[0]) for unit in units(*H_SF_SIZE)]
    results = collect(
        wanted,
        SEEDS,
        os.cpu_count() or 1,
        material.redo / "smallest.jsonl",
        lambda done, of: material.progress(f"small instances: {done} of {of} sizes"),
    )
    return summary({(unit, c.key): results[unit, c.key] for unit, c in wanted}, SEEDS)[0]


def _trials(model: int, material: Material) -> list[Trial]:
    name = STUDY.format(model=model)
    if material.redo is None:
        lines = material.published(name).splitlines()
        return [Trial(**json.loads(line)) for line in lines]
    processes = os.cpu_count() or 1
    return run_trials(
        model,
        TRIALS,
        0,
        EFFORT,
        material.redo / name,
        processes,
        lambda done, of: material.progress(f"study of MC-SF, model {model}: {done} of {of}"),
    )


def _adversary(material: Material) -> Table:
    found: list[Worst] = []
    if material.redo is None:
        material.published(ADVERSARY)
        found = published_worst()
    else:
        for foe in FOES:
            scored = search(
                foe, Limits(), material.seed, searching(foe, Limits(), material.progress)
            )
            found.append(worst_of(foe, scored, material.progress)[0])
    return Table(
        "adversary",
        f"The worst instances found ({material.origin(ADVERSARY).rstrip('.')})",
        (
            Column("policy", Kind.TEXT),
            Column("predicted", Kind.TEXT),
            Column("instance", Kind.TEXT),
            Column("optimum", obtained=Obtained.CERTIFIED),
            Column("ratio", obtained=Obtained.SIMULATED),
            Column("standard error", obtained=Obtained.SIMULATED),
            Column("fluid limit"),
            Column("obtained", Kind.OBTAINED),
        ),
        tuple(
            (
                worst.title,
                worst.predicted,
                _instance(asdict(worst)),
                f"{worst.optimum:,}",
                f"{worst.ratio:.4f}",
                f"{worst.error:.4f}",
                *_limit(worst),
            )
            for worst in found
        ),
    )


def _limit(worst: Worst) -> tuple[str, str]:
    return ("", "") if worst.bound is None else (f"{worst.bound:.4f}", worst.bound_obtained)


def _title(row: dict[str, Any]) -> str:
    return f"{row['title']} ({row['also']})" if row["also"] else str(row["title"])


def _instance(extreme: dict[str, Any]) -> str:
    outputs = ", ".join(map(str, extreme["outputs"]))
    return f"M = {extreme['memory']}, s = {extreme['prompt']}, outputs {outputs}"


def _ratio(text: str) -> str:
    return f"{float(Fraction(text)):.4f}"


def _first(data: dict[str, Any]) -> Table:
    return Table(
        "smallest-failures",
        "The smallest instances that are not solved optimally",
        (
            Column("policy", Kind.TEXT),
            Column("predicted", Kind.TEXT),
            Column("instance", Kind.TEXT),
            Column("its latency", obtained=Obtained.SIMULATED),
            Column("optimum", obtained=Obtained.CERTIFIED),
            Column("optimal starts", Kind.TEXT),
        ),
        tuple(
            (
                _title(row),
                row["predicted"],
                _instance(found),
                found["latency"],
                str(found["optimum"]),
                ", ".join(map(str, found["optimal_starts"])),
            )
            for row in data["contenders"]
            if (found := row["smallest"])
        ),
        "Fewest requests, then least budget, then the largest ratio.",
    )


def _worst(data: dict[str, Any]) -> Table:
    return Table(
        "smallest-worst",
        "The worst ratios to the optimum, over all small instances",
        (
            Column("policy", Kind.TEXT),
            Column("predicted", Kind.TEXT),
            Column("size", Kind.TEXT),
            Column("instances", Kind.TEXT),
            Column("always optimal (%)", obtained=Obtained.SIMULATED),
            Column("worst run", obtained=Obtained.SIMULATED),
            Column("on", Kind.TEXT),
            Column("worst mean", obtained=Obtained.SIMULATED),
            Column("again", obtained=Obtained.SIMULATED),
        ),
        tuple(
            (
                _title(row),
                row["predicted"],
                f"n <= {row['requests']}, M <= {row['memory']}",
                f"{row['instances']:,}",
                f"{100 * row['optimal'] / row['instances']:.1f}",
                _ratio(row["worst"]["ratio"]),
                _instance(row["worst"]),
                _ratio(row["mean"]["ratio"]),
                f"{again['ratio']}" if (again := row["mean_again"]) else "exact",
            )
            for row in data["contenders"]
        ),
        "Ratios to certified optima. Of policies with random draws the worst run is a lower bound, "
        "and the largest mean is estimated again from other seeds.",
    )


def _study_rows(model: int, trials: list[Trial]) -> list[tuple[str, ...]]:
    found, cited = summarise(trials), CITED[model]
    n = found.trials
    rows = [
        (f"model {model}: {name}", published, f"{low:.3f}", f"{high:.3f}")
        for name, published, (low, high) in (
            ("best", cited.best, found.best),
            ("mean", cited.mean, found.mean),
            ("worst", cited.worst, found.worst),
        )
    ]
    count = "" if cited.optimal is None else f"{cited.optimal} of 200"
    proven = f"{found.optimal} of {n}", f"{n - found.not_optimal} of {n}"
    return [*rows, (f"model {model}: trials in which MC-SF is optimal", count, *proven)]
