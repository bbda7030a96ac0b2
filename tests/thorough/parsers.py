"""Every parser of outside text: how to call it, what it may raise, and texts to begin with.

A parser either accepts its input or raises the one documented error; anything else, a hang
included, is a bug. Used by the everyday `tests/test_fuzz.py` and by `tests.thorough.fuzz`.
"""

import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from tests.certificates import copositive_by_hand

FORGED = Path(__file__).parent.parent / "forged"
PUBLISHED = Path(__file__).parent.parent.parent / "reports" / "published"
LONGEST = 4096  # bytes of a seed
LONGEST_MESSAGE = 2000  # characters
SPOOFS = (
    *(b"\n", b"\r", b"\x1b[2K", b"\\n", b"\\u001b[2K", b"\\ud800"),
    *("\u202e".encode(), "\u2028".encode(), b"\xed\xa0\x80"),
)


@dataclass(frozen=True)
class Parser:
    """`read` takes any bytes; `documented` are the errors that it may raise; `seeds` are valid."""

    read: Callable[[bytes], object]
    documented: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]
    words: tuple[str, ...] = ()


class MemoryFile:
    """As much of a `Path` as readers use, without a disk."""

    def __init__(self, name: str, data: bytes) -> None:
        self.suffix, self._name, self._data = Path(name).suffix, name, data

    def __str__(self) -> str:
        return self._name

    def exists(self) -> bool:
        return True

    def is_dir(self) -> bool:
        return False

    def is_file(self) -> bool:
        return True

    def read_bytes(self) -> bytes:
        return self._data

    def read_text(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._data.decode(encoding, errors)

    def open(self, _mode: str, buffering: int = -1) -> io.BufferedReader:
        return io.BufferedReader(cast(Any, io.BytesIO(self._data)), max(buffering, 16))


INSTANCE: dict[str, Any] = {
    "memory": 20,
    "requests": [
        {"prompt": 2, "output": 3, "arrival": 4, "interval": [1, 5]},
        {"prompt": 1, "output": 6},
    ],
}
CSV = b"arrival_s,prompt_tokens,output_tokens,p10,p90\n0,5,7,3,9.5\n0.25,1,2,1,1e1\n"
AZURE = b"TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,374,44\n"
BURST = b"Timestamp,Request tokens,Response tokens\n5,472,18\n45,417,0\n"
TIMES = (
    b"timestamp,prompt_tokens,output_tokens\n2024-05-10T00:00:00Z,10,5\n2024-05-10 00:00:01,1,6\n"
)
QWEN = b'{"chat_id": 1, "turn": 1, "timestamp": 0.1, "input_length": 5, "output_length": 2}\n'
DELAY = b'{"session_id": "s", "delay": 535, "input_length": 672, "output_length": 52}\n'
# CSV, by zstd
ZSTD = pa.Codec("zstd").compress(CSV, asbytes=True)
MOONCAKE = b'{"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46]}\n'
FUZZED_WORK = 1_000_000  # entries of a certificate: a second
BOMBS = (  # certificates that would take minutes or gigabytes
    b'{"format":"kvratio-optimality","version":1,"instance":{"memory":10000000,"requests":['
    b'{"prompt":0,"output":9999940},{"prompt":1,"output":9999940}]},"schedule":[],"lower":0,'
    b'"upper":0,"scale":1,"cuts":[],"prices":[[]],"tree":[0]}',
    b'{"format":"kvratio-optimality","version":1,"instance":{"memory":2,"requests":['
    b'{"prompt":0,"output":2}]},"schedule":[[0,0,2,true]],"lower":0,"upper":2,"scale":1,'
    b'"cuts":[["ahead",1,0]],"prices":[[[0,9999990],[1,9999990]],[0,[0,1]],[1,[0,1]]],"tree":[0]}',
)
DEEP = b"memory = " + b"[" * 1500 + b"]" * 1500
SWEEP = b"""memory = [99]
policies = ["h-sf", "a-min"]
seeds = 2
[[sweep]]
workloads = ["uniform:l=1,u=5"]
requests = [4]
predictions = ["1:9", "bins:2:10"]
"""


def _small(paths: list[Path]) -> tuple[bytes, ...]:
    return tuple(p.read_bytes() for p in sorted(paths) if p.stat().st_size <= LONGEST)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _instance(data: bytes) -> None:
    from kvratio.simulate.request_files import parse_instance

    parse_instance(_text(data))


def _trace(name: str) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        from kvratio.simulate.predictions import predict
        from kvratio.simulate.traces import read_trace

        source: Any = MemoryFile(name, data)
        requests = read_trace(source)
        requests.instance(10**6, predict(None, requests), rate=30)

    return read


def _columns(data: bytes) -> None:
    from kvratio.simulate.formats import asked_for

    asked_for(_text(data))


def _packed(data: bytes) -> None:
    """A file whose name says nothing: a trace or a document, packed or not."""
    from kvratio.simulate.streams import opened
    from kvratio.simulate.traces import read_rows

    source: Any = MemoryFile("t", data)
    with opened(source) as stream:
        read_rows(source, stream, None, None, True)


def _schedule(data: bytes) -> None:
    from kvratio.theory.checks import InputError
    from kvratio.theory.model import Schedule

    try:
        rows = json.loads(_text(data))
    except (ValueError, RecursionError) as error:
        raise InputError("schedule", "text", "JSON") from error
    Schedule.from_json(rows)


def _run(data: bytes) -> None:
    from kvratio.simulate.records import Run
    from kvratio.theory.checks import InputError

    try:
        document = json.loads(_text(data))
    except (ValueError, RecursionError) as error:
        raise InputError("run", "text", "JSON") from error
    Run.from_json(document)


def _optimality(data: bytes) -> None:
    from kvratio.proofs_check.certificate import read_certificate
    from kvratio.proofs_check.optimality import check
    from kvratio.proofs_check.work import limit_work

    limit_work(_text(data), FUZZED_WORK)
    check(read_certificate(_text(data)))


def _policy(data: bytes) -> None:
    from kvratio.simulate.policies import named

    named(_text(data))


def _copositive(data: bytes) -> None:
    from kvratio.proofs_check.copositive import check

    check(_text(data))


def _workload(data: bytes) -> None:
    from kvratio.simulate.workloads import synthetic

    synthetic(_text(data), 5, seed=0)


def _prediction(data: bytes) -> None:
    from fractions import Fraction

    from kvratio.simulate.predictions import predict
    from kvratio.simulate.workloads import Requests

    columns = {"p10": (Fraction(2), Fraction(3)), "p90": (Fraction(9), Fraction(19, 2))}
    predict(_text(data), Requests("two", (5, 17), columns=columns))


def _rational(data: bytes) -> None:
    from kvratio.theory.checks import rational

    rational("any", _text(data), least=0)


def _sweep(data: bytes) -> None:
    from kvratio.reports.sweep_config import read_config

    source: Any = MemoryFile("sweep.toml", data)
    read_config(source)


def _deployment(data: bytes) -> None:
    from kvratio.simulate.gpu.deployment import deployment

    deployment(_text(data))


def _worst_case(data: bytes) -> None:
    """The options of `kvratio worst-case`, one a line."""
    from kvratio.reports.commands.worst_case import _numbers
    from kvratio.reports.worst import problem_of

    lines = [*_text(data).split("\n"), *[""] * 7][:7]
    ends = [int(x) if x.isascii() and x.isdigit() and len(x) < 19 else 7 for x in lines[2:4]]
    caps, lengths = _numbers("caps", lines[5]), _numbers("lengths", lines[6])
    problem_of(lines[0], ends[0], ends[1], lines[1], lines[4], caps, lengths)


def parsers() -> dict[str, Parser]:
    """The parsers by name."""
    from kvratio.proofs_check.certificate import CertificateError
    from kvratio.proofs_check.copositive import CopositiveError
    from kvratio.theory.checks import InputError, WorkLimitError

    bad = (InputError,)
    instance = json.dumps(INSTANCE).encode()
    run = {"policy": "h-sf", "seed": 0, "instance": INSTANCE, "schedule": [[0, 4, 7, True]]}
    optimality = _small(list(FORGED.glob("*.json")) + list((PUBLISHED / "optima").glob("*.json")))
    by_hand = copositive_by_hand()
    slicing = by_hand | {"policy": "slicing", "caps": [1, 2], "bound": [9, 1]}
    keys = tuple(f'"{key}"' for key in [*INSTANCE, *INSTANCE["requests"][0], *run])
    return {
        "instance": Parser(_instance, bad, (instance, b'{"memory": 9, "requests": []}'), keys),
        "schedule": Parser(_schedule, bad, (b"[[0, 0, 3, true], [1, 0, 2, false]]",)),
        "run": Parser(_run, bad, (json.dumps(run).encode(),), keys),
        "csv": Parser(
            _trace("t.csv"), bad, (CSV, AZURE, BURST, TIMES), ("TIMESTAMP", "e400", "\r\n", '"')
        ),
        "jsonl": Parser(
            _trace("t.jsonl"), bad, (MOONCAKE * 2, QWEN, DELAY), ('"output_tokens"', "null")
        ),
        "columns": Parser(_columns, bad, (b"arrival=t,prompt=in,output=out,unit=ms",), ("unit=",)),
        "packed": Parser(_packed, bad, (CSV, gzip.compress(CSV), ZSTD), ("\x1f\x8b",)),
        "optimality": Parser(
            _optimality,
            (CertificateError, WorkLimitError),
            (*optimality, *BOMBS),
            ('"gap"', '"ahead"', "999999999", "9999990"),
        ),
        "copositive": Parser(
            _copositive,
            (CopositiveError,),
            (json.dumps(by_hand).encode(), json.dumps(slicing).encode()),
            ('"a-min"', '"slicing"', '"caps"', "99999999"),
        ),
        "workload": Parser(
            _workload,
            bad,
            (
                *(b"two-point:l=5,u=20,q=0.2", b"geometric:q=0.9", b"linear-geometric:q=1/2"),
                *(b"uniform:l=1,u=9,rate=3", b"histogram:3=4,7=1", b"lmsys"),
            ),
            ("rate=", "q=", "1e-9", "histogram:", "999999999999"),
        ),
        "prediction": Parser(
            _prediction,
            bad,
            (b"1:1000", b"bins:10", b"bins:10:1000", b"relative:0.5", b"columns:p10,p90"),
        ),
        "policy": Parser(
            _policy, bad, (b"h-sf", b"slicing:caps=4,16", b"gsa:growth=2,first=16"), ("caps=", ",1")
        ),
        "rational": Parser(_rational, bad, (b"1/3", b"0.25", b"1e-7", b" -2 "), ("e", "_", "/")),
        "sweep": Parser(
            _sweep, bad, (SWEEP, DEEP), ("[[sweep]]", "timed", "prompts", "'''", "inf")
        ),
        "deployment": Parser(_deployment, bad, (b"llama-3-8b:h100", b"llama-2-70b:a100-80x2")),
        "worst-case": Parser(
            _worst_case,
            bad,
            (b"a-min\nh-sf\n9\n1\n0\n\n", b"slicing\narea\n9\n2\n5/2\n2,4,9\n2,9"),
        ),
    }


def survives(parser: Parser, data: bytes) -> bool:
    """Is the input accepted? A documented error is no; any other error goes through.

    The message of a documented error is one line that a terminal shows as it is.
    """
    try:
        parser.read(data)
    except parser.documented as error:
        if not str(error).isprintable() or len(str(error)) > LONGEST_MESSAGE:
            raise AssertionError(f"not a line of text: {str(error)[:300]!r}") from error
        return False
    return True
