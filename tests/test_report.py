"""The report: its files, their bytes, a page that needs nothing from outside, and its figures."""

import csv
import hashlib
import html.parser
import json
import os
import re
import shlex
from pathlib import Path

import pytest
from matplotlib import rc_context

from reports import figures, output
from reports.cli import main
from reports.compare import Comparison, compare
from reports.figures import cache_figure, latency_figure, look
from reports.output import check_folder, emit_json, write_text
from reports.report import report_files
from reports.terminal import COLUMNS, comparison_cells
from simulate.policies import POLICIES
from theory.checks import InputError
from theory.model import Instance

SMALL = ("--workload", "uniform:l=2,u=9", "--memory", "40", "--requests", "60")
FILES = {"index.html", "report.md", "policies.csv", "policies.json", "manifest.json"}


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    instance = Instance.of(30, [1 + k % 7 for k in range(40)], prompt=2, interval=(1, 9))
    return compare("forty requests", instance, list(POLICIES))


@pytest.fixture(scope="module")
def texts(comparison: Comparison) -> dict[str, str]:
    return report_files(comparison, "kvratio report", seed=0)


def written(folder: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode() for path in folder.iterdir()}


def test_the_command_writes_five_files_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a" / "b"
    main(["report", *SMALL, "--out", str(out)])
    assert set(written(out)) == FILES
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.endswith(f"Page: {out / 'index.html'}\n")
    for policy in POLICIES.values():
        assert policy.title in printed.out


def test_the_command_in_the_manifest_repeats_the_report_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    trace = Path("two words & <b>.csv")
    trace.write_text("output_tokens,low,high\n4,1,5\n9,2,9\n")
    options = "--prompt 3 --predict columns:low,high --policy a-min --policy fcfs --memory 50"
    main(["report", "--trace", str(trace), *options.split(), "--out", "first"])
    first = written(Path("first"))
    words = shlex.split(json.loads(first["manifest.json"])["command"])
    assert words[:2] == ["kvratio", "report"]
    with rc_context({"lines.linewidth": 9, "font.size": 30}):  # someone's own matplotlib settings
        main([*words[1:], "--out", "second"])
    assert written(Path("second")) == first
    assert "two words &amp; &lt;b&gt;.csv" in first["index.html"]


def test_the_manifest_has_the_hash_of_every_other_file(texts: dict[str, str]) -> None:
    assert list(texts)[-1] == "manifest.json"  # written last: it stands for a complete report
    manifest = json.loads(texts["manifest.json"])
    assert set(manifest["sha256"]) == FILES - {"manifest.json"}
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256(texts[name].encode()).hexdigest() == digest
    assert manifest["command"] == "kvratio report"
    assert any("seed 0" in line for line in manifest["provenance"])


def test_page_markdown_csv_and_json_show_the_same_numbers(
    comparison: Comparison, texts: dict[str, str]
) -> None:
    cells = comparison_cells(comparison)
    for row in cells:
        assert "| " + " | ".join(row) + " |" in texts["report.md"]
        assert f'<th scope="row">{row[0]}</th>' in texts["index.html"]
        assert "".join(f"<td>{cell}</td>" for cell in row[1:]) in texts["index.html"]
    header, *rows = csv.reader(texts["policies.csv"].splitlines())
    assert tuple(header) == COLUMNS
    assert rows == [[cell.replace(",", "") for cell in row] for row in cells]
    assert [row["tel"] for row in json.loads(texts["policies.json"])] == [
        int(row[1]) for row in rows
    ]


VOID = {"meta", "link", "br", "img", "hr", "input"}
LOADING = {"src", "href", "srcset", "data", "poster", "action", "xlink:href", "background"}


class Page(html.parser.HTMLParser):
    """Checks that tags close in order, and collects ids and what attributes refer to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in LOADING:
                self.references.append(value or "")
            self.references += re.findall(r"url\(([^)]*)\)", value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_needs_nothing_from_outside(texts: dict[str, str]) -> None:
    text = texts["index.html"]
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert page.references
    for reference in page.references:
        assert reference[0] == "#"
        assert reference[1:] in page.ids
    assert not page.tags & {"script", "iframe", "link", "object", "embed", "img"}
    assert "@import" not in text
    addresses = set(re.findall(r"https?://[^\"'\s<>]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert text.startswith("<!DOCTYPE html>\n<html lang=")
    assert "<title>" in text


@pytest.mark.parametrize(
    "broken", ["<p><b>x</p></b>", "<p>x", "<a href='#y'>x</a></p>"], ids=["crossed", "open", "shut"]
)
def test_the_check_of_a_page_can_fail(broken: str) -> None:
    with pytest.raises((AssertionError, IndexError)):
        Page(broken)


def test_the_same_runs_give_the_same_bytes(comparison: Comparison, texts: dict[str, str]) -> None:
    assert report_files(comparison, "kvratio report", seed=0) == texts


def test_a_policy_has_one_look_in_every_figure(comparison: Comparison) -> None:
    looks = {name: look(name) for name in POLICIES}
    assert len({(x["color"], x["linestyle"]) for x in looks.values()}) == len(POLICIES)
    fcfs = next(run for run in comparison.runs if run.policy == "fcfs")
    for svg in (cache_figure([fcfs]), cache_figure(comparison.runs), latency_figure(comparison)):
        assert looks["fcfs"]["color"].lower() in svg.lower()
    assert looks["h-sf"]["color"].lower() not in cache_figure([fcfs]).lower()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.json"
    path.write_text("old")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    for broken in ("replace", "chmod"):
        with monkeypatch.context() as patch:
            patch.setattr(output.os, broken, interrupted)
            with pytest.raises(KeyboardInterrupt):
                emit_json(str(path), [1])
        assert written(tmp_path) == {"x.json": "old"}
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "\ud800")
    assert written(tmp_path) == {"x.json": "old"}


def test_files_have_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_text(tmp_path / "ours", "text\n")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode
    assert (tmp_path / "ours").read_bytes() == b"text\n"


def test_folders_that_cannot_be_made_are_refused_before_any_work(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for folder in (file, file / "deeper"):
        with pytest.raises(InputError, match="a folder that can be written or made"):
            check_folder(folder)
    check_folder(tmp_path / "not" / "yet")
    assert not (tmp_path / "not").exists()


def test_a_folder_without_the_right_to_write_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="a folder that can be written or made"):
        check_folder(tmp_path)
    with pytest.raises(InputError, match="a folder that exists and can be written"):
        write_text(tmp_path / "x", "")


def test_many_points_and_single_requests_are_drawn(comparison: Comparison) -> None:
    one = compare("one", Instance.of(5, [1]), ["h-sf"])
    assert latency_figure(one).startswith("<svg")
    assert cache_figure(one.runs).endswith("</svg>\n")
    assert figures.POINTS > 100
    assert comparison.bound <= comparison.benchmark.tel
