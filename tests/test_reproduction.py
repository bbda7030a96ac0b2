"""The map of P's experiments: its definitions, a slice of it anew, verdicts that follow from it."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from kvratio.proofs_check.claim import examine
from kvratio.proofs_check.ledger import select
from kvratio.proofs_check.reproduction import (
    ASSUMED,
    AXES,
    BEYOND,
    EXPERIMENTS,
    HARDWARE,
    SETTINGS,
    STATEMENTS,
    Setting,
    again,
    bounds,
    chosen,
    distance,
    nearest,
    parsed,
    read_map,
    sides,
    summary,
)
from kvratio.proofs_check.sources import REPRODUCTION, Sources
from kvratio.proofs_check.verdict import Bearing, Verdict
from kvratio.reports.commands._studies.reproduction import command
from kvratio.reports.studies.reproduction import curves, pages
from kvratio.reports.studies.reproduction.again import SLICE, differences
from kvratio.reports.studies.reproduction.study import SEEDS, Reproduction, spec, written
from kvratio.simulate.gpu.deployment import deployment
from kvratio.simulate.predictions import predict
from kvratio.simulate.requests import draw
from kvratio.theory.checks import InputError

PUBLISHED = read_map(REPRODUCTION)
TINY = Setting("fitted", "steps", 0, 200, 2000)


def test_the_map_is_complete_and_covers_what_it_says() -> None:
    assert set(PUBLISHED) == set(SETTINGS)
    assert all(list(row) == list(STATEMENTS) for row in PUBLISHED.values())
    assert (AXES["memory"][0], AXES["memory"][-1]) == (2000, 10**6)
    assert (AXES["requests"][0], AXES["requests"][-1]) == (200, 2000)
    assert ASSUMED in PUBLISHED
    assert HARDWARE[1] == deployment("llama-2-70b:a100-80x2").budget


def test_the_ranges_are_those_of_the_page() -> None:
    """Within 10 % of H-SF; within 25 % of half and of twice; slower by a quarter."""
    assert bounds(STATEMENTS["exp1-a-min"].numbers) == (0.9, 1.1)
    assert bounds(STATEMENTS["exp2-a-max"].numbers) == (0.375, 0.625)
    assert bounds(STATEMENTS["exp1-a-max"].numbers) == (1.5, 2.5)
    assert bounds(STATEMENTS["exp3-wide-a-max"].numbers) == (1.25, float("inf"))
    assert bounds(STATEMENTS["exp3-5x"].numbers) == (0, 0.2)


def test_the_judge_and_the_study_predict_the_same_intervals() -> None:
    from kvratio.proofs_check.claims.experiments import predicted
    from kvratio.proofs_check.reproduction import PREDICTIONS

    drawn = draw(spec(TINY, 3, ""))
    for text in PREDICTIONS:
        ours = [predicted(text, output) for output in drawn.output]
        assert ours == list(predict(text, drawn))


def test_a_slice_comes_out_again() -> None:
    assert not list(differences(None, lambda *_: None, SLICE[:1]))


def test_a_forged_number_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    forged = [(mean + 0.001, half) for mean, half in PUBLISHED[SLICE[0]].values()]
    monkeypatch.setattr(
        "kvratio.reports.studies.reproduction.again.published_row", lambda _: forged
    )
    assert len(list(differences(None, lambda *_: None, SLICE[:1]))) == len(STATEMENTS)


def test_rows_without_their_file_are_the_published_ones() -> None:
    vicuna = ASSUMED._replace(lengths="Vicuna")
    study = Reproduction(settings=(ASSUMED, vicuna))
    assert study.missing
    (task,) = study.plan()
    files = study.files([list(PUBLISHED[ASSUMED].values())])
    assert task[: len(ASSUMED)] == ASSUMED
    assert parsed(files["reproduction.json"]) == {s: PUBLISHED[s] for s in (ASSUMED, vicuna)}


def test_the_page_follows_from_the_map() -> None:
    text = REPRODUCTION.read_text(encoding="utf-8")
    values = {setting: list(row.values()) for setting, row in PUBLISHED.items()}
    assert written(values, SEEDS) == text
    shown = REPRODUCTION.with_suffix(".md").read_text(encoding="utf-8")
    assert pages.page(PUBLISHED, SEEDS, "report/figures/") == shown


def test_nearest_settings_differ_in_their_side_and_as_little_as_any() -> None:
    known = sides(PUBLISHED, ["exp1-a-min"])
    holds, fails = nearest(known)
    assert (known[holds], known[fails]) == (True, False)
    best = distance(holds, fails)
    again = [s for s in known if (s.lengths, s.unit) == ("fitted", "steps")]
    assert all(
        distance(a, b) >= best for a in again for b in again if known[a] and known[b] is False
    )


def test_where_all_agree_the_least_clear_setting_is_chosen() -> None:
    (setting,) = chosen(PUBLISHED, ["exp3-narrow-5x"])
    fitted = [row["exp3-narrow-5x"][0] for s, row in PUBLISHED.items() if s[:2] == setting[:2]]
    assert PUBLISHED[setting]["exp3-narrow-5x"][0] == min(fitted)


def test_experiments_1_and_2_hold_together_where_nobody_queues() -> None:
    """About 240 tokens of memory a request, all at once (`theory-notes`, found by hand)."""
    known = sides(PUBLISHED, EXPERIMENTS["exp1"] + EXPERIMENTS["exp2"])
    for requests, memory in ((200, 50_000), (2000, 480_000)):
        assert known[Setting("fitted", "steps", 0, requests, memory)] is True
    assert known[ASSUMED] is False
    assert "n = 200 at M = 50,000" in summary(known)


class Recorded(Sources):
    """Sources whose runs are recorded latencies instead of simulated ones."""

    ratio = 1.0

    def tel(self, instance: object, policy: str, seed: int) -> int:  # noqa: ARG002
        return int(1000 * (self.ratio if policy == "a-min" else 1) * (1 + seed / 10**6))


class Slow(Recorded):
    """A_min has twice the latency of H-SF."""

    ratio = 2.0


def test_curves_are_the_settings_that_differ_in_n_only() -> None:
    found = curves.curves(PUBLISHED)
    assert len(found) * 3 == len(PUBLISHED)
    assert all([s.requests for s in curve] == [200, 600, 2000] for curve in found)
    assert all(len({s.place for s in curve}) == 1 for curve in found)


def test_the_table_of_curves_counts_where_a_statement_holds_at_every_n() -> None:
    rows = {row[0]: row for row in curves.table(PUBLISHED).rows}
    assert list(rows) == list(STATEMENTS)
    for name, row in rows.items():
        known = sides(PUBLISHED, [name])
        places = {s.place for s in known}
        every = sum(all(known[s] is True for s in known if s.place == p) for p in places)
        none = sum(all(known[s] is not True for s in known if s.place == p) for p in places)
        assert (row[3], row[5]) == (str(every), str(none))
        assert sum(map(int, row[3:6])) == len(places)
        assert (row[6] == "nowhere") == (every == 0)


def test_a_statement_that_fails_at_one_n_does_not_hold_along_the_curve() -> None:
    curve = next(c for c in curves.curves(PUBLISHED) if ASSUMED in c)
    map_ = {s: {"exp1-a-min": (1.0, 0.01)} for s in curve}
    assert curves.nearest(map_, "exp1-a-min", holds=True) == curve
    map_[curve[1]] = {"exp1-a-min": (2.0, 0.01)}
    assert curves.nearest(map_, "exp1-a-min", holds=True) == ()
    assert curves.nearest(map_, "exp1-a-min", holds=False) == ()


def test_beyond_the_map_is_beyond_it_and_the_other_setting_is_not() -> None:
    for name in BEYOND:
        (far, holds), (near, fails) = BEYOND[name]
        assert holds
        assert not fails
        assert far not in PUBLISHED
        assert sides(PUBLISHED, [name])[near] is False
        assert not any(again(s) for s, side in sides(PUBLISHED, [name]).items() if side)
    tests = {name for name, s in STATEMENTS.items() if "5x" in name}
    assert {n for n in tests if True in sides(PUBLISHED, [n]).values()} == set(BEYOND)


def test_a_rerun_that_says_otherwise_than_the_map_decides_nothing() -> None:
    (claim,) = select(["exp1-a-min"])
    assert examine(claim, Recorded()).verdict is Verdict.OPEN


def on(found: dict[Setting, dict[str, tuple[float, float]]], file: Path) -> Sources:
    values = {setting: list(row.values()) for setting, row in found.items()}
    file.write_text(written(values, SEEDS), encoding="utf-8")
    return Recorded(reproduction=file)


def test_the_verdict_follows_from_the_map(tmp_path: Path) -> None:
    """Everywhere: supported; nowhere: contradicted; in seconds only: by the map's word."""
    (claim,) = select(["exp1-a-min"])
    same = {s: row | {"exp1-a-min": (1.0, 0.01)} for s, row in PUBLISHED.items()}
    assert examine(claim, on(same, tmp_path / "a")).verdict is Verdict.SUPPORTED
    worse = {s: row | {"exp1-a-min": (1.0 + (s.unit == "steps"), 0.01)} for s, row in same.items()}
    entry = examine(claim, Slow(reproduction=on(worse, tmp_path / "b").reproduction))
    assert entry.verdict is Verdict.DEPENDS
    assert any("published, not run again" in f.text for f in entry.findings)
    changed = replace(claim, numbers={"target": Fraction(3), "tolerance": Fraction(1, 10)})
    entry = examine(changed, on(same, tmp_path / "c"))
    assert entry.verdict is Verdict.CONTRADICTED
    assert [f.outcome for f in entry.findings if f.estimate] == [Bearing.FAILS_HERE]


def test_a_file_that_is_no_map_is_refused(tmp_path: Path) -> None:
    for text in ("", "{}", '{"statements": ["x"], "settings": [["fitted"]]}'):
        (tmp_path / "map").write_text(text)
        read_map.cache_clear()
        with pytest.raises(InputError, match="a map of"):
            read_map(tmp_path / "map")


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One setting, its files, its figures; then nothing is left to compute."""
    monkeypatch.chdir(tmp_path)
    one = replace(Reproduction(), settings=(ASSUMED,))
    monkeypatch.setattr(
        "kvratio.reports.studies.reproduction.study.Reproduction", lambda *_, **__: one
    )
    for _ in range(2):
        result = CliRunner().invoke(command, ["--processes", "1"], catch_exceptions=False)
        assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "reports/out/reproduction/reproduction.json").read_text())
    assert found["settings"][0][-len(STATEMENTS) :] == [
        list(value) for value in PUBLISHED[ASSUMED].values()
    ]
    assert len(list((tmp_path / "reports/out/reproduction").glob("*.svg"))) == len(EXPERIMENTS) + 1
