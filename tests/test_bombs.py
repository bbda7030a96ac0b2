"""Small inputs that ask for much: refused at once, with the limit, or done in proportion."""

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

import kvratio as kv
from kvratio.reports.bounds.table import point
from kvratio.reports.sweep_config import cells_of_config
from kvratio.reports.worst import problem_of
from kvratio.simulate import engine, limits
from kvratio.simulate.declared import Declared
from kvratio.simulate.kernel import run as run_compiled
from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.server import Server
from kvratio.theory.checks import InputError, WorkLimitError
from kvratio.theory.model import MOST_CAPS, Instance
from tests.command import kvratio

MANY = tuple(range(1, 300_001))
# one near the budget evicts the others again and again
NEAR = Instance.of(400, [399, 398, 397, 396] * 4, interval=(1, 400))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "text",
    [
        "memory = " + "[" * 5_000 + "]" * 5_000,
        "memory = " + "{a = " * 5_000 + "1" + "}" * 5_000,
        "[" + "a." * 5_000 + "a]\nb = 1",
        'memory = ["' + "x" * 100_000 + '"]',
    ],
    ids=["lists", "tables", "dots", "text"],
)
def test_a_nested_file_of_a_sweep(text: str) -> None:
    Path("deep.toml").write_text(text)
    ended = kvratio("sweep", "deep.toml", "--out", "s.parquet")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert len(ended.err) < 1000
    assert [path.name for path in Path().iterdir()] == ["deep.toml"]


def test_the_cells_of_all_blocks_count_together() -> None:
    common = {"workloads": "lmsys", "policies": ["fcfs", "h-sf"]}
    blocks = [{"seeds": 1}, {"seeds": 400_000}, {"seeds": 200_000}]
    with pytest.raises(InputError, match=r"of all blocks together, got '1200002 simulations'"):
        cells_of_config({**common, "sweep": blocks})
    assert len(cells_of_config({**common, "sweep": [{"seeds": 2}, {"seeds": 3}]})) == 6


def test_many_caps() -> None:
    for make in (
        lambda: named("slicing:caps=" + ",".join(map(str, MANY))),
        lambda: problem_of("slicing", 9, caps=MANY),
        lambda: kv.worst_case("slicing", u=9, caps=MANY),
    ):
        with pytest.raises(InputError, match=f"at most {MOST_CAPS}, got '300000 caps'") as caught:
            make()
        assert len(str(caught.value)) < 200
    assert len(named("slicing:caps=" + ",".join(map(str, MANY[:MOST_CAPS]))).caps) == MOST_CAPS


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("worst-case --u 1000000000", "upper: .*got 1000000000"),
        ("worst-case --u 99999999999999999999", "upper: .*got 99999999999999999999"),
        ("worst-case --policy slicing --u 1000000000 --caps 1000000000", "upper: .*got 1000000000"),
        ("worst-case --u 9 --prompt 1e400", "prompt: expected"),
        ("worst-case --u 9 --prompt -1", "prompt: .*got '-1'"),
        ("bounds --prompt 1e400", "prompt: expected"),
        ("bounds --interval 1 99999999999999", "u: .*got 99999999999999"),
        ("optimal i.json --time-limit nan", "time-limit: .*got nan"),
        ("optimal i.json --time-limit inf", "time-limit: .*got inf"),
        ("optimal i.json --time-limit 0", "time-limit: .*got 0"),
        ("optimal i.json --time-limit -1", "time-limit: .*got -1"),
    ],
)
def test_a_large_number(words: str, message: str) -> None:
    Path("i.json").write_text('{"memory": 9, "requests": [{"prompt": 1, "output": 2}]}')
    ended = kvratio(*words.split())
    assert (ended.status, ended.out) == (2, "")
    assert re.search(message, ended.err)


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 0, -1, True, "1", None])
def test_a_time_limit_is_a_number_of_seconds(seconds: object) -> None:
    instance = kv.Instance.of(9, [1])
    with pytest.raises(InputError, match=r"seconds: .* a number of seconds"):
        kv.optimal(instance, seconds=seconds)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"seconds: .* a number of seconds"):
        kv.check("fcfs", seconds=seconds)  # type: ignore[arg-type]


def test_long_prompts_and_intervals_still_have_their_bounds() -> None:
    assert point(None, (1, 10**9), "1e9", None)["s"] == 10**9
    assert problem_of("a-min", 10**9, lengths=(1, 10**9)).lengths == (1, 10**9)
    assert problem_of("a-min", 9, prompt=Fraction(1, 3)).prompt == Fraction(1, 3)


@pytest.mark.parametrize("name", ["fcfs", "learned-slicing"])
def test_evictions_without_end_are_given_up(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both engines, and the command, whose status says that it was for the work."""
    needed = len(engine.run(NEAR, name).schedule)
    assert needed > 100
    for most in (needed // 2, needed):
        monkeypatch.setattr(limits, "MOST_ATTEMPTS", most)
        for run in (engine.run, run_compiled):
            if most == needed:
                assert len(run(NEAR, POLICIES[name]).schedule) == needed
                continue
            with pytest.raises(limits.EvictionsError, match=f"more than {most} attempts"):
                run(NEAR, POLICIES[name])
    monkeypatch.setattr(limits, "MOST_ATTEMPTS", 60)
    with pytest.raises(WorkLimitError, match=r"a memory that is further"):
        kv.compare(NEAR, [name])
    Path("near.json").write_text(json.dumps(NEAR.to_json()))
    ended = kvratio("simulate", "--trace", "near.json", "--policy", name)
    assert (ended.status, ended.out) == (3, "")
    assert "more than 60 attempts" in ended.err


@pytest.mark.parametrize("name", POLICIES)
def test_a_server_refuses_more_requests_than_its_scheduler_was_made_for(name: str) -> None:
    server = Server(10, Declared(POLICIES[name], n=2, seed=0))
    server.submit(output=3, prompt=1)
    server.step()
    server.submit(output=3, prompt=1)
    for _ in range(2):
        with pytest.raises(InputError, match=r"requests: .* at most 2 in all.*got 3"):
            server.submit(output=3, prompt=1)
    for _ in range(20):
        server.step()
    assert server.idle
    assert server.instance.n == 2
