"""`simulate --profile`: the phases are those that ran, in order, with their events counted."""

import json

import pytest

from kvratio.reports.compare import stopwatch
from kvratio.reports.compare.stopwatch import LOADING, Phase, Stopwatch, events
from kvratio.simulate import engine
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.requests import Spec, requests
from tests.command import kvratio


def test_the_phases_of_a_comparison_in_steps() -> None:
    words = ("--workload", "two-point:l=2,u=9,q=1/4", "--memory", "30", "--requests", "40")
    plain = kvratio("simulate", *words, "--policy", "fcfs")
    found = kvratio("simulate", *words, "--policy", "fcfs", "--profile")
    assert found.status == 0
    assert found.out == plain.out, "times are no part of what is printed for others to read"
    rows = [line.strip() for line in found.err.splitlines()]
    lines = [row.split("  ")[0] for row in rows]
    known = ("reading or drawing the requests", LOADING, "h-sf", "fcfs", "certified lower bound")
    assert [line for line in lines if line in known] == list(known)
    assert sum(row.startswith("h-sf") and " 120 " in row for row in rows) == 1


def test_the_phases_of_a_comparison_in_seconds() -> None:
    words = ("--gpu", "llama-3-8b:h100", "--requests", "30", "--policy", "wait", "--json", "-")
    found = kvratio("simulate", *words, "--profile")
    assert found.status == 0
    assert [row["policy"] for row in json.loads(found.out)] == ["wait"]
    assert " wait " in found.err


def test_events_are_arrivals_starts_and_ends() -> None:
    instance = requests(Spec("lmsys", requests=50, memory=1500, seed=7)).instance
    run = engine.run(instance, POLICIES["a-min"], 1)
    evicted = run.measures.evictions
    assert evicted > 0
    assert events(run) == 50 + 2 * (50 + evicted)


def test_shares_are_of_all_phases() -> None:
    watch = Stopwatch()
    with watch.phase("a"):
        pass
    with watch.phase("b"):
        pass
    cells, legend = watch.cells()
    assert [row[0] for row in cells] == ["a", "b"]
    assert all(row[3] == row[4] == "" for row in cells), "no run, no events"
    assert "All phases" in legend


def test_a_phase_lasts_from_its_begin_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((5.0, 13.0, 20.0, 21.5))
    monkeypatch.setattr(stopwatch, "perf_counter", lambda: next(clock))
    watch = Stopwatch()
    for name in ("a", "b"):
        with watch.phase(name):
            pass
    assert watch.phases == [Phase("a", 8.0), Phase("b", 1.5)]


def test_events_a_second_are_rounded() -> None:
    """100 in 1.5 seconds are 66 2/3 a second; 1.5 of 6 seconds are a quarter."""
    watch = Stopwatch([Phase("a", 1.5, 100), Phase("b", 4.5, 12_345)], "compiled")
    cells, legend = watch.cells()
    assert cells == [("a", "1.500", "25%", "100", "67"), ("b", "4.500", "75%", "12,345", "2,743")]
    assert "6.000 s; engine: compiled." in legend
