"""The study of proved bounds beside runs, and the search for the runs that come closest."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.reports import PUBLISHED
from kvratio.reports.cli import cli
from kvratio.reports.studies.bounds_met import again, pages
from kvratio.reports.studies.bounds_met.policies import PAIR, all_laws, held
from kvratio.reports.studies.bounds_met.rows import Approach, Met
from kvratio.reports.studies.bounds_met.study import DATA, SIZES, BoundsMet, Found, read, written
from kvratio.reports.studies.convergence import Size
from kvratio.reports.studies.study import carry_out
from kvratio.simulate.testing import closest
from kvratio.simulate.testing.closest import MANY, batches, is_mixed, numbers
from kvratio.theory.checks import InputError
from kvratio.theory.finite import admission
from kvratio.theory.finite.policies import IN_EXPECTATION, PROVED, upper_bound
from kvratio.theory.model import Instance

MODULE = "kvratio.reports.studies.bounds_met.study"
STUDY = BoundsMet((Size(60, 5),), seeds=2, examples=100, searched=("h-sf",))


@pytest.fixture(scope="module")
def found() -> Found:
    return STUDY.found(carry_out(STUDY, None, None, lambda *_: None))


def h_sf(instance: Instance) -> Fraction | None:
    return upper_bound("h-sf", instance)


# --- the grid -------------------------------------------------------------------------------------


def test_every_policy_with_a_bound_is_run_on_every_law(found: Found) -> None:
    expected = PROVED.keys() | IN_EXPECTATION.keys()
    assert {on.policy.name for on in held(PAIR)} == expected
    for law in all_laws():
        names = {row.policy.partition(":")[0] for row in found.rows if row.law == law.name}
        assert names == expected - (set() if law == PAIR else IN_EXPECTATION.keys())


def test_runs_are_within_their_bounds(found: Found) -> None:
    assert all(row.holds for row in found.rows)
    assert pages.runs(found.rows).startswith("All ")
    assert all(row.lower[0] >= 1 for row in found.rows)


@pytest.mark.parametrize("policy", ["gsa", "a-l"])
def test_a_bound_without_its_error_is_found_out(
    policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{MODULE}.all_laws", lambda: (PAIR,))
    monkeypatch.setattr(admission, "room", lambda memory, peak: 2 * (memory - peak + 1))
    rows = STUDY.found(carry_out(STUDY, None, None, lambda *_: None)).rows
    assert not all(row.holds for row in rows if row.policy == policy)
    assert pages.runs(rows).startswith("Above its bound: ")


def test_data_are_read_as_they_are_written(found: Found) -> None:
    assert read(written(found)) == found
    assert set(json.loads(written(found))) == {"grid", "closest"}


def test_the_page_shows_all(found: Found) -> None:
    text = pages.page(*found, figures="")
    for law in all_laws():
        assert f"**{law.name}**" in text
    assert "The closest approach to each bound" in text
    assert text.count("Sizes from which published ratios hold") == len(pages.INTERVALS)
    assert "| Theorem 7: A_l on two lengths | 1.0051 | 1.0051 | 10,000 | 2,080 | 1,090 |" in text


def test_options_are_checked() -> None:
    with pytest.raises(InputError, match="seeds: expected a whole number, at least 2"):
        BoundsMet(seeds=1).plan()
    with pytest.raises(InputError, match="examples: expected a whole number, at least 100"):
        BoundsMet(examples=9).plan()


# --- what is published ----------------------------------------------------------------------------


def published() -> Found:
    return read((PUBLISHED / DATA).read_text(encoding="utf-8"))


def test_published_runs_are_within_their_bounds() -> None:
    there = published()
    assert all(row.holds for row in there.rows)
    assert {row.size for row in there.rows} == set(SIZES)
    assert {at.policy for at in there.approaches} == {*PROVED, "las"}
    assert all(0 < at.share <= 1 for at in there.approaches)
    assert all(at.again() == at for at in there.approaches)
    assert all(is_mixed(at.outputs) for at in there.approaches if at.mixed)


def test_a_slice_is_compared_with_what_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{MODULE}.all_laws", lambda: (PAIR,))
    there = published()
    mine = Found([row for row in there.rows if row.law == PAIR.name], there.approaches[:2])
    assert list(again.differences(None, lambda *_: None, mine)) == []
    wrong = Found(
        [replace(row, nearest=0.5) for row in mine.rows],
        [replace(mine.approaches[0], waits=0), mine.approaches[1]],
    )
    lines = list(again.differences(None, lambda *_: None, wrong))
    assert len(lines) == len({row.policy for row in mine.rows}) + 1
    assert lines[-1].startswith("closest approach of h-sf: ")


def test_the_command_says_what_is_wrong() -> None:
    result = CliRunner().invoke(cli, ["study", "bounds-met", "--quick", "--examples", "3"])
    assert isinstance(result.exception, InputError)
    assert str(result.exception).startswith("examples: expected a whole number, at least 100")


# --- the search -----------------------------------------------------------------------------------


def test_the_search_depends_on_its_seed_alone() -> None:
    first = closest("h-sf", proved_bound=h_sf, examples=100, seed=5, mixed=True)
    assert first == closest("h-sf", proved_bound=h_sf, examples=100, seed=5, mixed=True)
    assert first is not None
    assert is_mixed(first.case.instance.output)
    assert first != closest("h-sf", proved_bound=h_sf, examples=100, seed=6, mixed=True)


def test_a_smaller_bound_is_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        admission, "room", lambda memory, peak: Fraction(100, 99) * (memory - peak + 1)
    )
    found = closest("h-sf", proved_bound=h_sf, examples=200)
    assert found is not None
    assert found.share > 1


def test_where_nothing_waits_there_is_no_share() -> None:
    assert closest("h-sf", proved_bound=lambda i: sum(i.output), examples=20) is None


def test_a_target_without_a_bound_is_one_clear_error() -> None:
    with pytest.raises(InputError, match="target: expected one with a bound"):
        closest("h-sf", examples=20)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(-5, 5), st.integers(0, 30))
def test_numbers_are_in_their_range(data: st.DataObject, least: int, width: int) -> None:
    assert least <= data.draw(numbers(least, least + width)) <= least + width


@settings(max_examples=60, deadline=None)
@given(batches())
def test_batches_meet_the_conditions_of_the_bounds(case: object) -> None:
    assert all(upper_bound(name, case.instance) is not None for name in PROVED)  # type: ignore[attr-defined]


def test_an_approach_is_run_again() -> None:
    at = Approach("h-sf", False, 0, "1", 5, 0, (3, 3), 0)
    assert (at.again().waits, at.again().allowed, at.again().share) == (1, "3", Fraction(1, 3))
    assert len(at.outputs) < MANY


def test_a_mean_above_its_bound_does_not_hold() -> None:
    row = Met("law", "h-sf", 60, 300, 2, (1.2, 0.1), (1.2, 0.1), 1.1, 1.1, None)
    assert not row.holds
    assert replace(row, bound_lower=None, bound_fluid=None).holds
