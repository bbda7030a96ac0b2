"""`import kvratio`: the session of the issue as a stranger types it, in an empty folder."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import kvratio as kv
import kvratio.reports.report
from kvratio.reports.bounds.find import PARTS, _of_module, derive, published
from kvratio.reports.bounds.table import MODULES
from kvratio.reports.cli import main
from kvratio.reports.sections import policies
from kvratio.simulate import engine as reference
from kvratio.simulate import kernel
from kvratio.simulate.policies import POLICIES

SCHEDULER = '''
import kvratio as kv

class MyScheduler(kv.Scheduler):
    """One request at a time, in the order of their arrival."""

    def admit(self, view):
        return [] if view.running else list(view.waiting)[:1]
'''
SESSION = """
import kvratio as kv
from dataclasses import replace
from kvratio.simulate.policies import POLICIES
from mysched import MyScheduler

trace = kv.read_trace("chat.csv", memory=16_492, predict="columns:low,high")
result = kv.compare(trace, ["h-sf", "fcfs", "a-min", MyScheduler], seeds=3)
assert "<table>" in result._repr_html_() and "a-min" in repr(result)
frame = result.to_pandas()
assert list(frame.groupby("policy").size()[["a-min", "fcfs"]]) == [3, 1]
assert result.plot()._repr_svg_().startswith("<svg")
assert result.view("runs.html").read_text().startswith("<!DOCTYPE html>")
mine = replace(POLICIES["fcfs"], name="mine", title="Mine")
kv.compare(kv.workload("lmsys", requests=50, seed=1), ["a-l", mine, "mysched:MyScheduler"])
timed = kv.compare(trace, ["fcfs", MyScheduler], gpu="llama-3-8b:h100")
assert "tokens/s" in timed._repr_html_() and len(timed.to_pandas()) == 2
assert kv.check(MyScheduler, seconds=2, only=["budget"]).passed
b = kv.bounds(policy="a-min", benchmark="h-sf", lengths="two-point")
assert b.closed_form.free_symbols and b.steps and b._repr_latex_().startswith("$")
grid = kv.bounds.grid(alpha=["1/4", "1/2"], prompt=[0, 10], policy="a-min").to_pandas()
assert set(grid["alpha"]) == {0.25, 0.5}
kv.plot.ratio(["a-min", "a-l"]).save("ratio.png")
assert kv.claim("t6-prompts").verdict == "refuted"
worst = kv.worst_case("a-min", u=12)
worst.certificate.save("c.json")
assert worst.ratio <= worst.bound
instance = kv.Instance.of(memory=4, output=[2, 2, 3, 3])
assert kv.optimal(instance).lower == 15
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = "".join(f"{i},{20 + i},{9 + 7 * i % 50},{5 + i % 5},{70}\n" for i in range(40))
    (tmp_path / "chat.csv").write_text("arrival_s,prompt_tokens,output_tokens,low,high\n" + rows)
    (tmp_path / "mysched.py").write_text(SCHEDULER)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """The command as its console script runs it: the current folder is not on the path."""
    start = "import sys; sys.path[:] = [p for p in sys.path if p]; import kvratio.reports.cli as c"
    return python("-c", f"{start}; c.main({list(words)!r})")


@pytest.mark.slow
def test_the_session_runs_as_a_script(folder: Path) -> None:
    (folder / "session.py").write_text(SESSION)
    done = python("session.py")
    assert done.returncode == 0, done.stderr
    assert {"runs.html", "ratio.png", "c.json"} <= {path.name for path in folder.iterdir()}


def test_the_import_is_light() -> None:
    """Nothing heavy, whatever the machine's speed."""
    heavy = "numpy sympy numba matplotlib pyarrow cvxpy pandas click kvratio.simulate"
    code = f"import sys, kvratio; print(*[m for m in {heavy.split()!r} if m in sys.modules])"
    assert python("-c", code).stdout.strip() == ""


def test_every_name_is_there_and_documented() -> None:
    assert set(kv.__all__) <= set(dir(kv))
    for name in kv.__all__:
        assert getattr(kv, name).__doc__, name
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = kv.no_such_name


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kv.compare(kv.workload("lmsys", requests=3), ["A_min"]), "nearest: a-min"),
        (lambda: kv.compare("lmsys", []), "at least one policy"),
        (lambda: kv.compare(7, ["fcfs"]), "what read_trace or workload return"),
        (lambda: kv.compare(kv.workload("lmsys", requests=3), [object()]), "kvratio.Scheduler"),
        (lambda: kv.compare(kv.Instance.of(9, [1]), ["fcfs"], gpu="llama-3-8b:h100"), "gpu"),
        (lambda: kv.workload("lmsis"), "nearest: lmsys"),
        (lambda: kv.read_trace("no.csv"), "a file that exists"),
        (lambda: kv.bounds(policy="a_mni"), "one of"),
        (lambda: kv.bounds(policy="a-min", benchmark="h-sf", lengths="geometri"), "nearest"),
        (lambda: kv.bounds(policy="a-min", benchmark="h-sf"), "by its id"),
        (lambda: kv.bounds(id="two-point/A_min/HSF"), "nearest: two-point/A_min/H-SF"),
        (lambda: kv.claim("t6_s0"), "nearest: t6-s0"),
        (lambda: kv.optimal(3), "an Instance"),
        (lambda: kv.plot.ratio("learned slicing", lengths="two-point"), "of the table"),
    ],
)
def test_bad_input_is_named(call: Any, message: str) -> None:
    with pytest.raises(kv.InputError, match=message):
        call()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return list(view.waiting)", "tokens over the budget"),
        ("return [99]", "does not wait"),
        ("return 1 / 0", r"ZeroDivisionError: division by zero \(test_public_interface"),
        ("return [i for i in view.waiting if view.upper(i)]", "not declared in `sees`"),
        ("return []", "nothing arrives or completes"),
    ],
)
def test_a_scheduler_that_fails_is_one_clear_error(body: str, message: str) -> None:
    names: dict[str, Any] = {}
    source = f"def admit(self, view):\n    {body}\n"
    exec(compile(source, "test_public_interface_mine.py", "exec"), names)
    broken = type("Broken", (kv.Scheduler,), {"admit": names["admit"]})
    with pytest.raises(kv.InputError, match=message):
        kv.compare(kv.Instance.of(9, [3, 3, 3, 3]), broken)


def test_seeds_vary_what_is_random_and_only_that() -> None:
    requests = kv.workload("two-point:l=5,u=20,q=0.5", requests=60, memory=100)
    result = kv.compare(requests, ["a-max", "fcfs"], seeds=3)
    assert [(row["policy"], row["seed"]) for row in result.rows()] == [
        ("a-max", 0), ("a-max", 1), ("a-max", 2), ("fcfs", 0)
    ]  # fmt: skip
    single = [kv.compare(requests, "a-max", seed=k).rows()[0]["tel"] for k in range(3)]
    assert [row["tel"] for row in result.rows()[:3]] == single
    assert len(set(single)) > 1


def test_pandas_missing_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(kv.InputError, match="pip install pandas"):
        kv.compare(kv.Instance.of(9, [1]), "fcfs").to_pandas()


@pytest.mark.usefixtures("folder")
def test_every_command_runs_a_scheduler_of_ones_own() -> None:
    """`simulate`, `view`, `sweep` find it in the current folder; `report` reads as `simulate`."""
    asked = ("--workload", "chat.csv", "--policy", "mysched:MyScheduler", "--policy", "fcfs")
    told = command("simulate", *asked, "--json", "-")
    assert told.returncode == 0, told.stderr
    rows = json.loads(told.stdout)
    assert rows[0]["policy"] == "mysched:MyScheduler"
    assert command("view", *asked, "--out", "v.html").returncode == 0
    assert "mysched:MyScheduler" in Path("v.html").read_text()
    assert command("sweep", *asked, "--out", "s.parquet", "--processes", "1").returncode == 0
    from kvratio.simulate.results import read_rows

    assert [row["tel"] for row in read_rows(Path("s.parquet"))] == [row["tel"] for row in rows]
    timed = command("simulate", *asked, "--gpu", "llama-3-8b:h100", "--json", "-")
    assert json.loads(timed.stdout)[0]["evictions"] == 0


@pytest.mark.usefixtures("folder")
def test_a_report_shows_a_scheduler_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kvratio.reports.report, "SECTIONS", {"policies": policies.section})
    monkeypatch.setattr(sys, "path", [*sys.path])
    main(["report", "--workload", "chat.csv", "--policy", "mysched:MyScheduler", "--out", "r"])
    assert "mysched:MyScheduler" in Path("r/report.md").read_text()
    assert "read `chat.csv`, SHA-256" in Path("r/manifest.json").read_text()


def test_the_engine_takes_whatever_names_a_policy() -> None:
    instance = kv.Instance.of(9, [3, 2, 1], interval=(1, 3))

    class Mine(kv.Scheduler):
        def admit(self, view: Any) -> list[int]:
            return [] if view.running else list(view.waiting)[:1]

    for engine in (reference.run, kernel.run):
        assert engine(instance, "h-sf").tel == engine(instance, POLICIES["h-sf"]).tel == 1 + 2 + 3
        assert engine(instance, Mine).tel == engine(instance, Mine()).tel == 3 + 5 + 6
        with pytest.raises(kv.InputError, match="nearest: h-sf"):
            engine(instance, "h_sf")
        with pytest.raises(kv.InputError, match="admit missing"):
            engine(instance, object())


def test_a_sweep_knows_when_the_scheduler_has_changed(folder: Path) -> None:
    words = ("--workload", "chat.csv", "--policy", "mysched:MyScheduler", "--processes", "1")
    from kvratio.simulate.results import read_rows

    keys = set()
    for more in ("", "# changed\n"):
        Path("mysched.py").write_text(SCHEDULER + more)
        assert command("sweep", *words, "--out", "s.parquet").returncode == 0
        keys.add(read_rows(folder / "s.parquet")[0]["key"])
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("nomodule:X", "a module nomodule in this folder"),
        ("mysched:Other", "it has MyScheduler"),
        ("mysched:kv", "a class of schedulers"),
        ("amin", "nearest: a-min"),
        ("broken:X", "SyntaxError"),
    ],
)
def test_names_that_cannot_be_found(folder: Path, policy: str, message: str) -> None:
    (folder / "broken.py").write_text("def (")
    told = command("simulate", "--requests", "5", "--policy", policy)
    assert (told.returncode, told.stdout) == (2, "")
    assert message in told.stderr
    assert "Traceback" not in told.stderr


def test_a_record_must_not_pass_for_a_policy_that_it_is_not() -> None:
    from dataclasses import replace

    other = replace(POLICIES["a-l"], name="fcfs")
    with pytest.raises(kv.InputError, match="a name that no policy has"):
        kv.compare(kv.Instance.of(9, [1]), other)


def test_what_derives_one_bound_derives_the_published_one() -> None:
    """Each function of `PARTS` makes every result whose id begins so, as published."""
    _of_module.cache_clear()
    rows = {row["id"]: row for row in published()}
    for beginning in PARTS:
        for name in (name for name in rows if name.startswith(beginning)):
            plain = {key: value for key, value in rows[name].items() if key != "growth"}
            assert derive(name).record.row() == plain, name
    for beginning, maker in PARTS.items():
        assert maker.partition(":")[0] in MODULES
        assert any(name.startswith(beginning) for name in rows)
    assert _of_module.cache_info().currsize == 0, "nothing else was derived"
