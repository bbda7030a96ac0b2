"""The comparison with other tools: its arithmetic, and that the page is what the data say."""

import json
import statistics
from typing import Any

import pytest

from kvratio.reports import PUBLISHED
from tests.rivals.measure import RUNS, markdown, mocker, row, sched_sim, semidefinite


def test_a_ratio_is_that_of_the_medians() -> None:
    one = row("task", "size", "other", [2.0, 1.0, 9.0], [8.0, 7.0, 9.0])
    assert one["times"] == 4
    assert (one["ours"], one["theirs"]) == ([2.0, 1.0, 9.0], [8.0, 7.0, 9.0])


def test_the_published_page_is_what_its_data_say() -> None:
    found: dict[str, Any] = json.loads((PUBLISHED / "rivals.json").read_text(encoding="utf-8"))
    assert (PUBLISHED / "rivals.md").read_text(encoding="utf-8") == markdown(found)
    for one in found["rows"]:
        if "skipped" not in one:
            assert len(one["ours"]) == len(one["theirs"]) == found["runs"] == RUNS
            assert one["times"] == statistics.median(one["theirs"]) / statistics.median(one["ours"])


def test_a_mocker_that_is_not_there_is_skipped_with_a_word() -> None:
    found = mocker("no/such/python", 3)
    assert "no/such/python" in found["skipped"]
    page = markdown({"runs": 5, "rows": [found]} | dict.fromkeys(SETTING, "x"))
    assert "no/such/python" in page


SETTING = ("command", "processor", "python", "system")


@pytest.mark.parametrize("kind", ["sched-sim", "semidefinite"])
def test_a_comparison_runs(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a few requests or lengths; both sides check that the other did the same task."""
    monkeypatch.setattr("tests.rivals.measure.RUNS", 1)
    found = sched_sim(3) if kind == "sched-sim" else semidefinite(4)
    assert len(found["ours"]) == len(found["theirs"]) == 1
    assert found["times"] > 0
