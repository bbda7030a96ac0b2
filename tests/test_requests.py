"""The one way to requests: drawing, taking and sampling, the same for every command."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from kvratio.reports.cli import main
from kvratio.simulate.requests import DEFAULT_REQUESTS, SAMPLE, Spec, draw, files, requests
from kvratio.simulate.results import read_rows
from kvratio.theory.checks import InputError


@pytest.fixture
def trace(tmp_path: Path) -> str:
    rows = "".join(f"{10 + i * i},{i},{100 + i},{i + 1}\n" for i in range(30))
    (tmp_path / "t.csv").write_text("arrival_s,prompt_tokens,output_tokens,p10\n" + rows)
    return str(tmp_path / "t.csv")


def test_a_sample_of_a_file_keeps_rows_whole(trace: str) -> None:
    drawn = draw(Spec(trace, 10, SAMPLE, seed=5))
    assert drawn.prompt is not None
    assert sorted(set(drawn.prompt)) == list(drawn.prompt)
    assert drawn.output == tuple(100 + i for i in drawn.prompt)
    assert drawn.columns["p10"] == tuple(i + 1 for i in drawn.prompt)
    assert drawn != draw(Spec(trace, 10, SAMPLE, seed=6))
    assert drawn == draw(Spec(trace, 10, SAMPLE, seed=5))


def test_in_time_the_part_is_consecutive_and_starts_at_0(trace: str) -> None:
    starts = set()
    for seed in range(20):
        drawn = draw(Spec(trace, 10, SAMPLE, seed=seed, timed="1"))
        assert drawn.prompt is not None
        first = drawn.prompt[0]
        assert drawn.prompt == tuple(range(first, first + 10))
        assert drawn.arrival == tuple(Fraction(i * i - first * first) for i in drawn.prompt)
        starts.add(first)
    assert len(starts) > 5
    assert starts <= set(range(21))


def test_a_whole_file_is_as_it_stands(trace: str) -> None:
    drawn = draw(Spec(trace, None, SAMPLE, seed=5, timed="1"))
    assert drawn.arrival is not None
    assert (len(drawn), drawn.arrival[0]) == (30, 10)


def test_beside_takes_arrivals_of_one_and_whole_rows_of_the_other(trace: str) -> None:
    drawn = draw(Spec(f"lmsys:rate=2 + {trace}", 200, seed=3))
    alone = draw(Spec("lmsys:rate=2", 200, seed=3))
    assert (drawn.prompt, drawn.arrival) == (alone.prompt, alone.arrival)
    assert drawn.columns["p10"] == tuple(o - 99 for o in drawn.output)
    assert len(set(drawn.output)) == 30  # drawn with replacement
    assert files(drawn.source) == [trace]


@pytest.mark.parametrize(
    ("workload", "count", "message"),
    [
        ("{t}", 31, "at most the 30"),
        ("{t}", 0, "at least 1"),
        ("lmsys + {t} + {t}", 3, "at most two sources"),
        ("lmsis", 3, "nearest: lmsys"),
        ("{t}.csv", 3, "a file that exists"),
    ],
)
def test_bad_sources(trace: str, workload: str, count: int | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        draw(Spec(workload.format(t=trace), count))


@pytest.fixture
def instance_file(tmp_path: Path) -> str:
    rows = [{"prompt": i, "output": 9 - i, "arrival": i, "interval": [1, 9]} for i in range(6)]
    (tmp_path / "i.json").write_text(json.dumps({"memory": 20, "requests": rows}))
    return str(tmp_path / "i.json")


def test_the_first_rows_are_the_default(trace: str) -> None:
    source = draw(Spec(trace, 2))
    assert (source.prompt, source.arrival) == ((0, 1), (10, 11))
    assert draw(Spec(trace)) == draw(Spec(trace, 30))
    assert len(draw(Spec("lmsys"))) == DEFAULT_REQUESTS
    assert "30 requests, M" in requests(Spec(trace)).description
    assert "3 requests sampled, M" in requests(Spec(trace, 3, SAMPLE)).description


def test_an_instance_file_is_read_everywhere(instance_file: str) -> None:
    drawn = requests(Spec(instance_file))
    assert (drawn.instance.memory, len(drawn)) == (20, 6)
    assert requests(Spec(instance_file, 2, memory=30)).instance.output == (9, 8)
    sampled = requests(Spec(instance_file, 3, SAMPLE, seed=1)).instance
    first = sampled.prompt[0]
    assert sampled.prompt == (first, first + 1, first + 2)
    assert sampled.arrival == (0, 1, 2)
    with pytest.raises(InputError, match="no instance file beside"):
        draw(Spec(f"lmsys + {instance_file}"))
    with pytest.raises(InputError, match="counts in steps"):
        requests(Spec(instance_file, gpu="llama-3-8b:h100"))


def test_a_path_is_a_file_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lmsys").write_text("output_tokens\n7\n")
    assert draw(Spec(Path("lmsys"))).output == (7,)
    assert len(draw(Spec("lmsys", 5))) == 5


def test_every_command_takes_the_same_requests(
    trace: str, instance_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`simulate`, `sweep` and `optimal` with the same words: the same total latency."""
    for file in (trace, instance_file):
        for take in ((), ("--take", "first"), ("--take", "sample")):
            asked = ("--requests", "3", *take, "--memory", "200")
            total = swept(file, asked, tmp_path)
            capsys.readouterr()
            assert simulated(file, asked, capsys) == total
    main(["optimal", instance_file, "--requests", "3", "--json", "-"])
    assert len(json.loads(capsys.readouterr().out)["schedule"]) == 3


def simulated(file: str, asked: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> int:
    main(["simulate", "--trace", file, *asked, "--policy", "fcfs", "--json", "-"])
    (row,) = json.loads(capsys.readouterr().out)
    return int(row["tel"])


def swept(file: str, asked: tuple[str, ...], folder: Path) -> int:
    target = folder / "s.parquet"
    words = ["--workload", file, *asked, "--policy", "fcfs", "--processes", "1"]
    main(["sweep", *words, "--out", str(target)])
    (row,) = read_rows(target)
    return int(row["tel"])
