"""One simulation of a sweep: what is asked (a cell) and what came out (a row).

A cell is a few words and numbers, cheap to send to another process or machine. Its key is a digest
of everything that the row depends on: the cell, the content of its files and the source of the
simulator. So a row that is found under its key need not be computed again, and a row of another
version of the simulator is never taken for one's own.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from kvratio.simulate.engine import EngineError
from kvratio.simulate.gpu.deployment import Deployment, deployment
from kvratio.simulate.gpu.roofline import iteration_by
from kvratio.simulate.kernel import run, run_timed
from kvratio.simulate.policies import named
from kvratio.simulate.predictions import predict
from kvratio.simulate.sources import digest, draw, files
from kvratio.simulate.timed import TimedRun
from kvratio.simulate.timing import Timing
from kvratio.simulate.workloads import Requests
from kvratio.theory.checks import InputError, rational, whole
from kvratio.theory.model import Instance

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """One policy on one drawn instance.

    `policy`: a text of `kvratio.simulate.policies.named`. `workload`: a text of
    `kvratio.simulate.sources`;
    `requests`: how many of it, None for a whole file. `prediction`: a text of
    `kvratio.simulate.predictions`, or None. `memory`: tokens; None: what the GPU leaves. `prompt`:
    a common prompt length in tokens instead of the workload's. `timed`: steps a second, an exact
    number as text, to use arrival times; None: all requests arrive at step 0. `gpu`: a text of
    `kvratio.simulate.gpu.deployment`, to run in seconds, with the workload's arrivals if it has
    any;
    `iteration`: a text of `kvratio.simulate.gpu.roofline.iteration_by`. `seed`: of the draw and of
    the policy.

    Raises `InputError` for values that no workload can have.

    >>> Cell("a-min", "lmsys", memory=16492, requests=10).seed
    0
    """

    policy: str
    workload: str
    memory: int | None = None
    requests: int | None = None
    prediction: str | None = None
    prompt: int | None = None
    timed: str | None = None
    gpu: str | None = None
    iteration: str = "roofline"
    seed: int = 0

    def __post_init__(self) -> None:
        named(self.policy)
        whole("seed", self.seed)
        if self.memory is not None:
            whole("memory", self.memory, least=1)
        elif self.gpu is None:
            raise InputError("memory", None, "a budget in tokens (or a gpu, which leaves one)")
        if self.requests is not None:
            whole("requests", self.requests, least=1)
        if self.prompt is not None:
            whole("prompt", self.prompt)
        if self.timed is not None:
            rational("timed", self.timed, above=0)
            if self.gpu is not None:
                raise InputError("timed", self.timed, "no steps a second with a gpu")
        if self.gpu is not None:
            iteration_by(deployment(self.gpu), self.iteration)


class Chunk(NamedTuple):
    """Cells that are simulated in one go, with what the worker needs to check that it can.

    `code`: digest of the simulator that asks; `digests`: SHA-256 of the files, by path.
    """

    cells: tuple[Cell, ...]
    code: str
    digests: Mapping[str, str]


@cache
def code_digest() -> str:
    """SHA-256 of the simulator's source: of everything that a row is computed by.

    >>> len(code_digest())
    64
    """
    root = Path(__file__).parent.parent
    sources = [*root.glob("simulate/**/*.py"), root / "theory/model.py", root / "theory/checks.py"]
    texts = {path.relative_to(root).as_posix(): path.read_bytes() for path in sources}
    hasher = sha256()
    for name in sorted(texts):
        hasher.update(name.encode() + b"\0" + texts[name] + b"\0")
    return hasher.hexdigest()


def file_digests(cells: Sequence[Cell]) -> dict[str, str]:
    """SHA-256 of every file that the cells name, or `InputError` for one that is not there."""
    names = {name for workload in {cell.workload for cell in cells} for name in files(workload)}
    return {name: digest(name) for name in sorted(names)}


def key(cell: Cell, digests: Mapping[str, str]) -> str:
    """The name under which the row of a cell is found again: 32 hexadecimal digits.

    >>> cell = Cell("a-min", "lmsys", memory=16492, requests=10)
    >>> len(key(cell, {})), key(cell, {}) == key(Cell("a-max", "lmsys", 16492, 10), {})
    (32, False)
    """
    contents = [digests[name] for name in files(cell.workload)]
    text = json.dumps([asdict(cell), contents, code_digest()])
    return sha256(text.encode()).hexdigest()[:32]


def requests_of(cell: Cell, digests: Mapping[str, str]) -> Requests:
    """The requests that a cell draws.

    >>> len(requests_of(Cell("a-min", "lmsys", memory=16492, requests=10), {}))
    10
    """
    in_time = cell.timed is not None or cell.gpu is not None
    return draw(cell.workload, cell.requests, cell.seed, digests, in_time)


def instance_of(cell: Cell, requests: Requests) -> Instance:
    """The instance that a cell's policy meets.

    >>> cell = Cell("a-min", "lmsys", requests=10, gpu="llama-2-70b:a100-80x2")
    >>> instance_of(cell, requests_of(cell, {})).memory
    37751
    """
    rate = None if cell.timed is None else rational("timed", cell.timed, above=0)
    memory = cell.memory if cell.memory is not None else _worker(cell).budget
    intervals = predict(cell.prediction, requests)
    return requests.instance(memory, intervals, prompt=cell.prompt, rate=rate)


def timing_of(cell: Cell, requests: Requests) -> Timing | None:
    """Arrivals in time and the durations of iterations; None for a cell in steps.

    >>> cell = Cell("a-min", "lmsys", requests=10, gpu="llama-2-70b:a100-80x2", iteration="9e6:1")
    >>> timing_of(cell, requests_of(cell, {})).iteration.fixed
    9000000000
    """
    if cell.gpu is None:
        return None
    return Timing.of(requests, iteration_by(_worker(cell), cell.iteration))


def _worker(cell: Cell) -> Deployment:
    if cell.gpu is None:
        raise InputError("gpu", None, "MODEL:ACCELERATOR")
    return deployment(cell.gpu)


def simulate_chunk(chunk: Chunk) -> list[Row]:
    """Rows of the cells, in their order. Runs in a worker process, perhaps on another machine.

    Raises `InputError` when the worker's simulator or files differ from those of the sweep.

    >>> cell = Cell("h-sf", "histogram:1=1", memory=3, requests=4)
    >>> simulate_chunk(Chunk((cell,), code_digest(), {}))[0]["tel"]
    5
    """
    if chunk.code != code_digest():
        required = f"the version of the sweep ({chunk.code[:8]})"
        raise InputError("a worker's kvratio", code_digest()[:8], required)

    @lru_cache(maxsize=1)  # policies that meet one instance stand beside each other
    def built(cell: Cell) -> tuple[Instance, Timing | None]:
        requests = requests_of(cell, chunk.digests)
        return instance_of(cell, requests), timing_of(cell, requests)

    rows = []
    for cell in chunk.cells:
        instance, timing = built(replace(cell, policy="h-sf"))
        rows.append({"key": key(cell, chunk.digests), **_row(cell, instance, timing)})
    return rows


def _row(cell: Cell, instance: Instance, timing: Timing | None) -> Row:
    """The cell and its measures; a livelock is a result too, with `error` and no measures."""
    described = {
        **asdict(cell),
        "memory": instance.memory,
        "requests": instance.n,
        "obtained": "simulated",
        "error": None,
    }
    policy = named(cell.policy)
    try:
        if timing is None:
            return described | run(instance, policy, cell.seed).measures.to_json()
        timed = run_timed(instance, policy, timing, cell.seed)
    except EngineError as error:
        return described | {"error": str(error)}
    return described | timed.run.measures.to_json() | _seconds(timed)


def _seconds(timed: TimedRun) -> Row:
    """Latencies in time; `total_ns`, their sum over the requests, is exact."""
    seconds = timed.seconds
    numbers = seconds.to_json()
    times = {name: numbers[name] for name in numbers if name.endswith("_s")}
    return times | {
        "total_ns": int(seconds.latency.mean * timed.run.instance.n),
        "tokens_per_second": numbers["tokens_per_second"],
        "requests_per_second": numbers["requests_per_second"],
        "busy": numbers["busy"],
    }
