"""The study of safe policies: its grid, its tables from made-up rows, and what is published."""

import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from statistics import median

import pytest

from kvratio.reports.studies.safe_policy import curve, page
from kvratio.reports.studies.safe_policy.grid import (
    BATCH,
    GOOD,
    ONE,
    POISSON,
    SOURCES,
    TUNED,
    UNTOUCHED,
    WRONG,
    Cell,
    cells,
)
from kvratio.reports.studies.safe_policy.measured import Measured
from kvratio.reports.studies.safe_policy.study import FIGURE, OURS, PEERS, SafePolicy, told
from kvratio.theory.model import volume

ROOT = Path(__file__).parents[1]
PUBLISHED = ROOT / "reports" / "published"
VARIANTS = ("overtaking=16", "overtaking=4")


def test_a_third_of_the_sources_is_kept_out_of_tuning() -> None:
    assert 3 * len(UNTOUCHED) >= len(SOURCES)
    files = {name for source in UNTOUCHED for name in source.files}
    assert not files & {name for source in TUNED for name in source.files}
    assert {cell.source for cell in SafePolicy(part="slice").cells()} <= {s.name for s in TUNED}


@pytest.mark.parametrize("load", [Fraction(3, 10), Fraction(2)])
def test_the_load_is_volume_over_memory_times_span(load: Fraction) -> None:
    found = Cell("two lengths", 1, ONE, POISSON, load, seed=1).instance("nowhere")
    offered = sum(map(volume, found.prompt, found.output))
    assert min(found.arrival) == 0
    assert offered / (found.memory * max(found.arrival)) == pytest.approx(float(load), rel=0.01)


def test_wrong_predictions_are_the_good_ones_of_other_requests() -> None:
    good, wrong = (
        Cell("lmsys", 1, prediction, BATCH, Fraction(0), seed=2).instance("nowhere")
        for prediction in (GOOD, WRONG)
    )
    assert good.output == wrong.output
    assert sorted(zip(good.lower, good.upper, strict=True)) == sorted(
        zip(wrong.lower, wrong.upper, strict=True)
    )
    within = [
        sum(low <= o <= high for o, low, high in zip(x.output, x.lower, x.upper, strict=True))
        for x in (good, wrong)
    ]
    assert within[0] == good.n > 2 * within[1]


def test_the_grid_has_each_cell_once_and_its_parts_are_parts() -> None:
    whole = [told(cell) for cell in cells((*TUNED, *UNTOUCHED))]
    assert len(set(whole)) == len(whole)
    laws = [told(cell) for cell in SafePolicy().cells()]
    few = [told(cell) for cell in SafePolicy(part="few").cells()]
    assert set(few) < set(laws) < set(whole)


def a_cell(load: str, mine: Measured, **others: Measured) -> page.Found:
    arrivals = POISSON if load != "0" else BATCH
    place = ("lmsys", 0, ONE, arrivals, load)
    return page.Found(place, 100, 9, 4.0, {"mine": mine, **others}, tuple(others))


def test_ratios_are_to_the_best_peer_of_the_cell() -> None:
    fcfs = Measured(10.0, 40, 1.0, 1.0, 0.0, None)
    other = Measured(8.0, 90, 1.0, 1.0, 0.3, None)
    cell = a_cell("3/5", Measured(6.0, 50, 2.0, 1.0, 0.25, None), fcfs=fcfs, other=other)
    assert cell.best == "other"
    assert cell.mean("mine") == 0.75
    assert cell.p99("mine", "fcfs") == 1.25
    assert cell.stable
    # 40 % less than FCFS, the only thrifty peer, for 25 % of the tokens: bought
    assert cell.unpaid("mine") == 0
    dear = a_cell("3/5", Measured(8.0, 50, 2.0, 1.0, 0.25, None), fcfs=fcfs, other=other)
    assert dear.unpaid("mine") == 0.25
    text = "\n".join(page.properties([cell, dear], "mine", "fcfs"))
    assert "2 of 2" in text
    assert "1 of 2" in text
    assert "1.25 (lmsys, 100, one interval, poisson, 0.6)" in text
    worst = page.worst([a_cell("0", fcfs, other=other)], "mine")
    assert "1.25" in worst[-1]


def test_means_over_seeds() -> None:
    place = ("lmsys", 0, ONE, BATCH, "0")
    rows = [
        {"fcfs": [x, 10 * x, 1.0, 1.0, 0.0, None], "bound": x, "memory": 5, "requests": 2}
        for x in (1.0, 3.0)
    ]
    (found,) = page.averaged([place, place], rows, ("fcfs",))
    assert found.of["fcfs"] == Measured(2.0, 20.0, 1.0, 1.0, 0.0, None)
    assert found.bound == 2.0


def test_what_is_published_follows_from_its_cells() -> None:
    data = json.loads((PUBLISHED / "safe-policy.json").read_text(encoding="utf-8"))
    found = [page.from_json(cell, PEERS) for cell in data]
    assert [cell.to_json() for cell in found] == data
    study = SafePolicy()
    text = (PUBLISHED / "safe-policy.md").read_text(encoding="utf-8")
    assert study.page(found) == text
    assert {cell.place[0] for cell in found} == set(SOURCES)


def published() -> list[page.Found]:
    data = json.loads((PUBLISHED / "safe-policy.json").read_text(encoding="utf-8"))
    return [page.from_json(cell, PEERS) for cell in data]


def prose() -> str:
    return " ".join((ROOT / "simulate" / "README.md").read_text(encoding="utf-8").split())


def test_the_documents_table_is_what_is_published() -> None:
    text = (ROOT / "simulate" / "README.md").read_text(encoding="utf-8")
    found = published()
    assert f"{len(found):,}\ncells" in text
    columns: list[list[str]] = []
    for tuned in (True, False):
        part = [cell for cell in found if cell.tuned is tuned]
        stable = [cell for cell in part if cell.stable]
        for name in ("guarded-slicing", "learned-slicing"):
            means = [cell.mean(name) for cell in part]
            tails = [cell.p99(name, "fcfs") for cell in stable]
            columns.append(
                [
                    page.share(means, page.NEVER_WORSE),
                    f"{max(means):.2f}",
                    f"{curve.point(part, name, 'fcfs').mean:.3f}",
                    page.share(tails, page.TAIL),
                    f"{max(tails):.2f}",
                    page.share([cell.unpaid(name) for cell in part], page.LOST),
                ]
            )
    table = text[text.index("| in so many cells |") :].splitlines()[2:8]
    shown = [[cell.strip() for cell in line.split("|")[2:-1]] for line in table]
    assert shown == [list(row) for row in zip(*columns, strict=True)]


def test_the_properties_are_not_met() -> None:
    ours = "guarded-slicing"
    for tuned in (True, False):
        part = [cell for cell in published() if cell.tuned is tuned]
        stable = [cell for cell in part if cell.stable]
        assert max(cell.mean(ours) for cell in part) > page.NEVER_WORSE
        assert median(cell.mean(ours) for cell in part) > page.MUCH_BETTER
        assert max(cell.p99(ours, "fcfs") for cell in stable) > page.TAIL
        assert max(cell.unpaid(ours) for cell in part) > page.LOST


def test_on_the_mean_it_is_level_with_the_best_peer() -> None:
    for tuned in (True, False):
        part = [cell for cell in published() if cell.tuned is tuned]
        assert abs(curve.point(part, "guarded-slicing", "fcfs").mean - 1) < 0.01
        assert max(cell.mean("guarded-slicing") for cell in part) > page.NEVER_WORSE


def test_room_below_the_best_peer() -> None:
    tuned, untouched = ([c for c in published() if c.tuned is tuned] for tuned in (True, False))
    rooms = [sum(cell.room for cell in part) for part in (tuned, untouched)]
    assert f"in {rooms[1]} of the {len(untouched)} untouched cells, fewer than half" in prose()
    assert f"in {rooms[0]} of the {len(tuned)} tuned ones" in prose()
    assert 2 * rooms[1] < len(untouched)


def test_a_bound_excludes_a_share_of_the_best_peer() -> None:
    fcfs = Measured(10.0, 40, 1.0, 1.0, 0.0, None)
    cells = [replace(a_cell("0", fcfs, fcfs=fcfs), bound=x) for x in (8.4, 8.5, 8.5005, 8.6)]
    assert [cell.room for cell in cells] == [True, True, True, False]  # 8.5005 may be rounded up
    assert "no schedule has it" not in "\n".join(page.properties(cells, "mine", "fcfs"))
    assert "1 of 3 cells, fewer than half: no schedule has it" in "\n".join(
        page.properties([cells[0], cells[3], cells[3]], "mine", "fcfs")
    )


def test_no_policy_has_the_best_mean_and_the_best_tail() -> None:
    found = published()
    best = Counter(min(PEERS, key=lambda name: cell.of[name].mean) for cell in found)
    assert 2 * best["learned-slicing"] > len(found)
    stable = [cell for cell in found if cell.stable]
    tails = [cell.p99("fcfs", min(PEERS, key=lambda n: cell.of[n].p99)) for cell in stable]
    assert median(tails) <= 1.01


def test_learned_slicing_near_saturation_and_against_h_sf() -> None:
    found = published()
    (cell,) = [c for c in found if c.place == ("arXiv", 1, ONE, POISSON, "19/20")]
    mine = cell.of["learned-slicing"]
    others = [cell.of[name].mean for name in (cell.best, "fcfs", "h-sf")]
    assert cell.best == "a-min-thinned"
    assert (cell.memory, f"{mine.lost:.1%}") == (16_492, "26.2%")
    assert [f"{x:,.0f}" for x in (mine.mean, *others)] == ["2,208", "1,878", "2,314", "988"]
    assert f"{cell.p99('learned-slicing', 'fcfs'):.1f}" == "5.8"
    worst = max(c.of["learned-slicing"].mean / c.of["h-sf"].mean for c in found)
    assert f"{worst:.2f}" == "9.25"


def three(values: list[str]) -> str:
    return "{}, {} and {}".format(*values)


def test_the_curve_of_the_documents() -> None:
    tuned = [cell for cell in published() if cell.tuned]
    ours = "guarded-slicing"
    at = {
        name: curve.point(tuned, name, "fcfs")
        for name in (ours, *(f"{ours}:{x}" for x in VARIANTS))
    }
    tails = [at[f"{ours}:overtaking=4"], at[f"{ours}:overtaking=16"], at[ours]]
    for said in (
        three([f"{p.mean:.3f}" for p in tails]) + " times the best peer's and the p99",
        three([f"{p.tail:.2f}" for p in tails]) + " times FCFS's",
        f"nothing that is to come, has {curve.point(tuned, 'learned-slicing', 'fcfs').mean:.3f}.",
    ):
        assert said in prose()


def test_both_limits_are_rarely_met_even_afterwards() -> None:
    tuned = [cell for cell in published() if cell.tuned and cell.stable]
    names = (*PEERS, *OURS)
    met = [
        any(
            cell.mean(name) <= page.NEVER_WORSE and cell.p99(name, "fcfs") <= page.TAIL
            for name in names
        )
        for cell in tuned
    ]
    assert f"In {sum(met)} of the {len(tuned)} tuned cells with load below 1" in prose()


def test_the_figure_follows_from_the_cells() -> None:
    drawn = SafePolicy().figure(published())
    assert drawn == (PUBLISHED / FIGURE).read_text(encoding="utf-8")
