"""One simulation of a sweep: what is asked (a cell) and what came out (a row).

A cell is a few words and numbers, cheap to send to another process or machine. Its key is a digest
of everything that the row depends on: the cell, the content of its files and the source of the
simulator. So a row that is found under its key need not be computed again, and a row of another
version of the simulator is never taken for one's own.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from kvratio.simulate.contender import contender
from kvratio.simulate.gpu.fitted import FITTED
from kvratio.simulate.gpu.profile import NAME
from kvratio.simulate.kernel import run, run_timed
from kvratio.simulate.limits import EngineError
from kvratio.simulate.request_files import digest
from kvratio.simulate.requests import FIRST, RequestSet, Spec, files, requests
from kvratio.simulate.streams import read_instead
from kvratio.simulate.timed import TimedRun
from kvratio.theory.checks import InputError
from kvratio.theory.model import Preemption

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """One policy on one drawn instance.

    `policy`: a text of `kvratio.simulate.contender`. The rest are the fields of
    `kvratio.simulate.requests.Spec`; the seed is that of the draw and of the policy.

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
    iteration: str = FITTED
    seed: int = 0
    take: str = FIRST
    preemption: str = str(Preemption.CANCEL)
    columns: str | None = None
    skip_invalid: bool = False
    chunk: int | None = None

    def __post_init__(self) -> None:
        for name, value in self.fields().items():
            if isinstance(value, str) and not value.isascii():
                _in_utf_8(name, value)
        contender(self.policy)
        _ = self.spec

    def fields(self) -> dict[str, Any]:
        """The values by name, in their order."""
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def spec(self) -> Spec:
        """What is asked for, without the policy."""
        fields = self.fields()
        del fields["policy"]
        return Spec(**fields)


def _in_utf_8(name: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:  # such as the name of a file in an old encoding
        raise InputError(name, text, "text in UTF-8, as Parquet has it: rename the file") from None


class Chunk(NamedTuple):
    """Cells that are simulated in one go, with what the worker needs to check that it can.

    `code`: digest of the simulator that asks; `digests`: SHA-256 of the files, by path; `copies`:
    files that hold what pipes did (`kvratio.simulate.streams.copied`).
    """

    cells: tuple[Cell, ...]
    code: str
    digests: Mapping[str, str]
    copies: Mapping[str, str] = {}


@cache
def code_digest() -> str:
    """SHA-256 of the simulator's source: of everything that a row is computed by.

    >>> len(code_digest())
    64
    """
    root = Path(__file__).parent.parent
    sources = [
        *root.glob("simulate/**/*.py"),
        *(root / f"theory/{name}.py" for name in ("model", "schedule", "checks")),
    ]
    texts = {path.relative_to(root).as_posix(): path.read_bytes() for path in sources}
    hasher = sha256()
    for name in sorted(texts):
        hasher.update(name.encode() + b"\0" + texts[name] + b"\0")
    return hasher.hexdigest()


def file_digests(cells: Sequence[Cell]) -> dict[str, str]:
    """SHA-256 of every file that the cells name, and of the code of schedulers of one's own.

    Raises `InputError` for a file that is not there.
    """
    policies = {cell.policy for cell in cells}
    codes = {policy: contender(policy).code() for policy in sorted(policies)}
    return {
        **{name: digest(name) for name in files_of(cells)},
        **{_code(policy): code for policy, code in codes.items() if code},
    }


def files_of(cells: Sequence[Cell]) -> list[str]:
    """What the cells read, each once.

    >>> files_of([Cell("h-sf", "lmsys + b.csv"), Cell("a-min", "b.csv + a.csv")])
    ['a.csv', 'b.csv']
    """
    return sorted({name for cell in cells for name in _files(cell)})


def _files(cell: Cell) -> list[str]:
    """What a cell reads: its requests, and its profile of iterations."""
    return [*files(cell.workload), *_profile(cell)]


def _profile(asked: Cell | Spec) -> list[str]:
    return [asked.iteration.removeprefix(NAME)] if asked.iteration.startswith(NAME) else []


def _code(policy: str) -> str:
    """Under which name the digests of files hold that of a scheduler's code."""
    return f"code of {policy}"


def key(cell: Cell, digests: Mapping[str, str]) -> str:
    """The name under which the row of a cell is found again: 32 hexadecimal digits.

    >>> cell = Cell("a-min", "lmsys", memory=16492, requests=10)
    >>> len(key(cell, {})), key(cell, {}) == key(Cell("a-max", "lmsys", 16492, 10), {})
    (32, False)
    """
    contents = [digests[name] for name in _files(cell)]
    text = json.dumps([cell.fields(), contents, digests.get(_code(cell.policy)), code_digest()])
    return sha256(text.encode()).hexdigest()[:32]


def requests_of(cell: Cell, digests: Mapping[str, str]) -> RequestSet:
    """The requests that a cell draws, and the instance that its policy meets.

    >>> cell = Cell("a-min", "lmsys", requests=10, gpu="llama-2-70b:a100-80x2")
    >>> requests_of(cell, {}).instance.memory
    37751
    """
    return _requests_of(cell.spec, digests)


def _requests_of(spec: Spec, digests: Mapping[str, str]) -> RequestSet:
    for name in _profile(spec):
        if digest(name) != digests[name]:
            raise InputError(
                name, digest(name)[:8], f"the content of the sweep ({digests[name][:8]})"
            )
    return requests(spec, digests)


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

    read_instead(chunk.copies)
    rows = []
    for cell in chunk.cells:
        if contender(cell.policy).code() != chunk.digests.get(_code(cell.policy)):
            required = "the same code here as where the sweep was started"
            raise InputError("policy", cell.policy, required)
        row = _row(cell, _shared(cell, chunk.digests))
        rows.append({"key": key(cell, chunk.digests), **row})
    return rows


def _shared(cell: Cell, digests: Mapping[str, str]) -> RequestSet:
    """`requests_of`, one for neighbours that meet the same requests: other policies, and other
    seeds of a file of which nothing is drawn."""
    spec = cell.spec
    if not spec.drawn:
        spec = replace(spec, seed=0)
    named = [(name, digests[name]) for name in _files(cell)]
    return _last(spec, tuple(named))


@lru_cache(maxsize=1)
def _last(spec: Spec, digests: tuple[tuple[str, str], ...]) -> RequestSet:
    return _requests_of(spec, dict(digests))


def _row(cell: Cell, drawn: RequestSet) -> Row:
    """The cell and its measures; a failure is a result too, with `error` and no measures."""
    instance = drawn.instance
    described = {
        **cell.fields(),
        "memory": instance.memory,
        "requests": instance.n,
        "obtained": "simulated",
        "error": None,
    }
    one, reading = contender(cell.policy), cell.spec.reading
    player = one.player
    try:
        one.check_preemption(reading)
        if one.declared is not None:
            one.declared.check(instance)
    except InputError as error:
        return described | {"error": str(error)}
    try:
        if drawn.timing is None:
            found = run(instance, player, cell.seed, preemption=reading)
            return described | found.measures.to_json()
        timed = run_timed(instance, player, drawn.timing, cell.seed, preemption=reading)
    except EngineError as error:
        return described | {"error": str(error)}
    counts = timed.counts  # with preempted prefills, and what prefills hold
    counted = {"evictions": counts.evictions, "peak_cache": counts.peak_cache}
    return described | timed.run.measures.to_json() | counted | _seconds(timed)


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
