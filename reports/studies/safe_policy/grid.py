"""The grid of `kvratio study safe-policy`: its cells, fixed before any policy was tuned on it.

A cell is a source of requests, a budget, a prediction, a way to arrive, a load and a seed. The
*load* is the total volume of the requests (token-steps of cache) over memory times span, the steps
between first and last arrival: above 1 not even a full cache keeps up.

Sources that are not `tuned` were kept out of all tuning: no policy's parameter was chosen with a
look at them. Their results are shown apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product

import numpy as np

from kvratio.reports.studies.experiments.plan import DATA
from kvratio.reports.studies.experiments.traces import CASTILLO, CODE, CONVERSATION, MOONCAKE, SSJF
from kvratio.simulate.predictions import columns, common, relative
from kvratio.simulate.request_files import digest
from kvratio.simulate.requests import SAMPLE, Spec, draw, files
from kvratio.simulate.workloads import Intervals, Requests
from kvratio.theory.model import Instance, volume

ARXIV = f"{DATA}arxiv_summarization.csv"
LOADS = tuple(Fraction(x) for x in ["0.3", "0.6", "0.8", "0.9", "0.95", "1", "1.05", "1.2", "2"])
SEEDS = 3
BATCH, POISSON, TRACE = ARRIVALS = ("batch", "poisson", "trace")
ONE, GOOD, WRONG = PREDICTIONS = ("one interval", "good", "wrong")
SMALLEST = Fraction(105, 100)  # the smallest budget, over the largest request of the source
HALF = Fraction(1, 2)  # good predictions of the built-in laws: (1 +- 1/2) times the output
# Requests of a cell: enough for 30 mean outputs at load 1, within these limits, so that the whole
# grid takes some 40 minutes of one processor.
LIVES, FEWEST, MOST = 30, 1_000, 4_000
SHUFFLE, WHEN = 1, 2  # independent streams of randomness of one seed


@dataclass(frozen=True, slots=True)
class Source:
    """Where requests come from.

    `workload`: a text of `kvratio.simulate.requests`, files as "{data}/FILE". `good`: the workload
    with real predictions, in the columns `ends`; without `ends` they are made from the truth.
    `budgets`: the second and third, in tokens; the first follows from the largest request.
    `prompt`: a common prompt in tokens, where the workload has none.
    """

    name: str
    workload: str
    budgets: tuple[int, int]
    tuned: bool
    good: str | None = None
    ends: tuple[str, str] | None = None
    arrivals: bool = False
    prompt: int | None = None

    @property
    def files(self) -> list[str]:
        """The trace files that it needs, without their folder."""
        parts = f"{self.workload} + {self.good or self.workload}".split(" + ")
        found = [part.removeprefix(DATA) for part in parts if part.startswith(DATA)]
        return list(dict.fromkeys(found))


USUAL, LONG, LONGEST = (16_492, 131_072), (65_536, 131_072), (262_144, 524_288)
QUANTILES, TEXT_MODEL = ("p10", "p90"), ("pred_p10", "pred_p90")
TUNED = (
    Source("Azure chat", CONVERSATION, USUAL, True, f"{CONVERSATION} + {SSJF}", QUANTILES, True),
    Source("Azure code", CODE, USUAL, True, f"{CODE} + {SSJF}", QUANTILES, True),
    Source("arXiv", ARXIV, USUAL, True, f"{ARXIV} + {SSJF}", QUANTILES),
    Source("ssjf", f"lmsys + {SSJF}", USUAL, True, f"lmsys + {SSJF}", QUANTILES),
    Source("lmsys", "lmsys", USUAL, True),
    Source("two lengths", "two-point:l=20,u=400,q=0.1", USUAL, True, prompt=500),
    Source("geometric", "geometric:q=0.99", USUAL, True, prompt=500),
)
UNTOUCHED = (
    Source("Mooncake", MOONCAKE, LONGEST, False, f"{MOONCAKE} + {CASTILLO}", TEXT_MODEL, True),
    Source("Castillo", CASTILLO, LONG, False, CASTILLO, TEXT_MODEL),
    Source("uniform", "uniform:l=50,u=500", USUAL, False, prompt=50),
    Source("survival", "survival:u=200", USUAL, False, prompt=500),
)
SOURCES = {source.name: source for source in (*TUNED, *UNTOUCHED)}


@dataclass(frozen=True, slots=True)
class Cell:
    """One instance of the grid; `budget` is 0, 1 or 2, `load` 0 where all arrive at once."""

    source: str
    budget: int
    prediction: str
    arrivals: str
    load: Fraction
    seed: int

    def instance(self, folder: str) -> Instance:
        """The requests before their budget; `folder` holds the trace files.

        >>> cell = Cell("lmsys", 1, ONE, POISSON, Fraction(2), seed=0)
        >>> found = cell.instance("nowhere")
        >>> offered = sum(map(volume, found.prompt, found.output))
        >>> found.memory, round(offered / found.memory / max(found.arrival), 2)
        (16492, 2.0)
        """
        source = SOURCES[self.source]
        memory, count = _sizes(source, _workload(source, self.prediction, folder), self.budget)
        drawn = _drawn(source, self, folder, count)
        rng = np.random.default_rng([self.seed, SHUFFLE])
        prompts = drawn.prompt if source.prompt is None else (source.prompt,) * len(drawn)
        assert prompts is not None
        span = 0
        if self.load:
            span = int(sum(map(volume, prompts, drawn.output)) / (memory * self.load))
        return Instance.of(
            memory,
            drawn.output,
            prompt=prompts,
            arrival=_arrivals(drawn, self, span),
            interval=_predicted(source, drawn, self.prediction, rng),
        )


def cells(sources: Sequence[Source], seeds: int = SEEDS) -> Iterator[Cell]:
    """The cells of some sources, in the order of the grid.

    >>> len(list(cells(TUNED))), len(list(cells(UNTOUCHED)))
    (2376, 1323)
    """
    for source, budget, prediction in product(sources, range(3), PREDICTIONS):
        for arrivals in ARRIVALS:
            if arrivals == TRACE and not source.arrivals:
                continue
            loads = (Fraction(0),) if arrivals == BATCH else LOADS
            for load, seed in product(loads, range(seeds)):
                yield Cell(source.name, budget, prediction, arrivals, load, seed)


def _workload(source: Source, prediction: str, folder: str) -> str:
    text = source.workload if prediction == ONE or source.good is None else source.good
    return text.replace(DATA, f"{folder}/")


@lru_cache(maxsize=len(SOURCES) * 2)
def _sizes(source: Source, workload: str, budget: int) -> tuple[int, int]:
    """Memory in tokens and the number of requests, from the whole source (20,000 of a law)."""
    built_in = not workload.split(" + ")[0].endswith(".csv")
    spec = Spec(workload, requests=20_000 if built_in else None)
    whole = draw(spec, _digests(workload))
    assert isinstance(whole, Requests)
    assert whole.prompt is not None
    prompts = whole.prompt if source.prompt is None else (source.prompt,) * len(whole)
    largest = max(s + o for s, o in zip(prompts, whole.output, strict=True))
    memory = (int(largest * SMALLEST), *source.budgets)[budget]
    held = Fraction(sum(map(volume, prompts, whole.output)), sum(whole.output))  # by a request
    count = int(LIVES * memory / held)
    return memory, min(MOST, max(FEWEST, count))


def _drawn(source: Source, cell: Cell, folder: str, count: int) -> Requests:
    """A sample of the source, where arrivals matter of consecutive requests."""
    timed = "1" if cell.arrivals == TRACE else None
    workload = _workload(source, cell.prediction, folder)
    spec = Spec(workload, requests=count, take=SAMPLE, timed=timed, seed=cell.seed)
    drawn = draw(spec, _digests(workload))
    assert isinstance(drawn, Requests)
    return drawn


@lru_cache(maxsize=len(SOURCES) * 2)
def _digests(workload: str) -> dict[str, str]:
    """With them a file is read once in a process."""
    return {name: digest(name) for name in files(workload)}


def _arrivals(drawn: Requests, cell: Cell, span: int) -> list[int] | int:
    """Steps: all 0; a Poisson process, given its count; or those of the trace, stretched."""
    if not cell.load:
        return 0
    if cell.arrivals == POISSON:
        rng = np.random.default_rng([cell.seed, WHEN])
        inner = np.sort(rng.integers(0, max(1, span), len(drawn) - 2)).tolist()
        return [0, *inner, span]
    assert drawn.arrival is not None
    first, last = drawn.arrival[0], drawn.arrival[-1]
    return [int((moment - first) * span / (last - first)) for moment in drawn.arrival]


def _predicted(
    source: Source, drawn: Requests, prediction: str, rng: np.random.Generator
) -> Intervals:
    """One interval for all; good ones; or the good ones dealt out at random."""
    if prediction == ONE:
        return common(drawn, 1, max(drawn.output))
    good = columns(drawn, *source.ends) if source.ends else relative(drawn, HALF)
    if prediction == GOOD:
        return good
    return [good[k] for k in rng.permutation(len(good)).tolist()]
