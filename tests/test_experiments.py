"""Repeated experiments: numbers from runs, intervals, statements, pages, a slice checked."""

import json
import re
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest
from matplotlib.figure import Figure as MatplotlibFigure
from scipy.stats import t as student

import kvratio.reports.studies.experiments
from kvratio.reports.cli import main
from kvratio.reports.document import Figure, Table
from kvratio.reports.studies.experiments import (
    EXPERIMENTS,
    FIGURES,
    lmsys,
    ours,
    published,
    sections,
    traces,
)
from kvratio.reports.studies.experiments.again import _lines, _name, differences, smallest
from kvratio.reports.studies.experiments.evaluate import (
    Found,
    available,
    estimate,
    evaluate,
    lower_bounds,
)
from kvratio.reports.studies.experiments.pages import curves, figures, markdown, section
from kvratio.reports.studies.experiments.plan import DATA, Experiment, Setting, Statement, Subject
from kvratio.simulate.cells import Cell
from kvratio.simulate.kernel import run
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.predictions import predict
from kvratio.simulate.workloads import synthetic
from kvratio.theory.area import lower_bound

ROOT = Path(__file__).parent.parent
WIDE = Setting("wide", "lmsys", "1:1000", 4000, (50, 100))
EXACT = Setting("exact", "lmsys:rate=9", "relative:0", 4000, (100,), timed="5")
TINY = Experiment(
    "tiny",
    "A tiny one",
    "nowhere",
    (WIDE, EXACT),
    ("h-sf", "a-min"),
    4,
    (
        Statement("ratio", "1", "x", Subject("wide", "a-min", 100), Subject("exact", "h-sf", 100)),
        Statement("seconds", "9", "x", Subject("exact", "h-sf", 100)),
    ),
    ("A note.",),
)


def result_of(experiment: Experiment, folder: Path, seeds: int = 4) -> dict[str, Any]:
    with ThreadPoolExecutor(1) as executor:
        return evaluate(
            experiment, None, folder / "runs.parquet", executor, lambda _done, _all: None, seeds
        )


def tels(setting: Setting, requests: int, policy: str) -> list[tuple[int, int]]:
    """(latency, bound) of each seed, without the machinery under test."""
    found = []
    for seed in range(4):
        drawn = synthetic(setting.workload, requests, seed)
        rate = None if setting.timed is None else int(setting.timed)
        instance = drawn.instance(4000, predict(setting.prediction, drawn), rate=rate)
        found.append((run(instance, POLICIES[policy], seed).tel, lower_bound(instance)))
    return found


def test_rows_follow_from_single_runs(tmp_path: Path) -> None:
    result = result_of(TINY, tmp_path)
    assert [(r["setting"], r["requests"], r["policy"]) for r in result["rows"]] == [
        ("wide", 50, "h-sf"),
        ("wide", 50, "a-min"),
        ("wide", 100, "h-sf"),
        ("wide", 100, "a-min"),
        ("exact", 100, "h-sf"),
        ("exact", 100, "a-min"),
    ]
    row = result["rows"][3]
    ours, best = tels(WIDE, 100, "a-min"), tels(WIDE, 100, "h-sf")
    ratios = [a / b for (a, _), (b, _) in zip(ours, best, strict=True)]
    assert row["to_h_sf"]["mean"] == pytest.approx(fmean(ratios), rel=1e-5)
    half = student.ppf(0.975, 3) * stdev(ratios) / 2  # sqrt of 4 seeds
    assert row["to_h_sf"]["half_width"] == pytest.approx(half, rel=1e-5)
    bounded = fmean(a / bound for a, bound in ours)
    assert row["to_bound"]["mean"] == pytest.approx(bounded, rel=1e-5)
    assert row["to_bound"]["obtained"] == "simulated over certified"
    assert row["latency"]["mean"] == pytest.approx(fmean(a for a, _ in ours) / 100, rel=1e-5)


def test_statements_stand_beside_our_numbers(tmp_path: Path) -> None:
    ratio, seconds = result_of(TINY, tmp_path)["statements"]
    above, below = tels(WIDE, 100, "a-min"), tels(EXACT, 100, "h-sf")
    expected = fmean(a / b for (a, _), (b, _) in zip(above, below, strict=True))
    assert ratio["ours"]["mean"] == pytest.approx(expected, rel=1e-5)
    assert ratio["ours"]["obtained"] == "simulated"
    assert seconds["unit"] == "seconds"
    assert seconds["ours"]["mean"] == pytest.approx(fmean(b for b, _ in below) / 500, rel=1e-5)


def test_a_policy_that_never_ends_is_said_to(tmp_path: Path) -> None:
    cell = Cell("a-min", "lmsys", 4000, 50)
    good = Cell("h-sf", "lmsys", 4000, 50)
    row = {"error": None, "memory": 4000, "tel": 9, "mean_latency": 1.0, "evictions": 0}
    row |= {"generated_tokens": 1, "wasted_tokens": 0}
    stopped = {"error": "livelock", "memory": 4000}
    found = Found({"wide": {cell: stopped, good: row}}, lower_bounds([good], {}))
    stuck = found.row(WIDE, 50, "a-min")
    assert stuck["without_end"] == 1
    assert "latency" not in stuck
    result = {**result_of(TINY, tmp_path), "rows": [stuck, found.row(WIDE, 50, "h-sf")]}
    assert "| A_min on cancel | no end |" in markdown(result)


def test_intervals() -> None:
    assert estimate([3.0], "simulated") == {
        "mean": 3.0,
        "half_width": None,
        "obtained": "simulated",
    }
    # by hand: mean 2, deviation 1, three values: 4.302653 / sqrt(3)
    assert estimate([1.0, 2.0, 3.0], "simulated")["half_width"] == 2.48414


def test_settings_without_their_file_are_left_out_and_named(tmp_path: Path) -> None:
    file = Setting("file", f"lmsys + {DATA}no.csv", "1:9", 4000, (9,))
    assert available(replace(TINY, settings=(WIDE, file)), tmp_path) == ([WIDE], ["no.csv"])
    only = replace(TINY, settings=(file,), statements=(), instead=WIDE)
    assert available(only, None) == ([WIDE], ["no.csv"])
    result = result_of(only, tmp_path, seeds=2)
    assert result["left_out"] == ["no.csv"]
    assert "Left out, as their files were not there: no.csv." in markdown(result)
    (tmp_path / "no.csv").write_text("output_tokens\n3\n")
    assert available(only, tmp_path) == ([file], [])


def test_a_page_shows_the_largest_size_and_a_figure_all(tmp_path: Path) -> None:
    result = result_of(TINY, tmp_path)
    shown = section(result)
    tables = [block for block in shown.blocks if isinstance(block, Table)]
    assert [(row[0], row[1]) for row in tables[1].rows] == [
        ("wide", "H-SF"),
        ("wide", "A_min on cancel"),
        ("exact", "H-SF"),
        ("exact", "A_min on cancel"),
    ]
    drawn = [block for block in shown.blocks if isinstance(block, Figure)]
    # one setting grows
    assert [f.name for f in drawn] == ["experiment-tiny", "experiment-tiny-sizes"]
    assert all(ET.fromstring(f.svg).tag.endswith("svg") for f in drawn)
    assert drawn == figures(json.loads(json.dumps(result)))
    assert "50 to 100 requests" in str(shown.blocks[0])
    assert shown.blocks[1] == "A note."


def test_a_curve_has_the_numbers_of_its_policy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panels: dict[str, Any] = {}

    def caught(name: str, _: object, found: dict[str, Any], **__: object) -> Figure:
        panels.update(found)
        return Figure(name, "", "", "", bytes)

    monkeypatch.setattr("kvratio.reports.studies.experiments.pages.draw_many", caught)
    result = result_of(TINY, tmp_path)
    curves(result)
    assert list(panels) == ["wide"]
    axes = MatplotlibFigure().subplots()
    panels["wide"](axes)
    drawn = {line.get_label(): (line.get_xdata(), line.get_ydata()) for line in axes.lines}
    for policy in TINY.policies:
        means = [fmean(a for a, _ in tels(WIDE, n, policy)) / n for n in (50, 100)]
        assert list(drawn[policy][0]) == [50, 100]
        assert list(drawn[policy][1]) == pytest.approx(means, rel=1e-5)


# --- what is published -------------------------------------------------------------------------


def not_drawn(name: str, *_: object, caption: str, text: str, **__: object) -> Figure:
    """A figure without its drawing, which takes half a second."""
    return Figure(name, caption, text, "", bytes)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_published_pages_follow_from_published_results(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kvratio.reports.studies.experiments.pages.draw", not_drawn)
    folder = kvratio.reports.studies.experiments.PUBLISHED
    page = (folder / f"{name}.md").read_text(encoding="utf-8")
    assert page == markdown(published(name), FIGURES)
    drawn = re.findall(r"\]\((\S+\.svg)\)", page)
    assert f"{FIGURES}experiment-{name}.svg" in drawn
    assert all((folder / figure).is_file() for figure in drawn)


def test_every_published_number_says_how_it_was_obtained() -> None:
    for name in EXPERIMENTS:
        for row in published(name)["rows"]:
            for key, value in row.items():
                if isinstance(value, dict):
                    expected = "simulated over certified" if key == "to_bound" else "simulated"
                    assert value["obtained"] == expected
        assert published(name)["left_out"] == []


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_what_is_published_is_the_plan(name: str) -> None:
    """Every setting, size and policy in order, and every statement beside which a number stands."""
    plan, result = EXPERIMENTS[name], published(name)
    assert (plan.title, plan.source, plan.seeds) == tuple(
        result[key] for key in ("title", "source", "seeds")
    )
    assert list(plan.notes) == result["notes"]
    rows = iter(result["rows"])
    for setting, requests in ((s, n) for s in plan.settings for n in s.requests):
        for policy in plan.policies:
            row = next(rows)
            assert (row["setting"], row["requests"], row["policy"]) == (
                *(setting.label, requests, policy),
            )
            assert row["memory"] == (setting.memory or row["memory"])
            for key in ("prediction", "timed", "gpu"):
                assert row[key] == getattr(setting, key)
            assert row["iteration"] == (setting.iteration if setting.gpu else None)
            assert row["workload"] == setting.workload.replace(DATA, "")
    assert next(rows, None) is None
    for statement, beside in zip(plan.statements, result["statements"], strict=True):
        over = statement.over and [statement.over.setting, statement.over.policy]
        assert (
            beside
            | {
                "statement": statement.text,
                "published": statement.published,
                "source": statement.source,
                "setting": statement.subject.setting,
                "policy": statement.subject.policy,
                "over": over,
            }
            == beside
        )


def test_prompts_of_a_setting_are_those_of_its_label() -> None:
    """The ssjf file has none: 41 tokens for all; the worst lengths name theirs."""
    for name in ("whole-batch", "whole-timed"):
        for setting in EXPERIMENTS[name].settings:
            assert setting.prompt == (41 if "ssjf" in setting.label else None)
    for setting in EXPERIMENTS["worst-lengths"].settings:
        named = re.search(r"prompts of ([\d,]+)", setting.label)
        assert setting.prompt == (int(named[1].replace(",", "")) if named else None)


OURS = ("whole-batch", "whole-timed", "worst-lengths")


def test_the_documents_table_of_our_policy_is_what_is_published() -> None:
    """Latencies of learned slicing and the least of A_min's, and that the former is less."""
    text = (ROOT / "simulate" / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| ([^|]+) \| ([\d,.]+) \| ([\d,.]+) \([a-z ]+\)", text, re.M)
    expected = []
    for name in OURS:
        for setting, latency in latencies(published(name)).items():
            least = min(latency[reading] for reading in ours.READINGS)
            expected.append((setting, latency[ours.OURS], least))
            assert latency[ours.OURS] < least
    assert [row[0] for row in shown] == [row[0] for row in expected]
    for row, (_, mine, least) in zip(shown, expected, strict=True):
        numbers = [float(number.replace(",", "")) for number in row[1:]]
        assert numbers == pytest.approx([mine, least], rel=0.005)


def latencies(result: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Mean latency by setting and policy."""
    found: dict[str, dict[str, float]] = {}
    for row in result["rows"]:
        found.setdefault(row["setting"], {})[row["policy"]] = row["latency"]["mean"]
    return found


def test_the_sections_of_a_report_are_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kvratio.reports.studies.experiments.pages.draw", not_drawn)
    assert [s.title for s in sections()] == [e.title for e in EXPERIMENTS.values()]


@pytest.mark.parametrize("name", ["lmsys-1", "lmsys-2", "lmsys-3"])
def test_a_slice_comes_out_again(name: str) -> None:
    part = EXPERIMENTS[name]
    least = min(part.settings[0].requests)
    part = replace(part, settings=tuple(s for s in part.settings if least in s.requests))
    with ThreadPoolExecutor(1) as executor:
        assert differences(part, None, executor, lambda _done, _all: None) == []


def test_the_check_sees_a_forged_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = published("lmsys-1")
    result["seeds"] = 2  # other intervals, other means
    (tmp_path / "lmsys-1.json").write_text(json.dumps(result))
    monkeypatch.setattr(kvratio.reports.studies.experiments, "PUBLISHED", tmp_path)
    part = replace(EXPERIMENTS["lmsys-1"], policies=("h-sf", "a-max"))
    with ThreadPoolExecutor(1) as executor:
        found = differences(part, None, executor, lambda _done, _all: None)
    assert len(found) == 2
    assert "latency" in found[0]
    whole = replace(part, settings=part.settings[:1])  # of which no file is missing
    with ThreadPoolExecutor(1) as executor:
        assert differences(whole, None, executor, lambda _done, _all: None) == found
    assert smallest(part).settings[0].requests == (200,)


def test_rows_are_the_same_in_any_order_of_their_keys() -> None:
    row = {"setting": "s", "requests": 1, "policy": "p", "tel": 3}
    for one, other in ((row, dict(reversed(row.items()))), (dict(reversed(row.items())), row)):
        assert list(_lines({"rows": [one]}, {_name(row): other})) == []
        found = list(_lines({"rows": [one]}, {_name(row): other | {"tel": 2}}))
        assert found == ["('s', 1, 'p'): tel 2 -> 3"]
    assert list(_lines({"rows": [row]}, {})) == ["('s', 1, 'p'): not published"]


def test_what_is_run_without_files_has_the_budget_of_the_others() -> None:
    assert traces.INSTEAD.memory == lmsys.MEMORY


# --- the command -------------------------------------------------------------------------------


def test_the_command_lists_runs_and_names_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["study", "experiments"])
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(EXPERIMENTS)
    small = replace(EXPERIMENTS["ssjf"], instead=replace(WIDE, requests=(30,)))
    monkeypatch.setitem(EXPERIMENTS, "ssjf", small)
    words = ["study", "experiments", "ssjf", "--out", str(tmp_path), "--runs", str(tmp_path)]
    main([*words, "--seeds", "2", "--processes", "1"])
    told = capsys.readouterr()
    assert "Public original: github.com/James-QiuHaoran" in told.err
    assert told.out == (tmp_path / "ssjf.md").read_text(encoding="utf-8") + "\n"
    result = json.loads((tmp_path / "ssjf.json").read_text(encoding="utf-8"))
    assert (result["seeds"], result["left_out"]) == (2, ["ssjf_vicuna13b_calibrated.csv"])
    assert (tmp_path / "ssjf.parquet").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["lmsys"], "one of"),
        (["lmsys-1", "--seeds", "1"], "at least 2"),
        (["lmsys-1", "--data", "no/such"], "a folder"),
        (["lmsys-1", "--processes", "0"], "at least 1"),
    ],
)
def test_bad_input(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["study", "experiments", *words])
    assert stopped.value.code == 2
    error = capsys.readouterr().err.splitlines()
    assert message in error[-1]
