"""How far from the optimum on small instances: all of them, and the synthetic study of MC-SF."""

import json
from dataclasses import asdict, replace
from fractions import Fraction
from typing import Any

from kvratio.reports.document import Block, Column, Kind, Obtained, Section, Table
from kvratio.reports.material import Material
from kvratio.reports.studies.adversary.study import BY_POLICY, Adversary
from kvratio.reports.studies.adversary.table import Worst
from kvratio.reports.studies.adversary.table import rows as published_worst
from kvratio.reports.studies.hindsight.study import Hindsight
from kvratio.reports.studies.hindsight.trials import PUBLISHED as CITED
from kvratio.reports.studies.hindsight.trials import Trial, summarise
from kvratio.reports.studies.smallest.study import Smallest

SMALLEST = "smallest.json"
ADVERSARY = "adversary/adversary.json"
STUDY = "hindsight-{model}.jsonl"
# as they are published
SMALL, TRIALS, WORST = Smallest(), Hindsight(), Adversary(policies=tuple(BY_POLICY))

SMALL_LEAD = (
    "Every instance of a size, all requests at step 0: budgets from 1 up, every common prompt, "
    "every multiset of output lengths that fits. Each optimum stated (where preemption loses "
    "the tokens) has a certificate that the independent checker accepted (`kvratio study smallest` "
    "makes them)."
)
ADVERSARY_LEAD = (
    "The worst instances that a search found, larger than those enumerated. Every optimum is "
    "certified (where preemption loses the tokens); a mean over random draws is measured on other "
    "seeds than the search used. The fluid limit is the largest ratio of the policy's form, where "
    "it has one, to the optimum as M and n/M grow, and for GSA and GBA their source's constant; "
    "small instances may have larger ratios."
)
STUDY_LEAD = (
    "About fifty requests, drawn as in arXiv 2502.07115, section 5.1; the optimum (where "
    "preemption loses the tokens) is enclosed by a verified schedule and certified prices in every "
    "trial, so that each ratio lies between the two certified values."
)


def section(material: Material) -> Section:
    """Small instances one by one, then the study of MC-SF."""
    data = smallest(material)
    blocks: list[Block] = [SMALL_LEAD, material.origin(SMALLEST), _first(data), _worst(data)]
    rows: list[tuple[str, ...]] = []
    for model, trials in _trials(material).items():
        rows += _study_rows(model, trials)
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
    return Section(
        "gaps",
        "Small instances",
        tuple(blocks),
        summary="how far from the certified optimum: all small instances, the worst that a search "
        "found, and MC-SF's study repeated",
    )


def smallest(material: Material) -> dict[str, Any]:
    if material.redo is None:
        published: dict[str, Any] = json.loads(material.published(SMALLEST))
        return published
    return SMALL.data(material.rows(SMALL))[0]


def _trials(material: Material) -> dict[int, list[Trial]]:
    if material.redo is not None:
        return TRIALS.by_model(material.rows(TRIALS))
    texts = {model: material.published(STUDY.format(model=model)) for model in CITED}
    return {
        model: [Trial(**json.loads(line)) for line in text.splitlines()]
        for model, text in texts.items()
    }


def _adversary(material: Material) -> Table:
    found: list[Worst] = []
    if material.redo is None:
        material.published(ADVERSARY)
        found = published_worst()
    else:
        study = replace(WORST, seed=material.seed)
        found = study.worst(material.rows(study))
    return Table(
        "adversary",
        "The worst instances found",
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
        material.origin(ADVERSARY),
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
