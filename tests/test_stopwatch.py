"""`simulate --profile`: the phases are those that ran, in order, with their events counted."""

import json

from kvratio.reports.compare.stopwatch import LOADING, Stopwatch, events
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
