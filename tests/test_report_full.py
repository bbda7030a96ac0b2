"""`kvratio report --full`: every section computed anew, here at sizes of a second or two."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import kvratio.reports.report
from kvratio.proofs_check.ledger import select
from kvratio.reports import PUBLISHED
from kvratio.reports.bounds import table as bound_table
from kvratio.reports.cli import cli
from kvratio.reports.compare.steps import Comparison, compare
from kvratio.reports.document import Claims, Finding, Section, Table
from kvratio.reports.material import Material
from kvratio.reports.sections import (
    bounds,
    bounds_met,
    convergence,
    experiments,
    gaps,
    ledger,
    policies,
)
from kvratio.reports.studies.adversary.search import Limits
from kvratio.reports.studies.adversary.study import Adversary
from kvratio.reports.studies.bounds_met.study import BoundsMet
from kvratio.reports.studies.convergence import Size
from kvratio.reports.studies.experiments import EXPERIMENTS
from kvratio.reports.studies.hindsight.study import Hindsight
from kvratio.reports.studies.smallest.study import Smallest
from kvratio.theory.checks import InputError
from kvratio.theory.hindsight.optimum import Effort
from kvratio.theory.model import Instance
from kvratio.theory.ratios import built


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare("two", Instance.of(9, [2, 5], interval=(1, 9)), ["h-sf", "a-min"])


@pytest.fixture
def anew(comparison: Comparison, tmp_path: Path) -> Material:
    return Material(comparison, redo=tmp_path, processes=1)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long studies made short; what they do stays the same."""
    monkeypatch.setattr(gaps, "SMALL", Smallest(2, 2, 4, 4, 2))
    effort = Effort(moves=100, root_iterations=20, nodes=1)
    monkeypatch.setattr(gaps, "TRIALS", Hindsight(trials=1, effort=effort))
    limits = Limits(requests=3, memory=4, tries=20, starts=1)
    monkeypatch.setattr(gaps, "WORST", Adversary(("h-sf", "fcfs"), limits))
    small = BoundsMet((Size(60, 5),), seeds=2, examples=100, searched=("h-sf",))
    monkeypatch.setattr(bounds_met, "STUDY", small)
    monkeypatch.setattr(convergence, "SIZES", (Size(60, 5), Size(80, 5)))
    monkeypatch.setattr(convergence, "SEEDS", 2)
    rough = EXPERIMENTS["lmsys-1"]
    settings = tuple(replace(s, requests=(20,)) for s in rough.settings)
    short = replace(rough, settings=settings, policies=("h-sf", "a-min"), seeds=2, statements=())
    monkeypatch.setattr(experiments, "EXPERIMENTS", {"lmsys-1": short})


def tables(section: Section) -> dict[str, Table]:
    return {block.name: block for block in section.all_blocks() if isinstance(block, Table)}


def paragraphs(section: Section) -> str:
    return " ".join(block for block in section.all_blocks() if isinstance(block, str))


@pytest.mark.usefixtures("tiny")
def test_small_instances_are_enumerated_anew_and_kept(
    anew: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tables(gaps.section(anew))
    (h_sf,) = (row for row in first["smallest-failures"].rows if row[0].startswith("H-SF"))
    assert h_sf[2:5] == ("M = 4, s = 0, outputs 2, 2, 3, 3", "16", "15")
    models = {row[0].split(":")[0] for row in first["study-mc-sf"].rows}
    assert models == {"model 1", "model 2"}
    assert len(first["adversary"].rows) == 2
    assert anew.read == {}, "nothing published went into it"

    def again(*_: object) -> None:
        raise AssertionError("it was kept")

    for study in (Smallest, Hindsight, Adversary):
        monkeypatch.setattr(study, "row", staticmethod(again))
    assert tables(gaps.section(anew)) == first


@pytest.mark.usefixtures("tiny")
def test_an_experiment_is_run_anew_and_kept(anew: Material) -> None:
    first = experiments.section(anew)
    assert "Computed" not in paragraphs(first), "experiments say what was run in their own words"
    assert "20 requests" in paragraphs(first)
    assert "Left out, as their files were not there: ssjf_vicuna13b" in paragraphs(first)
    said: list[tuple[str, int, int | None]] = []

    def hear(what: str, done: int = 0, total: int | None = None) -> None:
        said.append((what, done, total))

    assert tables(experiments.section(replace(anew, progress=hear))) == tables(first)
    assert said == [("lmsys-1", 4, 4)], "all of them were kept"


@pytest.mark.usefixtures("tiny")
def test_trace_files_of_experiments_are_used_where_they_are(
    comparison: Comparison, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    rows = "".join(f"{k},{5 + k},0,1,1,9,1,5,9\n" for k in range(40))
    head = "source_row,output_tokens,pred_class5,pred_class3,bucket_lo,bucket_hi,p10,p50,p90\n"
    (data / "ssjf_vicuna13b_calibrated.csv").write_text(head + rows)
    section = experiments.section(Material(comparison, redo=tmp_path, data=data))
    assert "Left out" not in paragraphs(section)
    (table,) = (t for name, t in tables(section).items() if name.endswith("lmsys-1"))
    assert any("Vicuna" in row[0] for row in table.rows)


@pytest.mark.usefixtures("tiny")
def test_convergence_is_simulated_anew(anew: Material) -> None:
    section = convergence.section(anew)
    assert "Computed anew for this report." in paragraphs(section)
    sizes = {row[1] for table in tables(section).values() for row in table.rows}
    assert sizes == {"60", "80"}


@pytest.mark.usefixtures("tiny")
def test_bounds_are_met_anew(anew: Material) -> None:
    section = bounds_met.section(anew)
    assert "Computed anew for this report." in paragraphs(section)
    sizes = {row[1] for name, t in tables(section).items() if "met" in name for row in t.rows}
    assert sizes == {"60"}
    assert anew.read == {}


def test_all_claims_are_checked_anew(anew: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = select(["example-1", "mc-sf-worst"])
    monkeypatch.setattr(ledger, "select", lambda: chosen)
    section = ledger.section(anew)
    findings = [f for b in section.blocks if isinstance(b, Claims) for f in b.findings]
    assert all(isinstance(f, Finding) and f.provenance.startswith("Checked") for f in findings)
    assert "2 of 2 claims were checked while this report was made." in paragraphs(section)
    stored = {r["id"]: r for r in json.loads((PUBLISHED / "claims.json").read_text())}
    assert {f.id: f.verdict for f in findings} == {c.id: stored[c.id]["verdict"] for c in chosen}


def test_bounds_are_derived_anew(anew: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    few = list(built("kvratio.theory.ratios.two_point"))
    monkeypatch.setattr(bounds, "collected", lambda _report: few)
    section = bounds.section(anew)
    published = json.loads((PUBLISHED / "bounds.json").read_text())
    shown = {row[:3] for row in tables(section)["bounds-two-point"].rows}
    known = {(row["policy"], row["family"], row["benchmark"]) for row in published}
    assert shown
    assert shown <= known
    assert bound_table.collected is not bounds.collected


def test_the_command_keeps_studies_and_names_its_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Material] = []

    def watched(material: Material) -> Section:
        seen.append(material)
        return policies.section(material)

    monkeypatch.setattr(kvratio.reports.report, "SECTIONS", {"policies": watched})
    small = ["--workload", "uniform:l=2,u=9", "--memory", "40", "--requests", "9"]
    out = tmp_path / "out"
    arguments: list[Any] = ["report", *small, "--policy", "h-sf", "--out", str(out), "--full"]
    result = CliRunner().invoke(cli, [*arguments, "--data", str(tmp_path)])
    assert result.exit_code == 0, result.output
    (material,) = seen
    assert (material.redo, material.data) == (out / "studies", tmp_path)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["command"].endswith(f"--full --data {tmp_path}")
    for wrong in ([*arguments, "--data", "no/such"], [*arguments[:-1], "--data", str(tmp_path)]):
        refused = CliRunner().invoke(cli, wrong)
        assert isinstance(refused.exception, InputError)
        assert "a folder, and --full" in str(refused.exception)
