"""Comparisons worked out by hand: whose seed counts, and seconds that are no whole numbers."""

from fractions import Fraction

import pytest

from kvratio.reports.compare import steps
from kvratio.reports.compare.steps import compare
from kvratio.reports.compare.stopwatch import LOADING, Stopwatch
from kvratio.reports.compare.table import (
    comparison_cells,
    step_columns,
    step_legend,
    timed_legend,
)
from kvratio.reports.compare.timed import TimedComparison, compare_timed
from kvratio.reports.studies.experiments.evaluate import mean_latency
from kvratio.simulate import engine
from kvratio.simulate.cells import Cell
from kvratio.simulate.cold import REFERENCE, Engine
from kvratio.simulate.gpu.deployment import deployment
from kvratio.simulate.gpu.host import swap_time
from kvratio.simulate.iteration import IterationTime
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.timing import Timing
from kvratio.theory.model import Instance

SECOND = IterationTime(fixed=10**12)


def test_what_reads_no_seed_runs_once() -> None:
    instance = Instance.of(4, [1, 2, 3, 1], interval=(1, 3))
    found = compare("four", instance, ["h-sf", "a-random"], seed=5, seeds=3)
    assert [(run.policy, run.seed) for run in found.runs] == [
        ("h-sf", 5),
        ("a-random", 5),
        ("a-random", 6),
        ("a-random", 7),
    ]
    assert (found.benchmark.policy, found.benchmark.seed) == ("h-sf", 5)


def test_a_bound_of_part_of_a_second() -> None:
    instance = Instance.of(1, [1] * 4)
    run = engine.run_timed(instance, POLICIES["fcfs"], Timing((0,) * 4, SECOND))
    comparison = TimedComparison("four", instance, (run,), run, 5_500_000_000)
    assert comparison.rows()[0]["lower_bound_s"] == 5.5
    assert comparison.ratio_to_lower_bound(run) == Fraction(10 * 2, 11)
    assert "1.38" in timed_legend(comparison)


@pytest.mark.parametrize(
    ("accelerator", "link"),
    [("a100-40", 32), ("a100-80", 32), ("h100", 64), ("h200", 64), ("l40s", 32)],
)
def test_a_token_over_four_fifths_of_a_link(accelerator: str, link: int) -> None:
    """Llama-3-8B: 32 layers, 8 heads of 128 for keys and values each, two bytes a number."""
    size = 32 * 8 * 128 * 2 * 2
    found = swap_time(deployment(f"llama-3-8b:{accelerator}"))
    assert found == round(Fraction(size * 10**12, link * 10**9) * Fraction(5, 4))


def test_the_mean_latency_of_an_experiment() -> None:
    """In seconds from the exact total of a run in time, else in steps."""
    row = {"mean_latency": 9.0, "tel": 27, "requests": 3, "total_ns": 6_000_000_000}
    assert mean_latency(Cell("fcfs", "lmsys", gpu="llama-2-70b:a100-80x2"), row) == 2.0
    half = row | {"total_ns": 4_500_000_000}
    assert mean_latency(Cell("fcfs", "lmsys", gpu="llama-2-70b:a100-80x2"), half) == 1.5
    assert mean_latency(Cell("fcfs", "lmsys", memory=99), row) == 9.0


def test_every_policy_and_seed_counts_as_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """H-SF once, each of the others once a seed: more work is worth the compiler's time."""
    asked: list[int] = []

    def choose(n: int, runs: int, players: object) -> Engine:
        del n, players
        asked.append(runs)
        return REFERENCE

    monkeypatch.setattr(steps, "engine_for", choose)
    steps.engine_of(Instance.of(9, [1]), ["fcfs", "a-random", "a-min"], 5)
    assert asked == [1 + 3 * 5]


def test_a_mean_latency_of_a_thousand_steps_has_no_decimals() -> None:
    cells = [
        comparison_cells(compare("two", Instance.of(o, [o, o]), ["fcfs"]))[0][2]
        for o in (3, 666, 667)
    ]
    assert cells == ["4.5", "999.0", "1,000"]  # of o and 2 o: 1.5 o


def test_kept_tokens_are_restored_in_no_steps() -> None:
    found = compare("two", Instance.of(6, [4, 4]), ["fcfs"], preemption="keep")
    cells, columns = comparison_cells(found)[0], step_columns(found)
    assert cells[columns.index("restored")] == "3"
    assert "wasted" not in columns
    assert step_legend(found).endswith("start again (which takes no steps).")
    assert "lost" not in step_legend(found)


def test_wait_is_loaded_before_it_is_timed() -> None:
    instance, timing = Instance.of(9, [2, 2]), Timing((0, 0), SECOND)
    watch = Stopwatch()
    found = compare_timed("two", instance, timing, ["wait"], stopwatch=watch)
    assert found.rows() == compare_timed("two", instance, timing, ["wait"]).rows()
    names = [row[0] for row in watch.cells()[0]]
    assert names[-2:] == ["wait", "certified lower bound"]
    assert names.count(LOADING) == names.index("wait") - names.index("h-sf")
