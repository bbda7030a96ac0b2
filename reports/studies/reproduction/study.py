"""Every statement of P's experiments in every setting of a grid: the rows and the files.

What the statements say and the grid are those of the judge (`kvratio.proofs_check.reproduction`);
the runs are the simulator's.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from kvratio.proofs_check.evidence import confidence
from kvratio.proofs_check.reproduction import (
    POLICIES,
    PREDICTIONS,
    ROUGH,
    SETTINGS,
    STATEMENTS,
    STEPS,
    STEPS_A_SECOND,
    VICUNA,
    Estimate,
    Run,
    Setting,
    read_map,
)
from kvratio.reports import PUBLISHED
from kvratio.reports.studies.reproduction.pages import page
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.simulate.kernel import run, run_timed
from kvratio.simulate.policies import POLICIES as DECLARED
from kvratio.simulate.request_files import digest
from kvratio.simulate.requests import BESIDE, SAMPLE, Spec, draw, put
from kvratio.theory.checks import InputError, whole

MAP = "reproduction.json"
FILE = "ssjf_vicuna13b_calibrated.csv"  # Vicuna's output lengths, in the folder of the traces
GPU = "llama-2-70b:a100-80x2"  # P: "the LLaMA2-70B model on two linked A100 GPUs"
GPUS = {"tensor parallel": GPU, "pipeline": f"{GPU}:pipeline"}
SEEDS = 5
DIGITS = 4  # decimals of a published ratio


def spec(setting: Setting, seed: int, file: str) -> Spec:
    """The requests of a setting; `file`: Vicuna's lengths, where the setting asks for them.

    >>> spec(Setting("fitted", "steps", 2, 200, 16492), 0, "").workload
    'lmsys:rate=2'
    """
    workload = f"lmsys:rate={setting.rate}" if setting.rate else "lmsys"
    return Spec(
        workload + (f"{BESIDE}{file}" if setting.lengths == VICUNA else ""),
        requests=setting.requests,
        take=SAMPLE,
        memory=setting.memory,
        timed=str(STEPS_A_SECOND) if setting.unit == STEPS and setting.rate else None,
        gpu=GPUS.get(setting.unit),
        iteration="roofline",
        seed=seed,
    )


def totals(setting: Setting, seed: int, file: str) -> dict[Run, int]:
    """Total latency of every policy under every prediction, in steps or in nanoseconds."""
    asked = spec(setting, seed, file)
    source = draw(asked, {file: digest(file)} if setting.lengths == VICUNA else {})
    found: dict[Run, int] = {}
    for prediction in PREDICTIONS:
        drawn = put(replace(asked, prediction=prediction), source)
        for policy in POLICIES:
            if policy == "h-sf" and found:  # it knows the lengths
                found[prediction, policy] = found[ROUGH, policy]
            elif drawn.timing is None:
                found[prediction, policy] = run(drawn.instance, DECLARED[policy], seed).tel
            else:
                timed = run_timed(drawn.instance, DECLARED[policy], drawn.timing, seed)
                found[prediction, policy] = int(timed.seconds.latency.mean * drawn.instance.n)
    return found


@dataclass(frozen=True, slots=True)
class Reproduction(Study):
    """All settings, or some. `data`: the folder with Vicuna's lengths; without it the rows of its
    settings are the published ones. `figures`: where the page finds its figures."""

    name: ClassVar[str] = "reproduction"

    data: Path | None = None
    seeds: int = SEEDS
    settings: tuple[Setting, ...] = SETTINGS
    figures: str = ""

    @property
    def missing(self) -> bool:
        """Are Vicuna's lengths asked for and not there?"""
        return not self.file and any(setting.lengths == VICUNA for setting in self.settings)

    @property
    def file(self) -> str:
        """Where Vicuna's lengths are; empty where they are not."""
        path = None if self.data is None else self.data / FILE
        return str(path) if path and path.is_file() else ""

    def plan(self) -> list[Task]:
        """A task for each setting that can be run here."""
        whole("seeds", self.seeds, least=3)
        return [
            (*setting, self.seeds, self.file if setting.lengths == VICUNA else "")
            for setting in self.settings
            if self.file or setting.lengths != VICUNA
        ]

    @staticmethod
    def row(task: Task) -> list[Estimate]:
        """Mean and half width of the ratio of every statement, in the order of `STATEMENTS`."""
        setting, (seeds, file) = Setting(*task[:-2]), task[-2:]
        runs = [totals(setting, seed, file) for seed in range(seeds)]
        found = (confidence([r[s.above] / r[s.below] for r in runs]) for s in STATEMENTS.values())
        return [(round(mean, DIGITS), round(half, DIGITS)) for mean, half in found]

    def files(self, rows: Sequence[Any]) -> Files:
        """The map as data, and its page."""
        computed = {Setting(*t[:-2]): row for t, row in zip(self.plan(), rows, strict=True)}
        found = {s: computed.get(s) or published_row(s) for s in self.settings}
        as_read = {s: dict(zip(STATEMENTS, row, strict=True)) for s, row in found.items()}
        text = page(as_read, self.seeds, self.figures)
        return {MAP: written(found, self.seeds), "reproduction.md": text}


def published_row(setting: Setting) -> list[Estimate]:
    """A row of the published map. Raises `InputError` for a setting that it lacks.

    >>> len(published_row(Setting("fitted", "steps", 0, 200, 2000))) == len(STATEMENTS)
    True
    """
    found = read_map(PUBLISHED / MAP)
    if setting not in found:
        raise InputError("setting", setting.text, f"one of the published map {PUBLISHED / MAP}")
    return list(found[setting].values())


def written(values: Mapping[Setting, Sequence[Estimate]], seeds: int) -> str:
    """The map as JSON, a line for each setting."""
    lines = [json.dumps([*setting, *map(list, row)]) for setting, row in values.items()]
    head = json.dumps({"seeds": seeds, "statements": list(STATEMENTS)})
    return f'{head[:-1]},\n"settings": [\n' + ",\n".join(lines) + "\n]}\n"
