"""The published trials with profile cuts: certificates accepted again, pages from their rows."""

import json
from pathlib import Path

import pytest

from kvratio import reports
from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.reports.studies.hindsight.proofs import Proof, Proofs
from kvratio.reports.studies.hindsight.proofs import as_markdown as as_page
from kvratio.reports.studies.hindsight.readings import mean_ratios
from kvratio.reports.studies.hindsight.study import EFFORT
from kvratio.reports.studies.hindsight.table import as_markdown
from kvratio.reports.studies.hindsight.trials import PUBLISHED, Trial, draw, summarise
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


def test_the_pages_follow_from_the_trials() -> None:
    small = {1: trials(reports.PUBLISHED / f"{SMALL}.jsonl")}
    both = {model: trials(PROFILE / f"hindsight-{model}.jsonl") for model in (1, 2)}
    pages = ((reports.PUBLISHED / f"{SMALL}.md", small), (PROFILE / "hindsight.md", both))
    for page, found in pages:
        assert page.read_text(encoding="utf-8") == as_markdown(found)


def test_the_trials_are_the_first_ones_and_had_the_effort_of_the_study() -> None:
    for model in (1, 2):
        found = trials(PROFILE / f"hindsight-{model}.jsonl")
        assert [t.trial for t in found] == list(range(len(found)))
        efforts = {(t.moves, t.rebuilds, t.rounds, t.nodes) for t in found}
        assert efforts == {(EFFORT.moves, EFFORT.rebuilds, EFFORT.rounds, EFFORT.nodes)}


def test_gaps_of_model_1_are_within_the_aim() -> None:
    summary = summarise(trials(PROFILE / "hindsight-1.jsonl"))
    assert summary.mean_gap <= 0.05
    assert summary.worst_gap <= 0.07


def test_the_proofs_of_few_requests_follow_from_their_rows() -> None:
    text = (reports.PUBLISHED / "hindsight-proofs.jsonl").read_text(encoding="utf-8")
    proofs = [Proof(**json.loads(line)) for line in text.splitlines()]
    page = (reports.PUBLISHED / "hindsight-proofs.md").read_text(encoding="utf-8")
    assert page == as_page(proofs, Proofs().nodes, Proofs().rounds)
    for proof in proofs:
        assert draw(1, proof.trial, 0, proof.requests).memory == proof.memory
    for n in (10, 12):
        its = [proof for proof in proofs if proof.requests == n]
        assert [proof.trial for proof in its] == list(range(20))
        assert all(proof.quick for proof in its)


def test_published_proofs_of_few_requests_are_accepted() -> None:
    text = (reports.PUBLISHED / "hindsight-proofs.jsonl").read_text(encoding="utf-8")
    rows = {(p.requests, p.trial): p for p in (Proof(**json.loads(x)) for x in text.splitlines())}
    files = sorted((reports.PUBLISHED / "hindsight-proofs").glob("*.json"))
    assert len(files) == 5
    for file in files:
        requests, number = map(int, file.stem.split("-"))
        certificate = read_certificate(file.read_text(encoding="utf-8"))
        assert certificate.instance == draw(1, number, 0, requests)
        certified = check(certificate)
        assert certified.lower == certified.upper == rows[requests, number].lower


@pytest.mark.parametrize("model", [1, 2])
def test_profile_cuts_and_rebuilding_tighten_every_published_trial(model: int) -> None:
    before = {t.trial: t for t in trials(reports.PUBLISHED / f"hindsight-{model}.jsonl")}
    for t in trials(PROFILE / f"hindsight-{model}.jsonl"):
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
