"""The command line: every option, its JSON, and one line for everything that is wrong."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kvratio.reports.cli import main
from kvratio.reports.compare import steps
from kvratio.reports.compare.table import STEP_COLUMNS
from kvratio.reports.terminal import print_table
from kvratio.simulate.cold import REFERENCE, Engine
from kvratio.simulate.policies import POLICIES

ROOT = Path(__file__).parent.parent
SMALL = ("--workload", "two-point:l=2,u=9,q=1/4", "--memory", "30", "--requests", "40")
REQUIRED_KEYS = {
    "policy", "tel", "mean_latency", "p50", "p95", "p99", "makespan", "evictions", "wasted_tokens",
    "ratio_to_h_sf", "ratio_to_lower_bound",
}  # fmt: skip
REQUIRED_POLICIES = {
    "h-sf", "a-max", "a-min", "a-min-live", "a-min-thinned", "a-l", "a-random", "mc-sf",
    "mc-benchmark", "fcfs",
}  # fmt: skip
EXAMPLE_1 = {"memory": 10, "requests": [{"prompt": 1, "output": 1, "interval": [1, 4]}] * 5}


class Result(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return json.loads(self.out)


Kvratio = Callable[..., Result]


@pytest.fixture
def kvratio(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Kvratio:
    """Run the command line in an empty folder, in this process."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Result:
        capsys.readouterr()
        try:
            main(list(arguments))
            status = 0
        except SystemExit as exit_:
            status = int(exit_.code or 0)
        return Result(status, *capsys.readouterr())

    return call


def test_json_is_one_object_a_policy_with_the_documented_keys(kvratio: Kvratio) -> None:
    result = kvratio("simulate", *SMALL, "--json", "-")
    assert (result.status, result.err) == (0, "")
    assert [row["policy"] for row in result.rows] == list(POLICIES)
    assert set(POLICIES) >= REQUIRED_POLICIES
    h_sf = result.rows[0]
    for row in result.rows:
        assert set(row) >= REQUIRED_KEYS
        assert row["ratio_to_h_sf"] == row["tel"] / h_sf["tel"]
        assert row["ratio_to_lower_bound"] == row["tel"] / row["lower_bound"] >= 1
        assert row["mean_latency"] == row["tel"] / 40
        assert row["p50"] <= row["p95"] <= row["p99"] <= row["makespan"]
        assert row["obtained"]["tel"] == "simulated"
        assert row["obtained"]["lower_bound"] == "certified"


def test_example_1_of_the_paper_from_an_instance_file(kvratio: Kvratio) -> None:
    Path("example.json").write_text(json.dumps(EXAMPLE_1))
    chosen = ("--policy", "a-max", "--policy", "h-sf")
    rows = kvratio("simulate", "--trace", "example.json", *chosen, "--json", "-").rows
    assert [(row["policy"], row["tel"]) for row in rows] == [("a-max", 9), ("h-sf", 5)]
    assert rows[0]["ratio_to_h_sf"] == 9 / 5


def test_json_into_a_file_leaves_the_table_on_the_screen(kvratio: Kvratio) -> None:
    to_file = kvratio("simulate", *SMALL, "--json", "out.json")
    assert (to_file.status, to_file.err) == (0, "")
    assert Path("out.json").read_text() == kvratio("simulate", *SMALL, "--json", "-").out
    assert to_file.out == kvratio("simulate", *SMALL).out
    for name in POLICIES:  # as --policy takes them
        assert f" {name} " in to_file.out


@pytest.mark.parametrize("target", [(), ("--json", "-")])
def test_same_command_same_bytes(kvratio: Kvratio, target: tuple[str, ...]) -> None:
    first = kvratio("simulate", *SMALL, *target)
    assert first.out
    assert first == kvratio("simulate", *SMALL, *target)


def test_a_repeated_policy_is_run_once(kvratio: Kvratio) -> None:
    rows = kvratio("simulate", *SMALL, "--policy", "fcfs", "--policy", "fcfs", "--json", "-").rows
    assert [row["policy"] for row in rows] == ["fcfs"]


@pytest.mark.parametrize(
    "option",
    [
        ("--seed", "1"),
        ("--memory", "40"),
        ("--prompt", "3"),
        ("--requests", "39"),
        ("--predict", "1:20"),
        ("--predict", "bins:3"),
        ("--predict", "relative:0.5"),
        ("--timed", "30"),
        ("--workload", "uniform:l=2,u=9"),
    ],
)
def test_every_option_changes_the_result(kvratio: Kvratio, option: tuple[str, ...]) -> None:
    """Click lets a later option replace an earlier one, so each is appended to the same base."""
    base = ("simulate", *SMALL, "--workload", "two-point:l=2,u=9,q=1/4,rate=9", "--json", "-")
    plain = kvratio(*base)
    assert plain.status == 0
    changed = kvratio(*base, *option)
    assert changed.status == 0
    assert changed.rows != plain.rows


def test_every_kind_of_file_is_a_trace(kvratio: Kvratio) -> None:
    Path("t.csv").write_text("output_tokens\n3\n5\n")
    Path("t.jsonl").write_text('{"output_length": 3}\n{"output_length": 5}\n')
    requests = [{"prompt": 9, "output": o, "interval": [1, 5]} for o in (3, 5)]
    Path("t.json").write_text(json.dumps({"memory": 70, "requests": requests}))
    common = ("--memory", "60", "--prompt", "4", "--json", "-")
    results = [kvratio("simulate", "--trace", f"t.{kind}", *common) for kind in ("csv", "jsonl")]
    results.append(kvratio("simulate", "--trace", "t.json", *common))
    assert results[0].status == 0
    assert results[0] == results[1] == results[2]


def test_intervals_that_miss_the_truth_are_ordinary_input(kvratio: Kvratio) -> None:
    for prediction in ("1:1", "500:600", "bins:3:3"):
        result = kvratio("simulate", *SMALL, "--predict", prediction, "--json", "-")
        assert result.status == 0
        assert len(result.rows) == len(POLICIES)


def test_names_of_files_are_text_not_styles(kvratio: Kvratio) -> None:
    name = "run[red] :smile: [bold].csv"
    Path(name).write_text("output_tokens\n3\n")
    result = kvratio("simulate", "--trace", name, "--prompt", "1", "--policy", "fcfs")
    assert result.status == 0
    assert result.out.startswith(f"{name}: 1 requests")


def test_no_digit_is_cut_off_however_large_the_numbers_and_narrow_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    row = [str(10**24 + k) for k in range(len(STEP_COLUMNS))]
    print_table("title " * 40, STEP_COLUMNS, [row], "caption")
    printed = capsys.readouterr().out
    assert "…" not in printed
    assert all(number in printed for number in (*row, *STEP_COLUMNS))


BAD = [
    ("simulat", "command: .*got 'simulat'; nearest: simulate$"),
    ("quux", "command: expected one of bounds, check, .*got 'quux'$"),
    ("simulate --polcy fcfs", "option: .*got '--polcy'; nearest: .*--policy"),
    ("simulate --policy best", "policy: expected one of a-l, a-max"),
    ("simulate --policy a-l:threshold=0", "threshold: expected a whole number, at least 1, got 0"),
    ("simulate --workload uniform:l=2,u=9 --policy a-l:threshold=10", "expected at most 9"),
    ("simulate extra", "arguments: .*got 'extra'$"),
    ("simulate --requests", "--requests: expected a value, got nothing$"),
    ("simulate --requests many", "--requests: expected a whole number, got 'many'$"),
    ("simulate --requests 0", "requests: .*got 0"),
    ("simulate --requests 1000000000000", "requests: .*got 1000000000000"),
    ("simulate --seed -1", "seed: .*got -1"),
    ("simulate --memory 0", "memory: .*got 0"),
    ("simulate --memory 10", r"prompt \+ output: .*got \d+"),
    ("simulate --prompt -1", "prompt: .*got -1"),
    ("simulate --timed 5", "arrival times"),
    ("simulate --timed soon", "timed: .*got 'soon'"),
    ("simulate --timed 1e999999999", "timed: expected"),
    ("simulate --workload poisson", "workload: expected one of"),
    ("simulate --workload geometric", "exactly the keys q"),
    ("simulate --workload geometric:q=2", "below 1"),
    ("simulate --workload two-point:l=5,u=20,q=0.1234567890123456789012345", "denominator"),
    ("simulate --predict never", "predict: .*got 'never'"),
    ("simulate --predict 5:1", "upper end: .*got 1"),
    ("simulate --predict columns:a,b", "a numeric column"),
    ("simulate --trace no-such.csv", "a file that exists"),
    ("simulate --trace .", "a file that exists"),
    ("simulate --trace bad.csv", "bad.csv, line 3: output_tokens: .*got 'x'"),
    ("simulate --trace bad.json", "bad.json: memory: .*got -1"),
    ("simulate --trace empty.json", "at least one request"),
    ("simulate --trace nothing.csv", "nothing.csv: .*got 'no rows'"),
    ("simulate --trace outputs.csv", "a common prompt length"),
    ("simulate --trace outputs.csv --workload lmsys", "either --trace or --workload"),
    ("simulate --trace outputs.csv --prompt 1 --requests 9", "at most the 1 requests"),
    ("simulate --json no/such/folder/x.json", "a folder that exists"),
    ("simulate --json .", "a file in a folder"),
    ("report --out outputs.csv", "a folder that can be written or made"),
    ("report --out outputs.csv/deeper", "a folder that can be written or made"),
    ("report --policy best", "policy: .*got 'best'"),
    ("verify-certificate", "FILE: expected a value, got nothing$"),
    ("verify-certificate no-such.json", "a file that exists"),
]
FILES = {
    "bad.csv": "output_tokens\n1\nx\n",
    "bad.json": '{"memory": -1, "requests": []}',
    "empty.json": '{"memory": 5, "requests": []}',
    "nothing.csv": "",
    "outputs.csv": "output_tokens\n3\n",
}


@pytest.mark.parametrize(("line", "words"), BAD, ids=[line for line, _ in BAD])
def test_bad_arguments_end_with_one_line_and_leave_nothing(
    kvratio: Kvratio, line: str, words: str
) -> None:
    for name, content in FILES.items():
        Path(name).write_text(content)
    result = kvratio(*line.split())
    assert result.status == 2
    assert result.out == ""
    assert re.fullmatch(r"kvratio: .+\n", result.err)
    assert re.search(words, result.err)
    assert {path.name for path in Path().iterdir()} == set(FILES)


def test_an_empty_word_is_no_default(kvratio: Kvratio) -> None:
    for option in ("--workload", "--predict", "--timed", "--policy", "--json"):
        result = kvratio("simulate", option, "")
        assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)


def test_bad_input_keeps_the_results_of_yesterday(kvratio: Kvratio) -> None:
    Path("out.json").write_text("yesterday")
    assert kvratio("simulate", "--memory", "3", "--json", "out.json").status == 2
    assert Path("out.json").read_text() == "yesterday"


def test_interruption_ends_with_one_line_and_leaves_nothing(
    kvratio: Kvratio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(steps, "engine_of", lambda *_: Engine(interrupted, interrupted))
    for line in (("simulate", "--json", "out.json"), ("report", "--out", "out")):
        result = kvratio(*line)
        assert result.status == 130
        assert result.out == ""
        assert result.err.strip() == "kvratio: interrupted"
        assert not list(Path().iterdir())


def test_help_lists_every_command_with_a_whole_line(kvratio: Kvratio) -> None:
    result = kvratio("--help")
    assert (result.status, result.err) == (0, "")
    for name in ("simulate", "report", "verify-certificate"):
        assert re.search(rf"^  {name} +[A-Z]", result.out, re.MULTILINE)
    assert "..." not in result.out.partition("Commands:")[2]
    assert kvratio("-h") == result
    bare = kvratio()
    assert (bare.status, bare.out) == (2, result.out)


@pytest.mark.parametrize("name", ["simulate", "report", "verify-certificate"])
def test_the_help_of_a_command_ends_with_an_example(kvratio: Kvratio, name: str) -> None:
    result = kvratio(name, "--help")
    assert result.status == 0
    assert f"Example: kvratio {name}" in result.out


def test_help_names_every_policy_the_readme_names(kvratio: Kvratio) -> None:
    named = set(re.findall(r"`([a-z-]+)`", (ROOT / "README.md").read_text()))
    assert named >= set(POLICIES)
    refused = kvratio("simulate", "--policy", "?").err
    assert set(POLICIES) <= set(re.findall(r"[a-z-]+", refused))


def test_version(kvratio: Kvratio) -> None:
    assert re.fullmatch(r"kvratio, version \S+\n", kvratio("--version").out)


def shell(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kvratio", *arguments]
    return subprocess.run(command, cwd=ROOT, text=True, check=False, **options)


def test_as_a_program(kvratio: Kvratio) -> None:
    good = shell("simulate", *SMALL, "--json", "-", capture_output=True)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout == kvratio("simulate", *SMALL, "--json", "-").out
    bad = shell("simulate", "--memory", "0", capture_output=True)
    assert (bad.returncode, bad.stdout) == (2, "")
    assert re.fullmatch(r"kvratio: memory: expected [^\n]+, got 0\n", bad.stderr)


def test_help_loads_nothing_heavy() -> None:
    """`kvratio --help` answers at once: the libraries are loaded by the commands that use them."""
    code = (
        "import sys\nfrom kvratio.reports.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass"
    )
    libraries = {"numpy", "scipy", "sympy", "numba", "rich", "matplotlib", "cvxpy", "jinja2"}
    heavy = f"print({libraries} & set(sys.modules))"
    command = [sys.executable, "-c", f"{code}\n{heavy}"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True)
    assert done.stdout.endswith("set()\n")


def test_runs_are_saved_for_the_viewer(kvratio: Kvratio) -> None:
    chosen = ("--policy", "a-min", "--policy", "fcfs")
    assert kvratio("simulate", *SMALL, *chosen, "--save-run", "run.json").status == 0
    result = kvratio("view", "run.json")
    assert (result.status, result.out) == (0, "Page: run.html\n")
    for name in ("a-min", "fcfs"):
        assert POLICIES[name].title in Path("run.html").read_text()
    assert kvratio("simulate", *SMALL, "--save-run", "").status == 2
    assert kvratio("simulate", *SMALL, "--save-run", "no/such/run.json").status == 2
    assert kvratio("simulate", *SMALL, "--gpu", "llama-3-8b:h100", "--save-run", "x").status == 2


def interrupted_at(policy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while this policy runs."""
    run = REFERENCE.run

    def simulate(instance: Any, declared: Any, *rest: Any) -> Any:
        if declared.name == policy:
            raise KeyboardInterrupt
        return run(instance, declared, *rest)

    engine = Engine(simulate, REFERENCE.run_timed)
    monkeypatch.setattr(steps, "engine_of", lambda *_: engine)


def test_an_interrupt_keeps_the_policies_that_are_done(
    kvratio: Kvratio, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_at("a-min", monkeypatch)
    chosen = [word for name in ("h-sf", "a-max", "a-min", "fcfs") for word in ("--policy", name)]
    result = kvratio("simulate", *SMALL, *chosen, "--json", "-")
    assert result.status == 130
    assert [row["policy"] for row in result.rows] == ["h-sf", "a-max"]
    assert result.err == "interrupted, not run: a-min, fcfs\n"
    nothing = kvratio("simulate", *SMALL, "--policy", "a-min")
    assert (nothing.status, nothing.out) == (130, "")


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("kvratio sim", "plain,simulate"),
        ("kvratio simulate --po", "plain,--policy"),
        ("kvratio simulate --policy a-min-th", "plain,a-min-thinned"),
        ("kvratio report --tr", "plain,--trace"),
    ],
)
def test_the_shell_completes(words: str, completed: str) -> None:
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    done = shell(
        capture_output=True, env=os.environ | {"_KVRATIO_COMPLETE": "bash_complete"} | asked
    )
    assert completed in done.stdout.splitlines()


def test_the_script_for_the_shell_is_the_one_that_the_help_names(kvratio: Kvratio) -> None:
    assert 'eval "$(_KVRATIO_COMPLETE=bash_source kvratio)"' in kvratio("--help").out
    for name in ("bash", "zsh", "fish"):
        asked = os.environ | {"_KVRATIO_COMPLETE": f"{name}_source"}
        assert "kvratio" in shell(capture_output=True, env=asked).stdout


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    command = [sys.executable, "-m", "kvratio", "simulate", *SMALL]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode != 0
