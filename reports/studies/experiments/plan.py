"""What an experiment is: settings x sizes x policies x seeds; published statements beside it."""

from dataclasses import dataclass
from itertools import product

from kvratio.simulate.cells import Cell
from kvratio.simulate.requests import SAMPLE

DATA = "{data}/"  # stands for the folder of the trace files in a setting's workload


@dataclass(frozen=True, slots=True)
class Setting:
    """One choice of requests, predictions and budget. `label` names it in tables and statements.

    `workload`: a text of `kvratio.simulate.requests`; files are named "{data}/FILE". `prediction`:
    a text of `kvratio.simulate.predictions`. `timed`: steps a second, to use arrival times. `gpu`,
    `iteration`: texts of `kvratio.simulate.gpu`, to run in seconds. `memory`: tokens, None for what
    the GPU leaves.
    `prompt`: a common prompt length in tokens, instead of the workload's.
    `requests`: the sizes; each is drawn anew from the seed.
    """

    label: str
    workload: str
    prediction: str | None
    memory: int | None
    requests: tuple[int, ...]
    timed: str | None = None
    gpu: str | None = None
    iteration: str = "roofline"
    prompt: int | None = None

    @property
    def files(self) -> list[str]:
        """The trace files that it needs, without their folder."""
        parts = self.workload.split(" + ")
        return [part.removeprefix(DATA) for part in parts if part.startswith(DATA)]


@dataclass(frozen=True, slots=True)
class Subject:
    """Latencies that a statement speaks of: a policy in a setting, at a size."""

    setting: str
    policy: str
    requests: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A published statement (cited), and what of ours stands beside it (simulated).

    Ours is the latency of `subject` over that of `over`, seed by seed; without `over` it is the
    mean latency in seconds.
    """

    text: str
    published: str
    source: str
    subject: Subject
    over: Subject | None = None


@dataclass(frozen=True)
class Experiment:
    """Everything that `kvratio study experiments NAME` runs and says.

    `notes` are what a reader must know to compare: what was combined, what differs, and why.
    `instead` is run when no file of any setting is there.
    """

    name: str
    title: str
    source: str
    settings: tuple[Setting, ...]
    policies: tuple[str, ...]
    seeds: int
    statements: tuple[Statement, ...] = ()
    notes: tuple[str, ...] = ()
    instead: Setting | None = None

    def cells(self, setting: Setting, folder: str | None, seeds: int) -> list[Cell]:
        """The simulations of a setting; `folder` holds the trace files.

        >>> from kvratio.reports.studies.experiments import EXPERIMENTS
        >>> rough = EXPERIMENTS["lmsys-1"]
        >>> rough.cells(rough.settings[0], None, seeds=1)[0].requests
        200
        """
        workload = setting.workload.replace(DATA, f"{folder}/")
        return [
            Cell(
                policy=policy,
                workload=workload,
                memory=setting.memory,
                requests=requests,
                prediction=setting.prediction,
                timed=setting.timed,
                gpu=setting.gpu,
                iteration=setting.iteration,
                prompt=setting.prompt,
                seed=seed,
                take=SAMPLE,
            )
            for requests, seed, policy in product(setting.requests, range(seeds), self.policies)
        ]
