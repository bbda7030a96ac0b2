"""Where a report is written: a new folder, an empty one, or one with our manifest; nothing else."""

import json
import pkgutil
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from kvratio.reports.commands import _studies
from kvratio.reports.commands.report import command
from kvratio.reports.folder import OTHERS, check_report_folder, write_report
from kvratio.theory.checks import InputError


def a_report(**files: bytes) -> dict[str, bytes]:
    names = {name.replace("_", "."): data for name, data in files.items()}
    content = {"command": "x", "provenance": [], "sha256": dict.fromkeys(names, "0")}
    return {**names, "manifest.json": json.dumps(content).encode()}


def test_a_new_an_empty_and_our_own_folder_are_written(tmp_path: Path) -> None:
    for folder in (tmp_path / "a" / "b", tmp_path / "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        write_report(folder, a_report(index_html=b"1", old_html=b"1"))
        write_report(folder, a_report(index_html=b"2"))
        assert (folder / "index.html").read_bytes() == b"2"
        assert not (folder / "old.html").exists(), "what is no more part of the report goes"


@pytest.mark.parametrize("manifest", [None, "{}", "[]", "not json", '{"sha256": 1}'])
def test_a_folder_of_others_is_refused_and_left_alone(tmp_path: Path, manifest: str | None) -> None:
    (tmp_path / "index.html").write_text("mine")
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(InputError, match="holds a report of ours"):
        check_report_folder(tmp_path)
    with pytest.raises(InputError, match="holds a report of ours"):
        write_report(tmp_path, a_report(index_html=b"2"))
    assert (tmp_path / "index.html").read_text() == "mine"


def test_what_our_own_commands_put_beside_a_report_is_not_of_others(tmp_path: Path) -> None:
    modules = {found.name for found in pkgutil.iter_modules(_studies.__path__)}
    studies = {name.replace("_", "-") for name in modules if name[0] != "_"}
    makefile = (Path(__file__).parents[1] / "Makefile").read_text()
    made = set(re.findall(r"reports/out/([a-z]+)", makefile))
    assert {"bounds", "docs", "formal"} <= made, "the Makefile is read as it is written today"
    # the extension that runs the documentation's notebooks keeps them beside the pages' folder
    for name in studies | made | {"jupyter_execute"}:
        (tmp_path / name).mkdir()
        (tmp_path / f"{name}.jsonl").write_text("")
    check_report_folder(tmp_path)
    assert studies | made <= OTHERS


def test_a_file_that_our_manifest_does_not_name_is_kept(tmp_path: Path) -> None:
    write_report(tmp_path, a_report(index_html=b"1"))
    (tmp_path / "notes.txt").write_text("mine")
    write_report(tmp_path, a_report(index_html=b"2"))
    assert (tmp_path / "notes.txt").read_text() == "mine"
    (tmp_path / "claims.html").write_text("mine")
    with pytest.raises(InputError, match="names as ours"):
        write_report(tmp_path, a_report(index_html=b"3", claims_html=b"3"))
    assert (tmp_path / "index.html").read_bytes() == b"2", "nothing is half-written"


def test_no_link_out_of_the_folder_is_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.csv").write_text("mine")
    folder = tmp_path / "report"
    write_report(folder, a_report(index_html=b"1"))
    (folder / "tables").symlink_to(outside)
    made = {"tables/x.csv": b"2", **a_report(index_html=b"2")}
    with pytest.raises(InputError, match="not a link"):
        write_report(folder, made)
    (folder / "tables").unlink()
    (folder / "index.html").unlink()
    (folder / "index.html").symlink_to(outside / "x.csv")
    with pytest.raises(InputError, match="not a link"):
        write_report(folder, a_report(index_html=b"2"))
    assert (outside / "x.csv").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "  "])
def test_an_empty_folder_name_is_refused(name: str) -> None:
    result = CliRunner().invoke(command, ["--out", name])
    assert isinstance(result.exception, InputError)
    assert "the name of a folder" in str(result.exception)
