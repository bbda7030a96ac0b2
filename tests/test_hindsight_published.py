"""The published trials with profile cuts: certificates accepted again, pages from their rows."""

import json
from pathlib import Path

import pytest

from kvratio import reports
from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.reports.studies.hindsight.readings import mean_ratios
from kvratio.reports.studies.hindsight.table import as_markdown
from kvratio.reports.studies.hindsight.trials import PUBLISHED, Trial, draw
from kvratio.simulate.engine import run
from kvratio.simulate.policies import POLICIES

PROFILE = reports.PUBLISHED / "hindsight-profile"
SMALL = "hindsight-small"
CERTIFICATES = sorted((PROFILE / "certificates").glob("*.json"))


def trials(file: Path) -> list[Trial]:
    return [Trial(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def test_ten_certificates_are_published() -> None:
    assert len(CERTIFICATES) == 10


@pytest.mark.parametrize("file", CERTIFICATES, ids=lambda file: file.stem)
def test_a_published_certificate_is_accepted_and_is_its_trial(file: Path) -> None:
    model, number = map(int, file.stem.split("-"))
    certificate = read_certificate(file.read_text(encoding="utf-8"))
    certified = check(certificate)
    (row,) = [t for t in trials(PROFILE / f"hindsight-{model}.jsonl") if t.trial == number]
    instance = draw(model, number, row.seed)
    assert certificate.instance == instance
    assert (certified.lower, certified.upper) == (row.lower, row.upper)
    assert row.mc_sf == run(instance, POLICIES["mc-sf"]).tel


@pytest.mark.parametrize(
    "rows", [PROFILE / "hindsight-1.jsonl", reports.PUBLISHED / f"{SMALL}.jsonl"]
)
def test_the_pages_follow_from_the_trials(rows: Path) -> None:
    page = rows.with_name("hindsight.md") if rows.parent == PROFILE else rows.with_suffix(".md")
    assert page.read_text(encoding="utf-8") == as_markdown({1: trials(rows)})


def test_profile_cuts_and_rebuilding_tighten_every_published_trial() -> None:
    before = {t.trial: t for t in trials(reports.PUBLISHED / "hindsight-1.jsonl")}
    for t in trials(PROFILE / "hindsight-1.jsonl"):
        old = before[t.trial]
        assert old.mc_sf == t.mc_sf
        assert max(t.lower, old.lower) <= min(t.upper, old.upper)
        assert t.lower > old.lower


def test_no_reading_of_mc_sf_gives_the_published_figures() -> None:
    """On small trials, all proven optimal: the mean is above, the optimal share below."""
    small = trials(reports.PUBLISHED / f"{SMALL}.jsonl")
    assert all(t.lower == t.upper for t in small)
    optimal = PUBLISHED[1].optimal
    assert optimal is not None
    for found in mean_ratios(small):
        assert found.low > float(PUBLISHED[1].mean)
        assert found.optimal / found.trials < optimal / 200
