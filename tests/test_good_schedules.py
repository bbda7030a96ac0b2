"""The published schedules are those that the study of MC-SF asks for; what is missing is found."""

import json
from pathlib import Path

import pytest

from kvratio.proofs_check.claims.mc_sf_study import trials
from kvratio.reports import good_schedules
from kvratio.reports.good_schedules import digest, good_schedule, publish, published
from kvratio.theory.hindsight.search import plain_schedule
from kvratio.theory.model import Instance, verify

SMALL = Instance.of(4, [2, 2, 3, 3])


def test_every_trial_has_a_published_schedule_and_no_other_is_published() -> None:
    instances = {digest(instance): instance for _, instance in trials()}
    assert set(published()) == set(instances)
    for key, starts in published().items():
        assert list(good_schedule(instances[key], 0).start) == starts
        assert verify(good_schedule(instances[key], 0), instances[key]).tel > 0


def test_missing_schedules_are_searched_and_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "good.json"
    monkeypatch.setattr(good_schedules, "PUBLISHED", target)
    published.cache_clear()
    try:
        publish([(0, SMALL)])
        (found,) = json.loads(target.read_text()).items()
        assert found[0] == digest(SMALL)
        assert verify(plain_schedule(SMALL, found[1]), SMALL).tel == 15
        published.cache_clear()
        before = target.stat().st_mtime_ns
        publish([(1, SMALL)])
        assert target.stat().st_mtime_ns == before
    finally:
        published.cache_clear()


def test_a_digest_depends_on_all_that_matters() -> None:
    others = [
        Instance.of(5, [2, 2, 3, 3]),
        Instance.of(4, [2, 2, 3]),
        Instance.of(4, [2, 2, 2, 2], prompt=1),
        Instance.of(4, [2, 2, 3, 3], arrival=[0, 0, 0, 1]),
    ]
    assert len({digest(instance) for instance in [SMALL, *others]}) == 5
