"""The report: its files, their bytes, a page that needs nothing from outside, and its figures."""

import csv
import hashlib
import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from matplotlib import rc_context

import kvratio.reports.commands.report as report_command
import kvratio.reports.report
from kvratio.reports.cli import main
from kvratio.reports.commands._source import compare_source
from kvratio.reports.commands.report import command
from kvratio.reports.compare.steps import Comparison, compare
from kvratio.reports.document import (
    Claims,
    Column,
    Document,
    Finding,
    Headline,
    Kind,
    Section,
    Table,
)
from kvratio.reports.material import Material
from kvratio.reports.render.html import script_data
from kvratio.reports.render.text import csv_text, latex, markdown
from kvratio.reports.report import (
    PUBLISHED,
    Interrupted,
    compare_published,
    make_document,
    report_files,
)
from kvratio.reports.sections import bounds, convergence, gaps, policies
from kvratio.simulate.policies import POLICIES
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance
from tests.latex import rows_of_latex
from tests.page import Page

SMALL = ("--workload", "uniform:l=2,u=9", "--memory", "40", "--requests", "60")
# the sections that only read and draw; the others have tests of their own
QUICK = (bounds.section, convergence.section, policies.section, gaps.section)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    instance = Instance.of(30, [1 + k % 7 for k in range(40)], prompt=2, interval=(1, 9))
    return compare("forty requests", instance, list(POLICIES))


@pytest.fixture(scope="module")
def document(comparison: Comparison) -> Document:
    return make_document(Material(comparison), "kvratio report", sections=QUICK)


@pytest.fixture(scope="module")
def made(document: Document, comparison: Comparison) -> dict[str, bytes]:
    return report_files(document, comparison)


@pytest.fixture(scope="module")
def pages(made: dict[str, bytes]) -> dict[str, str]:
    return {name: data.decode() for name, data in made.items() if name.endswith(".html")}


@pytest.fixture(scope="module")
def page(pages: dict[str, str]) -> str:
    """All pages, one after the other."""
    return "".join(pages.values())


@pytest.fixture
def only_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command with the one section that it computes from its options."""
    monkeypatch.setattr(kvratio.reports.report, "SECTIONS", {"policies": policies.section})


def written(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.mark.usefixtures("only_policies")
def test_the_command_writes_all_files_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a" / "b"
    main(["report", *SMALL, "--out", str(out)])
    names = set(written(out))
    assert {"index.html", "report.md", "policies.json", "manifest.json"} <= names
    assert {"tables/policies-latency.csv", "tables/policies-latency.tex"} <= names
    assert "figures/policies-cache.svg" in names
    assert not any(name.endswith(".png") for name in names), "only with --png"
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.endswith(f"Page: {out / 'index.html'}  ({len(names)} files)\n")
    for name in POLICIES:  # as --policy takes them
        assert f" {name} " in printed.out


@pytest.mark.usefixtures("only_policies")
def test_the_command_in_the_manifest_repeats_the_report_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    trace = Path("two words & <b>.csv")
    trace.write_text("output_tokens,low,high\n4,1,5\n9,2,9\n")
    options = "--prompt 3 --predict columns:low,high --policy a-min --policy fcfs --memory 50"
    main(["report", "--trace", str(trace), *options.split(), "--out", "first"])
    first = written(Path("first"))
    manifest = json.loads(first["manifest.json"])
    words = shlex.split(manifest["command"])
    assert words[:2] == ["kvratio", "report"]
    with rc_context({"lines.linewidth": 9, "font.size": 30}):  # someone's own matplotlib settings
        main([*words[1:], "--out", "second"])
    assert written(Path("second")) == first
    assert "two words &amp; &lt;b&gt;.csv" in first["index.html"].decode()
    assert "two words \\& \\<b>.csv" in first["report.md"].decode()
    digest = hashlib.sha256(trace.read_bytes()).hexdigest()
    assert f"read `{trace}`, SHA-256 {digest}" in manifest["provenance"]


def test_the_manifest_has_the_hash_of_every_other_file(made: dict[str, bytes]) -> None:
    assert list(made)[-1] == "manifest.json"  # written last: it stands for a complete report
    manifest = json.loads(made["manifest.json"])
    assert set(manifest["sha256"]) == set(made) - {"manifest.json"}
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256(made[name]).hexdigest() == digest
    assert manifest["command"] == "kvratio report"
    assert any("seed 0" in line for line in manifest["provenance"])
    assert sum("reports/published/" in line for line in manifest["provenance"]) == 9


def test_page_markdown_csv_and_latex_show_the_same_numbers(
    document: Document, made: dict[str, bytes], page: str
) -> None:
    text = made["report.md"].decode()
    for table in document.tables():
        header, *rows = csv.reader(made[f"tables/{table.name}.csv"].decode().splitlines())
        assert len(header) == len(table.columns)
        assert len(rows) == len(table.rows)
        assert made[f"tables/{table.name}.tex"].decode().count(r" \\") == len(rows) + 2
        assert f'<table id="table-{table.name}"' in page
    latency = next(t for t in document.tables() if t.name == "policies-latency")
    for row in latency.rows:
        assert "| " + " | ".join(row) + " |" in text
        for cell in row[2:]:
            assert f'<td class="number">{cell}</td>' in page


def test_the_numbers_of_the_policies_are_those_of_the_runs(
    document: Document, comparison: Comparison
) -> None:
    latency = next(t for t in document.tables() if t.name == "policies-latency")
    work = next(t for t in document.tables() if t.name == "policies-work")
    by_latency = sorted(comparison.runs, key=lambda run: run.tel)
    for run, row in zip(by_latency, latency.rows, strict=True):
        assert row[:3] == (POLICIES[run.policy].title, run.policy, f"{run.tel:,}")
        assert row[-2] == f"{run.tel / comparison.benchmark.tel:.3f}"
    for run, row in zip(by_latency, work.rows, strict=True):
        assert row[1:3] == (run.policy, f"{run.measures.evictions:,}")


def test_every_number_is_labelled(document: Document, page: str) -> None:
    """`Table` refuses unlabelled columns; here the labels reach the reader."""
    for table in document.tables():
        for column in table.columns:
            if column.obtained:
                kind = "" if column.obtained == "derived" else f' class="{column.obtained}"'
                assert f"<em{kind}>{column.obtained}</em>" in page
    with pytest.raises(InputError, match="how its numbers were obtained"):
        Table("x", "", (Column("x"),), ())
    with pytest.raises(InputError, match="2 cells"):
        Table("x", "", (Column("a", Kind.TEXT), Column("b", Kind.TEXT)), (("1",),))
    with pytest.raises(InputError, match="small letters"):
        Section("Not a name", "", ())


OUTSIDE = ("https://arxiv.org/abs/", "https://github.com/kvratio/kvratio/blob/main/")


def test_the_pages_are_well_formed_and_need_nothing_from_outside(
    pages: dict[str, str], made: dict[str, bytes]
) -> None:
    read = {name: Page(text) for name, text in pages.items()}
    for name, page in read.items():
        assert len(page.ids) == len(set(page.ids)), name
        for reference in page.references:  # nothing is loaded from elsewhere; no icon
            here = reference in made or reference.removeprefix("#") in page.ids
            assert reference == "data:," or here, reference
        assert not page.tags & {"iframe", "object", "embed", "img"}
        assert "@import" not in pages[name]
        assert pages[name].startswith("<!DOCTYPE html>\n<html lang=")
        assert "<title>" in pages[name]
        for link in page.links:
            file, _, anchor = link.partition("#")
            if link.startswith("https:"):
                assert link.startswith(OUTSIDE), link
            else:
                assert file in (*made, ""), link
                assert not anchor or anchor in read[file or name].ids, link
    assert {"index.html", "policies.html", "bounds.html"} <= set(pages)


LIMIT = 1_500_000  # bytes of a report without options


def test_the_default_report_is_small_and_links_what_is_published(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As if the published report were of this very state: its tables and figures are not copied,
    those of the chosen requests are."""
    mine = ("policies", "own")

    def published(name: str, _text: str) -> bool:
        file = PUBLISHED / name
        return file.is_file() and not file.name.startswith(mine)

    monkeypatch.setattr(kvratio.reports.report, "_published", published)
    names = [name for name in POLICIES if name != "alpha-protection"]  # seconds of evictions
    full = compare_source(tuple(names), seed=0)
    document = make_document(Material(full), "kvratio report")
    made = report_files(document, full, whole=False)
    # with all policies, as by default, those of the comparison are as published too
    copied = {name for name in made if name.partition("/")[2].startswith(mine)}
    assert sum(len(data) for name, data in made.items() if name not in copied) < LIMIT
    tables = {name for name in made if name.startswith("tables/")}
    assert "tables/policies-latency.csv" in tables
    assert "tables/claims.csv" not in tables
    url = "https://github.com/kvratio/kvratio/blob/main/reports/published/report/tables/claims.csv"
    assert f'href="{url}"' in made["claims.html"].decode()
    assert f"]({url})" in made["report.md"].decode()


def test_the_style_sheet_loads_nothing(made: dict[str, bytes]) -> None:
    text = made["style.css"].decode()
    assert not any(word in text for word in ("@import", "url(", "http"))


def test_the_first_page_names_the_paper_and_the_findings(pages: dict[str, str]) -> None:
    text = pages["index.html"]
    assert "Adaptively Robust LLM Inference Optimization under Prediction Uncertainty" in text
    assert "https://arxiv.org/abs/2508.14544" in text
    findings = text[text.index('<ol class="headlines">') : text.index("</ol>")]
    assert 3 <= findings.count("<li>") <= 5
    assert findings.count('class="condition"') == findings.count("<li>")
    assert 'id="figure-not-knowing"' in text
    assert 'id="figure-score"' in text


@pytest.mark.parametrize(
    "broken", ["<p><b>x</p></b>", "<p>x", "<a href='#y'>x</a></p>"], ids=["crossed", "open", "shut"]
)
def test_the_check_of_a_page_can_fail(broken: str) -> None:
    with pytest.raises((AssertionError, IndexError)):
        Page(broken)


def test_the_same_runs_give_the_same_bytes(comparison: Comparison, made: dict[str, bytes]) -> None:
    again = make_document(Material(comparison), "kvratio report", sections=QUICK)
    assert report_files(again, comparison) == made


def test_text_from_outside_is_text_on_the_page() -> None:
    evil = "</script><script>alert(1)</script>`<b>`"
    assert "</script>" not in script_data({"x": evil})
    assert json.loads(script_data({"x": evil})) == {"x": evil}
    table = Table("t", evil, (Column("a_b", Kind.TEXT),), ((evil,),))
    finding = Finding("id", evil, "open", *[evil] * 9, (), evil)
    claims = Claims("claims", evil, (finding,))
    headline = Headline(evil, evil, "claims#claim-id")
    front = Section("overview", evil, (evil, (headline,)))
    page = Section("s", evil, (evil, table, claims), summary=evil)
    one = Document(evil, evil, front, (page,), evil, (evil,), front)
    for name, text in kvratio.reports.report.pages(one).items():
        if not name.endswith(".html"):
            continue
        assert "b" not in Page(text).tags
        assert "alert(1)</script>" not in text
    assert r"a\_b" in latex(table)
    assert evil in csv_text(table)
    for line in markdown(one).splitlines():
        outside = re.sub(r"`[^`]*`", "", "" if line.startswith("    ") else line)
        assert not re.search(r"(?<!\\)<", outside), line


def test_latex_tables_are_valid(document: Document) -> None:
    for table in document.tables():
        caption, head, *rows = rows_of_latex(latex(table))
        assert len(caption) == 1
        assert len(head) == len(table.columns)
        assert [len(row) for row in rows] == [len(table.columns)] * len(table.rows)


def stop(_material: Material) -> Section:
    raise KeyboardInterrupt


def test_an_interrupt_keeps_the_sections_that_are_done(comparison: Comparison) -> None:
    sections = (policies.section, stop, gaps.section)
    with pytest.raises(Interrupted) as caught:
        make_document(Material(comparison), "kvratio report", sections=sections)
    document = caught.value.document
    assert [section.id for section in document.sections] == ["policies"]
    assert document.description.endswith("Interrupted: 2 sections are missing")
    assert "Interrupted" in report_files(document, comparison)["report.md"].decode()


def test_the_command_writes_what_is_done_when_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        kvratio.reports.report, "SECTIONS", {"policies": policies.section, "stop": stop}
    )
    result = CliRunner().invoke(command, [*SMALL, "--out", str(tmp_path)])
    assert result.exit_code == 130
    assert "the page lacks some sections" in result.output
    assert (tmp_path / "index.html").exists()


def test_the_command_shows_the_policies_that_are_done_when_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = replace(a_comparison(), unfinished=("fcfs",))
    monkeypatch.setattr(report_command, "compare_source", lambda **_: done)
    result = CliRunner().invoke(command, ["--out", str(tmp_path)])
    assert result.exit_code == 130
    assert "the page lacks fcfs" in result.output
    assert "End-to-end latency" in (tmp_path / "policies.html").read_text()


def test_write_and_check_go_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        kvratio.reports.report, "SECTIONS", {"gaps": gaps.section, "policies": small_comparison}
    )
    monkeypatch.setattr(report_command, "compare_source", lambda **_: a_comparison())
    published = tmp_path / "reports" / "published"
    monkeypatch.setattr(kvratio.reports.report, "PUBLISHED", published / "report")

    def run(*options: str) -> Any:
        return CliRunner().invoke(command, [*options, "--out", str(tmp_path / "out")])

    assert run("--write").exit_code == 0
    assert "as published" in run("--check").output
    assert run("--check").exit_code == 0
    table = published / "report" / "tables" / "policies-work.csv"
    table.write_text(table.read_text().replace("H-SF", "other"))
    (published / "report" / "report.md").unlink()
    result = run("--check")
    assert result.exit_code == 1
    assert "report.md: missing" in result.output
    assert "tables/policies-work.csv: line 2" in result.output
    refused = run("--check", "--requests", "5")
    assert "the default report" in str(refused.exception)
    assert "the default report" in str(run("--check", "--full").exception)


def a_comparison() -> Comparison:
    return compare("two", Instance.of(9, [2, 5], interval=(1, 9)), ["h-sf", "a-min"])


def small_comparison(material: Material) -> Section:
    return policies.section(material)


def test_figures_of_another_matplotlib_are_not_compared(
    made: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "published" / "report"
    for name, data in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    monkeypatch.setattr(kvratio.reports.report, "PUBLISHED", folder)
    changed = dict(made)
    changed["figures/policies-cache.svg"] = b"<svg/>"
    assert len(compare_published(changed)) == 1
    manifest = json.loads(made["manifest.json"])
    manifest["provenance"] = ["matplotlib 1.0"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert compare_published(changed) == []


def test_many_points_and_single_requests_are_drawn(comparison: Comparison) -> None:
    one = compare("one", Instance.of(5, [1]), ["h-sf"])
    assert policies.latency_figure(policies.latencies_in_steps(one.runs)).svg.startswith("<svg")
    assert policies.cache_figure(one.runs).svg.endswith("</svg>\n")
    assert policies.waste_figure(one).png.startswith(b"\x89PNG")
    assert comparison.bound <= comparison.benchmark.tel
