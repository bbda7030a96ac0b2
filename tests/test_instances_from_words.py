"""From options to an instance: instance files wherever traces go, and what overrides what."""

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from kvratio.reports.commands._source import spec_of
from kvratio.simulate.request_files import read_file
from kvratio.simulate.requests import DEFAULT_MEMORY, DEFAULT_REQUESTS, requests
from kvratio.simulate.workloads import synthetic
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance
from tests.strategies import instances


def build_instance(prediction: str | None = None, **options: Any) -> tuple[str, Instance]:
    """Description and instance of the words of a command line."""
    drawn = requests(spec_of(predict=prediction, **options))
    return drawn.description, drawn.instance


REQUESTS = [
    {"prompt": 2, "output": 3, "arrival": 4, "interval": [1, 5]},
    {"prompt": 1, "output": 6},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.json"
    path.write_text(json.dumps({"memory": 20, "requests": REQUESTS}))
    return path


def test_an_instance_file_brings_everything(file: Path) -> None:
    description, instance = build_instance(trace=file)
    assert instance == Instance(20, (2, 1), (3, 6), (4, 0), (1, 1), (5, 19))
    assert description == (
        f"{file}: 2 requests, M = 20 tokens, arrivals of the file, predicted as in the file"
    )


def test_options_override_the_instance_file(file: Path) -> None:
    _, changed = build_instance(trace=file, prompt=0, memory=9, prediction="2:4")
    assert changed == Instance(9, (0, 0), (3, 6), (4, 0), (2, 2), (4, 4))
    description, first = build_instance(trace=file, requests=1)
    assert first == Instance(20, (2,), (3,), (4,), (1,), (5,))
    assert description.endswith("predicted [1, 5]")


@given(instances())
def test_what_to_json_writes_is_read_back(tmp_path_factory, instance: Instance) -> None:
    path = tmp_path_factory.mktemp("x") / "any.json"
    path.write_text(json.dumps(instance.to_json()), encoding="utf-8-sig")
    assert read_file(path) == instance
    assert build_instance(trace=path)[1] == instance


def test_the_defaults_are_the_lmsys_workload() -> None:
    description, instance = build_instance()
    source = synthetic("lmsys", DEFAULT_REQUESTS, seed=0)
    assert instance.output == source.output
    assert instance.prompt == source.prompt
    assert instance.memory == DEFAULT_MEMORY
    assert set(instance.arrival) == {0}
    assert description.startswith("lmsys: 2000 requests, M = 16492 tokens, all at step 0")


def test_every_option_reaches_the_instance(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text("arrival_s,prompt_tokens,output_tokens,low,high\n0.1,5,3,2.5,4\n1.99,6,4,1,9\n")
    description, instance = build_instance(
        trace=path, memory=50, prediction="columns:low,high", timed="10"
    )
    assert instance == Instance(50, (5, 6), (3, 4), (1, 19), (2, 1), (4, 9))
    assert description == (
        f"{path}: 2 requests, M = 50 tokens, timed, 10 steps a second, predicted columns:low,high"
    )
    assert build_instance(trace=path, prompt=7)[1].prompt == (7, 7)
    assert build_instance(trace=path)[1].arrival == (0, 0)
    assert build_instance(trace=path, requests=1)[1].n == 1
    assert build_instance(requests=3, seed=4)[1].output == synthetic("lmsys", 3, 4).output
    rated = build_instance(workload="lmsys:rate=2", requests=9, timed="7/2")[1]
    arrival = synthetic("lmsys:rate=2", 9, 0).arrival
    assert arrival is not None
    assert rated.arrival == tuple(int(second * Fraction(7, 2)) for second in arrival)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "instance file: .*got ''"),
        ("{", "valid JSON"),
        ("[]", "no rows"),
        ('{"memory": 5}', "an object with exactly"),
        ('{"memory": "5", "requests": []}', "memory: .*got '5'"),
        ('{"memory": 5, "requests": [{}]}', r"requests\[0\]: .*got \{\}"),
        (
            '{"memory": 5, "requests": [{"prompt": 1, "output": 0}]}',
            r"\.output: .*got 0",
        ),
        (
            '{"memory": 5, "requests": [{"prompt": 1, "output": 1.5}]}',
            r"\.output: .*got 1\.5",
        ),
        ('{"memory": 5, "requests": [{"prompt": 1, "output": 5}]}', r"request 0: prompt \+ output"),
        (
            '{"memory": 5, "requests": [{"prompt": 1, "output": 1, "interval": [3, 2]}]}',
            r"request 0: interval: .*got \[3, 2\]",
        ),
        ("[" * 100_000, "valid JSON"),
        (b'{"memory": 5, "requests": [], "\xff": 1}', "UTF-8"),
    ],
)
def test_bad_instance_files_are_named(tmp_path: Path, content: str | bytes, words: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        build_instance(trace=path)
    assert str(caught.value).startswith(str(path))
    assert re.search(words, str(caught.value))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"trace": Path("x.csv"), "workload": "lmsys"}, "either --trace or --workload"),
        ({"trace": Path("no/such.csv")}, "a file that exists"),
        ({"trace": Path("no/such.json")}, "a file that exists"),
        ({"trace": Path(".")}, "a file that exists"),
        ({"timed": "0"}, "timed: .*got '0'"),
        ({"timed": "1e999999999"}, "timed: expected"),
        ({"timed": "5"}, "arrival times"),
        ({"requests": 0}, "requests: .*got 0"),
        ({"memory": 0}, "memory: .*got 0"),
        ({"memory": 3}, "otherwise it can never fit"),
        ({"prompt": -1}, "prompt: .*got -1"),
        ({"workload": ""}, "one of geometric"),
    ],
)
def test_bad_options_are_named(options: dict[str, object], words: str) -> None:
    with pytest.raises(InputError) as caught:
        build_instance(**options)
    assert re.search(words, str(caught.value))


def test_an_instance_file_has_steps_and_no_columns(file: Path) -> None:
    with pytest.raises(InputError, match="steps already"):
        build_instance(trace=file, timed="5")
    with pytest.raises(InputError, match="a numeric column"):
        build_instance(trace=file, prediction="columns:p10,p90")
    with pytest.raises(InputError, match="at most the 2 requests"):
        build_instance(trace=file, requests=3)
