"""Writing: whole files or nothing, and refusals before long work is done."""

import os
from pathlib import Path

import pytest

from kvratio.reports.output import check_folder, emit_json, write_text
from kvratio.theory.checks import InputError


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.json"
    path.write_text("old")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    def full(*_: object) -> None:
        raise OSError("the disk is full")

    for broken in ("replace", "chmod"):
        with monkeypatch.context() as patch:
            patch.setattr(Path, broken, interrupted)
            with pytest.raises(KeyboardInterrupt):
                emit_json(str(path), [1])
        assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("x.json", "old")]
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="full"):
        write_text(path, "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("x.json", "old")]


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
