"""Files of runs: what is written is read back, and nothing else is accepted; the page of `view`."""

import copy
import json
import shlex
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kvratio.reports.commands.view import command
from kvratio.reports.compare.steps import compare
from kvratio.reports.runs import from_json, read_runs, save_runs, to_json, together
from kvratio.reports.viewer import summary, title, viewer
from kvratio.simulate.measures import cache_profile
from kvratio.simulate.records import Run
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance

INSTANCE = Instance.of(12, [3, 1, 5, 4], prompt=1, arrival=[0, 0, 1, 2], interval=(1, 9))


def runs(*policies: str) -> tuple[Run, ...]:
    return compare("four requests", INSTANCE, policies or ("h-sf", "a-min")).runs


@pytest.fixture
def file(tmp_path: Path) -> Path:
    save_runs(tmp_path / "run.json", "four requests", runs())
    return tmp_path / "run.json"


def test_what_is_written_is_read_back(file: Path) -> None:
    read = read_runs(file)
    assert read.runs == runs()
    assert read.description == "four requests"
    assert from_json(to_json(read)) == read


def change(path: list[Any], value: Any) -> Callable[[Any], None]:
    def act(data: Any) -> None:
        for key in path[:-1]:
            data = data[key]
        if value is None:
            del data[path[-1]]
        else:
            data[path[-1]] = value

    return act


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["format"], "kvratio runs 2", "format"),
        (["format"], None, "format"),
        (["more"], 1, "exactly the keys"),
        (["description"], 5, "a text"),
        (["instance"], {"memory": 0, "requests": []}, "memory"),
        (["runs"], [], "at least one run"),
        (["runs"], {}, "at least one run"),
        (["runs", 0], 7, "runs[0]"),
        (["runs", 0, "seed"], None, "exactly the keys"),
        (["runs", 0, "seed"], -1, "seed"),
        (["runs", 0, "seed"], True, "seed"),
        (["runs", 0, "policy"], 3, "a text"),
        (["runs", 0, "schedule", 0], [0, 0, 3], "schedule[0]"),
        (["runs", 0, "schedule", 0, 1], 99, "a schedule of the model"),
        (["runs", 1, "schedule"], [], "never completed"),
        (["instance", "memory"], 8, "a schedule of the model"),
    ],
)
def test_anything_else_is_refused(file: Path, path: list[Any], value: Any, message: str) -> None:
    data = copy.deepcopy(json.loads(file.read_text()))
    change(path, value)(data)
    file.write_text(json.dumps(data))
    with pytest.raises(InputError) as caught:
        read_runs(file)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(file))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000])
def test_text_that_is_no_file_of_runs_is_refused(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(InputError):
        read_runs(file)


def test_files_together_are_of_the_same_requests(file: Path, tmp_path: Path) -> None:
    first, same = read_runs(file), read_runs(file)
    assert [run.policy for run in together([first, same]).runs] == ["h-sf", "a-min"] * 2
    other = compare("other", Instance.of(12, [1]), ["h-sf"])
    save_runs(tmp_path / "other.json", "other", other.runs)
    with pytest.raises(InputError, match="the same requests"):
        together([first, read_runs(tmp_path / "other.json")])
    with pytest.raises(InputError, match="the same instance"):
        save_runs(tmp_path / "mixed.json", "mixed", [*runs(), *other.runs])
    with pytest.raises(InputError, match="at least one run"):
        save_runs(tmp_path / "none.json", "none", [])
    assert not (tmp_path / "mixed.json").exists()


def test_the_viewers_data_is_that_of_the_runs() -> None:
    shown = viewer("v", "caption", runs(), 1)
    assert shown.data["memory"] == 12
    assert shown.data["requests"] == {
        "prompt": [1, 1, 1, 1], "output": [3, 1, 5, 4], "arrival": [0, 0, 1, 2]
    }  # fmt: skip
    for run, data in zip(runs(), shown.data["runs"], strict=True):
        rows = zip(data["request"], accumulate(data["start"]), data["length"], strict=True)
        # steps if evicted; 0, or the steps with a minus sign, if completed
        assert [
            (i, start, start + (abs(steps) or run.instance.output[i]), steps <= 0)
            for i, start, steps in rows
        ] == list(run.schedule.attempts())
        assert (data["tel"], data["evictions"]) == (run.tel, run.measures.evictions)
        time, base, running = cache_profile(run.schedule, run.instance)
        profile = {name: list(accumulate(column)) for name, column in data["profile"].items()}
        assert profile["time"] == time.tolist()
        assert profile["base"] == base.tolist()
        assert profile["running"] == running.tolist()
    json.dumps(shown.data)


def test_runs_of_one_policy_are_told_apart_by_their_seeds() -> None:
    one, two = (compare("x", INSTANCE, ["a-min"], seed).runs[0] for seed in (0, 1))
    assert title(one, [one]) == "A_min on cancel"
    assert [title(run, [one, two]) for run in (one, two)] == [
        "A_min on cancel, seed 0", "A_min on cancel, seed 1"
    ]  # fmt: skip
    unknown = Run("someone's own", 0, INSTANCE, one.schedule)
    assert title(unknown, [unknown]) == "someone's own"
    assert [row[0] for row in summary([unknown]).rows] == ["someone's own"]


def test_view_writes_a_page_beside_the_file_or_where_it_is_told(file: Path) -> None:
    assert CliRunner().invoke(command, [str(file)]).output == f"Page: {file.with_suffix('.html')}\n"
    page = file.with_suffix(".html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "four requests" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", ""), "but the name of SVG"
    out = file.parent / "out.html"
    assert CliRunner().invoke(command, [str(file), str(file), "--out", str(out)]).exit_code == 0
    assert out.read_text().count("A_min on cancel, seed 0") >= 2
    again = out.read_bytes()
    CliRunner().invoke(command, [str(file), str(file), "--out", str(out)])
    assert out.read_bytes() == again


@pytest.mark.parametrize("arguments", ["no-such.json", "RUN --out ''", "RUN --out no/x"])
def test_view_refuses_bad_input(file: Path, arguments: str) -> None:
    words = [str(file) if word == "RUN" else word for word in shlex.split(arguments)]
    assert isinstance(CliRunner().invoke(command, words).exception, InputError)
    assert isinstance(CliRunner().invoke(command, []).exception, InputError)
    assert isinstance(CliRunner().invoke(command, ["--workload", "lmsys"]).exception, InputError)
